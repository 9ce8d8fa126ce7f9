(** Collections of OCaml that Rust uses through their functions.

    [Lazy.t], [Seq.t] and [Hashtbl.t] need nothing here: linking the library registers
    what Rust calls. A module made by [Map.Make] or [Set.Make] is registered by the
    program, under a name that Rust declares by [ocaml_collections!]. *)

val register_map : string -> (module Map.S) -> unit
(** [register_map name (module M)] lets Rust use values of type ['a M.t].

    The type of its keys in Rust is what Rust says it is: it is not checked. *)

val register_set : string -> (module Set.S) -> unit
(** [register_set name (module M)] lets Rust use values of type [M.t]. *)
