type t = {
  name : string;
  run : (unit -> unit) -> unit;
  together : (unit -> unit) list -> unit;
  sleep : float -> unit;
  moves : bool;
}
