(** Which of the hits are the best. *)

val score : Query.t -> Entry.t -> int
(** How well an entry answers a query; more is better. What counts, in this order: that
    the words are its qualified name, or the end of it; that its type is the very one
    asked for; where each word is found (name, modules, signature, documentation); then
    that it is not deep inside modules or folders, is documented, and is a value rather
    than something else. *)

val rank : Query.t -> limit:int -> Entry.t list -> (int * Entry.t) list
(** The best [limit] entries with their scores, the best first. Equally good ones are in
    the order of their names, then of their files, so that the answer does not depend on
    the order of the hits. *)

val modesty : Entry.t -> int
(** What an entry loses whatever the query is: for its depth, for having no documentation,
    for its kind. *)
