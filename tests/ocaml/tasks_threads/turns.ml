(* The threads of a domain take turns: one polls while another one sleeps, drops or ends. *)

module Future = Bactrian.Future
module Host = Bactrian_future.Host
module Stream = Bactrian.Stream

external lost_with_their_thread : int -> int -> int Future.t = "t_lost_with_their_thread"
external slow : unit -> string Future.t = "t_slow"
external slow_aborted : unit -> bool Future.t = "t_slow_aborted"
external whole : unit -> int = "t_whole"
external queue_and_call : int -> (int -> bool) -> bool Future.t = "t_queue_and_call"
external bound_wait : int -> int Future.t = "t_bound_wait"
external bound_and_call : int -> (int -> bool) -> bool Future.t = "t_bound_and_call"
external leave : unit -> unit Future.t = "t_leave"
external left_is_lost : unit -> bool Future.t = "t_left_is_lost"
external stays : int -> int Stream.t = "s_stays"
external wait : int -> int Future.t = "f_wait"
external signal : int -> int -> bool = "f_signal"

let number =
  let last = Atomic.make 5_000_000 in
  fun () -> Atomic.fetch_and_add last 1

(* Nothing takes so long that does not stand still. *)
let in_time what t =
  match Future.await_timeout t 30. with
  | Some result -> result
  | None -> Alcotest.failf "%s: it stands still" what

(* Another thread, that waits all the while, and so polls for all. *)
let beside body =
  let n = number () in
  let asleep = Atomic.make false in
  let thread =
    Thread.create
      (fun () ->
        let waiting = wait n in
        Atomic.set asleep true;
        ignore (Future.await waiting))
      ()
  in
  while not (Atomic.get asleep) do
    Thread.yield ()
  done;
  Thread.delay 0.01;
  Fun.protect body ~finally:(fun () ->
      ignore (signal n 0);
      Thread.join thread)

let thread_ends () =
  List.iter
    (fun count ->
      let n = number () in
      let t = lost_with_their_thread count n in
      Thread.join (Thread.create (fun () -> ignore (Future.await (wait n))) ());
      Alcotest.(check int) "all are lost" count (in_time "tasks of a thread that ended" t))
    [ 1; 20; 500 ]

let dropped () =
  beside @@ fun () ->
  let before = whole () in
  for _ = 1 to 20 do
    let t = slow () in
    Future.cancel t;
    match Future.await t with
    | _ -> Alcotest.fail "it was cancelled"
    | exception Future.Cancelled -> ()
  done;
  Alcotest.(check int) "dropped whole" 20 (whole () - before)

let aborted () =
  beside @@ fun () ->
  let before = whole () in
  for _ = 1 to 20 do
    Alcotest.(check bool)
      "aborted" true
      (in_time "a task that is aborted" (slow_aborted ()))
  done;
  Alcotest.(check int) "dropped whole" 20 (whole () - before)

let looked_at () =
  let t, settle = Future.make () in
  let waiter = Thread.create (fun () -> Future.await t) () in
  Thread.delay 0.02;
  (* It sleeps in the reactor; to look is not to wait for it. *)
  let other, _ = Future.make () in
  for _ = 1 to 100 do
    if Future.poll other <> None then Alcotest.fail "nobody settled it"
  done;
  ignore (settle (Ok ()));
  Thread.join waiter

let called () =
  Host.with_driver @@ fun () ->
  for _ = 1 to 20 do
    let n = number () in
    let waiting = wait n in
    (* It sleeps again. *)
    Thread.delay 0.002;
    let done_ _ = Future.await_timeout waiting 20. = Some 1 in
    let start = Unix.gettimeofday () in
    Alcotest.(check bool) "the signal" true (Future.await (queue_and_call n done_));
    if Unix.gettimeofday () -. start > 19. then Alcotest.fail "nobody was told"
  done

let polled () =
  Host.with_driver @@ fun () ->
  for _ = 1 to 20 do
    let n = number () in
    let waiting = wait n in
    Thread.delay 0.002;
    let late = Unix.gettimeofday () +. 10. in
    let rec look _ =
      match Future.poll waiting with
      | Some outcome -> outcome = Ok 1
      | None ->
          Thread.yield ();
          Unix.gettimeofday () < late && look ()
    in
    Alcotest.(check bool)
      "it comes" true
      (Future.await (queue_and_call n (fun _ -> look ())))
  done

let in_hand () =
  Host.with_driver @@ fun () ->
  for _ = 1 to 10 do
    let n = number () and m = number () in
    let second = bound_wait m in
    let first = bound_and_call n (fun _ -> Future.await_timeout second 10. = Some 7) in
    ignore (signal n 0);
    ignore (signal m 7);
    Alcotest.(check bool) "the second has its turn" true (Future.await first)
  done

let until test =
  while not (test ()) do
    Thread.delay 0.001
  done

let dropped_in_time what t =
  match in_time what t with
  | _ -> Alcotest.failf "%s: it was not dropped" what
  | exception Bactrian.Dropped _ -> ()

let pulled () =
  let made = Atomic.make None and ends = Atomic.make false in
  let thread =
    Thread.create
      (fun () ->
        Atomic.set made (Some (stays 3));
        until (fun () -> Atomic.get ends))
      ()
  in
  until (fun () -> Atomic.get made <> None);
  let next = Stream.next_future (Option.get (Atomic.get made)) in
  (* The pull is left to that thread. *)
  Future.await (Future.sleep 0.01);
  Atomic.set ends true;
  Thread.join thread;
  dropped_in_time "an element of a thread that ended" next

(* A domain whose main thread ends before another one, which has run [body]. *)
let domain_ends ~beside ~main check =
  let ends = Atomic.make false and ready = Atomic.make false in
  let domain =
    Domain.spawn (fun () ->
        let body () =
          Atomic.set ready true;
          until (fun () -> Atomic.get ends)
        in
        ignore (Thread.create (fun () -> beside body) ());
        until (fun () -> Atomic.get ready);
        main ())
  in
  let check () =
    until (fun () -> Atomic.get ready);
    check ()
  in
  Fun.protect check ~finally:(fun () ->
      Atomic.set ends true;
      Domain.join domain)

let driven_domain_ends () =
  let t = Atomic.make None in
  domain_ends ~beside:Host.with_driver
    ~main:(fun () -> Atomic.set t (Some (wait (number ()))))
    (fun () ->
      until (fun () -> Atomic.get t <> None);
      dropped_in_time "of a domain that ended" (Option.get (Atomic.get t)))

let left_to_a_thread () =
  domain_ends
    ~beside:(fun body ->
      ignore (leave ());
      body ())
    ~main:ignore
    (fun () ->
      Alcotest.(check bool) "lost" true (in_time "a task that was left" (left_is_lost ())))

let driver_stays () =
  let escaped = Atomic.make 0 in
  let hook = !Future.uncaught_exception_hook in
  (Future.uncaught_exception_hook := fun _ _ -> Atomic.incr escaped);
  Fun.protect
    ~finally:(fun () -> Future.uncaught_exception_hook := hook)
    (fun () ->
      domain_ends ~beside:Host.with_driver
        ~main:(fun () -> ignore (Future.sleep 0.02))
        (fun () -> Thread.delay 0.3));
  if Atomic.get escaped > 1 then
    Alcotest.failf "the driver failed %d times" (Atomic.get escaped)

let schedulers () =
  let wrong = Atomic.make 0 and stop = Atomic.make false in
  let body () =
    while not (Atomic.get stop) do
      let t = Future.sleep 0.05 in
      let prepare_for_await () =
        let await () = if Future.peek t = None then Future.cancel t else raise Exit in
        { Host.release = ignore; await }
      in
      Host.suspending ~prepare_for_await (fun () ->
          match Future.await t with
          | () | (exception Exit) -> Atomic.incr wrong
          | exception Future.Cancelled -> ())
    done
  in
  (* Threads of OCaml take turns each 50 milliseconds only, but for this. *)
  let before = Sys.signal Sys.sigvtalrm (Signal_handle (fun _ -> Thread.yield ())) in
  let tick it_interval =
    ignore (Unix.setitimer ITIMER_VIRTUAL { it_interval; it_value = it_interval })
  in
  tick 0.0003;
  let threads = List.init 3 (fun _ -> Thread.create body ()) in
  Thread.delay 1.5;
  Atomic.set stop true;
  List.iter Thread.join threads;
  tick 0.;
  ignore (Sys.signal Sys.sigvtalrm before);
  Alcotest.(check int) "waited without their scheduler" 0 (Atomic.get wrong)

let () =
  (* What waits for nothing at all would do so for ever. *)
  ignore (Unix.alarm 240);
  Alcotest.run "turns"
    [
      ( "threads of a domain",
        [
          Alcotest.test_case "a thread ends, and its tasks are given up" `Quick
            thread_ends;
          Alcotest.test_case "polled while it is dropped" `Quick dropped;
          Alcotest.test_case "polled while it is aborted" `Quick aborted;
          Alcotest.test_case "a look at the reactor in which another one sleeps" `Quick
            looked_at;
          Alcotest.test_case "queued, before OCaml is called and waits" `Quick called;
          Alcotest.test_case "queued, before OCaml is called and looks" `Quick polled;
          Alcotest.test_case "two tasks of a thread, of which one waits for the other"
            `Quick in_hand;
          Alcotest.test_case "a thread ends, and its stream's reader is told" `Quick
            pulled;
          Alcotest.test_case "a domain ends that another thread drives" `Quick
            driven_domain_ends;
          Alcotest.test_case "a domain ends with a task that its thread has not polled"
            `Quick left_to_a_thread;
          Alcotest.test_case "a domain ends before its driver" `Quick driver_stays;
          Alcotest.test_case "each thread has its scheduler" `Quick schedulers;
        ] );
    ]
