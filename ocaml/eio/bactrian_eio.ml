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
  let switch = ref None in
  (* A fibre for an OCaml function that Rust calls: called by [turn], or by [main]. *)
  let fork body = Eio.Fiber.fork ~sw:(Option.get !switch) body in
  Host.using ~fork ~prepare_for_await (fun () ->
      Eio.Switch.run ~name:"Bactrian_eio.run" (fun sw ->
          switch := Some sw;
          let descriptor = Host.descriptor () in
          Eio.Fiber.fork_daemon ~sw (fun () ->
              while true do
                Eio_unix.await_readable descriptor;
                turn ()
              done;
              `Stop_daemon);
          main ()))
