(** The columns of the table. *)

val all : string list
(** Their names, in the order of the table. *)

val ours : string
(** Bactrian in Rust: {!Rows.ours}. *)

val cases : Rows.t -> (string * Case.t) list
(** Those that take part in the row. *)

val set_up : unit -> unit
(** Lets each library install what it installs on its first call. To be called once,
    before anything else is. *)

val turn_to : string -> unit
(** Prepares the process for calls of this implementation: its panic hook, if it has one,
    is the one that runs. *)
