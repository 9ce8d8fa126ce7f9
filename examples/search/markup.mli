(** Documentation comments as plain text. *)

val to_text : string -> string
(** The text of an odoc comment without its markup: [{!List.map}] and [[List.map]] become
    [List.map], lists and headings lose their braces, tags such as [@param] stay as words.
    Blank lines between paragraphs stay. Never fails: what is not markup is text. *)
