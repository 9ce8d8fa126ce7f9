type t = { number : int; port : int }

let start ~port ~handler ~failed =
  let number, port = Rust.server_start ~port ~handler ~failed in
  { number; port }

let port server = server.port
let stop server = Rust.server_stop server.number
let seen server = Rust.server_seen server.number
