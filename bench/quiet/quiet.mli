(** Panics print nothing from the start of the program on: Rust's own hook, which prints,
    is replaced before any library puts one of its own before it. *)

val seal : unit -> unit
(** Takes the hook that there is, once all libraries have put theirs, under the control of
    {!run_hook}. *)

val run_hook : bool -> unit
(** Whether panics call that hook, or none. It is off at first. *)
