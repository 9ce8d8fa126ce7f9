(** Points of the plane, by Rust. *)

type point = { x : float; y : float }

val hull : point list -> point list
(** The corners of the hull of some points, counter-clockwise.
    @raise Failure when they are less than three. *)

val affine : float -> float -> float -> float -> float -> float -> point -> point
(** [affine a b c d e f p] is [{ x = a p.x + b p.y + c; y = d p.x + e p.y + f }]. *)

val least : (point -> float) -> point list -> point option
(** The point for which the function is least; threads of Rust's call the function. *)
