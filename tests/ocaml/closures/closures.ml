(* Rust closures that OCaml calls, and OCaml closures that Rust does. *)

open Core_support
open Support

external live : unit -> int = "c_live"

(* A name for each type of function that an external returns: without, OCaml would take its
   arguments for the external's. *)

type one = int -> int
type two = string -> int -> string
type three = int -> float -> string -> string * float * int
type four = int -> int -> int -> int -> int list
type five = int -> int -> int -> int -> int -> int list
type six = int -> int -> int -> int -> int -> int -> int list
type seven = int -> int -> int -> int -> int -> int -> int -> int list
type eight = int -> int -> int -> int -> int -> int -> int -> string -> int list * string

external make1 : int -> one = "c_fn1"
external make2 : string -> two = "c_fn2"
external make3 : unit -> three = "c_fn3"
external make4 : unit -> four = "c_fn4"
external make5 : unit -> five = "c_fn5"
external make6 : unit -> six = "c_fn6"
external make7 : unit -> seven = "c_fn7"
external make8 : unit -> eight = "c_fn8"

type to_unit = unit -> unit
type optional = ?step:int -> int -> int
type small = int -> string -> int
type int_of_unit = unit -> int
type results = int -> (int, string) result
type partial = int -> int
type of_string = string -> int
type text

external unit : unit -> to_unit = "c_unit"
external optional : unit -> optional = "c_optional"
external u8 : unit -> small = "c_u8"
external too_large : unit -> int_of_unit = "c_too_large"
external result : unit -> results = "c_result"
external raise_ : unit -> partial = "c_raise"
external panicking : unit -> of_string = "c_panics"

type on_texts = text -> int -> text

external handles : unit -> on_texts = "c_handles"
external text : string -> text = "o_text_new"
external text_get : text -> string = "o_text_get"

type higher = (int -> int) -> int -> int
type once = unit -> string
type composed = int -> int * string

external counter : int -> partial = "c_counter"
external reentrant : unit -> higher = "c_reentrant"
external shared : bool -> higher = "c_shared"
external once : string -> once = "c_once"
external compose : (int -> int) -> string -> composed = "c_compose"
external tracked : unit -> partial = "c_tracked"
external two : int -> partial * partial = "c_two"

external give : ((int -> int) -> int -> int) -> int -> (int, string) Stdlib.result
  = "c_give"

external hold : (int -> int -> int) -> unit = "c_hold"
external release : unit -> unit = "c_release"
external call_on_thread : int -> int -> (int, string) Stdlib.result = "c_call_on_thread"
external call1 : (int -> int) -> int -> (int, string) Stdlib.result = "c_call1"

external call9 :
  (int -> int -> int -> int -> int -> int -> int -> int -> string -> string) -> string
  = "c_call9"

external partial : (string -> string -> int -> string) -> string list = "c_partial"
external over : (int -> int -> int -> int) -> int * int * int = "c_over"
external labels : (?step:int -> int -> int) -> int * int = "c_labels"
external hold_labelled : (from:int -> by:int -> int) -> unit = "c_hold"
external higher : ((int -> int) -> int -> int -> int) -> (int -> int) -> int = "c_higher"
external unused : int -> int = "c_unused"

let check_int = Alcotest.(check int)
let check_string = Alcotest.(check string)
let check_bool = Alcotest.(check bool)
let check_ints = Alcotest.(check (list int))
let opaque = Sys.opaque_identity
let forget f = ignore (opaque f)

let refused parts f =
  match raised f with
  | Invalid_argument message ->
      List.iter
        (fun part ->
          if not (contains message part) then
            Alcotest.failf "%S does not say %S" message part)
        parts
  | e -> Alcotest.failf "not Invalid_argument, but %s" (Printexc.to_string e)

(* Until as many closures live as before, with collections. *)
let rec settled ?(tries = 200) expected =
  Gc.full_major ();
  ignore (Bactrian.Rust_value.drain ());
  if live () <> expected then
    if tries = 0 then check_int "closures that live" expected (live ())
    else begin
      Thread.delay 0.005;
      settled ~tries:(tries - 1) expected
    end

let nothing_left name body =
  case name (fun () ->
      let before = live () in
      body ();
      settled before)

let arities =
  [
    case "one to eight" (fun () ->
        check_int "1" 12 (make1 10 2);
        check_string "2" "abab" (make2 "a" "b" 2);
        check_bool "3" true (make3 () 1 2. "c" = ("c", 2., 1));
        check_ints "4" [ 1; 2; 3; 4 ] (make4 () 1 2 3 4);
        check_ints "5" [ 1; 2; 3; 4; 5 ] (make5 () 1 2 3 4 5);
        check_ints "6" [ 1; 2; 3; 4; 5; 6 ] (make6 () 1 2 3 4 5 6);
        check_ints "7" [ 1; 2; 3; 4; 5; 6; 7 ] (make7 () 1 2 3 4 5 6 7);
        check_bool "8" true (make8 () 1 2 3 4 5 6 7 "h" = ([ 1; 2; 3; 4; 5; 6; 7 ], "h")));
    case "some arguments at a time" (fun () ->
        let f = opaque (make4 ()) in
        let g = opaque (f 1) in
        let h = opaque (g 2 3) in
        check_ints "h" [ 1; 2; 3; 4 ] (h 4);
        check_ints "g" [ 1; 5; 6; 7 ] (g 5 6 7);
        Gc.compact ();
        check_ints "after a compaction" [ 1; 2; 3; 8 ] (h 8);
        let f = opaque (make8 ()) in
        let g = opaque (f 1 2 3) in
        let h = opaque (g 4 5 6 7) in
        check_bool "8" true (h "x" = ([ 1; 2; 3; 4; 5; 6; 7 ], "x")));
    case "more arguments at a time" (fun () ->
        let compose = opaque (fun () -> opaque (make2 "a")) in
        check_string "over" "abab" ((opaque compose) () "b" 2);
        check_string "of the external" "abab" ((opaque make2) "a" "b" 2));
    case "given to functions of OCaml" (fun () ->
        check_ints "map" [ 11; 12; 13 ] (List.map (make1 10) [ 1; 2; 3 ]);
        check_int "fold" 6 (List.fold_left (fun a b -> make1 a b) 0 [ 1; 2; 3 ]);
        check_bool "map2" true
          (List.map2 (make2 "-") [ "a"; "b" ] [ 1; 2 ] = [ "-a"; "-b-b" ]));
    case "unit" (fun () -> unit () ());
    case "labels" (fun () ->
        let f = optional () in
        check_int "without" 11 (f 10);
        check_int "with" 15 (f ~step:5 10));
    case "owned values" (fun () ->
        check_string "text" "ababab" (text_get (handles () (text "ab") 3)));
  ]

let conversions =
  [
    case "a bad argument" (fun () ->
        check_int "good" 255 (u8 () 255 "");
        refused [ "the Rust closure"; "argument 1"; "256" ] (fun () -> u8 () 256 ""));
    case "a bad result" (fun () ->
        refused [ "18446744073709551615" ] (fun () -> too_large () ()));
    case "results" (fun () ->
        check_bool "Ok" true (result () 1 = Ok 1);
        check_bool "Error" true (result () 0 = Error "0 is not positive"));
    case "raised results" (fun () ->
        check_int "value" 1 (raise_ () 1);
        raises (Failure "0 is not positive") (fun () -> raise_ () 0));
    case "panics" (fun () ->
        panics "no" ~like:"closures.rs" (fun () -> panicking () "no"));
    nothing_left "exceptions on their way through" (fun () ->
        let e = Failure "the same" in
        let f = shared false in
        (match f (fun _ -> raise e) 1 with
        | _ -> Alcotest.fail "nothing raised"
        | exception e' -> check_bool "raised" true (e == e'));
        match compose (fun _ -> raise e) "" 1 with
        | _ -> Alcotest.fail "nothing raised"
        | exception e' -> check_bool "panicked" true (e == e'));
    case "not closures" (fun () ->
        let module Fake = struct
          external call1 : 'a -> int -> int = "bactrian_call_1"
        end in
        refused [ "with 1 arguments"; "the immediate 3" ] (fun () -> Fake.call1 3 1);
        refused [ "a Rust value `alloc::string::String`" ] (fun () ->
            Fake.call1 (text "x") 1);
        refused [ "expected a Rust value"; "a function" ] (fun () ->
            Bactrian.Rust_value.close (make1 1)));
    case "compared, hashed, written" (fun () ->
        let f = make1 1 in
        raises (Invalid_argument "compare: functional value") (fun () -> f = make1 1);
        ignore (Hashtbl.hash f);
        raises (Invalid_argument "output_value: functional value") (fun () ->
            Marshal.to_string f []);
        refused [ "the Rust closure"; "cannot be marshalled" ] (fun () ->
            Marshal.to_string f [ Marshal.Closures ]));
  ]

let kinds =
  [
    nothing_left "FnMut" (fun () ->
        let f = counter 10 in
        check_int "1" 11 (f 1);
        check_int "2" 13 (f 2);
        let g = counter 0 in
        check_int "another" 1 (g 1);
        check_int "3" 14 (f 1));
    nothing_left "FnMut within itself" (fun () ->
        let f = reentrant () in
        check_int "once" 105 (f (fun x -> x) 5);
        refused [ "is being called already; it is FnMut" ] (fun () ->
            f (fun x -> f (fun x -> x) x) 5);
        check_int "afterwards" 305 (f (fun x -> x) 5);
        raises Exit (fun () -> f (fun _ -> raise Exit) 5);
        check_int "after an exception" 505 (f (fun x -> x) 5));
    nothing_left "Fn within itself" (fun () ->
        let f = shared true in
        check_int "nested" 5 (f (fun x -> f (fun x -> f Fun.id x) x) 5));
    nothing_left "FnOnce" (fun () ->
        let f = once "text" in
        let others = live () in
        check_string "once" "text" (f ());
        check_int "what it held is gone" (others - 1) (live ());
        refused [ "was called before; it is FnOnce" ] (fun () -> f ());
        refused [ "was called before; it is FnOnce" ] (fun () -> f ());
        (* One that is never called. *)
        forget (once "text"));
    nothing_left "one closure, two functions" (fun () ->
        let f, g = two 0 in
        check_int "f" 1 (f 1);
        check_int "g" 3 (g 2);
        check_bool "not the same" true (f != g));
    nothing_left "that hold OCaml values" (fun () ->
        let f = compose (fun x -> x * 2) (String.make 3 'x') in
        Gc.compact ();
        scribble ();
        for i = 1 to 100 do
          if i mod 10 = 0 then Gc.minor ();
          check_bool "called" true (f i = (2 * i, "xxx"))
        done);
    case "that hold themselves" (fun () ->
        (* OCaml sees the root that Rust holds, and not that only the function itself leads to it. *)
        let before = live () in
        let self = ref (fun x -> (x, "")) in
        self := compose (fun x -> if x = 0 then 0 else fst (!self (x - 1))) "";
        check_bool "called" true (!self 5 = (0, ""));
        Gc.full_major ();
        check_int "kept" (before + 1) (live ());
        (* Until OCaml takes the way away. *)
        (self := fun x -> (x, ""));
        settled before);
    nothing_left "forgotten while it runs" (fun () ->
        let f = ref (shared true) in
        let g = opaque !f in
        check_int "called" 7
          ((fun () ->
             let h = !f in
             (f := fun _ x -> x);
             h
               (fun x ->
                 Gc.full_major ();
                 ignore (Bactrian.Rust_value.drain ());
                 x)
               7)
             ());
        forget g);
    nothing_left "forgotten by all while it runs" (fun () ->
        check_int "called" 8
          ((shared true)
             (fun x ->
               Gc.full_major ();
               ignore (Bactrian.Rust_value.drain ());
               x + 1)
             7));
  ]

let held =
  [
    case "by Rust" (fun () ->
        let offset = opaque (ref 100) in
        hold (fun a b -> a + b + !offset);
        Gc.compact ();
        check_bool "on a thread" true (call_on_thread 1 2 = Ok 103);
        hold (fun _ _ -> failwith "no");
        check_bool "an exception" true (call_on_thread 1 2 = Error {|Failure("no")|});
        release ();
        check_bool "released" true (call_on_thread 1 2 = Error "nothing held"));
    case "nine arguments" (fun () ->
        check_string "all" "12345678nine"
          (call9 (fun a b c d e f g h i ->
               Printf.sprintf "%d%d%d%d%d%d%d%d%s" a b c d e f g h i)));
    case "partial application" (fun () ->
        Alcotest.(check (list string))
          "of a function"
          [ "a+x*1"; "a+b*2"; "c+d*3"; "a+b*4" ]
          (partial (fun a b n -> Printf.sprintf "%s+%s*%d" a b n));
        let runs = ref 0 in
        Alcotest.(check (list string))
          "of one that returns functions"
          [ "a+x*1"; "a+b*2"; "c+d*3"; "a+b*4" ]
          (partial (fun a ->
               incr runs;
               opaque (fun b n -> Printf.sprintf "%s+%s*%d" a b n)));
        check_int "run as far as it goes" 2 !runs;
        raises Exit (fun () -> partial (fun _ -> raise Exit)));
    case "over-application" (fun () ->
        check_bool "of a function of three" true
          (over (fun a b c -> a + b + c) = (123, 123, 124));
        check_bool "of functions of one" true
          (over (fun a -> opaque (fun b -> opaque (fun c -> a + b + c))) = (123, 123, 124));
        check_bool "of a Rust closure" true
          (match over (fun a b c -> List.fold_left ( + ) 0 (make4 () a b c 0)) with
          | result -> result = (123, 123, 124)));
    case "labels" (fun () ->
        check_bool "optional" true
          (labels (fun ?(step = 1) from -> from + step) = (11, 15));
        hold_labelled (fun ~from ~by -> from - by);
        check_bool "by place" true (call_on_thread 10 3 = Ok 7);
        release ());
    case "functions of functions" (fun () ->
        check_int "of OCaml" 1003
          (higher
             (fun g a ->
               let n = g 1000 in
               fun b -> n + a + b)
             Fun.id);
        check_int "of both" 33 (higher (fun g a b -> g (a + b)) (make1 30)));
    case "Rust closures given and taken back" (fun () ->
        check_bool "give" true (give (fun f x -> f (f x)) 5 = Ok 15);
        check_bool "an exception" true
          (give (fun _ _ -> raise Not_found) 5 = Error "Not_found");
        check_bool "called by Rust" true (call1 (make1 3) 4 = Ok 7));
  ]

(* Called when the program ends. *)
let at_end = ref (fun (_ : int) -> 0)

let threads =
  [
    nothing_left "on two domains" (fun () ->
        let f = shared true and g = counter 0 in
        let n = scaled 20_000 in
        let work () =
          let refused = ref 0 in
          for i = 1 to n do
            if f Fun.id i <> i then Alcotest.fail "another result";
            match g 1 with _ -> () | exception Invalid_argument _ -> incr refused
          done;
          !refused
        in
        let other = Domain.spawn work in
        let mine = work () in
        let theirs = Domain.join other in
        check_int "every call counted or refused" (2 * n) (g 0 + mine + theirs));
    nothing_left "made by domains, called by others" (fun () ->
        for _ = 1 to scaled 50 do
          let fs = Domain.join (Domain.spawn (fun () -> List.init 50 counter)) in
          let calls = Domain.spawn (fun () -> List.map (fun f -> f 1) fs) in
          check_ints "called" (List.init 50 succ) (Domain.join calls)
        done);
    nothing_left "by systhreads" (fun () ->
        let threads =
          List.init 4 (fun _ ->
              Thread.create
                (fun () ->
                  let f = shared true in
                  for i = 1 to scaled 2000 do
                    let j =
                      f
                        (fun x ->
                          if x mod 50 = 0 then Thread.yield ();
                          x)
                        i
                    in
                    if i <> j then Alcotest.fail "another result"
                  done)
                ())
        in
        List.iter Thread.join threads);
  ]

let resident () =
  match open_in "/proc/self/statm" with
  | exception Sys_error _ -> 0
  | file ->
      Fun.protect
        ~finally:(fun () -> close_in file)
        (fun () -> Scanf.sscanf (input_line file) "%d %d" (fun _ pages -> pages * 4096))

let flat name ?(calls = 1_000_000) f =
  nothing_left name (fun () ->
      let round () =
        for i = 1 to scaled calls do
          forget (f i)
        done;
        Gc.compact ();
        ((Gc.stat ()).live_words, resident ())
      in
      let words, bytes = round () in
      let words', bytes' = round () in
      if words' - words > 1000 then Alcotest.failf "%d live words more" (words' - words);
      if bytes' - bytes > 4_000_000 then Alcotest.failf "%d bytes more" (bytes' - bytes))

let memory =
  [
    flat "made" make1;
    flat "made and called" (fun i -> make1 i 1);
    flat "that hold something" (fun _ -> tracked ());
    flat "that hold OCaml values" ~calls:500_000 (fun i ->
        compose (fun x -> x + i) "text");
    (let f = make1 1 in
     flat "called again and again" f);
    (let f = counter 0 in
     flat "of FnMut, called again and again" f);
    (let f = reentrant () in
     flat "called within themselves" ~calls:500_000 (fun i ->
         match f (fun x -> f Fun.id x) i with
         | _ -> assert false
         | exception Invalid_argument _ -> ()));
    (let f = optional () in
     flat "with an optional argument" (fun i -> f ?step:None i + f ~step:1 i));
    flat "of OCaml's, called by Rust" (fun i -> call1 (fun x -> x + i) 1);
    flat "called once" ~calls:500_000 (fun _ -> once "text" ());
    flat "called in part" (fun i -> (opaque (make2 "x")) (if i = 0 then "a" else "b"));
    flat "given to OCaml" ~calls:500_000 (give (fun f x -> f x));
    flat "never given" ~calls:10 (fun _ -> unused 10_000);
    flat "partial ones of OCaml's" ~calls:200_000 (fun _ -> partial (fun a _ _ -> a));
    case "by itself, without a collection that is asked for" (fun () ->
        let before = live () in
        let most = ref 0 in
        for i = 1 to 200_000 do
          forget (tracked ());
          if i mod 100 = 0 then most := max !most (live () - before)
        done;
        (* As many as fit a minor heap, each with its block and its function. *)
        if !most > 100_000 then Alcotest.failf "%d at a time" !most);
  ]

let () =
  in_child "globals" (fun () ->
      at_end := counter 40;
      at_exit (fun () ->
          Gc.compact ();
          Printf.printf "at exit %d\n%!" (!at_end 2)))

let ends =
  [
    case "a global called at exit" (fun () ->
        let status, output = child "globals" in
        check_string "output" "at exit 42\n" output;
        check_bool "status" true (status = Unix.WEXITED 0));
  ]

let () =
  run "closures"
    [
      ("arities", arities);
      ("conversions", conversions);
      ("kinds", kinds);
      ("held by Rust", held);
      ("threads", threads);
      ("memory", memory);
      ("ends", ends);
    ]
