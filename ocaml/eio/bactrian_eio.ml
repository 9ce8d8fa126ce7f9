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
     adding to a stream that is never full performs none. A call stays where it is until its fibre begins. *)
  let calls = Queue.create () and rung = Eio.Stream.create max_int in
  let fork body =
    Queue.add body calls;
    Eio.Stream.add rung ()
  in
  let call () = Option.iter (fun body -> body ()) (Queue.take_opt calls) in
  (* Those whose fibre never began, since this ends: Rust waits for them. *)
  let call_the_rest () = Queue.iter (fun body -> ignore (Thread.create body ())) calls in
  Fun.protect ~finally:call_the_rest @@ fun () ->
  Host.using ~fork ~prepare_for_await (fun () ->
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
          forever (fun () ->
              Eio.Stream.take rung;
              Eio.Fiber.fork ~sw call);
          main ()))
