type t = {
  name : string;
  run : (unit -> unit) -> unit;
  together : (unit -> unit) list -> unit;
  sleep : float -> unit;
  moves : bool;
}

let case host name test =
  Alcotest.test_case name `Quick (fun () -> host.run (fun () -> test host))
