(** Everything that was found in a folder, as it goes into the index. *)

type hit = {
  path : string;  (** the modules around it, with dots *)
  name : string;
  kind : string;
  signature : string;
  synopsis : string;
  file : string;
  line : int;
}
(** What the index shows of an entry. *)

type row = {
  hit : hit;
  doc : string;  (** all of it *)
  tokens : string;
      (** more words, most of them made up, by which {!Query.stages} finds it *)
}
(** A row of the index. *)

val rows : Entry.t list -> row list
(** The rows, those first that deserve to be seen first whatever the query is. The index
    looks at its rows in this order and stops when it has enough. *)

val entry : hit -> Entry.t
(** The entry that is shown; its documentation is the synopsis. *)
