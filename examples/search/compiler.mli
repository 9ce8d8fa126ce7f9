(** The compiler's own parser, with its errors as values. *)

val parse : (Lexing.lexbuf -> 'a) -> file:string -> string -> ('a, string) result
(** [parse Parse.interface ~file text] reads a text as the compiler would. The reason for
    an [Error] is one line, in the compiler's words and with the number of the line. The
    parser has global state: not for use in two domains at once. Nothing is written to
    stderr. *)
