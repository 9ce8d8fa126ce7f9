(** The columns of the table. *)

val all : string list
(** Their names, in the order of the table. *)

val ours : string
(** The one that has targets to reach. *)

val cases : Rows.t -> (string * Case.t) list
(** Those that take part in the row. *)

val set_up : unit -> unit
(** Lets each library install what it installs on its first call, and then makes panics
    silent. To be called once, before anything else is. *)
