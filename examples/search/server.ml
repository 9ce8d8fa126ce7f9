open Search_core

type t = { number : int; port : int }
type seen = { requests : int; answers : int; abandoned : int; broken : int }

external rust_start :
  int ->
  (Service.request -> Service.response Lwt.t) ->
  (exn -> Service.response) ->
  int * int = "search_server_start"

external rust_stop : int -> unit = "search_server_stop"
external rust_seen : int -> seen = "search_server_seen"

let start ~port ~handler ~failed =
  let number, port = rust_start port handler failed in
  { number; port }

let port server = server.port
let stop server = rust_stop server.number
let seen server = rust_seen server.number
