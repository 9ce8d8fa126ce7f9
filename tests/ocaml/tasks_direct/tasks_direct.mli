(** Rust futures in direct style: one body of cases for every scheduler. *)

type host = Host.t = {
  name : string;
  run : (unit -> unit) -> unit;  (** Runs a case under the scheduler. *)
  together : (unit -> unit) list -> unit;
      (** Runs these at once, each in a fibre or thread of its own, and waits for them. *)
  sleep : float -> unit;  (** Suspends one of them. *)
  moves : bool;
      (** Another thread than the caller's may poll: what is not [Send] is refused. *)
}

val cases : host -> unit Alcotest.test list
