module Channel = Channel
module Collections = Collections
module Future = Future
module Inspect = Inspect
module Rust_value = Rust_value
module Stream = Stream

exception Rust_panic of string * string
exception Dropped of string

external start : unit -> unit = "bactrian_start"
external flush : unit -> unit = "bactrian_flush"
external check_imports : string -> unit = "bactrian_check_imports"

let link () = ()

let print = function
  | Rust_panic (message, location) ->
      Some (Printf.sprintf "Rust panic: %s (%s)" message location)
  | Dropped what -> Some (Printf.sprintf "the Rust task of %s was dropped" what)
  | _ -> None

let () =
  Callback.register_exception "Bactrian.Rust_panic" (Rust_panic ("", ""));
  Callback.register_exception "Bactrian.Dropped" (Dropped "");
  Callback.register_exception "Bactrian.Channel.Closed" Channel.Closed;
  Printexc.register_printer print;
  start ();
  Rust_closure.register ();
  (* OCaml's exit ends the process without Rust's. The last drops come before: they may print. *)
  at_exit flush;
  Rust_value.register ()
