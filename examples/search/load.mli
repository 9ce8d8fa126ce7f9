(** The client that drives the server, in Rust, on a thread of its own. *)

open Search_core

val run : port:int -> Probe.t list -> requests:int -> at_once:int -> Rust.report Lwt.t
(** Sends the probes in turn, over and over, until that many requests are sent; each of
    [at_once] clients has one connection, and waits for an answer before it sends the next
    request. Every answer is compared with what its probe says. *)
