(** What has been measured, kept in [results.tsv] so that a run of some rows leaves the
    others. *)

type t

val empty : t

val load : string -> t
(** The results in a file, or none if there is no such file.
    @raise Failure if a line of the file is not understood. *)

val save : string -> t -> unit

val with_row : machine:string -> Rows.t -> (string * float) list -> t -> t
(** The results with those of one row replaced. *)

val ns : t -> Rows.t -> string -> float option
(** The time of a call of this row in this implementation. *)

val machine : t -> Rows.t -> string option
(** The machine on which the row was measured last. *)

val ratio : t -> Rows.t -> string -> to_:Rows.base -> float option
(** The time of an implementation over what it is compared with. *)
