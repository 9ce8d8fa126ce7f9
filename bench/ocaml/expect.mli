(** Checks of what a call gave: [int "the sum of [1; 2]" got 3]. *)

exception Wrong of { call : string; expected : string; got : string }

val unit : string -> unit -> unit -> unit
val int : string -> int -> int -> unit
val float : string -> float -> float -> unit
val string : string -> string -> string -> unit
val pair : string -> string * string -> string * string -> unit
val triplet : string -> string * (string * string) -> string * (string * string) -> unit
val ints : string -> int list -> int list -> unit
val strings : string -> string list -> string list -> unit
val person : string -> Samples.person -> Samples.person -> unit
val variant : string -> Samples.variant -> Samples.variant -> unit

val calls_once : string -> ((unit -> unit) -> unit) -> unit
(** That the function calls its argument, and once. *)

val raises : ?like:(exn -> bool) -> string -> (unit -> 'a) -> unit
(** That the call raises, and an exception of which [like] holds. *)
