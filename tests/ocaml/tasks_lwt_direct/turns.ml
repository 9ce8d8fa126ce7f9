(* Lwt's loop and other threads of its domain, which await without it. What runs first decides, so each case is a program. *)

module Future = Bactrian.Future

external lwt_yield : int -> int Lwt.t = "a_yield"
external sleep : int -> int Future.t = "f_sleep"
external bound_wait : int -> int Future.t = "t_bound_wait"
external signal : int -> int -> bool = "f_signal"

let in_thread body = Thread.join (Thread.create body ())

(* The thread of the loop ends; it stays the loop's. *)
let loop_ended () =
  in_thread (fun () -> assert (Lwt_main.run (lwt_yield 3) = 3));
  assert (Future.await (sleep 2) = 2);
  in_thread (fun () -> assert (Future.await (sleep 2) = 2));
  in_thread (fun () -> assert (Lwt_main.run (lwt_yield 3) = 3))

(* What came up for the thread of the loop, before it was that. *)
let handed_over () =
  let t = bound_wait 1 in
  in_thread (fun () ->
      assert (signal 1 7);
      (* It looks, and that is not for it. *)
      ignore (Future.poll (fst (Future.make ()))));
  assert (Lwt_main.run (Bactrian_lwt.of_future t) = 7)

(* The engine looks at the reactor in which another thread sleeps. *)
let engine_beside () =
  Lwt_engine.set (new Bactrian_lwt.Engine.t);
  let t, settle = Future.make () in
  let thread = Thread.create (fun () -> Future.await t) () in
  Thread.delay 0.05;
  let rec turns n =
    if n = 0 then Lwt.return 0 else Lwt.bind (Lwt.pause ()) (fun () -> turns (n - 1))
  in
  assert (Lwt_main.run (turns 10) = 0);
  assert (Lwt_main.run (Lwt.map (fun () -> 0) (Lwt_unix.sleep 0.01)) = 0);
  ignore (settle (Ok ()));
  Thread.join thread

let () =
  (* A wake-up that is lost is heard of. *)
  ignore (Unix.alarm 60);
  match Sys.argv.(1) with
  | "loop_ended" -> loop_ended ()
  | "handed_over" -> handed_over ()
  | "engine_beside" -> engine_beside ()
  | other -> failwith other
