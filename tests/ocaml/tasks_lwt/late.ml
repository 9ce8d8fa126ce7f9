(* The loop sleeps, and is to notice what another thread of its domain has started: the first
   use of Rust in this program. *)

external start : (int -> unit) -> int -> unit = "a_start"
external stays : int -> bool Lwt.t = "e_stays"

let () =
  let p, r = Lwt.wait () in
  let thread =
    Thread.create
      (fun () ->
        Thread.delay 0.05;
        (match stays 1 with
        | exception Failure _ -> print_endline "a promise is refused"
        | _ -> print_endline "a promise");
        start (fun n -> Lwt.wakeup r n) 9)
      ()
  in
  let began = Unix.gettimeofday () in
  let outcome =
    match Lwt_main.run (Lwt_unix.with_timeout 10. (fun () -> p)) with
    | n when Unix.gettimeofday () -. began < 5. -> Printf.sprintf "%d, at once" n
    | n -> Printf.sprintf "%d, late" n
    | exception Lwt_unix.Timeout -> "never"
  in
  Thread.join thread;
  print_endline outcome
