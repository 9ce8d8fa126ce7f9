(* Rust futures under Lwt. *)

open Lwt.Syntax

external drops : unit -> int = "a_drops"
external noop : unit -> unit Lwt.t = "a_noop"
external ready : int -> int Lwt.t = "a_ready"
external greet : string -> string Lwt.t = "a_greet"
external yield : int -> int Lwt.t = "a_yield"
external sleep : int -> int Lwt.t = "a_sleep"
external spawn_join : int -> int Lwt.t = "a_spawn_join"
external channel : int -> int Lwt.t = "a_channel"
external await : int Lwt.t -> int Lwt.t = "a_await"
external await_elsewhere : int Lwt.t -> int Lwt.t = "a_await_elsewhere"
external await_timeout : int Lwt.t -> int -> int Lwt.t = "a_await_timeout"
external call : (int -> int Lwt.t) -> int -> int Lwt.t = "a_call"
external call_two : (string -> int -> string Lwt.t) -> int -> string Lwt.t = "a_call_two"
external call_from_worker : (int -> int Lwt.t) -> int -> int Lwt.t = "a_call_from_worker"

external call_from_workers : (int -> int Lwt.t) -> int -> int Lwt.t
  = "a_call_from_workers"

external refuse : string -> int -> bool -> int Lwt.t = "a_refuse"
external result : int -> (int, string) result Lwt.t = "a_result"
external panic : string -> bool -> unit Lwt.t = "a_panic"
external panic_in_drop : int -> int Lwt.t = "a_panic_in_drop"
external too_large : bool -> int Lwt.t = "a_too_large"
external pending : unit -> int Lwt.t = "a_pending"
external wait : int -> int Lwt.t = "a_wait"
external signal : int -> int -> bool = "a_signal"
external spawn_local : int -> int Lwt.t = "a_spawn_local"
external join_errors : unit -> string list Lwt.t = "a_join_errors"
external callback : (int -> int) -> int -> int Lwt.t = "a_callback"
external nested_runtime : unit -> int Lwt.t = "a_nested_runtime"
external runtime_outside : unit -> int = "a_runtime_outside"
external resolver : int -> bool -> int Lwt.t = "a_resolver"
external resolver_dropped : bool -> int Lwt.t = "a_resolver_dropped"
external resolver_now : (int Lwt.t -> unit) -> int -> unit = "a_resolver_now"
external start : (int -> unit) -> int -> unit = "a_start"
external run_in_domain : (int -> int) -> int -> int Lwt.t = "a_run_in_domain"
external waiting : unit -> int = "a_waiting"
external bothered : int -> unit Lwt.t = "a_bothered"

exception Refused of string * int

let () = Callback.register_exception "tasks.Refused" (Refused ("", 0))

(* The whole suite runs under our own engine too. *)
let () =
  if Sys.getenv_opt "TASKS_ENGINE" = Some "bactrian" then
    Lwt_engine.set (new Bactrian_lwt.Engine.t)

(* A promise that nobody settles would stop the suite: no run may take longer. *)
let run promise = Lwt_main.run (Lwt_unix.with_timeout 60. (fun () -> promise ()))
let int = Alcotest.(check int)
let string = Alcotest.(check string)
let bool = Alcotest.(check bool)

let contains text part =
  let n = String.length part in
  let rec at i =
    i + n <= String.length text && (String.sub text i n = part || at (i + 1))
  in
  at 0

(* The exception that a promise is rejected with. *)
let rejection promise =
  run (fun () ->
      Lwt.try_bind promise (fun _ -> Alcotest.fail "fulfilled, not rejected") Lwt.return)

let check_panic name message promise =
  match rejection promise with
  | Bactrian.Rust_panic (text, location) ->
      string name message text;
      bool (name ^ ": location") true (contains location "tasks.rs")
  | exn -> Alcotest.fail (Printexc.to_string exn)

let check_dropped what promise =
  match rejection promise with
  | Bactrian.Dropped text -> string "what was dropped" what text
  | exn -> Alcotest.fail (Printexc.to_string exn)

let is_pending p = Lwt.state p = Lwt.Sleep

(* {1 OCaml awaits Rust} *)

let test_ready () =
  (match Lwt.state (ready 41) with
  | Lwt.Return n -> int "settled without the loop" 42 n
  | _ -> Alcotest.fail "not settled at once");
  (match Lwt.state (noop ()) with
  | Lwt.Return () -> ()
  | _ -> Alcotest.fail "not settled at once");
  string "a string" "hello camel" (run (fun () -> greet "camel"))

let test_yield () =
  bool "pending first" true (is_pending (yield 1));
  int "once" 1 (run (fun () -> yield 1));
  int "often" 1000 (run (fun () -> yield 1000));
  let rec chain n =
    if n = 0 then Lwt.return 0 else Lwt.bind (yield 1) (fun _ -> chain (n - 1))
  in
  int "a chain" 0 (run (fun () -> chain 10_000))

let test_sleep () =
  let start = Unix.gettimeofday () in
  int "its result" 30 (run (fun () -> sleep 30));
  bool "it took its time" true (Unix.gettimeofday () -. start >= 0.029)

let test_tokio () =
  int "spawned and joined" 42 (run (fun () -> spawn_join 21));
  int "through a channel" 4950 (run (fun () -> channel 100))

let test_concurrent () =
  let sum make count expected =
    let all = run (fun () -> Lwt.all (List.init count make)) in
    int "the sum" expected (List.fold_left ( + ) 0 all)
  in
  sum (fun _ -> yield 3) 10_000 30_000;
  sum (fun n -> sleep (1 + (n mod 20))) 10_000 105_000;
  sum spawn_join 10_000 (10_000 * 9_999)

(* How late a timer was beside Rust work that never ends. *)
let lateness () =
  let stop = ref false in
  let rec chain () =
    if !stop then Lwt.return_unit else Lwt.bind (yield 1) (fun _ -> chain ())
  in
  let worst = ref 0. in
  run (fun () ->
      let busy = chain () in
      let rec tick n =
        if n = 0 then Lwt.return_unit
        else
          let due = Unix.gettimeofday () +. 0.001 in
          let* () = Lwt_unix.sleep 0.001 in
          worst := max !worst (Unix.gettimeofday () -. due);
          tick (n - 1)
      in
      let* () = tick 50 in
      stop := true;
      busy);
  !worst

let test_fairness () =
  (* If the loop were held up, it would be each time; a machine with much to do does so now and then. *)
  let rec best n =
    if n = 0 then infinity
    else
      let late = lateness () in
      if late < 0.1 then late else min late (best (n - 1))
  in
  let late = best 5 in
  bool (Printf.sprintf "a timer was late by %.1f ms" (late *. 1e3)) true (late < 0.1)

let test_woken_by_domain () =
  (* The wake comes from this very thread, outside of any poll. *)
  int "from a promise of Lwt" 5
    (run (fun () ->
         let p = wait 1 in
         let* () = Lwt.pause () in
         bool "signalled" true (signal 1 5);
         p));
  int "from a timer of Lwt" 6
    (run (fun () ->
         let p = wait 2 in
         let* () = Lwt_unix.sleep 0.01 in
         bool "signalled" true (signal 2 6);
         p));
  let p = wait 3 in
  bool "signalled" true (signal 3 7);
  int "between two runs of the loop" 7 (run (fun () -> p))

let test_other_thread () =
  (* While the loop sleeps, another thread of the same domain wakes the task. *)
  let p = wait 4 in
  let thread =
    Thread.create
      (fun () ->
        Thread.delay 0.02;
        ignore (signal 4 8))
      ()
  in
  int "woken" 8 (run (fun () -> p));
  Thread.join thread

let test_spurious () = run (fun () -> Lwt.join (List.init 20 (fun _ -> bothered 10)))

(* {1 Rust awaits OCaml} *)

exception Mine of string

let test_await () =
  int "a promise that is fulfilled" 42 (run (fun () -> await (Lwt.return 41)));
  int "a promise that is not yet" 43
    (run (fun () ->
         let p, r = Lwt.wait () in
         let result = await p in
         let* () = Lwt.pause () in
         Lwt.wakeup r 42;
         result));
  int "a promise of Rust" 8 (run (fun () -> await (await (yield 6))));
  let mine = Mine "now" in
  bool "the same exception, at once" true
    (rejection (fun () -> await (Lwt.fail mine)) == mine);
  let later = Mine "later" in
  bool "the same exception, later" true
    (rejection (fun () -> await (Lwt.bind (Lwt.pause ()) (fun () -> raise later)))
    == later)

let test_await_elsewhere () =
  int "on a tokio thread" 41 (run (fun () -> await_elsewhere (Lwt.return 41)));
  int "on a tokio thread, later" 42
    (run (fun () ->
         await_elsewhere
           (let* () = Lwt_unix.sleep 0.01 in
            Lwt.return 42)));
  let mine = Mine "far" in
  bool "the same exception" true
    (rejection (fun () -> await_elsewhere (Lwt.fail mine)) == mine);
  let never, _ = Lwt.wait () in
  int "given up" (-1) (run (fun () -> await_timeout never 5));
  int "in time" 3 (run (fun () -> await_timeout (yield 3) 10_000))

let test_call () =
  let double n = Lwt.return (2 * n) in
  let pausing n = Lwt.map (fun () -> 3 * n) (Lwt.pause ()) in
  int "ready" 42 (run (fun () -> call double 21));
  int "pausing" 63 (run (fun () -> call pausing 21));
  string "two arguments" "xxx3"
    (run (fun () -> call_two (fun s n -> Lwt.return (s ^ string_of_int n)) 3));
  let mine = Mine "raised" in
  bool "it raises" true (rejection (fun () -> call (fun _ -> raise mine) 1) == mine);
  bool "it is rejected" true
    (rejection (fun () -> call (fun _ -> Lwt.fail mine) 1) == mine);
  int "Rust calls OCaml calls Rust" 10
    (run (fun () -> call (fun n -> call (fun m -> yield (n + m)) 4) 6))

let test_call_from_worker () =
  let double n = Lwt.return (2 * n) in
  let slow n = Lwt.map (fun () -> n) (Lwt_unix.sleep 0.001) in
  int "ready" 42 (run (fun () -> call_from_worker double 21));
  int "sleeping" 21 (run (fun () -> call_from_worker slow 21));
  int "a thousand" 999_000 (run (fun () -> call_from_workers double 1000));
  int "a thousand that sleep" 499_500 (run (fun () -> call_from_workers slow 1000));
  let mine = Mine "raised" in
  bool "it raises" true
    (rejection (fun () -> call_from_worker (fun _ -> raise mine) 1) == mine)

let test_callback () =
  int "a plain function, inside a task" 84 (run (fun () -> callback (fun n -> 2 * n) 21));
  bool "it raises" true
    (rejection (fun () -> callback (fun _ -> raise Not_found) 1) == Not_found);
  int "from a foreign thread" 42 (run (fun () -> run_in_domain (fun n -> 2 * n) 21))

let test_with_runtime () =
  (match rejection nested_runtime with
  | Bactrian.Rust_panic (message, _) ->
      bool message true (contains message "with_runtime inside with_runtime")
  | exn -> Alcotest.fail (Printexc.to_string exn));
  match runtime_outside () with
  | exception Bactrian.Rust_panic (message, _) ->
      bool message true (contains message "no task of a domain is being polled")
  | _ -> Alcotest.fail "no exception"

let test_resolver () =
  int "fulfilled by another thread" 42 (run (fun () -> resolver 1 false));
  (match rejection (fun () -> resolver 1 true) with
  | Failure message -> string "rejected by another thread" "refused" message
  | exn -> Alcotest.fail (Printexc.to_string exn));
  check_dropped "a Resolver" (fun () -> resolver_dropped false);
  check_dropped "a Resolver" (fun () -> resolver_dropped true);
  let seen = ref 0 in
  resolver_now (fun p -> Lwt.on_success p (fun n -> seen := n)) 7;
  int "continuations run at once" 7 !seen

(* {1 Tasks of Rust's own} *)

let test_spawn_local () =
  int "all have run" 100 (run (fun () -> spawn_local 100));
  Alcotest.(check (list string))
    "how tasks end"
    [
      "the task panicked: oh";
      "the task was dropped before it was finished";
      "the task was dropped before it was finished";
      "the task was dropped before it was finished";
      "the task was dropped before it was finished";
    ]
    (run join_errors)

let test_start () =
  int "it reported" 9
    (run (fun () ->
         let p, r = Lwt.wait () in
         start (Lwt.wakeup r) 9;
         p))

(* {1 What goes wrong} *)

let test_errors () =
  List.iter
    (fun later ->
      match rejection (fun () -> refuse "full" 3 later) with
      | Refused ("full", 3) -> ()
      | exn -> Alcotest.fail (Printexc.to_string exn))
    [ false; true ];
  Alcotest.(check (list (result int string)))
    "a result is a result"
    [ Ok 1; Error "-1 is negative" ]
    (run (fun () -> Lwt.all [ result 1; result (-1) ]));
  List.iter
    (fun later ->
      match rejection (fun () -> too_large later) with
      | Invalid_argument message ->
          bool message true (contains message "9223372036854775807")
      | exn -> Alcotest.fail (Printexc.to_string exn))
    [ false; true ]

let test_panics () =
  let before = drops () in
  check_panic "before the first await" "early" (fun () -> panic "early" false);
  check_panic "after the first await" "late" (fun () -> panic "late" true);
  int "what they owned is dropped" (before + 2) (drops ());
  check_panic "in a destructor" "in drop" (fun () -> panic_in_drop 1);
  let p = panic_in_drop 10_000 in
  Lwt.cancel p;
  bool "in a destructor of a cancelled task" true (Lwt.state p = Lwt.Fail Lwt.Canceled)

let test_dropped () =
  let before = drops () in
  check_dropped "a_pending" pending;
  int "what it owned is dropped" (before + 1) (drops ())

let test_cancel () =
  let before = drops () in
  let p = wait 10 in
  let tasks = waiting () in
  Lwt.cancel p;
  bool "cancelled" true (Lwt.state p = Lwt.Fail Lwt.Canceled);
  int "the future is dropped" (before + 1) (drops ());
  int "and its task is gone" (tasks - 1) (waiting ());
  bool "nobody listens" false (signal 10 1);
  run (fun () -> Lwt_unix.sleep 0.01);
  bool "it stays cancelled" true (Lwt.state p = Lwt.Fail Lwt.Canceled)

external points :
  int -> int -> int -> int Lwt.t * int Lwt.t -> (bool -> int Lwt.t) -> int Lwt.t
  = "p_points_lwt"

external reached : int -> bool = "p_reached"
external point_drops : unit -> int = "p_drops"

let test_points () =
  (* A future that stops at one of its await points is dropped there. *)
  let number_of_points = 9 and numbers = ref 0 in
  let stopping ~stop ~way =
    incr numbers;
    let never, resolve_never = Lwt.wait () in
    let blocked, unblock = Lwt.wait () in
    let call last = if last then blocked else Lwt.map (fun () -> 1) (Lwt.pause ()) in
    let p = points !numbers stop way (Lwt.return 1, never) call in
    let finish () =
      Lwt.wakeup_later unblock 0;
      Lwt.wakeup_later resolve_never 0;
      Lwt.pause ()
    in
    (!numbers, p, finish)
  in
  let rec until test =
    if test () then Lwt.return_unit
    else
      let* () = Lwt_unix.sleep 0.001 in
      until test
  in
  let past, finish =
    run (fun () ->
        let _, p, finish = stopping ~stop:number_of_points ~way:0 in
        let* n = p in
        Lwt.return (n, finish))
  in
  int "past all of them" number_of_points past;
  run finish;
  let tasks = waiting () in
  for stop = 0 to number_of_points - 1 do
    let says what = Printf.sprintf "point %d: %s" stop what in
    List.iter
      (fun way ->
        let before = point_drops () in
        run (fun () ->
            let number, p, finish = stopping ~stop ~way in
            let* () =
              if way > 0 then
                let* n = p in
                Lwt.return (int (says "dropped by Rust") (-way) n)
              else
                let* () = until (fun () -> reached number) in
                Lwt.cancel p;
                bool (says "cancelled") true (Lwt.state p = Lwt.Fail Lwt.Canceled);
                int (says "dropped at once") (before + stop + 1) (point_drops ());
                Lwt.return_unit
            in
            let* () = until (fun () -> point_drops () = before + stop + 1) in
            let* () = finish () in
            until (fun () -> waiting () = tasks));
        int (says "once") (before + stop + 1) (point_drops ()))
      [ 0; 1; 2 ]
  done

let test_completion_wins () =
  let p = wait 11 in
  run (fun () ->
      bool "signalled" true (signal 11 1);
      let* n = p in
      Lwt.cancel p;
      int "fulfilled" 1 n;
      Lwt.return_unit);
  bool "it stays fulfilled" true (Lwt.state p = Lwt.Return 1)

let test_pick () =
  let before = drops () in
  int "the faster one" 1 (run (fun () -> Lwt.pick [ sleep 1; sleep 60_000 ]));
  int "both are dropped" (before + 2) (drops ());
  (match rejection (fun () -> Lwt_unix.with_timeout 0.01 (fun () -> sleep 60_000)) with
  | Lwt_unix.Timeout -> ()
  | exn -> Alcotest.fail (Printexc.to_string exn));
  int "dropped" (before + 3) (drops ())

let test_cancel_self () =
  (* A task cancels itself, through OCaml, in the middle of its own poll. *)
  let self = ref Lwt.return_unit in
  let p =
    callback
      (fun n ->
        Lwt.cancel !self;
        n)
      1
  in
  self := Lwt.map ignore p;
  Lwt.on_cancel !self (fun () -> ());
  let settled =
    run (fun () ->
        Lwt.catch
          (fun () -> Lwt.map (fun _ -> "fulfilled") p)
          (fun exn -> Lwt.return (Printexc.to_string exn)))
  in
  string "cancelled" (Printexc.to_string Lwt.Canceled) settled

let with_hook hook body =
  let previous = !Lwt.async_exception_hook in
  Lwt.async_exception_hook := hook;
  Fun.protect body ~finally:(fun () -> Lwt.async_exception_hook := previous)

let test_hook () =
  let seen = ref [] in
  with_hook
    (fun exn -> seen := exn :: !seen)
    (fun () ->
      for _ = 1 to 100 do
        Lwt.on_success (yield 1) (fun _ -> raise (Mine "continuation"))
      done;
      Lwt.on_success (ready 1) (fun _ -> raise (Mine "continuation"));
      int "the executor goes on" 200 (run (fun () -> yield 200)));
  int "all reached the hook" 101 (List.length !seen);
  bool "as they were" true (List.for_all (( = ) (Mine "continuation")) !seen)

let test_hook_raises () =
  (* As under Lwt alone, it leaves the main loop; and the loop can be entered again. *)
  with_hook raise (fun () ->
      for n = 1 to 100 do
        Lwt.on_success (yield 1) (fun _ -> raise (Mine (string_of_int n)))
      done;
      let rec collect n =
        match run (fun () -> Lwt.bind (yield 1) (fun _ -> Lwt_unix.sleep 0.01)) with
        | () -> n
        | exception Mine _ -> collect (n + 1)
      in
      bool "it got out" true (collect 0 > 0));
  int "the executor goes on" 3 (run (fun () -> yield 3));
  run (fun () ->
      let* () = Lwt.pause () in
      let* n = call (fun n -> Lwt.map (fun () -> n) (Lwt.pause ())) 5 in
      int "so does Lwt" 5 n;
      Lwt.return_unit)

let test_run_again () =
  for n = 1 to 50 do
    int "again" n (run (fun () -> yield n))
  done;
  let p = sleep 500 in
  int "another promise first" 1 (run (fun () -> sleep 1));
  bool "it still waits" true (is_pending p);
  int "then this one" 500 (run (fun () -> p));
  run (fun () -> Lwt.return_unit);
  run Lwt.pause;
  run (fun () -> Lwt_unix.sleep 0.001)

let test_engines () =
  (* Lwt takes what is watched along when its engine is replaced. *)
  let p = sleep 20 in
  List.iter
    (fun engine ->
      Lwt_engine.set engine;
      int "on tokio" 42 (run (fun () -> spawn_join 21));
      int "yield" 5 (run (fun () -> yield 5)))
    [ (new Lwt_engine.select :> Lwt_engine.t); (new Lwt_engine.libev () :> Lwt_engine.t) ];
  int "begun under the first engine" 20 (run (fun () -> p))

let test_second_domain () =
  ignore (ready 1);
  let outcome =
    Domain.join
      (Domain.spawn (fun () ->
           match yield 1 with _ -> "a promise" | exception Failure message -> message))
  in
  bool outcome true (contains outcome "Lwt's main loop belongs to domain 0");
  int "the first goes on" 2 (run (fun () -> yield 2))

(* {1 Memory} *)

let resident () =
  let ic = open_in "/proc/self/statm" in
  let line = input_line ic in
  close_in ic;
  Scanf.sscanf line "%d %d" (fun _ pages -> pages * 4)

let live () =
  Gc.full_major ();
  (Gc.stat ()).Gc.live_words

let rec repeat n f =
  if n = 0 then Lwt.return_unit else Lwt.bind (f n) (fun _ -> repeat (n - 1) f)

let flat name count f =
  run (fun () -> repeat (count / 10) f);
  let words = live () and kilobytes = resident () and tasks = waiting () in
  run (fun () -> repeat count f);
  let words' = live () and kilobytes' = resident () in
  let grown = words' - words and swollen = kilobytes' - kilobytes in
  bool (Printf.sprintf "%s: %d live words more" name grown) true (grown < 20_000);
  bool (Printf.sprintf "%s: %d KiB more" name swollen) true (swollen < 16_384);
  int (name ^ ": tasks that wait") tasks (waiting ())

let test_memory () =
  let pause n = Lwt.map (fun () -> n) (Lwt.pause ()) in
  let ignore_failure f n =
    Lwt.catch (fun () -> Lwt.map ignore (f n)) (fun _ -> Lwt.return_unit)
  in
  flat "ready" 1_000_000 ready;
  flat "yield" 300_000 (fun _ -> yield 1);
  flat "awaiting" 100_000 (fun n -> await (pause n));
  flat "calling" 100_000 (call pause);
  flat "errors" 100_000 (ignore_failure (fun n -> refuse "no" n true));
  flat "dropped" 100_000 (ignore_failure (fun _ -> pending ()));
  flat "cancelled" 100_000 (fun _ ->
      let p = wait 0 in
      Lwt.cancel p;
      Lwt.return_unit);
  flat "tokio" 20_000 spawn_join;
  flat "from a worker" 20_000 (call_from_worker pause)

let test_panic_memory () =
  let quietly n =
    Lwt.catch (fun () -> panic "" (n mod 2 = 0)) (fun _ -> Lwt.return_unit)
  in
  flat "panics" 2_000 quietly

let case name test = Alcotest.test_case name `Quick test

let () =
  (* At the very end, with tasks that wait: it must not crash. *)
  at_exit (fun () -> ignore (sleep 3_600_000));
  ignore (sleep 3_600_000 : int Lwt.t);
  Lwt_main.at_exit (fun () -> Lwt.map ignore (yield 3));
  Alcotest.run "tasks_lwt"
    [
      ( "OCaml awaits Rust",
        [
          case "ready at once" test_ready;
          case "yield" test_yield;
          case "sleep on tokio" test_sleep;
          case "spawn and channel on tokio" test_tokio;
          case "10,000 at once" test_concurrent;
          case "timers under load" test_fairness;
          case "woken by its own domain" test_woken_by_domain;
          case "woken by another thread of its domain" test_other_thread;
          case "woken for nothing" test_spurious;
        ] );
      ( "Rust awaits OCaml",
        [
          case "promises" test_await;
          case "promises, on tokio" test_await_elsewhere;
          case "functions" test_call;
          case "functions, from tokio" test_call_from_worker;
          case "plain functions" test_callback;
          case "the runtime is lent once" test_with_runtime;
          case "resolvers" test_resolver;
        ] );
      ( "tasks of Rust",
        [
          case "spawn_local and its ends" test_spawn_local;
          case "started by a function" test_start;
        ] );
      ( "what goes wrong",
        [
          case "errors" test_errors;
          case "panics" test_panics;
          case "out of reach" test_dropped;
          case "cancelled" test_cancel;
          case "dropped at each await point" test_points;
          case "completion wins" test_completion_wins;
          case "pick and time-out" test_pick;
          case "cancelled by itself" test_cancel_self;
          case "exception in a continuation" test_hook;
          case "exception in the hook" test_hook_raises;
          case "Lwt_main.run again" test_run_again;
          case "other engines" test_engines;
          case "a second domain" test_second_domain;
        ] );
      ("memory", [ case "flat" test_memory; case "flat after panics" test_panic_memory ]);
    ]
