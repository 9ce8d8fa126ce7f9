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

type seen = {
  requests : int;  (** whose head was read to its end *)
  answers : int;  (** which were given *)
  abandoned : int;  (** requests whose client had gone before the answer *)
  broken : int;  (** connections that ended in the middle of a request *)
}
(** What it has seen so far. *)

val seen : t -> seen
