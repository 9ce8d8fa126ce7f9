(** Another module, of which the first one speaks. *)

type t

val zero : t
val up : t -> t
val to_int : t -> int

module Far : sig
  type t = int
end
