module Channel = Bactrian.Channel
module Future = Bactrian.Future
module Stream = Bactrian.Stream

external install : unit -> unit = "bactrian_future_install"
external sleeper : unit -> int = "bactrian_future_sleeper"
external release : int -> unit = "bactrian_future_release"
external wait : int -> bool = "bactrian_future_wait"
external stop : int -> unit = "bactrian_future_stop"
external turn : unit -> unit = "bactrian_future_turn"
external cancel : int -> int -> unit = "bactrian_future_cancel"
external wake : int -> int -> unit = "bactrian_future_wake"
external sleep : float -> unit Future.t = "bactrian_future_sleep"
external pull : int -> int -> 'a option Future.t = "bactrian_future_pull"
external close : int -> int -> unit = "bactrian_future_close"
external attach : unit -> bool = "bactrian_future_attach"
external detach : unit -> unit = "bactrian_future_detach"
external hosted : unit -> bool = "bactrian_future_hosted" [@@noalloc]
external suspends : bool -> unit = "bactrian_future_suspends" [@@noalloc]
external everywhere : bool -> unit = "bactrian_future_everywhere" [@@noalloc]
external descriptor : unit -> int = "bactrian_future_descriptor"
external shutdown : unit -> unit = "bactrian_future_shutdown"

(* {1 Threads without a scheduler} *)

let wait_for key =
  while not (wait key) do
    ()
  done

let plain () =
  let key = sleeper () in
  {
    Future.release = (fun () -> release key);
    await = (fun () -> Fun.protect (fun () -> wait_for key) ~finally:(fun () -> stop key));
  }

(* {1 Schedulers} *)

type scheduler = {
  prepare_for_await : unit -> Future.trigger;
  fork : ((unit -> unit) -> unit) option;
}

(* Those of the threads of a domain, by their numbers. *)
let schedulers : (int * scheduler) list Atomic.t Domain.DLS.key =
  Domain.DLS.new_key (fun () -> Atomic.make [])

(* Those of threads that have none of their own, in every domain. *)
let anyones : scheduler list Atomic.t = Atomic.make []

let rec update list change =
  let before = Atomic.get list in
  if not (Atomic.compare_and_set list before (change before)) then update list change

let scheduler () =
  let own =
    match Atomic.get (Domain.DLS.get schedulers) with
    | [] -> None
    | known -> List.assq_opt (Thread.id (Thread.self ())) known
  in
  match (own, Atomic.get anyones) with None, anyone :: _ -> Some anyone | own, _ -> own

let prepare () =
  match scheduler () with
  | None -> plain ()
  | Some scheduler -> scheduler.prepare_for_await ()

(* {1 Functions of OCaml that Rust calls} *)

let fork body =
  match scheduler () with
  | Some { fork = Some fork; _ } -> fork body
  | Some { fork = None; _ } | None -> ignore (Thread.create body ())

let spawn body =
  let t, resolve = Future.make () in
  fork (fun () ->
      let result = match body () with value -> Ok value | exception exn -> Error exn in
      ignore (resolve result));
  t

let lift1 f a = spawn (fun () -> f a)
let lift2 f a b = spawn (fun () -> f a b)
let lift3 f a b c = spawn (fun () -> f a b c)
let lift4 f a b c d = spawn (fun () -> f a b c d)
let lift5 f a b c d e = spawn (fun () -> f a b c d e)
let lift6 f a b c d e g = spawn (fun () -> f a b c d e g)
let lift7 f a b c d e g h = spawn (fun () -> f a b c d e g h)
let lift8 f a b c d e g h i = spawn (fun () -> f a b c d e g h i)
let lift9 f a b c d e g h i j = spawn (fun () -> f a b c d e g h i j)

(* {1 Futures that Rust awaits} *)

(* As [Lwt.state]: Rust reads it. *)
type 'a state = Return of 'a | Fail of exn | Sleep

let state t =
  match Future.peek t with
  | Some (Ok value) -> Return value
  | Some (Error exn) -> Fail exn
  | None -> Sleep

let watch t key =
  let domain = (Domain.self () :> int) in
  Future.watch t (fun () -> wake domain key)

(* {1 Channels of Rust's} *)

type owned

external channel_try_send : owned -> 'a -> bool = "bactrian_channel_try_send"
external channel_send : owned -> 'a -> unit Future.t = "bactrian_channel_send"
external channel_close : owned -> unit = "bactrian_channel_close"
external channel_fail : owned -> exn -> unit = "bactrian_channel_fail"

let sender owned =
  Channel.sender ~try_send:(channel_try_send owned) ~send:(channel_send owned)
    ~close:(fun () -> channel_close owned)
    ~fail:(channel_fail owned)

module Host = struct
  type trigger = Future.trigger = { release : unit -> unit; await : unit -> unit }

  (* On Unix, [Unix.file_descr] is [int]. *)
  let descriptor () : Unix.file_descr = Obj.magic (descriptor () : int)
  let turn = turn

  let or_block trigger =
    let released = Atomic.make false and blocked = Atomic.make None in
    let release () =
      Atomic.set released true;
      trigger.release ();
      Option.iter (fun plain -> plain.release ()) (Atomic.get blocked)
    in
    let await () =
      try trigger.await ()
      with Effect.Unhandled _ ->
        let plain = plain () in
        Atomic.set blocked (Some plain);
        if Atomic.get released then plain.release ();
        plain.await ()
    in
    { release; await }

  let block = plain

  (* Calls may end in another order than they began in, in fibres: each takes its own entry off. *)
  let suspending ?fork ~prepare_for_await body =
    let known = Domain.DLS.get schedulers in
    let id = Thread.id (Thread.self ()) in
    let entry = (id, { prepare_for_await; fork }) in
    update known (List.cons entry);
    suspends true;
    Fun.protect body ~finally:(fun () ->
        update known (List.filter (fun other -> other != entry));
        suspends (List.mem_assq id (Atomic.get known)))

  (* How many calls there are on this domain's host, and whether they made it that. *)
  let hosts = Domain.DLS.new_key (fun () -> ref (0, false))

  let hosting body =
    let calls = Domain.DLS.get hosts in
    let attached = attach () in
    (calls := match !calls with 0, _ -> (1, attached) | n, made -> (n + 1, made));
    Fun.protect body ~finally:(fun () ->
        let n, made = !calls in
        calls := (n - 1, made);
        if n = 1 && made then detach ())

  let using ?fork ~prepare_for_await body =
    hosting (fun () -> suspending ?fork ~prepare_for_await body)

  (* A thread that waits for nothing but the end, and how to end it. *)
  let drive () =
    let mutex = Mutex.create () and started = Condition.create () in
    let state = ref None in
    let drive () =
      let answer result =
        Mutex.protect mutex (fun () -> state := Some result);
        Condition.signal started
      in
      match
        ignore (attach ());
        sleeper ()
      with
      | exception exn -> answer (Error exn)
      | key ->
          answer (Ok key);
          let rec go () =
            match wait_for key with
            | () -> ()
            | exception exn -> (
                !Future.uncaught_exception_hook exn (Printexc.get_raw_backtrace ());
                (* Unless the domain has ended: nothing comes up any more. *)
                match attach () with
                | _ -> go ()
                | exception Failure _ -> ())
          in
          go ();
          stop key;
          detach ()
    in
    let thread = Thread.create drive () in
    let answer =
      Mutex.protect mutex (fun () ->
          while !state = None do
            Condition.wait started mutex
          done;
          Option.get !state)
    in
    match answer with
    | Error exn ->
        Thread.join thread;
        raise exn
    | Ok key ->
        fun () ->
          release key;
          Thread.join thread

  let with_driver body =
    let stop = drive () in
    Fun.protect body ~finally:stop

  let everywhere ~prepare_for_await body =
    let anyone = { prepare_for_await; fork = None } in
    update anyones (List.cons anyone);
    everywhere true;
    Fun.protect body ~finally:(fun () ->
        everywhere false;
        update anyones (List.filter (( != ) anyone)))
end

(* A domain in which something waits while nobody says who polls it: a thread does, from then on until the domain ends. Asked
   each time, since a host that there is may end before. *)
let somebody_polls () =
  if Atomic.get anyones != [] && not (hosted ()) then
    match Host.drive () with
    | stop -> Domain.at_exit stop
    | exception Failure _ -> () (* One has come meanwhile. *)

(* Another domain may be the only one that ever waits for an element, and this one does nothing else. *)
let stream key =
  somebody_polls ();
  let domain = (Domain.self () :> int) in
  Stream.from_owned ~close:(fun () -> close domain key) (fun () -> pull domain key)

let pending key =
  somebody_polls ();
  let domain = (Domain.self () :> int) in
  Future.pending (fun () -> cancel domain key)

let () =
  Callback.register "Bactrian_future.returned" Future.return;
  Callback.register "Bactrian_future.raised" (fun exn -> Future.fail exn);
  Callback.register "Bactrian_future.pending" pending;
  Callback.register "Bactrian_future.return" (fun t value ->
      ignore (Future.resolve t (Ok value)));
  Callback.register "Bactrian_future.raise" (fun t exn ->
      ignore (Future.resolve t (Error exn)));
  Callback.register "Bactrian_future.state" state;
  Callback.register "Bactrian_future.watch" watch;
  Callback.register "Bactrian_future.forget" (fun unwatch -> unwatch ());
  Callback.register "Bactrian_future.cancel" Future.cancel;
  Callback.register "Bactrian_future.promise" (fun () -> Future.pending ignore);
  Callback.register "Bactrian_future.stream" stream;
  Callback.register "Bactrian_future.next" Stream.next_future;
  Callback.register "Bactrian_future.close" Stream.close;
  Callback.register "Bactrian_future.sender" sender;
  Callback.register "Bactrian_future.lift1" lift1;
  Callback.register "Bactrian_future.lift2" lift2;
  Callback.register "Bactrian_future.lift3" lift3;
  Callback.register "Bactrian_future.lift4" lift4;
  Callback.register "Bactrian_future.lift5" lift5;
  Callback.register "Bactrian_future.lift6" lift6;
  Callback.register "Bactrian_future.lift7" lift7;
  Callback.register "Bactrian_future.lift8" lift8;
  Callback.register "Bactrian_future.lift9" lift9;
  Future.prepare := prepare;
  Future.timer := sleep;
  Future.turn := turn;
  install ();
  (* Registered early, so run late: what the program does at exit may still await. *)
  at_exit shutdown
