(** Draws the ratios. *)

val svg : Results.t -> string
(** One line a row, one dot an implementation at its ratio to [C] on a logarithmic axis,
    and a bar where the target is. Rows that C does not take part in are drawn against the
    implementation that their target names. *)
