(** The one Rust static library of a program, which the program makes.

    An executable links one Rust static library: two would each bring Rust's standard
    library, and a root store of their own. So a library with Rust inside does not bring
    its Rust code as an archive. It is a Rust crate ([rlib]) and an OCaml library that
    depends on this one:

    {v
    (library
     (name words)
     (libraries bactrian bactrian.rust))
    v}

    The program has one crate of crate type [staticlib] and [cdylib] that depends on the
    crates of all its libraries, and says that it is this library:

    {v
    (library
     (name program_rust)
     (implements bactrian.rust)
     (foreign_archives program))
    v}

    A program without one is told so by dune:
    {e No implementation found for virtual library "bactrian.rust"}. A program that Rust
    starts needs none: it is the Rust half itself, and [bactrian-build] says so. *)
