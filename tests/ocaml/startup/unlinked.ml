(* Without the OCaml library [bactrian], nobody tells Rust that OCaml runs. *)

external init : unit -> (unit, string) result = "u_init"
external on_thread : (int -> int) -> string * int = "u_on_thread"

let () =
  let error, result = on_thread (fun n -> 2 * n) in
  print_endline error;
  print_endline (string_of_int result);
  match init () with
  | Ok () -> print_endline "it started"
  | Error message -> print_endline message
