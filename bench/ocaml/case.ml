(* One row in one implementation: an instance of a block of calls.ml.in. *)

type t = {
  row : string;
  check : unit -> unit;  (** raises {!Expect.Wrong} if a call gives a wrong result *)
  around : (unit -> unit) -> unit;  (** calls its argument: the loop is run in there *)
  loop : int -> unit;  (** does the call so many times, a multiple of [step] *)
  step : int;
}
