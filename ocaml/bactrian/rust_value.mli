(** Rust values that OCaml owns: those of types that derive [Custom], and [DynBox]es.

    Each Rust type is an abstract OCaml type, declared beside its externals; the functions
    below take any of them, and raise [Invalid_argument] for everything else.

    A value is dropped in Rust some time after OCaml has let go of it: after the
    collection that found it unreachable, where OCaml runs signal handlers and finalisers,
    and at the latest when the program exits. Values that are still reachable then are not
    dropped. *)

val close : 'a -> unit
(** Drops the value now, as one closes a file. Later uses raise
    [Invalid_argument "… was closed"].

    @raise Invalid_argument
      if the value is in use, that is, borrowed by a Rust function that has not returned,
      or was closed already.
    @raise Rust_panic if dropping it panics; it is closed all the same. *)

val is_closed : 'a -> bool
(** Whether the value was closed, or moved out by Rust. *)

val show : 'a -> string
(** The value as text, if its type derives [Custom] with [show]; else the name of the type
    in brackets. *)

val type_name : 'a -> string
(** The name of the Rust type. *)

val drain : unit -> int
(** Drops what the last collections found unreachable, without waiting until it is done by
    itself, and says how many values that were. [Gc.full_major (); drain ()] drops all
    that is unreachable now. *)

(**/**)

val register : unit -> unit
