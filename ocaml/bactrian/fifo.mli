(** Queues that are values: for states that are changed by compare-and-set. *)

type 'a t

val empty : 'a t
val is_empty : 'a t -> bool
val push : 'a -> 'a t -> 'a t
val push_first : 'a -> 'a t -> 'a t
val pop : 'a t -> ('a * 'a t) option
val filter : ('a -> bool) -> 'a t -> 'a t
val to_list : 'a t -> 'a list
