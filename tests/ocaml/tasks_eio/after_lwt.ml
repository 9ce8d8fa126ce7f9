(* Eio's loop and Lwt's take turns on one thread. A program of its own: once Lwt is the host of the
   first domain, it stays so. *)

module Future = Bactrian.Future

external yield : int -> int Future.t = "f_yield"
external sleep : int -> int Future.t = "f_sleep"
external lwt_yield : int -> int Lwt.t = "a_yield"
external lwt_sleep : int -> int Lwt.t = "a_sleep"

let in_lwt () =
  assert (Lwt_main.run (lwt_yield 3) = 3);
  assert (Lwt_main.run (lwt_sleep 2) = 2)

let in_eio () =
  Eio_main.run @@ fun _ ->
  Bactrian_eio.run @@ fun () ->
  assert (Future.await (yield 3) = 3);
  assert (Future.await (sleep 2) = 2)

let in_thread () =
  assert (Future.await (yield 3) = 3);
  assert (Future.await (sleep 2) = 2)

let () =
  (* A wake-up that is lost is heard of. *)
  ignore (Unix.alarm 60);
  for _ = 1 to 3 do
    in_lwt ();
    in_eio ();
    in_thread ()
  done
