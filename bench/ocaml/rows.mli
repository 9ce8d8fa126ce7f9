(** The rows of the table: what each one measures, and what Bactrian must reach. How they
    are called is in [calls.ml.in]. *)

val ours : string
(** The column of Bactrian in Rust. *)

val c_api : string
(** The column of Bactrian's C API. *)

(** What a time is compared with. *)
type base =
  | Column of string  (** the time of this column in the same row *)
  | Row of string  (** the time of the same column in this row *)

type target = {
  who : string;  (** the column that should reach it *)
  at_most : float;
  of_ : base;  (** what the ratio is taken to *)
}

type t = {
  name : string;
  group : string;
  title : string;
  base : base;  (** what the ratios in brackets, and the chart, are taken to *)
  targets : target list;
  per : int;  (** the table shows the time of a call divided by this *)
}

val all : t list

val find : string -> t
(** @raise Not_found if there is no row of this name. *)

val select : string -> (t list, string) result
(** The rows that a comma-separated list selects, in the order of {!all}: [roots] selects
    the row of that name, every row of that group and every row whose name begins with
    [roots_]. The rows that a selected one is compared with come along. Nothing selects
    all. [Error] names what selects no row, and lists the names. *)
