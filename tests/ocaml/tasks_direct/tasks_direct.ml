open Checks

external drops : unit -> int = "f_drops"
external ready : int -> int Future.t = "f_ready"
external yield : int -> int Future.t = "f_yield"
external sleep : int -> int Future.t = "f_sleep"
external greet : string -> string Future.t = "f_greet"
external spawned : int -> int Future.t = "f_spawned"
external refuse : string -> bool -> int Future.t = "f_refuse"
external result : int -> (int, string) result Future.t = "f_result"
external panic : string -> bool -> unit Future.t = "f_panic"
external too_large : bool -> int Future.t = "f_too_large"
external lost : unit -> int Future.t = "f_lost"
external wait : int -> int Future.t = "f_wait"
external signal : int -> int -> bool = "f_signal"
external signal_later : int -> int -> int -> unit = "f_signal_later"
external strays : unit -> int = "f_strays"
external stays : int -> int Future.t = "f_stays"
external tasks : int -> int Future.t = "f_tasks"
external local_task : int -> int Future.t = "f_local_task"
external parallel : int -> bool Future.t = "f_parallel"
external parallel_sum : int -> int Future.t = "f_parallel_sum"
external parallel_refuse : string -> int Future.t = "f_parallel_refuse"
external parallel_panic : string -> unit Future.t = "f_parallel_panic"
external parallel_wait : int -> int Future.t = "f_parallel_wait"
external started : unit -> int = "f_started"
external called_back : (int -> int) -> int -> int Future.t = "f_called_back"
external run_in_domain : (int -> int) -> int -> int Future.t = "f_run_in_domain"
external await_in_rust : int Future.t -> bool -> int Future.t = "f_await"
external cancel_in_rust : int Future.t -> unit = "f_cancel"
external call : (int -> int) -> int -> bool -> int Future.t = "f_call"
external call_many : (string -> int -> int) -> int -> int Future.t = "f_call_many"
external waiting : unit -> int = "f_waiting"

type host = Host.t = {
  name : string;
  run : (unit -> unit) -> unit;
  together : (unit -> unit) list -> unit;
  sleep : float -> unit;
  moves : bool;
}

let await = Future.await
let exn_of t = failure (fun () -> await t)

(* At once in the domain whose future it was; a task that has moved asks for it. *)
let dropped host name n =
  if host.moves then eventually name (fun () -> drops () = n) else int name n (drops ())

(* {1 Awaiting} *)

let test_ready _ =
  (match Future.poll (ready 41) with
  | Some (Ok n) -> int "settled at once" 42 n
  | _ -> Alcotest.fail "not settled at once");
  int "awaited" 42 (await (ready 41))

let test_yield _ =
  int "once" 1 (await (yield 1));
  int "often" 1000 (await (yield 1000));
  for n = 1 to 100 do
    int "one after the other" n (await (ready (await (yield n) - 1)))
  done;
  string "a string" "hello camel" (await (greet "camel"))

let test_tokio _ =
  let start = Unix.gettimeofday () in
  int "its result" 20 (await (sleep 20));
  bool "it took its time" true (Unix.gettimeofday () -. start >= 0.019);
  int "spawned" 42 (await (spawned 21));
  int "tasks of its own" 45 (await (called_back (fun n -> n + 5) 40));
  int "from a foreign thread" 42 (await (run_in_domain (fun n -> 2 * n) 21))

let test_together host =
  let sum = Atomic.make 0 in
  let one n () =
    let m = await (if n mod 2 = 0 then sleep (1 + (n mod 7)) else yield 3) in
    ignore (Atomic.fetch_and_add sum m)
  in
  host.together (List.init 64 one);
  let expected n = if n mod 2 = 0 then 1 + (n mod 7) else 3 in
  int "all were woken" (List.fold_left ( + ) 0 (List.init 64 expected)) (Atomic.get sum)

let test_only_the_fibre host =
  (* Who waits for a signal that another one gives suspends itself alone. *)
  let heard = ref 0 in
  host.together
    [
      (fun () -> heard := await (wait 1));
      (fun () ->
        host.sleep 0.02;
        eventually "somebody waits" (fun () -> signal 1 5));
    ];
  int "heard" 5 !heard

let test_many_futures _ =
  let futures = List.init 10_000 (fun n -> if n mod 2 = 0 then yield 3 else spawned n) in
  let sum = List.fold_left (fun sum t -> sum + await t) 0 futures in
  int "the sum" (15_000 + (2 * 5000 * 5000)) sum

let test_from_threads _ =
  signal_later 2 7 20;
  int "woken by a foreign thread" 7 (await (wait 2))

let test_twice host =
  let t = sleep 20 in
  let seen = Atomic.make 0 in
  host.together (List.init 3 (fun _ () -> ignore (Atomic.fetch_and_add seen (await t))));
  int "all three" 60 (Atomic.get seen)

(* {1 Time} *)

let test_timeout host =
  let before = drops () in
  let t = sleep 10_000 in
  Alcotest.(check (option int)) "too late" None (Future.await_timeout t 0.01);
  int "it goes on" before (drops ());
  Future.cancel t;
  dropped host "until it is cancelled" (before + 1);
  Alcotest.(check (option int)) "in time" (Some 5) (Future.await_timeout (sleep 5) 30.);
  Alcotest.(check (option int)) "at once" (Some 2) (Future.await_timeout (ready 1) 0.);
  let t = wait 3 in
  for _ = 1 to 50 do
    Alcotest.(check (option int)) "again" None (Future.await_timeout t 0.0005)
  done;
  bool "it still waits" true (signal 3 1);
  int "and comes" 1 (await t)

(* {1 Ends} *)

let test_errors _ =
  List.iter
    (fun later ->
      match exn_of (refuse "full" later) with
      | Failure message -> string "raised" "full" message
      | exn -> Alcotest.fail (Printexc.to_string exn))
    [ false; true ];
  Alcotest.(check (result int string)) "a result" (Ok 1) (await (result 1));
  Alcotest.(check (result int string))
    "an error" (Error "-1 is negative")
    (await (result (-1)));
  List.iter
    (fun later ->
      match exn_of (too_large later) with
      | Invalid_argument message ->
          bool message true (contains message "9223372036854775807")
      | exn -> Alcotest.fail (Printexc.to_string exn))
    [ false; true ]

let check_panic name message t =
  match exn_of t with
  | Bactrian.Rust_panic (text, location) ->
      string name message text;
      bool (name ^ ": " ^ location) true (contains location "tasks_futures.rs")
  | exn -> Alcotest.fail (Printexc.to_string exn)

let test_panics _ =
  let before = drops () in
  check_panic "before the first await" "early" (panic "early" false);
  check_panic "after the first await" "late" (panic "late" true);
  check_panic "on tokio" "far" (parallel_panic "far");
  eventually "what they owned is dropped" (fun () -> drops () = before + 3)

let test_lost host =
  let before = drops () in
  (match exn_of (lost ()) with
  | Bactrian.Dropped what -> string "what was dropped" "f_lost" what
  | exn -> Alcotest.fail (Printexc.to_string exn));
  dropped host "what it owned is dropped" (before + 1)

let test_cancel host =
  let before = drops () in
  let t = wait 10 in
  let tasks = waiting () in
  Future.cancel t;
  dropped host "dropped at once" (before + 1);
  int "its task is gone" (tasks - 1) (waiting ());
  bool "cancelled" true (exn_of t = Future.Cancelled);
  bool "nobody listens" false (signal 10 1);
  let begun = started () in
  let t = parallel_wait 60_000 in
  eventually "it begins" (fun () -> started () > begun);
  Future.cancel t;
  bool "cancelled" true (exn_of t = Future.Cancelled);
  eventually "dropped on tokio" (fun () -> drops () = before + 2);
  let t = wait 11 in
  bool "signalled" true (signal 11 1);
  int "completion" 1 (await t);
  Future.cancel t;
  int "wins" 1 (await t)

let test_cancelled_while_awaited host =
  let t = wait 12 in
  let seen = ref "nothing" in
  host.together
    [
      (fun () -> seen := Printexc.to_string (exn_of t));
      (fun () ->
        host.sleep 0.01;
        Future.cancel t);
    ];
  string "it is told" (Printexc.to_string Future.Cancelled) !seen

(* {1 Dropped at each await point} *)

external points :
  int -> int -> int -> int Future.t * int Future.t -> (bool -> int) -> int Future.t
  = "p_points"

external reached : int -> bool = "p_reached"
external point_drops : unit -> int = "p_drops"

let number_of_points = 9
let numbers = Atomic.make 0

(* A future that stops at one of its points, and what lets go of what OCaml does for it. *)
let stopping ~stop ~way =
  let number = Atomic.fetch_and_add numbers 1 in
  let never, resolve_never = Future.make () in
  let blocked, unblock = Future.make () in
  let call last = if last then await blocked else await (yield 1) in
  let t = points number stop way (Future.return 1, never) call in
  let finish () =
    ignore (unblock (Ok 0));
    ignore (resolve_never (Ok 0))
  in
  (number, t, finish)

let each_point f =
  for stop = 0 to number_of_points - 1 do
    f stop (Printf.sprintf "point %d: %s" stop)
  done

let test_points host =
  let _, t, finish = stopping ~stop:number_of_points ~way:0 in
  int "past all of them" number_of_points (await t);
  finish ();
  let tasks = waiting () in
  let let_go before stop says finish =
    eventually (says "what it owned is dropped") (fun () ->
        point_drops () = before + stop + 1);
    finish ();
    eventually (says "its tasks are gone") (fun () -> waiting () = tasks);
    int (says "once") (before + stop + 1) (point_drops ())
  in
  each_point (fun stop says ->
      (* By OCaml. *)
      let before = point_drops () in
      let number, t, finish = stopping ~stop ~way:0 in
      eventually (says "it comes there") (fun () -> reached number);
      Future.cancel t;
      bool (says "cancelled") true (exn_of t = Future.Cancelled);
      if not host.moves then
        int (says "dropped at once") (before + stop + 1) (point_drops ());
      let_go before stop says finish);
  List.iter
    (fun way ->
      (* By Rust: [tokio::select!], and the abort of a task. *)
      each_point (fun stop says ->
          let before = point_drops () in
          let number, t, finish = stopping ~stop ~way in
          int (says "dropped by Rust") (-way) (await t);
          bool (says "there") true (reached number);
          let_go before stop says finish))
    [ 1; 2 ]

let test_points_at_domain_end _ =
  each_point (fun stop says ->
      let before = point_drops () in
      let t, finish =
        Domain.join
          (Domain.spawn (fun () ->
               let number, t, finish = stopping ~stop ~way:0 in
               eventually (says "it comes there") (fun () -> reached number);
               (* What the domain's own threads wait for ends before the domain does. *)
               if stop = 6 then Future.cancel t;
               if stop = 6 then finish ();
               (t, finish)))
      in
      finish ();
      (match (stop, Future.poll t) with
      | 6, Some (Error Future.Cancelled) -> ()
      | _, Some (Error (Bactrian.Dropped what)) -> string (says "settled") "p_points" what
      | _ -> Alcotest.fail (says "it is not settled"));
      int (says "what it owned is dropped") (before + stop + 1) (point_drops ()))

(* {1 Combining} *)

let test_combine host =
  int "map" 84 (await (Future.map (fun n -> 2 * n) (yield 42)));
  int "map, settled" 84 (await (Future.map (fun n -> 2 * n) (ready 41)));
  bool "map raises" true
    (exn_of (Future.map (fun _ -> raise Not_found) (yield 1)) = Not_found);
  Alcotest.(check (pair int string))
    "both" (2, "hello you")
    (await (Future.both (sleep 2) (greet "you")));
  let before = drops () in
  int "the first" 1 (await (Future.first (sleep 60_000) (yield 1)));
  dropped host "the other is cancelled" (before + 1);
  (match exn_of (Future.both (sleep 60_000) (refuse "no" true)) with
  | Failure message -> string "one fails" "no" message
  | exn -> Alcotest.fail (Printexc.to_string exn));
  dropped host "the other is cancelled" (before + 2);
  let t = Future.map succ (Future.first (sleep 60_000) (sleep 60_000)) in
  Future.cancel t;
  dropped host "all are cancelled" (before + 4)

let test_callbacks _ =
  let seen = ref [] in
  let see n = function
    | Ok m -> seen := (n, m) :: !seen
    | Error exn -> Alcotest.fail (Printexc.to_string exn)
  in
  let t = yield 5 in
  Future.on_settled t (see 1);
  Future.on_settled t (see 2);
  ignore (await t);
  Future.on_settled t (see 3);
  Alcotest.(check (list (pair int int))) "in order" [ (3, 5); (2, 5); (1, 5) ] !seen;
  let hook = !Future.uncaught_exception_hook in
  let escaped = ref 0 in
  (Future.uncaught_exception_hook := fun _ _ -> incr escaped);
  let t = yield 1 in
  Future.on_settled t (fun _ -> raise Exit);
  Future.on_settled t (fun _ -> incr escaped);
  int "it goes on" 1 (await t);
  Future.uncaught_exception_hook := hook;
  int "both were called" 2 !escaped

let test_make _ =
  let t, resolve = Future.make () in
  let thread =
    Thread.create
      (fun () ->
        Thread.delay 0.01;
        ignore (resolve (Ok 3)))
      ()
  in
  int "settled by another thread" 3 (await t);
  Thread.join thread;
  bool "once" false (resolve (Ok 4));
  let told = ref false in
  let t, _ = Future.make ~on_cancel:(fun () -> told := true) () in
  Future.cancel t;
  bool "told" true !told

(* {1 Rust awaits OCaml} *)

exception Mine of string

let test_rust_awaits _ =
  List.iter
    (fun elsewhere ->
      let await_in_rust t = await_in_rust t elsewhere in
      int "settled" 7 (await (await_in_rust (Future.return 7)));
      int "later" 3 (await (await_in_rust (yield 3)));
      let t, resolve = Future.make () in
      let asked = await_in_rust t in
      Future.on_settled (sleep 2) (fun _ -> ignore (resolve (Ok 9)));
      int "settled by OCaml" 9 (await asked);
      let mine = Mine "now" in
      bool "the same exception" true (exn_of (await_in_rust (Future.fail mine)) == mine);
      let later = Mine "later" in
      let t = Future.map (fun _ -> raise later) (yield 1) in
      bool "the same exception, later" true (exn_of (await_in_rust t) == later))
    [ false; true ];
  let t, _ = Future.make () in
  cancel_in_rust t;
  bool "cancelled" true (exn_of t = Future.Cancelled);
  let t, resolve = Future.make () in
  for _ = 1 to 50 do
    let asked = await_in_rust t false in
    Future.cancel asked
  done;
  ignore (resolve (Ok 1));
  int "given up, and awaited" 1 (await (await_in_rust t true))

type _ Effect.t += Ask : int -> int Effect.t

let test_rust_calls _ =
  let waits n =
    (* It may wait, and perform effects of its own. *)
    let ask m = await (yield m) + Effect.perform (Ask m) in
    Effect.Deep.match_with ask n
      {
        retc = Fun.id;
        exnc = raise;
        effc =
          (fun (type a) (eff : a Effect.t) ->
            match eff with
            | Ask m ->
                Some
                  (fun (k : (a, _) Effect.Deep.continuation) ->
                    Effect.Deep.continue k (m + await (sleep 1)))
            | _ -> None);
      }
  in
  List.iter
    (fun elsewhere ->
      int "it returns" 42 (await (call (fun n -> 2 * n) 21 elsewhere));
      int "it waits" 7 (await (call waits 3 elsewhere));
      int "it calls again" 6
        (await (call (fun n -> await (call succ (n + 2) elsewhere)) 3 elsewhere));
      let mine = Mine "raised" in
      bool "it raises" true
        (exn_of (call (fun _ -> await (Future.fail mine)) 1 elsewhere) == mine))
    [ false; true ];
  let f text n = int_of_string text + await (if n mod 2 = 0 then yield 1 else ready n) in
  let expected n = n + if n mod 2 = 0 then 1 else n + 1 in
  int "many at once"
    (List.fold_left ( + ) 0 (List.init 50 expected))
    (await (call_many f 50))

(* {1 Threads and domains} *)

let test_not_send host =
  if host.moves then (
    (match stays 3 with
    | exception Failure message -> bool message true (contains message "not Send")
    | _ -> Alcotest.fail "accepted");
    (* It is not left waiting for a thread that never polls. *)
    match exn_of (local_task 10) with
    | Bactrian.Rust_panic (message, _) ->
        bool message true (contains message "spawn_local")
    | exn -> Alcotest.fail (Printexc.to_string exn))
  else (
    int "it comes" 20 (await (stays 20));
    host.together (List.init 8 (fun n () -> int "each" n (await (stays n))));
    int "a task of a task" 10 (await (local_task 10));
    int "tasks of a task" 45 (await (tasks 10)));
  int "none strayed" 0 (strays ())

let test_parallel _ =
  bool "on another thread" true (await (parallel 0));
  bool "after an await" true (await (parallel 2));
  int "a sum" 499_500 (await (parallel_sum 1000));
  (match exn_of (parallel_refuse "no") with
  | Failure message -> string "raised" "no" message
  | exn -> Alcotest.fail (Printexc.to_string exn));
  let all = List.init 1000 parallel_sum in
  int "many" (1000 * 999 * 998 / 6) (List.fold_left (fun n t -> n + await t) 0 all)

let test_domain_end host =
  (* A domain ends with futures that wait. *)
  let before = drops () in
  let t =
    Domain.join
      (Domain.spawn (fun () ->
           let t = wait 40 in
           ignore (await (yield 2));
           t))
  in
  (match Future.poll t with
  | Some (Error (Bactrian.Dropped what)) -> string "it is settled" "f_wait" what
  | _ -> Alcotest.fail "it is not settled");
  dropped host "and dropped" (before + 1);
  bool "nobody hears of it" false (signal 40 1)

let test_elsewhere _ =
  (* A future of this domain, awaited and settled from others. *)
  let t = wait 20 in
  let domain =
    Domain.spawn (fun () ->
        let own = await (yield 3) + await (sleep 2) in
        own + await t)
  in
  eventually "it waits" (fun () -> signal 20 100);
  int "its result is for all" 100 (await t);
  int "awaited elsewhere" 105 (Domain.join domain);
  let t = wait 21 in
  let before = drops () in
  Domain.join (Domain.spawn (fun () -> Future.cancel t));
  bool "cancelled elsewhere" true (exn_of t = Future.Cancelled);
  eventually "dropped by its own domain" (fun () -> drops () = before + 1)

(* {1 Memory} *)

let flat name count f =
  for n = 1 to count / 10 do
    f n
  done;
  let before = live () and tasks = waiting () in
  for n = 1 to count do
    f n
  done;
  let grown = live () - before in
  bool (Printf.sprintf "%s: %d live words more" name grown) true (grown < 20_000);
  int (name ^ ": tasks that wait") tasks (waiting ())

let test_memory _ =
  flat "ready" 100_000 (fun n -> ignore (await (ready n)));
  flat "yield" 30_000 (fun _ -> ignore (await (yield 1)));
  flat "cancelled" 30_000 (fun _ -> Future.cancel (wait 0));
  flat "parallel" 3_000 (fun n -> ignore (await (parallel_sum n)));
  let t = wait 30 in
  flat "given up" 2_000 (fun _ -> ignore (Future.await_timeout t 0.));
  Future.cancel t

let cases host =
  let case name = Host.case host name in
  [
    ( host.name ^ ": awaiting",
      [
        case "ready at once" test_ready;
        case "yield" test_yield;
        case "tokio" test_tokio;
        case "many fibres" test_together;
        case "only the fibre waits" test_only_the_fibre;
        case "many futures" test_many_futures;
        case "woken by a foreign thread" test_from_threads;
        case "awaited three times" test_twice;
        case "time-outs" test_timeout;
      ] );
    ( host.name ^ ": ends",
      [
        case "errors" test_errors;
        case "panics" test_panics;
        case "out of reach" test_lost;
        case "cancelled" test_cancel;
        case "cancelled while awaited" test_cancelled_while_awaited;
        case "dropped at each await point" test_points;
        case "dropped at each await point by the end of the domain"
          test_points_at_domain_end;
      ] );
    ( host.name ^ ": combining",
      [
        case "map, both, first" test_combine;
        case "callbacks" test_callbacks;
        case "made by OCaml" test_make;
      ] );
    ( host.name ^ ": Rust awaits OCaml",
      [ case "futures" test_rust_awaits; case "functions that wait" test_rust_calls ] );
    ( host.name ^ ": threads",
      [
        case "not Send" test_not_send;
        case "parallel" test_parallel;
        case "other domains" test_elsewhere;
        case "domains that end" test_domain_end;
      ] );
    (host.name ^ ": memory", [ case "flat" test_memory ]);
  ]
  @ Streams.cases host @ Channels.cases host
