(** Requests whose right answers are known beforehand. *)

type conduct =
  | Ask  (** sends the request and reads the answer *)
  | Hang_up_early  (** leaves in the middle of the request *)
  | Hang_up_late  (** leaves while the answer is being made *)

type t = {
  what : string;  (** which sort of request it is, for the table *)
  conduct : conduct;
  meth : string;
  target : string;  (** path and query, as sent *)
  status : int;
  fields : (string * string) list;
      (** JSON pointers into the answer, such as [/hits/0/name], and the texts there *)
  contains : string list;  (** what the body has in it *)
}

(** {1 Searches} *)

type known = {
  query : string;
  path : string;
  name : string;
  kind : string;  (** with [path] and [name]: the entry that must come first *)
}

val known : Entry.t list -> known list
(** Queries for things in this list. Some are the classics of the standard library, if it
    is there; the others are made from entries spread over the list whose name, or type,
    nothing else has. *)

val to_lines : known list -> string
(** For keeping them with the index. *)

val of_lines : string -> known list
(** The inverse of {!to_lines}; a line that cannot be read is left out. *)

val search : known -> t

(** {1 Everything else} *)

val pages : t list
(** The page for people, and the check for machines. *)

val mistakes : t list
(** Requests that are wrong, each with the error that must come back. *)

val troubles : t list
(** What goes wrong inside, and clients that hang up. *)

(** The paths that only the demo has. *)

val raise_path : string
val panic_path : string
val slow_path : string
