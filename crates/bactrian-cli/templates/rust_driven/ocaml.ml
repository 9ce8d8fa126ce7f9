let greet name = Printf.sprintf "Hello, %s!" name

(* What Rust calls is registered; the type is the one that src/lib.rs declares. *)
let () = Callback.register "@module@_ocaml.greet" (greet : string -> string)
