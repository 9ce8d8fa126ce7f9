(* The threads of a domain take turns: one polls while another one sleeps, drops or ends. *)

module Future = Bactrian.Future

external lost_with_their_thread : int -> int -> int Future.t = "t_lost_with_their_thread"
external slow : unit -> string Future.t = "t_slow"
external slow_aborted : unit -> bool Future.t = "t_slow_aborted"
external whole : unit -> int = "t_whole"
external queue_and_call : int -> (int -> bool) -> bool Future.t = "t_queue_and_call"
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
  Bactrian_future.Host.with_driver @@ fun () ->
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
        ] );
    ]
