(** Rust closures as OCaml functions: what the [RustFn] of the crate is built on. *)

val register : unit -> unit
(** Registers the functions that make an OCaml function of a Rust closure, by the number
    of its arguments. *)
