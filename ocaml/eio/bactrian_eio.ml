module Future = Bactrian.Future
module Host = Bactrian_future.Host

(* Eio installs its own in each of its loops: it suspends the fibre, and is left by
   [Cancelled] when that is cancelled. *)
let prepare_for_await () =
  let trigger = Domain_local_await.prepare_for_await () in
  { Host.release = trigger.release; await = trigger.await }

let turn () =
  match Host.turn () with
  | () -> ()
  | exception exn -> !Future.uncaught_exception_hook exn (Printexc.get_raw_backtrace ())

let run main =
  Host.using ~prepare_for_await (fun () ->
      Eio.Switch.run ~name:"Bactrian_eio.run" (fun sw ->
          let descriptor = Host.descriptor () in
          Eio.Fiber.fork_daemon ~sw (fun () ->
              while true do
                Eio_unix.await_readable descriptor;
                turn ()
              done;
              `Stop_daemon);
          main ()))
