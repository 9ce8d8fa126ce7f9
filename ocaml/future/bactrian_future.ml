module Future = Bactrian.Future

external install : unit -> unit = "bactrian_future_install"
external sleeper : unit -> int = "bactrian_future_sleeper"
external release : int -> unit = "bactrian_future_release"
external wait : int -> bool = "bactrian_future_wait"
external stop : int -> unit = "bactrian_future_stop"
external turn : unit -> unit = "bactrian_future_turn"
external cancel : int -> int -> unit = "bactrian_future_cancel"
external sleep : float -> unit Future.t = "bactrian_future_sleep"
external attach : unit -> bool = "bactrian_future_attach"
external detach : unit -> unit = "bactrian_future_detach"
external suspends : bool -> unit = "bactrian_future_suspends" [@@noalloc]
external everywhere : bool -> unit = "bactrian_future_everywhere" [@@noalloc]
external descriptor : unit -> int = "bactrian_future_descriptor"
external shutdown : unit -> unit = "bactrian_future_shutdown"

(* {1 Threads without a scheduler} *)

let block key =
  while not (wait key) do
    ()
  done

let plain () =
  let key = sleeper () in
  {
    Future.release = (fun () -> release key);
    await = (fun () -> Fun.protect (fun () -> block key) ~finally:(fun () -> stop key));
  }

(* {1 Schedulers} *)

type suspend = unit -> Future.trigger

(* How the threads of a domain that have a scheduler wait, by their numbers. *)
let schedulers : (int * suspend) list ref Domain.DLS.key =
  Domain.DLS.new_key (fun () -> ref [])

(* How those wait that have none, in every domain: a record each, to be told by its address. *)
type anyone = { suspend : suspend }

let anyones : anyone list Atomic.t = Atomic.make []

let rec update change =
  let before = Atomic.get anyones in
  if not (Atomic.compare_and_set anyones before (change before)) then update change

let without_scheduler () =
  match Atomic.get anyones with [] -> plain () | anyone :: _ -> anyone.suspend ()

let prepare () =
  match !(Domain.DLS.get schedulers) with
  | [] -> without_scheduler ()
  | known -> (
      match List.assq_opt (Thread.id (Thread.self ())) known with
      | None -> without_scheduler ()
      | Some suspend -> suspend ())

module Host = struct
  type trigger = Future.trigger = { release : unit -> unit; await : unit -> unit }

  (* On Unix, [Unix.file_descr] is [int]. *)
  let descriptor () : Unix.file_descr = Obj.magic (descriptor () : int)
  let turn = turn

  let suspending ~prepare_for_await body =
    let known = Domain.DLS.get schedulers in
    let id = Thread.id (Thread.self ()) in
    let before = List.assq_opt id !known in
    let others () = List.filter (fun (other, _) -> other <> id) !known in
    known := (id, prepare_for_await) :: others ();
    suspends true;
    Fun.protect body ~finally:(fun () ->
        match before with
        | None ->
            known := others ();
            suspends false
        | Some suspend -> known := (id, suspend) :: others ())

  let hosting body =
    let attached = attach () in
    Fun.protect body ~finally:(fun () -> if attached then detach ())

  let using ~prepare_for_await body =
    hosting (fun () -> suspending ~prepare_for_await body)

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
        let key = sleeper () in
        ignore (attach ());
        key
      with
      | exception exn -> answer (Error exn)
      | key ->
          answer (Ok key);
          let rec go () =
            match block key with
            | () -> ()
            | exception exn ->
                !Future.uncaught_exception_hook exn (Printexc.get_raw_backtrace ());
                go ()
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
    let anyone = { suspend = prepare_for_await } in
    update (List.cons anyone);
    everywhere true;
    Fun.protect body ~finally:(fun () ->
        everywhere false;
        update (List.filter (( != ) anyone)))
end

(* A domain in which something waits while nobody says who polls it: a thread does, until the domain ends. *)
let driven =
  Domain.DLS.new_key (fun () ->
      match Host.drive () with
      | stop -> Domain.at_exit stop
      | exception Failure _ -> () (* It has a host. *))

let pending key =
  if Atomic.get anyones != [] then Domain.DLS.get driven;
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
  Future.prepare := prepare;
  Future.timer := sleep;
  Future.turn := turn;
  install ();
  (* Registered early, so run late: what the program does at exit may still await. *)
  at_exit shutdown
