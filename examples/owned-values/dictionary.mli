(** Words and how often they occur, in Rust. *)

type t
(** A Rust value. It is compared by [compare] and [=], and written by [Marshal]; it is
    dropped when it is closed, or after the collector has found it unreachable. *)

val of_text : string -> t
val count : t -> string -> int
val completions : t -> string -> string list

val merge : t -> t -> unit
(** [merge t other] adds the words of [other] to [t].
    @raise Invalid_argument if they are the same. *)

val iter : t -> (string -> int -> unit) -> unit
(** Calls the function for each word. It cannot change or close the dictionary meanwhile.
*)

val learn : t -> string -> int
(** Adds the words of a text, and says how many those are. Other threads run meanwhile. *)

val close : t -> unit
val show : t -> string
