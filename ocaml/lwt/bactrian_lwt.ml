module Engine = Engine

external install : unit -> unit = "bactrian_lwt_install"
external tick : unit -> unit = "bactrian_lwt_tick"
external turn : unit -> unit = "bactrian_lwt_turn"
external due : unit -> bool = "bactrian_lwt_due" [@@noalloc]
external orphan : unit -> bool = "bactrian_lwt_orphan" [@@noalloc]
external adopt : unit -> unit = "bactrian_lwt_adopt"
external cancel : int -> unit = "bactrian_lwt_cancel"
external wake : int -> unit = "bactrian_lwt_wake"
external shutdown : unit -> unit = "bactrian_lwt_shutdown"
external close : unit -> unit = "bactrian_lwt_close"

let task key =
  let promise, resolver = Lwt.task () in
  Lwt.on_cancel promise (fun () -> cancel key);
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
let watch promise key = Lwt.on_any promise (fun _ -> wake key) (fun _ -> wake key)

(* Lwt asks before it sleeps. Work of Rust's own domain is done then, without a trip through
   the descriptor; the pause makes Lwt look at its promises before it sleeps. *)
let before_sleep () =
  if due () then (
    ignore (Lwt.pause ());
    turn ())

let attach descriptor =
  let event = Lwt_engine.on_readable (Descriptor.of_int descriptor) (fun _ -> tick ()) in
  let hook = Lwt_main.Enter_iter_hooks.add_last before_sleep in
  if not (Domain.is_main_domain ()) then
    Domain.at_exit (fun () ->
        Lwt_engine.stop_event event;
        Lwt_main.Enter_iter_hooks.remove hook;
        close ())

let () =
  Callback.register "Bactrian_lwt.return" Lwt.return;
  Callback.register "Bactrian_lwt.fail" Lwt.fail;
  Callback.register "Bactrian_lwt.task" task;
  Callback.register "Bactrian_lwt.pair" pair;
  Callback.register "Bactrian_lwt.resolve" resolve;
  Callback.register "Bactrian_lwt.reject" reject;
  Callback.register "Bactrian_lwt.state" Lwt.state;
  Callback.register "Bactrian_lwt.watch" watch;
  Callback.register "Bactrian_lwt.cancel" Lwt.cancel;
  Callback.register "Bactrian_lwt.attach" attach;
  install ();
  (* Rust may have made an executor for an argument of a plain function. *)
  ignore (Lwt_main.Enter_iter_hooks.add_first (fun () -> if orphan () then adopt ()));
  (* Lwt runs its exit functions last first, so this one runs when those of the program are
     done, which may still call Rust. *)
  Lwt_main.at_exit (fun () ->
      shutdown ();
      Lwt.return_unit)
