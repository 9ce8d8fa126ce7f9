(* What is left at the end of a program that OCaml starts: roots, a thread of Rust's, and a
   line that Rust has begun. With [OCAMLRUNPARAM=c] the runtime is freed before them. *)

external print : string -> unit = "u_print"
external leave_things : bool -> unit = "u_leave_things"

let () =
  leave_things (Sys.getenv_opt "OCAMLRUNPARAM" = Some "c");
  at_exit (fun () -> print_endline "at_exit");
  print "a line that Rust has begun"
