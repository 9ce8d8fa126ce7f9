(* What a module does when it is initialised: set by the test through the environment. *)

let () =
  match Sys.getenv_opt "DRIVEN_INITIALISER" with
  | None -> ()
  | Some what -> (
      print_string "initialiser; ";
      at_exit (fun () -> print_endline "at_exit of the initialiser");
      match what with
      | "raise" -> failwith "no configuration"
      | "exit" -> exit 3
      | "thread" ->
          (* A Rust thread uses OCaml while the modules are not all initialised. *)
          print_endline (External.on_another_thread (fun () -> "from a thread"))
      | _ -> ())
