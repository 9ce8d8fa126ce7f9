type counts = (string * int) list
(** Words and how often they occur, in the order of the alphabet. *)

val count : string -> counts
(** Counts the words of a text. The domain's lock is not held meanwhile. *)

val count_by_threads : string list -> threads:int -> (int -> counts -> unit) -> unit
(** Counts the words of texts on threads of Rust's, and calls the function with the number
    of each text and its words: one call at a time, on the first domain. *)

type home
(** A domain. *)

val here : unit -> home
(** The domain on which this is called. *)

val at : home -> (unit -> unit) -> unit
(** Runs a function on a domain, between two steps of what that does, and waits for it. *)
