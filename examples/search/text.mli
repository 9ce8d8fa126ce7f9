(** Small things about UTF-8 text. *)

val on_one_line : string -> string
(** The text with every run of white space made one space, and none at its ends. *)

val shorten : limit:int -> string -> string
(** Cuts a text to at most [limit] bytes at a character boundary and adds an ellipsis if
    something was cut. *)

val synopsis : ?limit:int -> string -> string
(** The first paragraph of a text on one line, cut to at most [limit] bytes, 300 unless
    told. *)

val invalid_line : string -> int option
(** The number of the first line, from 1, that is not valid UTF-8. *)
