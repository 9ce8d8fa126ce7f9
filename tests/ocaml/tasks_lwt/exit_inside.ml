(* The program exits in the middle of a continuation of a Rust task, while others wait. *)

external yield : int -> int Lwt.t = "a_yield"
external sleep : int -> int Lwt.t = "a_sleep"
external drops : unit -> int = "a_drops"

let () =
  at_exit (fun () -> print_endline "at_exit: Stdlib");
  Lwt_main.at_exit (fun () ->
      Lwt.map (Printf.printf "Lwt_main.at_exit: Rust still answers %d\n%!") (yield 3));
  Lwt.on_failure (sleep 60_000) (function
    | Bactrian.Dropped what -> Printf.printf "dropped: %s, %d guard\n%!" what (drops ())
    | exn -> print_endline (Printexc.to_string exn));
  Lwt_main.run
    (Lwt.bind (yield 1) (fun _ ->
         print_endline "exiting";
         exit 0))
