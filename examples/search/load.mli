(** The client that drives the server, in Rust, on a thread of its own. *)

open Search_core

type report = {
  sent : int;
  outcomes : ((string * string) * int) list;
      (** how many there were of each sort of request, and of what came back *)
  wrong : int;  (** answers that were not as they should be, or did not come *)
  complaints : string list;  (** what was wrong with the first of them *)
  seconds : float;
  p50_ms : float;
  p99_ms : float;
  max_ms : float;
}

val run : port:int -> Probe.t list -> requests:int -> at_once:int -> report Lwt.t
(** Sends the probes in turn, over and over, until that many requests are sent; each of
    [at_once] clients has one connection, and waits for an answer before it sends the next
    request. Every answer is compared with what its probe says. *)
