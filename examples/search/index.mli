(** The index of a folder: made, or found as it was left. *)

open Search_core

type t = {
  store : Store.t;
  folder : string;
  files : int;
  skipped : Folder.skipped list;
  entries : int;
  known : Probe.known list;  (** queries with known answers *)
  reused : bool;  (** it was there, and the folder has not changed since *)
  seconds : float;  (** that this took *)
}

val prepare : ?db:string -> ?folder:string -> unit -> t Lwt.t
(** Looks through the folder, {!Folder.default} unless told, and indexes it, showing the
    progress on stdout. With [db] the index is kept in that file, and used again as long
    as no file of the folder is added, removed or changed.

    Fails with [Failure] if the folder cannot be read or has no interfaces, or if the
    database cannot be used. *)

val about : t -> string
(** What is searched, in a line. *)
