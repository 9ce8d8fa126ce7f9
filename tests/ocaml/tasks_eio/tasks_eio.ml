(* Rust futures in Eio's fibres. *)

module Fiber = Eio.Fiber
module Future = Bactrian.Future

external drops : unit -> int = "f_drops"
external wait : int -> int Future.t = "f_wait"
external signal : int -> int -> bool = "f_signal"
external yield : int -> int Future.t = "f_yield"
external sleep : int -> int Future.t = "f_sleep"
external stays : int -> int Future.t = "f_stays"
external parallel_sum : int -> int Future.t = "f_parallel_sum"
external call : (int -> int) -> int -> bool -> int Future.t = "f_call"

let int = Alcotest.(check int)
let bool = Alcotest.(check bool)

let eio =
  {
    Tasks_direct.name = "Eio";
    run = (fun body -> Eio_main.run (fun _ -> Bactrian_eio.run body));
    together = Fiber.all;
    sleep = Eio_unix.sleep;
    moves = false;
  }

let domain =
  {
    eio with
    name = "Eio on a domain of its own";
    run =
      (fun body ->
        Eio_main.run (fun env ->
            Eio.Domain_manager.run env#domain_mgr (fun () -> Bactrian_eio.run body)));
  }

(* {1 Cancellation} *)

let test_first () =
  let before = drops () in
  let winner = Fiber.first (fun () -> Future.await (wait 50)) (fun () -> 2) in
  int "the other one" 2 winner;
  int "dropped where it waits" (before + 1) (drops ());
  bool "nobody listens" false (signal 50 1);
  let winner =
    Fiber.first
      (fun () -> Future.await (sleep 5))
      (fun () ->
        Eio_unix.sleep 10.;
        0)
  in
  int "Rust's" 5 winner

let test_switch () =
  let before = drops () in
  let told = ref false in
  (match
     Eio.Switch.run (fun sw ->
         for n = 60 to 63 do
           Fiber.fork ~sw (fun () ->
               match Future.await (wait n) with
               | _ -> ()
               | exception (Eio.Cancel.Cancelled _ as exn) ->
                   told := true;
                   raise exn)
         done;
         Fiber.yield ();
         failwith "no more")
   with
  | () -> Alcotest.fail "the switch did not fail"
  | exception Failure text -> Alcotest.(check string) "its reason" "no more" text);
  bool "the fibres are told" true !told;
  int "all are dropped" (before + 4) (drops ())

let test_timeout () =
  let before = drops () in
  (match
     Eio_unix.sleep 0.001 |> fun () ->
     Fiber.first
       (fun () -> `Value (Future.await (wait 70)))
       (fun () ->
         Eio_unix.sleep 0.01;
         `Timeout)
   with
  | `Timeout -> ()
  | `Value _ -> Alcotest.fail "a value");
  int "dropped" (before + 1) (drops ())

let test_shared () =
  (* Two fibres await one future; one is cancelled, the other gets the result. *)
  let t = wait 71 in
  let before = drops () in
  let got = ref 0 in
  Fiber.both
    (fun () -> got := Future.await t)
    (fun () ->
      Fiber.first (fun () -> ignore (Future.await t)) (fun () -> Eio_unix.sleep 0.005);
      int "still there" before (drops ());
      bool "and heard" true (signal 71 9));
  int "the result" 9 !got

let test_race () =
  (* Result and cancellation at the same time: one of both, and nothing is left. *)
  let before = drops () and won = ref 0 in
  for n = 1 to 600 do
    Fiber.first
      (fun () ->
        ignore (Future.await (wait (7200 + n)));
        incr won)
      (fun () ->
        for _ = 1 to n mod 3 do
          Fiber.yield ()
        done;
        if n mod 2 = 0 then ignore (signal (7200 + n) 1);
        Eio_unix.sleep (float_of_int (n mod 7) *. 0.0004))
  done;
  int "all are dropped" (before + 600) (drops ());
  bool (Printf.sprintf "%d of 600 won" !won) true (0 < !won && !won <= 300)

(* {1 The loop} *)

let test_loop_goes_on () =
  (* Eio's own fibres have their turn while Rust's tasks chain without an end. *)
  let turns = ref 0 in
  Fiber.first
    (fun () ->
      for _ = 1 to 200 do
        ignore (Future.await (yield 50))
      done)
    (fun () ->
      while true do
        incr turns;
        Fiber.yield ()
      done);
  bool (Printf.sprintf "%d turns" !turns) true (!turns > 100)

let test_escape () =
  let hook = !Future.uncaught_exception_hook in
  let seen = ref 0 in
  (Future.uncaught_exception_hook := fun _ _ -> incr seen);
  Fun.protect
    ~finally:(fun () -> Future.uncaught_exception_hook := hook)
    (fun () ->
      Future.on_settled (sleep 1) (fun _ -> raise Exit);
      int "and so on" 7 (Future.await (sleep 7));
      int "told" 1 !seen)

let test_called () =
  (* What Rust calls is a fibre of the loop, from the loop's thread and from tokio's. *)
  let f n =
    Fiber.yield ();
    Eio_unix.sleep 0.001;
    let a, b = Fiber.pair (fun () -> Future.await (sleep 1)) (fun () -> n) in
    a + b
  in
  List.iter
    (fun elsewhere -> int "it returns" 6 (Future.await (call f 5 elsewhere)))
    [ false; true ]

let test_interleaved () =
  (* The first that begins is the first that ends. *)
  let turns = ref 0 and other = ref 0 in
  Fiber.all
    [
      (fun () -> Bactrian_eio.run (fun () -> Eio_unix.sleep 0.005));
      (fun () ->
        Bactrian_eio.run (fun () ->
            Eio_unix.sleep 0.02;
            let before = !turns in
            ignore (Future.await (sleep 200));
            other := !turns - before));
      (fun () ->
        for _ = 1 to 100 do
          incr turns;
          Eio_unix.sleep 0.002
        done);
    ];
  bool "the other fibres had their turn" true (!other > 3)

let test_two_domains env =
  let work () =
    Bactrian_eio.run (fun () ->
        let sum = ref 0 in
        Fiber.all
          (List.init 20 (fun n () ->
               for _ = 1 to 20 do
                 sum := !sum + Future.await (stays n) + Future.await (parallel_sum n)
               done));
        !sum)
  in
  let run () = Eio.Domain_manager.run env#domain_mgr work in
  let a, b = Fiber.pair run run in
  let expected =
    20 * List.fold_left (fun sum n -> sum + n + (n * (n - 1) / 2)) 0 (List.init 20 Fun.id)
  in
  int "one" expected a;
  int "the other" expected b

let test_nested () =
  Bactrian_eio.run (fun () -> int "within" 3 (Future.await (sleep 3)));
  int "and after" 4 (Future.await (sleep 4))

let test_again () =
  for n = 1 to 20 do
    Eio_main.run (fun _ ->
        Bactrian_eio.run (fun () -> int "each" n (Future.await (sleep n))))
  done

let cases =
  let case name test =
    Alcotest.test_case name `Quick (fun () -> eio.run (fun () -> test ()))
  in
  [
    ( "cancellation",
      [
        case "Fiber.first" test_first;
        case "a switch that fails" test_switch;
        case "a time-out" test_timeout;
        case "one of two that wait" test_shared;
        case "and a result at once" test_race;
      ] );
    ( "loop",
      [
        case "fibres have their turn" test_loop_goes_on;
        case "a callback that raises" test_escape;
        case "within another" test_nested;
        case "called by Rust" test_called;
        Alcotest.test_case "in another order" `Quick (fun () ->
            Eio_main.run (fun _ -> test_interleaved ()));
        Alcotest.test_case "two domains" `Quick (fun () ->
            Eio_main.run (fun env -> test_two_domains env));
        Alcotest.test_case "loop after loop" `Quick test_again;
      ] );
  ]

let () =
  Alcotest.run "tasks_eio" (Tasks_direct.cases eio @ Tasks_direct.cases domain @ cases)
