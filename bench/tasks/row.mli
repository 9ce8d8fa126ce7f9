(** A row: something that is done [n] times in a chain, each of which begins when the one
    before has ended. *)

(* Targets are those of the peer ocaml-lwt-interop, on whose machine [Lwt.pause] took 680 ns. *)
type target =
  | At_most of float  (** ns on that machine: counts as a ratio to [Lwt.pause] *)
  | No_target

type t = {
  name : string;
  title : string;
  peer : string;  (** What the peer takes there; ["–"]: it has no such thing. *)
  target : target;
  run : int -> unit;
}

val make : ?peer:string -> ?target:target -> string -> title:string -> (int -> unit) -> t
val find : t list -> string -> t

val measure : t list -> (t * float) list
(** Each with the nanoseconds of one of its calls. The rows take turns, and the middle of
    the rounds counts. *)

val seconds : (unit -> unit) -> float

val calibrate : ?least:int -> seconds:float -> (int -> unit) -> int
(** How many calls take so long: a multiple of [least]. *)
