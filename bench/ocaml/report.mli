(** The table, on the terminal and in [RESULTS.md]. *)

val target : Rows.target -> string
(** ["≤ 0.65 C"]. *)

val reached : Results.t -> Rows.t -> Rows.target -> bool option
(** Whether a target of the row is reached; nothing if it was not measured in both. Up to
    0.02 above counts as reached: two runs differ by as much. *)

val print_header : unit -> unit
val print_row : Results.t -> Rows.t -> unit
val print_summary : Results.t -> Rows.t list -> unit

val markdown : Results.t -> string
(** The whole of [RESULTS.md]. *)
