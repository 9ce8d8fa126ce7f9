(** The full-text index, in Rust: SQLite's FTS5 on threads of its own.

    Every function fails, or its promise does, with [Failure] and what SQLite says. *)

open Search_core

type t

val open_ : ?file:string -> connections:int -> unit -> t
(** Opens the index in a file, which is made if it is missing, or a new one in memory.
    That many queries can run at once. *)

val close : t -> unit
(** Closes it when the last query is done. *)

val meta : t -> string -> string option Lwt.t
(** The text that was kept with the index under a key. [None] if the index is not there
    yet, or was not finished. *)

val replace :
  t ->
  Catalogue.row list ->
  meta:(string * string) list ->
  progress:(int -> unit) ->
  unit Lwt.t
(** Puts these rows in place of all that is there, and keeps the texts. [progress] is told
    how many rows are in. If it is interrupted what was there stays. *)

val query : t -> string list -> limit:int -> Entry.t list Lwt.t
(** What {!Query.stages} find, or the best [limit] of it: those of the first stages, and
    of each stage those that come first in the index. In no special order. *)
