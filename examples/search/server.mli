(** The HTTP server, in Rust, with its handler in OCaml. *)

open Search_core

type t

val start :
  port:int ->
  handler:(Service.request -> Service.response Lwt.t) ->
  failed:(exn -> Service.response) ->
  t
(** Listens on a port of 127.0.0.1, or on a free one for 0. Each request goes to
    [handler], in the loop of Lwt; when that fails, with an exception of OCaml or a panic
    of Rust, the answer is what [failed] makes of the exception.

    @raise Failure if the port is not to be had. *)

val port : t -> int

val stop : t -> unit
(** Stops listening and ends all connections. *)

val seen : t -> Rust.seen
(** What it has seen so far. *)
