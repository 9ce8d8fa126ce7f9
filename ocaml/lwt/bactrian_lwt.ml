module Channel = Bactrian.Channel
module Future = Bactrian.Future
module Stream = Bactrian.Stream
module Engine = Engine

external install : unit -> unit = "bactrian_lwt_install"
external tick : unit -> bool = "bactrian_lwt_tick"
external turn : unit -> bool = "bactrian_lwt_turn"
external errand : unit -> int = "bactrian_lwt_errand" [@@noalloc]
external adopt : unit -> bool = "bactrian_lwt_adopt"
external cancel : int -> bool = "bactrian_lwt_cancel"
external wake : int -> bool = "bactrian_lwt_wake"
external pull : int -> 'a option Lwt.t = "bactrian_lwt_pull"
external close : int -> int -> unit = "bactrian_future_close"
external shutdown : unit -> bool = "bactrian_lwt_shutdown"

let task key =
  let promise, resolver = Lwt.task () in
  Lwt.on_cancel promise (fun () -> ignore (cancel key));
  (promise, resolver)

let pair () = Lwt.task ()

(* Lwt counts how deep its callbacks are nested, and does not count back when an exception
   leaves them; it would then defer callbacks for ever. Rust settles promises from the main
   loop, outside of all callbacks, so the count has to be 0. One call takes off one.

   What was deferred meanwhile is run, and may raise as well. *)
let rec leave_callbacks depth exns =
  if depth = 0 then List.rev exns
  else
    match Lwt.abandon_wakeups () with
    | () -> leave_callbacks (depth - 1) exns
    | exception exn -> leave_callbacks depth (exn :: exns)

let escaped exn =
  match leave_callbacks 64 [ exn ] with
  | [] -> ()
  | first :: others ->
      (* One can be raised; the hook had the others already. *)
      ignore others;
      !Lwt.async_exception_hook first

let resolve resolver value = try Lwt.wakeup_later resolver value with exn -> escaped exn
let reject resolver exn = try Lwt.wakeup_later_exn resolver exn with exn -> escaped exn

(* A callback cannot be taken off a promise, but a guard can: when it is cancelled, the
   promise forgets it, and with it the callback. *)
let watch promise key =
  let guard = Lwt.protected promise in
  let wake _ = ignore (wake key) in
  Lwt.on_any guard wake wake;
  guard

(* Clones of a stream share the function, and with it what the collector watches. A pull that
   is under way keeps the stream. *)
let stream key =
  let domain = (Domain.self () :> int) in
  let owned = ref key in
  Gc.finalise (fun owned -> close domain !owned) owned;
  Lwt_stream.from (fun () -> pull !owned)

(* Lwt asks before it sleeps. Work of Rust's own domain is done then, without a trip through
   the descriptor, and outside of Lwt's callbacks. *)
let asked = ref false

let before_sleep () =
  (match errand () with 0 -> () | 1 -> ignore (turn ()) | _ -> ignore (adopt ()));
  asked := true

let hook = ref (Lwt_main.Enter_iter_hooks.add_last before_sleep)

(* There is work for the next turn: a pause keeps Lwt from sleeping until then. Whoever
   removes all hooks (Lwt_main.Enter_iter_hooks.remove_all) removes ours: it is put back when
   a whole turn has gone by without it. *)
let paused = ref false

let rec pause () =
  paused := true;
  asked := false;
  Lwt.on_success (Lwt.pause ()) after_pause

and after_pause () =
  paused := false;
  if errand () <> 0 then (
    if not !asked then (
      Lwt_main.Enter_iter_hooks.remove !hook;
      hook := Lwt_main.Enter_iter_hooks.add_last before_sleep);
    pause ())

let kick () = if not !paused then pause ()

(* Other threads cannot change what the loop watches, but can have it wake up. *)
let adoption = Lwt_unix.make_notification (fun () -> ignore (adopt ()))
let notify () = Lwt_unix.send_notification adoption
let watched = ref None

let attach descriptor =
  let on_readable event = if not (tick ()) then Lwt_engine.stop_event event in
  watched := Some (Lwt_engine.on_readable (Descriptor.of_int descriptor) on_readable)

let detach () =
  Option.iter Lwt_engine.stop_event !watched;
  watched := None

(* {1 Futures in direct style} *)

(* What other threads have for the loop, the last first. *)
let errands : (unit -> unit) list Atomic.t = Atomic.make []

let run_errands () =
  let all = List.rev (Atomic.exchange errands []) in
  List.iter (fun run -> try run () with exn -> escaped exn) all

let errands_wait = Lwt_unix.make_notification run_errands

let rec leave_errand run =
  let before = Atomic.get errands in
  if not (Atomic.compare_and_set errands before (run :: before)) then leave_errand run
  else if before = [] then Lwt_unix.send_notification errands_wait

(* Runs functions on this thread, which is the loop's: now, or when it comes round. *)
let on_this_thread () =
  let thread = Thread.id (Thread.self ()) in
  fun run -> if Thread.id (Thread.self ()) = thread then run () else leave_errand run

let to_lwt_exn = function Future.Cancelled -> Lwt.Canceled | exn -> exn
let of_lwt_exn = function Lwt.Canceled -> Future.Cancelled | exn -> exn

let of_future t =
  match Future.peek t with
  | Some (Ok value) -> Lwt.return value
  | Some (Error exn) -> Lwt.fail (to_lwt_exn exn)
  | None ->
      let on_this_thread = on_this_thread () in
      let promise, resolver = Lwt.task () in
      Lwt.on_cancel promise (fun () -> Future.cancel t);
      Future.on_settled t (fun outcome ->
          on_this_thread (fun () ->
              match outcome with
              | Ok value -> resolve resolver value
              | Error exn -> reject resolver (to_lwt_exn exn)));
      promise

let to_future promise =
  match Lwt.state promise with
  | Lwt.Return value -> Future.return value
  | Lwt.Fail exn -> Future.fail (of_lwt_exn exn)
  | Lwt.Sleep ->
      let on_this_thread = on_this_thread () in
      let on_cancel () = on_this_thread (fun () -> Lwt.cancel promise) in
      let t, settle = Future.make ~on_cancel () in
      let settle outcome = ignore (settle outcome) in
      Lwt.on_any promise
        (fun value -> settle (Ok value))
        (fun exn -> settle (Error (of_lwt_exn exn)));
      t

(* {1 Streams and channels} *)

let of_stream t = Lwt_stream.from (fun () -> of_future (Stream.next_future t))
let to_stream stream = Stream.from (fun () -> to_future (Lwt_stream.get stream))

let send sender value =
  match Channel.try_send sender value with
  | true -> Lwt.return_unit
  | false -> of_future (Channel.send_future sender value)
  | exception exn -> Lwt.fail exn

let () =
  Callback.register "Bactrian_lwt.return" Lwt.return;
  Callback.register "Bactrian_lwt.fail" Lwt.fail;
  Callback.register "Bactrian_lwt.task" task;
  Callback.register "Bactrian_lwt.pair" pair;
  Callback.register "Bactrian_lwt.resolve" resolve;
  Callback.register "Bactrian_lwt.reject" reject;
  Callback.register "Bactrian_lwt.state" Lwt.state;
  Callback.register "Bactrian_lwt.watch" watch;
  Callback.register "Bactrian_lwt.forget" (fun guard -> Lwt.cancel guard);
  Callback.register "Bactrian_lwt.cancel" Lwt.cancel;
  Callback.register "Bactrian_lwt.stream" stream;
  Callback.register "Bactrian_lwt.next" Lwt_stream.get;
  Callback.register "Bactrian_lwt.attach" attach;
  Callback.register "Bactrian_lwt.detach" detach;
  Callback.register "Bactrian_lwt.kick" kick;
  Callback.register "Bactrian_lwt.notify" notify;
  install ();
  (* Lwt runs its exit functions last first, so this one runs when those of the program are
     done, which may still call Rust. *)
  Lwt_main.at_exit (fun () ->
      ignore (shutdown ());
      Lwt.return_unit)
