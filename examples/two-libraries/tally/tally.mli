(** Counts of strings, by Rust. *)

val add : string -> unit
(** Counts a string. *)

val on_new : (string -> unit) -> unit
(** The function is called with each string when it is counted first. *)

val top : int -> (string * int) list
(** The most frequent strings, and how often they were counted. *)

val sample : unit -> string option
(** The string that Rust code has left here. *)
