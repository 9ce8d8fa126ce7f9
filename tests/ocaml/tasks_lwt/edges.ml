(* The edges: other threads, other domains, hooks that are taken away, values that do not
   convert, wakers that panic. *)

open Lwt.Syntax

external ready : int -> int Lwt.t = "a_ready"
external yield : int -> int Lwt.t = "a_yield"
external await : int Lwt.t -> int Lwt.t = "a_await"
external stays : int -> bool Lwt.t = "e_stays"
external strays : unit -> int = "e_strays"
external look : int Lwt.t -> bool Lwt.t = "e_look"
external look_elsewhere : int Lwt.t -> bool Lwt.t = "e_look_elsewhere"
external keep_handle : unit -> unit = "e_keep_handle"
external waiting_elsewhere : unit -> int = "e_waiting_elsewhere"
external send_too_large : unit -> int Lwt.t = "e_send_too_large"
external resolve_too_large : (int Lwt.t -> unit) -> unit = "e_resolve_too_large"
external shared_resolver : unit -> int Lwt.t = "e_shared_resolver"
external resolve_here : int -> unit = "e_resolve_here"
external keep_promise : int Lwt.t -> unit = "e_keep_promise"
external cancel_here : unit -> unit = "e_cancel_here"
external panics_twice : unit -> int Lwt.t = "e_panics_twice"
external bad_waker : unit -> int Lwt.t = "e_bad_waker"
external bad_argument : (int -> int Lwt.t) -> int Lwt.t = "e_bad_argument"

let run promise = Lwt_main.run (Lwt_unix.with_timeout 20. promise)
let int = Alcotest.(check int)
let string = Alcotest.(check string)
let bool = Alcotest.(check bool)

let contains text part =
  let n = String.length part in
  let rec at i =
    i + n <= String.length text && (String.sub text i n = part || at (i + 1))
  in
  at 0

let check_failure name part body =
  match body () with
  | exception Failure message -> bool (name ^ ": " ^ message) true (contains message part)
  | _ -> Alcotest.fail (name ^ ": no exception")

let rejection promise =
  run (fun () ->
      Lwt.try_bind promise (fun _ -> Alcotest.fail "fulfilled, not rejected") Lwt.return)

let in_thread body =
  let result = ref None in
  let body () = result := Some (try Ok (body ()) with exn -> Error exn) in
  Thread.join (Thread.create body ());
  match Option.get !result with Ok value -> value | Error exn -> raise exn

let in_domain body = Domain.join (Domain.spawn body)

(* {1 First use} *)

let test_engine_fails () =
  (* The loop refuses the descriptor once: that call fails, and the next tries again. *)
  let refuse = ref false in
  let engine =
    object
      inherit Lwt_engine.select as super

      method! private register_readable fd callback =
        if !refuse then raise Exit else super#register_readable fd callback
    end
  in
  Lwt_engine.set (engine :> Lwt_engine.t);
  refuse := true;
  bool "it says why" true (match ready 1 with exception Exit -> true | _ -> false);
  refuse := false;
  int "the next one goes through the loop" 3 (run (fun () -> yield 3))

(* {1 Threads} *)

let test_other_thread () =
  check_failure "a call from another thread" "e_stays was called on another thread"
    (fun () -> in_thread (fun () -> stays 1));
  check_failure "also while the loop runs" "Lwt_preemptive.run_in_main" (fun () ->
      run (fun () -> Lwt_preemptive.detach (fun () -> ignore (stays 1 : bool Lwt.t)) ()));
  bool "the loop's own thread may" true (run (fun () -> stays 1));
  bool "and so may who asks it to" true
    (run (fun () ->
         Lwt_preemptive.detach
           (fun () -> Lwt_preemptive.run_in_main (fun () -> stays 1))
           ()))

let test_cancel_elsewhere () =
  let before = strays () in
  let p = stays 60_000 in
  in_thread (fun () -> Lwt.cancel p);
  run (fun () -> Lwt_unix.sleep 0.02);
  int "dropped by its own thread" before (strays ())

let test_loop_moves () =
  (* Nothing waits, so the loop may run on another thread, and come back. *)
  int "there" 2
    (in_thread (fun () -> run (fun () -> Lwt.bind (Lwt.pause ()) (fun () -> yield 2))));
  int "here again" 3 (run (fun () -> Lwt.bind (Lwt.pause ()) (fun () -> yield 3)));
  let p = stays 20 in
  check_failure "while something waits" "wait for the thread" (fun () ->
      in_thread (fun () -> run Lwt.pause));
  bool "it goes on where it was" true (run (fun () -> p))

(* {1 Hooks} *)

let test_hooks_removed () =
  Lwt_main.Enter_iter_hooks.remove_all ();
  int "it goes on" 500 (run (fun () -> yield 500));
  Lwt_main.Enter_iter_hooks.remove_all ();
  Lwt_main.Leave_iter_hooks.remove_all ();
  run (fun () ->
      let* n = yield 200 in
      Lwt_main.Enter_iter_hooks.remove_all ();
      let* m = yield 200 in
      int "in the middle" 400 (n + m);
      Lwt.return_unit)

(* {1 Domains} *)

let test_wrong_domain () =
  keep_handle ();
  match in_domain waiting_elsewhere with
  | exception Bactrian.Rust_panic (message, _) ->
      bool message true (contains message "of the executor of domain 0 on domain")
  | _ -> Alcotest.fail "no exception"

let test_resolver_elsewhere () =
  let p = shared_resolver () in
  check_failure "from another domain" "Resolver::send" (fun () ->
      in_domain (fun () -> resolve_here 1));
  (match rejection (fun () -> p) with
  | Bactrian.Dropped _ -> ()
  | exn -> Alcotest.fail (Printexc.to_string exn));
  let p = shared_resolver () in
  check_failure "from another thread" "Resolver::send" (fun () ->
      in_thread (fun () -> resolve_here 1));
  ignore (rejection (fun () -> p));
  let p = shared_resolver () in
  resolve_here 7;
  int "at home" 7 (run (fun () -> p));
  let p, _ = Lwt.task () in
  keep_promise p;
  check_failure "cancelled from another domain" "Promise::cancel" (fun () ->
      in_domain cancel_here);
  bool "it is left alone" true (Lwt.state p = Lwt.Sleep)

let test_spare_loop () =
  (* A loop on a domain that is not Lwt's owner: that there is an executor, for a promise
     that it gave to Rust, changes nothing in what a turn of it allocates. *)
  ignore (ready 1);
  let words prepare =
    in_domain (fun () ->
        prepare ();
        let rec turn n =
          if n = 0 then Lwt.return_unit
          else Lwt.bind (Lwt.pause ()) (fun () -> turn (n - 1))
        in
        let before = Gc.minor_words () in
        Lwt_main.run (turn 1000);
        int_of_float (Gc.minor_words () -. before) / 1000)
  in
  let without = words ignore in
  int "words a turn" without (words (fun () -> keep_promise (fst (Lwt.task ()))))

(* {1 What does not convert, what panics} *)

let check_too_large name promise =
  match rejection promise with
  | Invalid_argument message ->
      bool (name ^ ": " ^ message) true (contains message "9223372036854775807")
  | exn -> Alcotest.fail (name ^ ": " ^ Printexc.to_string exn)

let test_too_large () =
  check_too_large "sent" send_too_large;
  check_too_large "resolved" (fun () ->
      let given = ref (Lwt.return 0) in
      (match resolve_too_large (fun p -> given := p) with
      | exception Invalid_argument message ->
          bool message true (contains message "9223372036854775807")
      | () -> Alcotest.fail "resolve does not say so");
      !given)

let test_locations () =
  (match rejection panics_twice with
  | Bactrian.Rust_panic (message, location) ->
      let line = Scanf.sscanf message "at line %d" Fun.id in
      bool
        (message ^ ": " ^ location)
        true
        (contains location (Printf.sprintf "tasks_edges.rs:%d:" line))
  | exn -> Alcotest.fail (Printexc.to_string exn));
  match rejection (fun () -> bad_argument Lwt.return) with
  | Bactrian.Rust_panic (message, location) ->
      string "the message" "a bad argument" message;
      bool location true (contains location "tasks_edges.rs")
  | exn -> Alcotest.fail (Printexc.to_string exn)

let test_bad_waker () =
  int "the loop goes on" 1 (run bad_waker);
  int "and so does the executor" 5 (run (fun () -> yield 5))

(* {1 Memory} *)

let live () =
  Gc.full_major ();
  (Gc.stat ()).Gc.live_words

let test_abandoned () =
  let never, wake = Lwt.wait () in
  let rec abandon look n =
    if n = 0 then Lwt.return_unit
    else
      let* settled = look never in
      if settled then Alcotest.fail "settled" else abandon look (n - 1)
  in
  let flat name look count =
    run (fun () -> abandon look (count / 10));
    let before = live () in
    Lwt_main.run (abandon look count);
    let grown = live () - before in
    bool (Printf.sprintf "%s: %d live words more" name grown) true (grown < 20_000)
  in
  flat "here" look 1_000_000;
  flat "on tokio" look_elsewhere 20_000;
  let p = await never in
  Lwt.wakeup wake 1;
  int "and it can still be awaited" 2 (run (fun () -> p))

let case name test = Alcotest.test_case name `Quick test

let () =
  Alcotest.run "edges"
    [
      ("first use", [ case "the engine refuses" test_engine_fails ]);
      ( "threads",
        [
          case "a call from another thread" test_other_thread;
          case "cancelled on another thread" test_cancel_elsewhere;
          case "the loop on another thread" test_loop_moves;
        ] );
      ("hooks", [ case "removed" test_hooks_removed ]);
      ( "domains",
        [
          case "a handle elsewhere" test_wrong_domain;
          case "resolvers and promises elsewhere" test_resolver_elsewhere;
          case "a loop on another domain" test_spare_loop;
        ] );
      ( "what goes wrong",
        [
          case "a value without counterpart" test_too_large;
          case "where it panicked" test_locations;
          case "a waker that panics" test_bad_waker;
        ] );
      ("memory", [ case "promises that are given up" test_abandoned ]);
    ]
