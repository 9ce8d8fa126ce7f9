(* Calls OCaml from Rust without the bindings, which would have registered the functions. The linker is told to drop what
   nobody mentions, which must not be what Rust says about itself. *)

external call_twice : int -> int = "call_twice"

let () =
  (match Bactrian.check_imports "engine" with
  | () -> print_endline "nothing is missing"
  | exception Failure message -> print_endline message);
  Bactrian.check_imports "another crate";
  match call_twice 1 with
  | n -> print_int n
  | exception Bactrian.Rust_panic (message, _) -> print_endline message
