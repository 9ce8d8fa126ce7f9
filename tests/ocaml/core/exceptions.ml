(* Panics and exceptions on their way through both languages. *)

open Core_support
open Core_support.Checks
open Support

exception Syntax of { line : int; message : string }
exception Empty
exception Many of string * int * float * bool
exception Single of string * float list
exception Coded of int
exception Mine of int ref

external drops : unit -> int = "x_drops"
external panic : string -> unit = "x_panic"
external panic_str : unit -> unit = "x_panic_str"
external panic_any : unit -> unit = "x_panic_any"
external panic_index : int -> int = "x_panic_index"
external panic_payload_panics : unit -> unit = "x_panic_payload_panics"

external panic_unboxed : (float[@unboxed]) -> (float[@unboxed])
  = "x_panic_unboxed_byte" "x_panic_unboxed"

external square_root : (float[@unboxed]) -> (float[@unboxed])
  = "x_square_root_byte" "x_square_root"

external panic_after_call : (unit -> unit) -> string = "x_panic_after_call"
external panic_while_released : unit -> int = "x_panic_while_released"
external panic_in_region : unit -> unit = "r_panic_in_region"
external failure : string -> int = "x_failure"
external io : unit -> unit = "x_io"
external typed : int -> int = "x_typed"
external single : string -> unit = "x_single"
external coded : int -> string = "x_coded"
external bare : unit -> unit = "x_bare"
external boxed_error : unit -> int = "x_boxed_error"
external conversion_error : unit -> unit = "x_conversion_error"
external standard : int -> unit = "x_standard"
external call : (unit -> unit) -> unit = "x_call"
external call_and_drop : (unit -> unit) -> bool = "x_call_and_drop"
external call_message : (unit -> unit) -> string = "x_call_message"
external value_raise : string -> bool -> string * string = "x_value_raise"
external unwind : exn -> int = "x_unwind"
external unwind_region : exn -> int = "x_unwind_region"
external stash : (unit -> unit) -> string = "x_stash"
external raise_stashed : unit -> unit = "x_raise_stashed"
external stashed_twice : unit -> (unit, exn) result = "x_stashed_twice"
external as_value : (unit -> string) -> (string, exn) result = "x_as_value"
external same_exception : exn -> exn = "x_same_exception"
external backtrace : (unit -> unit) -> Printexc.raw_backtrace option = "x_backtrace"
external has_backtrace : (unit -> unit) -> bool = "x_has_backtrace"
external collects : (int -> int) -> int -> int list * string list = "x_collects"
external noalloc_panic : int -> bool = "x_noalloc_panic" [@@noalloc]

external noalloc_overflow : (int[@untagged]) -> (int[@untagged])
  = "x_noalloc_overflow_byte" "x_noalloc_overflow"
[@@noalloc]

external wait : int -> string = "x_wait"
external release : int -> int = "t_release"
external megabytes : int -> string = "x_megabytes"
external descend : (int -> string -> int) -> int -> int = "t_descend"
external greet : string -> int -> string = "t_greet"

let check_int = Alcotest.(check int)
let check_bool = Alcotest.(check bool)
let check_string = Alcotest.(check string)

(* So many destructors run during the call. *)
let dropping n f =
  let before = drops () in
  f ();
  check_int "destructors run" n (drops () - before)

let still_works () = check_string "things go on" "camel! " (greet "camel" 1)

(* OCaml exceptions *)

let identity () =
  dropping 3 (fun () ->
      let e = Mine (ref 1) in
      let back = raised (fun () -> call (fun () -> raise e)) in
      check_bool "through Err" true (back == e);
      Gc.compact ();
      check_bool "through an import that unwinds" true (raised (fun () -> unwind e) == e);
      check_bool "out of a region" true (raised (fun () -> unwind_region e) == e));
  let e = Mine (ref 2) in
  check_bool "as a value" true (same_exception e == e);
  check_bool "in a result" true
    (match as_value (fun () -> raise e) with Error back -> back == e | Ok _ -> false);
  check_bool "Ok" true (as_value (fun () -> "fine") = Ok "fine");
  check_bool "constant exceptions" true
    (raised (fun () -> call (fun () -> raise Exit)) == Exit);
  check_bool "no exception" true (call (fun () -> ()) = ());
  check_bool "dropped" true (call_and_drop (fun () -> raise e));
  check_bool "not raised" false (call_and_drop ignore)

let messages () =
  let message e = call_message (fun () -> raise e) in
  check_string "Failure" "Failure(\"no\")" (message (Failure "no"));
  check_string "Not_found" "Not_found" (message Not_found);
  check_bool "with arguments" true
    (contains (message (Many ("m", 2, 0.5, true))) "Many(\"m\", 2, ");
  check_string "none" "no exception" (call_message ignore)

let kept () =
  let counter = ref 41 in
  check_bool "kept" true
    (contains
       (stash (fun () ->
            incr counter;
            raise (Mine counter)))
       "Mine");
  Gc.compact ();
  scribble ();
  (match (stashed_twice (), stashed_twice ()) with
  | Error (Mine a), Error (Mine b) ->
      check_bool "the same, twice" true (a == counter && b == counter)
  | _ -> Alcotest.fail "not kept");
  Gc.full_major ();
  (match raised raise_stashed with
  | Mine n -> check_bool "raised later" true (n == counter && !n = 42)
  | _ -> Alcotest.fail "another exception");
  raise_stashed ()

let[@inline never] thrower n = if n > 0 then raise (Mine (ref n)) else ()

let recording what f =
  let recorded = Printexc.backtrace_status () in
  Printexc.record_backtrace what;
  Fun.protect f ~finally:(fun () -> Printexc.record_backtrace recorded)

(* A bytecode program that is linked whole has no debug information to name places. *)
let names_thrower backtrace =
  let text = Printexc.raw_backtrace_to_string backtrace in
  if Printexc.raw_backtrace_length backtrace = 0 then Alcotest.fail "an empty backtrace";
  if native && not (contains text "exceptions.ml" && contains text "thrower") then
    Alcotest.failf "it does not say where the exception was raised: %s" text

let backtraces () =
  recording true (fun () ->
      match
        backtrace (fun () ->
            thrower 1;
            still_works ())
      with
      | None -> Alcotest.fail "no backtrace"
      | Some kept ->
          Gc.compact ();
          names_thrower kept);
  recording false (fun () ->
      check_bool "none when none is recorded" false (has_backtrace (fun () -> thrower 1)));
  recording true (fun () -> check_bool "again" true (has_backtrace (fun () -> thrower 1)))

(* [caml_raise] of OCaml 5.4 starts a new backtrace, and so what OCaml sees of an exception
   that Rust raises again starts at the call of Rust. What came before is with Rust. *)
let backtraces_across () =
  recording true (fun () ->
      match
        call (fun () ->
            thrower 1;
            still_works ())
      with
      | exception Mine _ ->
          let backtrace = Printexc.get_raw_backtrace () in
          check_bool "not empty" true (Printexc.raw_backtrace_length backtrace > 0);
          if native then
            check_bool "from the call on" true
              (contains (Printexc.raw_backtrace_to_string backtrace) "exceptions.ml")
      | () -> Alcotest.fail "no exception")

let nested () =
  (* Each level owns something, and the exception passes a hundred of them. *)
  let rec deep n () = if n = 0 then raise (Mine (ref 7)) else call (deep (n - 1)) in
  dropping 100 (fun () ->
      match raised (fun () -> call (deep 99)) with
      | Mine { contents = 7 } -> ()
      | e -> raise e);
  (* One is caught and another raised, half-way. *)
  let rec deep n () =
    if n = 0 then raise Exit
    else if n = 50 then try call (deep (n - 1)) with Exit -> raise Not_found
    else call (deep (n - 1))
  in
  dropping 100 (fun () -> raises Not_found (fun () -> call (deep 99)));
  let rec f n _ = if n = 0 then panic_index 3 else descend f n in
  panics "index out of bounds: the len is 3 but the index is 3" (fun () -> descend f 100);
  dropping 1 (fun () ->
      let good, bad =
        collects (fun n -> if n mod 3 = 1 then failwith (string_of_int n) else n * n) 7
      in
      check_bool "values and exceptions" true
        (good = [ 0; 4; 9; 25; 36 ] && bad = [ "Failure(\"1\")"; "Failure(\"4\")" ]))

(* Rust errors *)

let errors () =
  check_int "Ok" 7 (failure "");
  dropping 2 (fun () ->
      raises (Failure "no such thing") (fun () -> failure "no such thing");
      ignore (failure ""));
  dropping 2 (fun () ->
      Alcotest.(check (float 0.)) "unboxed" 3. (square_root 9.);
      raises (Failure "no root of -9") (fun () -> square_root (-9.)));
  raises (Sys_error "No such file or directory (os error 2)") io;
  raises (Failure "invalid digit found in string") boxed_error;
  raises (Invalid_argument "not like this") conversion_error;
  raises Not_found (fun () -> standard 0);
  raises End_of_file (fun () -> standard 1);
  raises (Failure "f") (fun () -> standard 2);
  raises (Invalid_argument "i") (fun () -> standard 3);
  raises (Sys_error "s") (fun () -> standard 4);
  standard 5;
  raises (Failure "asked to fail") (fun () -> value_raise "x" true);
  check_bool "an OCaml value" true (value_raise "x" false = ("x", "x"))

let typed_errors () =
  check_int "Ok" 9 (typed 9);
  raises Empty (fun () -> typed 0);
  check_bool "a constant exception is itself" true (raised (fun () -> typed 0) == Empty);
  raises (Syntax { line = 12; message = "unexpected }" }) (fun () -> typed 1);
  raises (Many ("m", 2, 0.5, true)) (fun () -> typed 2);
  raises
    (Failure
       "no OCaml exception is registered as \"test.Unregistered\"; its module should \
        call Callback.register_exception \"test.Unregistered\" (…)") (fun () -> typed 3);
  dropping 1 (fun () -> raises (Single ("x", [ 1.5; 2.5 ])) (fun () -> single "x"));
  raises (Coded (-3)) (fun () -> coded (-3));
  raises Empty bare;
  let many = List.init 1000 (fun i -> raised (fun () -> single (string_of_int i))) in
  Gc.compact ();
  check_bool "many, kept" true
    (many = List.init 1000 (fun i -> Single (string_of_int i, [ 1.5; 2.5 ])))

(* Panics *)

let panics_become_exceptions () =
  dropping 2 (fun () ->
      panics ~like:"src/exceptions.rs" "first" (fun () -> panic "first");
      panics ~like:"src/exceptions.rs" "ünïcödé 🐫" (fun () -> panic "ünïcödé 🐫"));
  panics "a plain text" panic_str;
  panics "a panic whose payload is not a string" panic_any;
  panics "index out of bounds: the len is 3 but the index is 3" (fun () -> panic_index 3);
  still_works ()

let panics_and_collections () =
  for i = 1 to 5 do
    panics (string_of_int i) (fun () -> panic (string_of_int i));
    Gc.minor ();
    panics "again" (fun () -> panic "again");
    Gc.compact ();
    scribble ()
  done;
  let many =
    quietly (fun () ->
        List.init 500 (fun i -> raised (fun () -> panic (string_of_int i))))
  in
  Gc.compact ();
  List.iteri
    (fun i e ->
      match e with
      | Bactrian.Rust_panic (message, _) -> check_string "kept" (string_of_int i) message
      | e -> raise e)
    many

let panics_unboxed () =
  Alcotest.(check (float 0.)) "no panic" 3. (panic_unboxed 9.);
  panics "negative: -1" (fun () -> panic_unboxed (-1.));
  Alcotest.(check (float 0.)) "no panic after it" 3. (panic_unboxed 9.)

let panics_in_destructors () =
  for _ = 1 to 3 do
    panics "a panic whose payload is not a string" panic_payload_panics
  done;
  still_works ()

let panics_among_calls () =
  dropping 2 (fun () ->
      panics "after the call" (fun () -> panic_after_call ignore);
      raises Exit (fun () -> panic_after_call (fun () -> raise Exit)));
  (* A panic below a callback comes back as an exception of the callback. *)
  dropping 2 (fun () -> panics "below" (fun () -> call (fun () -> panic "below")));
  check_bool "and is an exception like others" true
    (match
       quietly (fun () ->
           as_value (fun () ->
               panic "as a value";
               ""))
     with
    | Error (Bactrian.Rust_panic ("as a value", _)) -> true
    | _ -> false);
  dropping 1 (fun () -> panics "without the lock" panic_while_released);
  panics "in a region" panic_in_region;
  panics "in a region" panic_in_region;
  still_works ()

let printed () =
  match quietly (fun () -> raised (fun () -> panic "shown")) with
  | e ->
      let text = Printexc.to_string e in
      check_bool "Printexc.to_string" true (contains text "Rust panic: shown (")

(* Effects *)

type _ Effect.t += Ask : string -> int Effect.t

let effects () =
  let perform () = ignore (Effect.perform (Ask "who?")) in
  let unhandled = function Effect.Unhandled (Ask "who?") -> true | _ -> false in
  check_bool "Effect.Unhandled" true (unhandled (raised (fun () -> call perform)));
  check_bool "as an error" true (contains (call_message perform) "Unhandled");
  (* A handler above Rust does not see it, since the callback has a stack of its own… *)
  let answer f =
    Effect.Deep.try_with f ()
      {
        effc =
          (fun (type a) (e : a Effect.t) ->
            match e with
            | Ask _ ->
                Some
                  (fun (k : (a, _) Effect.Deep.continuation) -> Effect.Deep.continue k 42)
            | _ -> None);
      }
  in
  check_bool "not handled above Rust" true
    (unhandled (raised (fun () -> answer (fun () -> call perform))));
  (* …and one within the callback does. *)
  check_int "handled within the callback" 42
    (let seen = ref 0 in
     call (fun () -> answer (fun () -> seen := Effect.perform (Ask "me")));
     !seen);
  check_int "handled above, performed outside Rust" 42
    (answer (fun () ->
         still_works ();
         let n = Effect.perform (Ask "me") in
         still_works ();
         n));
  (* A continuation that is captured while Rust waits further up. *)
  let kept = ref None in
  call (fun () ->
      Effect.Deep.match_with
        (fun () -> ignore (greet "camel" (Effect.perform (Ask "later"))))
        ()
        {
          retc = Fun.id;
          exnc = raise;
          effc =
            (fun (type a) (e : a Effect.t) ->
              match e with
              | Ask _ ->
                  Some
                    (fun (k : (a, unit) Effect.Deep.continuation) ->
                      kept := Some (Obj.repr k))
              | _ -> None);
        });
  Gc.compact ();
  (match !kept with
  | Some k -> Effect.Deep.continue (Obj.obj k : (int, unit) Effect.Deep.continuation) 3
  | None -> Alcotest.fail "not captured");
  still_works ()

(* Signals *)

exception Interrupted

let with_alarm after f =
  let previous = Sys.signal Sys.sigalrm (Signal_handle (fun _ -> raise Interrupted)) in
  Fun.protect
    ~finally:(fun () ->
      ignore (Unix.setitimer ITIMER_REAL { it_interval = 0.; it_value = 0. });
      Sys.set_signal Sys.sigalrm previous)
    (fun () ->
      ignore (Unix.setitimer ITIMER_REAL { it_interval = 0.; it_value = after });
      f ())

let signals () =
  for _ = 1 to 5 do
    dropping 1 (fun () ->
        raises Interrupted (fun () -> with_alarm 0.01 (fun () -> wait 30)))
  done;
  raises Interrupted (fun () -> with_alarm 0.01 (fun () -> release 30));
  check_string "none came" "waited" (wait 1);
  (* A handler that allocates, and does not raise: the result is safe meanwhile. *)
  let runs = ref 0 in
  let previous =
    Sys.signal Sys.sigusr1
      (Signal_handle
         (fun _ ->
           incr runs;
           Gc.compact ();
           scribble ()))
  in
  let result =
    let killer =
      Unix.create_process "/bin/sh"
        [| "sh"; "-c"; Printf.sprintf "sleep 0.02; kill -USR1 %d" (Unix.getpid ()) |]
        Unix.stdin Unix.stdout Unix.stderr
    in
    let result = wait 200 in
    let rec reap () =
      try ignore (Unix.waitpid [] killer) with Unix.Unix_error (EINTR, _, _) -> reap ()
    in
    reap ();
    result
  in
  Sys.set_signal Sys.sigusr1 previous;
  check_int "the handler ran" 1 !runs;
  check_string "the result is as it was" "waited" result;
  (* In a callback the exception is the callback's. *)
  dropping 1 (fun () ->
      raises Interrupted (fun () ->
          with_alarm 0.01 (fun () ->
              call (fun () ->
                  while true do
                    ignore (Sys.opaque_identity (ref 0))
                  done))));
  (* Exceptions of handlers in calls within calls. *)
  dropping 2 (fun () ->
      raises Interrupted (fun () ->
          with_alarm 0.01 (fun () -> call (fun () -> ignore (wait 30)))))

(* What ends the process, or nearly *)

let noalloc_aborts () =
  let aborts name message =
    let status, text = child name in
    check_bool "killed by SIGABRT" true (status = WSIGNALED Sys.sigabrt);
    if not (contains text message) then Alcotest.failf "it says: %s" text
  in
  aborts "noalloc" "not positive: -3";
  aborts "noalloc below a callback" "not positive: -3";
  aborts "overflow"
    "x_noalloc_overflow: 4611686018427387904 does not fit an OCaml int \
     (-4611686018427387904 to 4611686018427387903), and a noalloc function cannot raise"

let out_of_memory () =
  (* Rust has room for its copy of the string within the limit, OCaml has not for its own. *)
  let status, text = child ~prefix:"ulimit -v 2200000;" "memory" in
  check_string "what it says" "Out_of_memory, and things go on: camel! \n" text;
  check_bool "exit 0" true (status = WEXITED 0)

let () =
  Callback.register "test.raises" (fun e -> raise e);
  Callback.register_exception "test.Syntax" (Syntax { line = 0; message = "" });
  Callback.register_exception "test.Empty" Empty;
  Callback.register_exception "test.Many" (Many ("", 0, 0., false));
  Callback.register_exception "test.Single" (Single ("", []));
  Callback.register_exception "test.Coded" (Coded 0);
  in_child "noalloc" (fun () -> ignore (noalloc_panic (-3)));
  in_child "overflow" (fun () -> ignore (noalloc_overflow (1 lsl 60)));
  in_child "noalloc below a callback" (fun () ->
      try call (fun () -> ignore (noalloc_panic (-3)))
      with e -> print_endline ("came back: " ^ Printexc.to_string e));
  in_child "memory" (fun () ->
      let before = drops () in
      match megabytes 1400 with
      | s -> Printf.printf "%d bytes\n" (String.length s)
      | exception Out_of_memory when drops () = before + 1 ->
          Printf.printf "Out_of_memory, and things go on: %s\n" (greet "camel" 1)
      | exception e -> print_endline (Printexc.to_string e));
  run "exceptions"
    [
      ( "of OCaml",
        [
          case "are the same ones" identity;
          case "as text" messages;
          Crowd.alone (case "kept by Rust" kept);
          case "with their backtraces" backtraces;
          case "with their backtraces, raised again" backtraces_across;
          case "in nested callbacks" nested;
        ] );
      ("of Rust", [ case "errors" errors; case "typed errors" typed_errors ]);
      ( "panics",
        [
          case "become exceptions" panics_become_exceptions;
          case "and collections" panics_and_collections;
          case "in unboxed functions" panics_unboxed;
          case "with payloads that panic" panics_in_destructors;
          case "around and below calls" panics_among_calls;
          case "printed" printed;
        ] );
      ("effects", [ case "in callbacks" effects ]);
      ("signals", [ Crowd.alone (case "whose handlers raise" signals) ]);
      ( "ends",
        [
          case "noalloc functions abort" noalloc_aborts;
          case "out of memory" out_of_memory;
        ] );
    ]
