(** The whole system under its own load. *)

val handler :
  Index.t ->
  ?others:(string * (unit -> Search_core.Service.response Lwt.t)) list ->
  Search_core.Service.request ->
  Search_core.Service.response Lwt.t
(** The service over an index. *)

val failed : exn -> Search_core.Service.response
(** Status 500, and which exception it was: a panic of Rust is told from an exception of
    OCaml. *)

val run : Index.t -> port:int -> requests:int -> at_once:int -> bool Lwt.t
(** Serves on a port, a free one for 0, drives itself over TCP with requests that must
    succeed and requests that must fail, shows a table, and says whether every answer was
    as it should be, no request was lost and the memory did not grow. *)
