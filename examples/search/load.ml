open Search_core

type report = {
  sent : int;
  outcomes : ((string * string) * int) list;
  wrong : int;
  complaints : string list;
  seconds : float;
  p50_ms : float;
  p99_ms : float;
  max_ms : float;
}

external rust_run : int -> Probe.t list -> int -> int -> report Lwt.t = "search_load_run"

let run ~port probes ~requests ~at_once = rust_run port probes requests at_once
