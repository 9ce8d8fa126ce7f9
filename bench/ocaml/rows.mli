(** The rows of the table: what each one measures, and what Bactrian must reach. How they
    are called is in [calls.ml.in]. *)

type target = {
  at_most : float;
  of_ : string;  (** the implementation that the ratio is taken to *)
}

type t = {
  name : string;
  title : string;
  target : target;
  per : int;  (** the table shows the time of a call divided by this *)
}

val all : t list

val find : string -> t
(** @raise Not_found if there is no row of this name. *)

val select : string -> (t list, string) result
(** The rows that a comma-separated list selects, in the order of {!all}: [callback]
    selects the row of that name and every row whose name begins with [callback_]. Nothing
    selects all. [Error] names what selects no row, and lists the names. *)
