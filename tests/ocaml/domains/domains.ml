(* Work that is sent to a certain domain, and what OCaml does while Rust works. *)

open Core_support
open Support

external remember : string -> int = "dom_remember"
external is_known : string -> bool = "dom_is_known"
external run_there : string -> (int -> int) -> int -> (int, string) result = "dom_run"

external run_from_thread : string -> (int -> int) -> int -> (int, string) result
  = "dom_run_from_thread"

external work_there : string -> int -> string list * string = "dom_work_there"
external run_with_lock : unit -> unit = "dom_run_with_lock"
external has_ended : string -> bool = "dom_has_ended"
external busy : int -> looks:bool -> signal:bool -> int = "dom_busy"
external rounds : unit -> int = "dom_rounds"
external try_lock : unit -> string * bool * bool = "dom_try_lock"

let check_int = Alcotest.(check int)
let check_bool = Alcotest.(check bool)
let result = Alcotest.(result int string)
let here () = (Domain.self () :> int)

(* A value of each domain's own. *)
let mine = Domain.DLS.new_key (fun () -> 1000 * (1 + here ()))
let spin () = Sys.opaque_identity (ref 0) |> incr

(* A domain that computes until it is told to stop. *)
let with_domain name f =
  let stop = Atomic.make false in
  let domain =
    Domain.spawn (fun () ->
        let number = remember name in
        while not (Atomic.get stop) do
          spin ()
        done;
        number)
  in
  while not (is_known name) do
    Domain.cpu_relax ()
  done;
  Fun.protect f ~finally:(fun () ->
      Atomic.set stop true;
      ignore (Domain.join domain))

let add n =
  if n mod 10 = 0 then Gc.minor ();
  Domain.DLS.get mine + n

let there () =
  with_domain "there" (fun () ->
      let number =
        match run_there "there" (fun _ -> here ()) 0 with
        | Ok number -> number
        | Error e -> Alcotest.fail e
      in
      check_bool "not here" true (number <> here ());
      Alcotest.check result "its own value"
        (Ok ((1000 * (1 + number)) + 7))
        (run_there "there" add 7);
      Alcotest.check result "not ours"
        (Ok (1000 * (1 + number)))
        (run_there "there" (fun _ -> Domain.DLS.get mine) 0);
      raises (Failure "over there") (fun () ->
          run_there "there" (fun n -> if n = 3 then failwith "over there" else n) 3);
      let texts, message = quietly (fun () -> work_there "there" 1000) in
      Alcotest.(check (list string))
        "made there, read here"
        (List.init 1000 (Printf.sprintf "text %d"))
        texts;
      Alcotest.(check string) "the panic came back" "over there: 1000" message;
      let times = scaled 2000 in
      Alcotest.check result "from a thread of Rust's"
        (Ok ((times * 1000 * (1 + number)) + (times * (times - 1) / 2)))
        (run_from_thread "there" add times))

let own () =
  ignore (remember "own");
  Alcotest.check result "the domain itself"
    (Ok (here () + 5))
    (run_there "own" (fun n -> here () + n) 5);
  Alcotest.check result "in a call of its own" (Ok 8)
    (run_there "own" (fun n -> Result.get_ok (run_there "own" (fun n -> n + 1) n) + 1) 6)

(* The first domain waits, in Domain.join, and is used all the same. *)
let first_domain () =
  ignore (remember "first");
  let from_domain () =
    List.init 50 (fun n -> Result.get_ok (run_there "first" (fun n -> here () + n) n))
  in
  Alcotest.(check (list int))
    "while it waits" (List.init 50 Fun.id)
    (Domain.join (Domain.spawn from_domain));
  Alcotest.check result "which asks back" (Ok 3)
    (Domain.join
       (Domain.spawn (fun () ->
            ignore (remember "asks");
            run_there "first"
              (fun n -> Result.get_ok (run_there "asks" (fun n -> n + 1) n) + 1)
              1)));
  Alcotest.check result "from a thread of Rust's" (Ok 4950)
    (run_from_thread "first" (fun n -> here () + n) 100)

(* Two domains that send to each other, and a third that sends to both. *)
let each_other () =
  let times = scaled 1000 in
  let ready = Atomic.make 0 and done_ = Atomic.make 0 and served = Atomic.make 0 in
  let serve n =
    Atomic.incr served;
    ignore (Sys.opaque_identity (List.init (n mod 20) string_of_int));
    here ()
  in
  let partner me other () =
    ignore (remember me);
    Atomic.incr ready;
    while Atomic.get ready < 2 do
      Domain.cpu_relax ()
    done;
    for n = 1 to times do
      match run_there other serve n with
      | Ok number when number <> here () -> ()
      | Ok _ -> failwith "it ran here"
      | Error e -> failwith e
    done;
    Atomic.incr done_;
    (* It still serves the other one. *)
    while Atomic.get done_ < 3 do
      spin ()
    done
  in
  let a = Domain.spawn (partner "a" "b") and b = Domain.spawn (partner "b" "a") in
  while Atomic.get ready < 2 do
    Domain.cpu_relax ()
  done;
  let third =
    Thread.create
      (fun () ->
        for n = 1 to times do
          ignore (Result.get_ok (run_there (if n land 1 = 0 then "a" else "b") serve n))
        done;
        Atomic.incr done_)
      ()
  in
  Thread.join third;
  Domain.join a;
  Domain.join b;
  check_int "all were served, once" (3 * times) (Atomic.get served)

(* Its threads take turns: the tick is still heard. *)
let threads_take_turns () =
  with_domain "turns" (fun () ->
      let stop = Atomic.make false in
      let turns = Atomic.make 0 in
      let start _ =
        ignore
          (Thread.create
             (fun () ->
               while not (Atomic.get stop) do
                 Atomic.incr turns
               done)
             ());
        0
      in
      Alcotest.check result "started there" (Ok 0) (run_there "turns" start 0);
      for n = 1 to 10 do
        Alcotest.check result "it answers" (Ok n) (run_there "turns" Fun.id n)
      done;
      let deadline = Unix.gettimeofday () +. 20. in
      while Atomic.get turns = 0 && Unix.gettimeofday () < deadline do
        Unix.sleepf 0.01
      done;
      Atomic.set stop true;
      check_bool "the other thread had a turn" true (Atomic.get turns > 0))

(* A domain that sleeps, or is about to, answers when it wakes up. *)
let asleep () =
  let answered = Atomic.make false in
  let domain =
    Domain.spawn (fun () ->
        ignore (remember "asleep");
        Unix.sleepf 0.1;
        while not (Atomic.get answered) do
          Unix.sleepf 0.001
        done)
  in
  while not (is_known "asleep") do
    Domain.cpu_relax ()
  done;
  let answer = run_there "asleep" (fun n -> n + 1) 1 in
  Atomic.set answered true;
  Domain.join domain;
  Alcotest.check result "it answers" (Ok 2) answer

let ended () =
  let number = Domain.join (Domain.spawn (fun () -> remember "ended")) in
  check_bool "it has" true (has_ended "ended");
  let message =
    Printf.sprintf "domain %d has ended, and cannot run anything any more" number
  in
  Alcotest.check result "said so" (Error message) (run_there "ended" Fun.id 0);
  (* Also when the next one has taken its place. *)
  Alcotest.check result "said so to another" (Error message)
    (Domain.join (Domain.spawn (fun () -> run_there "ended" Fun.id 0)));
  (* While somebody waits: the work was done, or is given back. *)
  for i = 1 to scaled 50 do
    let name = Printf.sprintf "ends %d" i in
    let domain =
      Domain.spawn (fun () ->
          ignore (remember name);
          Unix.sleepf (float (i mod 5) /. 1000.))
    in
    while not (is_known name) do
      Domain.cpu_relax ()
    done;
    (match run_there name (fun n -> n + 1) i with
    | Ok n -> check_int "the work was done" (i + 1) n
    | Error e -> check_bool "it has ended" true (contains e "has ended"));
    Domain.join domain
  done

let with_lock () =
  panics
    "OCamlRuntime::run_in_domain: this thread holds its domain's lock, and would wait \
     with it; wrap the call in `rt.releasing_runtime(|| …)`"
    run_with_lock

exception Interrupted

let handling f =
  let previous = Sys.signal Sys.sigalrm (Signal_handle (fun _ -> raise Interrupted)) in
  Fun.protect f ~finally:(fun () -> Sys.set_signal Sys.sigalrm previous)

let pending () =
  raises Interrupted (fun () -> handling (fun () -> busy 20_000 ~looks:true ~signal:true));
  check_int "at the first look" 0 (rounds ());
  check_bool "nothing waits" true (busy 1 ~looks:true ~signal:false > 0);
  (* Without a look it is delivered too, but only in the end. *)
  ignore (rounds ());
  raises Interrupted (fun () ->
      handling (fun () ->
          ignore (busy 50 ~looks:false ~signal:true);
          Gc.minor ();
          spin ();
          0));
  check_bool "in the end" true (rounds () > 0);
  (* Other threads of the domain get their turns. *)
  let turns = ref 0 and stop = ref false in
  let thread =
    Thread.create
      (fun () ->
        while not !stop do
          incr turns;
          Thread.yield ()
        done)
      ()
  in
  let before = !turns in
  ignore (busy 300 ~looks:true ~signal:false);
  let after = !turns in
  stop := true;
  Thread.join thread;
  check_bool "turns" true (after > before);
  (* And other domains their collections. *)
  let collections =
    Domain.spawn (fun () ->
        for _ = 1 to 20 do
          Gc.full_major ()
        done)
  in
  check_bool "it goes on" true (busy 50 ~looks:true ~signal:false > 0);
  Domain.join collections

let lock () =
  Alcotest.(check (triple string bool bool))
    "the answers"
    ( "this thread holds its domain's lock already; pass the `&mut OCamlRuntime` on \
       instead",
      true,
      true )
    (try_lock ())

let () =
  run "domains"
    [
      ( "run_in_domain",
        [
          case "another domain" there;
          case "its own" own;
          case "the first, while it waits" first_domain;
          case "each other" each_other;
          case "threads take turns" threads_take_turns;
          case "asleep" asleep;
          case "ended" ended;
          case "with the lock" with_lock;
        ] );
      ("pending actions", [ case "are run on request" pending ]);
      ("lock", [ case "tried" lock ]);
    ]
