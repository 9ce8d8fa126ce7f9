(** The files of a folder. *)

type file = {
  name : string;  (** relative to the folder, with [/] between the parts *)
  size : int;  (** in bytes *)
  modified : float;  (** seconds since the epoch *)
}

type skipped = { what : string; why : string }
(** A file or folder that could not be used; [what] is relative to the folder. *)

val default : unit -> string
(** Where this machine keeps its OCaml libraries. [ocamlfind ocamlc -where] says where the
    compiler's own are, or the compiler that built this program when there is no
    [ocamlfind]; where the other libraries lie around that folder (as in a switch of
    opam), the folder of them all. *)

val interfaces : string -> (file list * skipped list, string) result
(** Every [.mli] below a folder, by name. Links to files are followed, links to folders
    are not. [Error] if the folder itself is missing or cannot be read; a folder below it
    that cannot is skipped. *)

val read : string -> file -> (string, string) result
(** [read folder file] is what the file holds. *)

val state : string -> file list -> string
(** A digest that changes when a file is added, removed or changed. *)
