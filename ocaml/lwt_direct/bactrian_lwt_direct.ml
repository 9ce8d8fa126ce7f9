module Host = Bactrian_future.Host

external adopt : unit -> bool = "bactrian_lwt_adopt"

(* Lwt's loop may be about to sleep, when its hook that resumes sections has been called: a
   pause has it make another turn. *)
let stay_awake () = if Lwt.paused_count () = 0 then ignore (Lwt.pause () : unit Lwt.t)

let fork body =
  Lwt_direct.spawn_in_the_background body;
  stay_awake ()

let wake resolver =
  Lwt.wakeup_later resolver ();
  stay_awake ()

(* What other threads have released, which must not touch Lwt's promises themselves. *)
let mutex = Mutex.create ()
let released : unit Lwt.u Queue.t = Queue.create ()

let wake_released () =
  let all = Queue.create () in
  Mutex.protect mutex (fun () -> Queue.transfer released all);
  Queue.iter wake all

let notification = lazy (Lwt_unix.make_notification wake_released)

type state = Waiting | Released | Blocked of (unit -> unit)

let prepare ~notification ~loop ~block () =
  let promise, resolver = Lwt.wait () in
  let state = Atomic.make Waiting in
  let release () =
    match Atomic.exchange state Released with
    | Released -> ()
    | Blocked release -> release ()
    | Waiting ->
        if Thread.id (Thread.self ()) = loop then wake resolver
        else (
          Mutex.protect mutex (fun () -> Queue.add resolver released);
          Lwt_unix.send_notification notification)
  in
  let await () =
    try Lwt_direct.await promise
    with Effect.Unhandled _ ->
      (* Not in a section: the loop stands still until this thread goes on. *)
      let trigger : Host.trigger = block () in
      if Atomic.compare_and_set state Waiting (Blocked trigger.release) then
        trigger.await ()
      else (
        trigger.release ();
        trigger.await ())
  in
  { Host.release; await }

let using body =
  let notification = Lazy.force notification in
  let loop = Thread.id (Thread.self ()) in
  (* The executor of this domain is there, and Lwt's loop serves it. *)
  ignore (Host.descriptor ());
  ignore (adopt ());
  Host.suspending ~fork
    ~prepare_for_await:(prepare ~notification ~loop ~block:Host.block)
    body

let run body =
  using (fun () ->
      let result = Lwt_direct.spawn body in
      stay_awake ();
      Lwt_main.run result)
