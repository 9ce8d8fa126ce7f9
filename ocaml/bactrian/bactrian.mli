(** OCaml 5 and Rust in one process: the OCaml half of the [bactrian] crate.

    Link this library into every program that uses Rust functions exported by
    [#[bactrian::export]]. When it starts, it registers the exceptions below, so that Rust
    can raise them. *)

exception Rust_panic of string * string
(** [Rust_panic (message, location)]: a Rust function panicked. [location] is where, as
    ["src/lib.rs:12:5"]. What the function owned has been dropped, and the program can go
    on. *)

exception Dropped of string
(** [Dropped what]: a promise that Rust was to settle never will be, since its task was
    dropped unfinished. [what] names the function. *)

module Future = Future
(** Results of asynchronous Rust functions, awaited in direct style. *)

module Stream = Stream
(** Elements that Rust makes one by one. *)

module Channel = Channel
(** Bounded channels between OCaml and Rust. *)

module Collections = Collections
(** Maps and sets that Rust uses through their functions. *)

module Inspect = Inspect
(** What values are made of, to be read by people. *)

module Rust_value = Rust_value
(** Rust values that OCaml owns: close them early, show them. *)

(** {1 For generated bindings} *)

external check_imports : string -> unit = "bactrian_check_imports"
(** [check_imports crate] checks that every OCaml function which that Rust crate calls by
    the path of its module, as ["Maths.twice"], is registered.
    @raise Failure naming those that are not. *)

val link : unit -> unit
(** Does nothing but to make this module part of the program. *)
