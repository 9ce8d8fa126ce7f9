(* One row in one implementation: an instance of a block of calls.ml.in. *)

type t = {
  row : string;
  check : unit -> unit;  (** raises {!Expect.Wrong} if a call gives a wrong result *)
  loop : int -> unit;  (** does the call so many times, a multiple of [step] *)
  step : int;
}
