(* A program that forgot the library bactrian-lwt. *)

external yield : int -> int Lwt.t = "a_yield"

let () =
  match yield 1 with
  | _ -> print_endline "a promise"
  | exception Failure message -> print_endline message
