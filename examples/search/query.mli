(** What users type into the search field.

    A query is words and filters, separated by spaces:
    - [fold_left], [monad]: words that must all be there, in any field. A word with dots,
      [List.map], is a name with the modules around it. [map*] is any word that begins so.
    - [module:Lwt_unix]: in a module of this name, or below it.
    - [kind:type]: only this kind (see {!Entry.kind_name}).
    - [type:"int -> string"]: values of this type; the order of the arguments and the
      names of type variables do not matter.

    Quotes keep spaces together: ["binary search tree"] are three words in a row. *)

type word = { text : string; prefix : bool  (** the word may go on *) }

type t = {
  words : word list;
  modules : string list;  (** dotted paths *)
  kinds : Entry.kind list;  (** any of these; all kinds when empty *)
  shape : Shape.t option;
}

type error =
  | Empty  (** nothing to look for *)
  | Unknown_kind of string
  | Without_value of string
      (** a filter's name, such as [module], with nothing after it *)
  | Bad_type of string  (** the reason *)

val parse : string -> (t, error) result
(** Reads a query; its text must be valid UTF-8. Never raises. *)

val to_string : t -> string
(** A query that {!parse} reads as the same. *)

val name_of : word list -> string
(** The words as one dotted name: [list map] may be meant as [List.map]. *)

val is_searchable : char -> bool
(** Whether the index finds it in text; a word without any such character can only be a
    name. *)

val describe : error -> string
(** For the user, in one sentence. *)

(** {1 As Rust's full-text index understands it}

    Beside the words of its texts, the index has made-up tokens for each entry, which no
    text has. A token is found by one look-up, where a phrase or a column of the index
    needs the places of all its words to be compared. *)

val stages : t -> string list
(** Expressions in the language of SQLite's FTS5. Each finds all that the one before it
    does, and more that is less to the point; the last one finds all. *)

val exact_token : string -> string
(** For a dotted name, whatever characters it has; upper and lower case are the same. *)

val within_token : string -> string
(** For the dotted path of a module that it is in. *)

val name_token : string -> string
(** For a word that is in its name, or in that of a module around it. *)

val kind_token : Entry.kind -> string
val shape_token : Shape.t -> string
