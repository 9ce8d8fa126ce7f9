module Future = Bactrian.Future
module Host = Bactrian_future.Host

(* Eio installs its own in each of its loops: it suspends the fibre, and is left by
   [Cancelled] when that is cancelled. *)
let prepare_for_await () =
  let trigger = Domain_local_await.prepare_for_await () in
  Host.or_block { release = trigger.release; await = trigger.await }

let turn () =
  match Host.turn () with
  | () -> ()
  | exception exn -> !Future.uncaught_exception_hook exn (Printexc.get_raw_backtrace ())

let run main =
  (* OCaml functions that Rust calls, for a fibre each. They come in the midst of Rust, where no effect reaches Eio, and
     adding to a stream that is never full performs none. *)
  let calls = Eio.Stream.create max_int in
  Host.using ~fork:(Eio.Stream.add calls) ~prepare_for_await (fun () ->
      Eio.Switch.run ~name:"Bactrian_eio.run" (fun sw ->
          let descriptor = Host.descriptor () in
          let forever body =
            Eio.Fiber.fork_daemon ~sw (fun () ->
                while true do
                  body ()
                done;
                `Stop_daemon)
          in
          forever (fun () ->
              Eio_unix.await_readable descriptor;
              turn ());
          forever (fun () -> Eio.Fiber.fork ~sw (Eio.Stream.take calls));
          main ()))
