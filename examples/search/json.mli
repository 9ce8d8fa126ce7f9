(** JSON, written. *)

type t = String of string | Int of int | List of t list | Object of (string * t) list

val to_string : t -> string
(** On one line. Bytes of a string that are not UTF-8 are written as U+FFFD, so that the
    result is always valid. *)
