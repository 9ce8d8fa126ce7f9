(* How arguments and results travel: each form of exported function, imports, closures. *)

open Core_support
open Core_support.Checks
open Support

external noop : unit -> unit = "t_noop"
external greet : string -> int -> string = "t_greet"
external pair : 'a -> 'b -> 'a * 'b = "t_pair"
external triplet : 'a -> 'b -> 'c -> 'a * ('b * 'c) = "t_triplet"
external first : 'a * 'b -> 'a = "t_fst"
external identity : 'a -> 'a = "t_identity"
external shared_length : string -> int = "t_shared_length"
external same : 'a -> 'a = "t_same" [@@noalloc]
external sum_noalloc : int list -> int = "t_sum_noalloc" [@@noalloc]
external reverse : 'a list -> 'a list = "t_reverse"

external add_float : (float[@unboxed]) -> (float[@unboxed]) -> (float[@unboxed])
  = "t_add_float_byte" "t_add_float"
[@@noalloc]

external add_int : (int[@untagged]) -> (int[@untagged]) -> (int[@untagged])
  = "t_add_int_byte" "t_add_int"
[@@noalloc]

external add_int64 : (int64[@unboxed]) -> (int32[@unboxed]) -> (int64[@unboxed])
  = "t_add_int64_byte" "t_add_int64"

external unboxed_to_int : (int64[@unboxed]) -> (float[@unboxed]) -> int
  = "t_unboxed_to_int_byte" "t_unboxed_to_int"

external twice_untagged : (int[@untagged]) -> (int[@untagged])
  = "t_untagged_byte" "t_untagged"

external half : (float[@unboxed]) -> (float[@unboxed])
  = "t_bytecode_by_another_name" "t_renamed_bytecode"

external mean : float array -> (float[@unboxed]) = "t_mean_byte" "t_mean" [@@noalloc]
external is_positive : int -> bool = "t_is_positive" [@@noalloc]

(* OCaml 5.4 takes [@untagged] on bool; the result of a noalloc function that is not
   [unboxed] is a plain bool. *)
external not_ : (bool[@untagged]) -> bool = "t_not_byte" "t_not" [@@noalloc]
external if_ : (bool[@untagged]) -> string -> string -> string = "t_if_byte" "t_if"
external byte_count : string -> int -> int = "t_byte_count" [@@noalloc]

external mixed : (float[@unboxed]) -> string -> (int[@untagged]) -> string
  = "t_mixed_byte" "t_mixed"

external seven : int -> int -> int -> int -> int -> int -> string -> string
  = "t_seven_byte" "t_seven"

external six_floats :
  (float[@unboxed]) ->
  (float[@unboxed]) ->
  (float[@unboxed]) ->
  (float[@unboxed]) ->
  (float[@unboxed]) ->
  (float[@unboxed]) ->
  (float[@unboxed]) = "t_six_floats_byte" "t_six_floats"

external six_mixed :
  (float[@unboxed]) ->
  string ->
  (int[@untagged]) ->
  (int64[@unboxed]) ->
  (int32[@unboxed]) ->
  int option ->
  string = "t_six_mixed_byte" "t_six_mixed"

external six_roots : 'a -> 'a -> 'a -> 'a -> 'a -> 'a -> 'a list
  = "t_six_roots_byte" "t_six_roots"

external sum_floats : float array -> float = "t_sum_floats"
external byte_length : string -> int = "t_byte_length"
external renamed : int -> int = "t_renamed_symbol"
external early_return : int -> string = "t_early_return"
external early_error : int -> (int, string) result = "t_early_error"
external greet_labelled : name:string -> times:int -> string = "t_greet"

external region_constructors :
  'a -> 'a option * ('a list * (('a, 'a) result * ('a, 'a) result))
  = "t_region_constructors"

external region_calls : (int -> string) -> int -> string list = "t_region_calls"
external apply : (int -> string -> string) -> int -> (string, string) result = "t_apply"
external apply_ref : (int -> int) -> int -> (int, string) result = "t_apply_ref"

external fold5 : (int -> string -> float -> bool -> int list -> string) -> string
  = "t_fold5"

external partial : (int -> int -> int) -> int = "t_partial"
external over : (int -> int -> int) -> int = "t_over"

external call9 :
  (int ->
  string ->
  int ->
  string ->
  int ->
  string ->
  int ->
  string ->
  float ->
  string list) ->
  string list = "t_call9"

(* An abbreviation, so that the external has one argument. *)
type endo = int -> int

external function_back : endo -> endo = "t_function_back"
external call_long : (string list -> int) -> int -> int = "t_call_long"

external call_collecting :
  (string -> int -> string -> string) ->
  (int -> int -> string) ->
  (int -> bool -> string) ->
  string list = "t_call_collecting"

type holds = { text : string; boxed : int }

external make_collecting : unit -> holds * (string * int) * int list = "t_make_collecting"
external bad_result : (unit -> string * int) -> string = "t_bad_result"
external functions : (int -> int) list -> int -> int = "t_functions"
external descend : (int -> string -> int) -> int -> int = "t_descend"
external import_twice : int -> int = "t_import_twice"
external import_concat : string -> string = "t_import_concat"
external import_fails : string -> int = "t_import_fails"
external import_fails_checked : string -> string = "t_import_fails_checked"
external import_nobody : int -> int = "t_import_nobody"
external import_not_a_function : int -> int = "t_import_not_a_function"
external import_counter : unit -> int * int = "t_import_counter"
external import_default_name : int -> int = "t_import_default_name"
external import_joined : string -> string = "t_import_joined"

(* Functions whose names in Rust are those that a shim might use itself. *)

external shim : int -> int -> int = "n_shim"
external again : 'a -> 'a -> bool = "n_again"
external runtime : int -> int = "n_runtime"
external region_named : string -> string * string = "n_region"
external result : string -> string = "n_result"
external borrow : string -> string -> int = "n_borrow"

external bytecode : (float[@unboxed]) -> (float[@unboxed]) -> (float[@unboxed])
  = "n_bytecode_byte" "n_bytecode"

external word_0 : int -> int -> int = "n_word_0"
external noalloc_named : int -> bool = "n_noalloc" [@@noalloc]

let check_int = Alcotest.(check int)
let check_string = Alcotest.(check string)
let check_bool = Alcotest.(check bool)
let check_float = Alcotest.(check (float 0.))
let check_strings = Alcotest.(check (list string))

(* Exported functions *)

let plain () =
  noop ();
  check_string "&str and i64" "camel! camel! " (greet "camel" 2);
  check_string "labels are OCaml's own affair" "camel! "
    (greet_labelled ~times:1 ~name:"camel");
  check_string "no argument needs a copy" "" (greet "camel" 0);
  check_int "renamed" 8 (renamed 7);
  check_string "seven arguments" "123456seven" (seven 1 2 3 4 5 6 "seven")

let roots () =
  let a = String.make 3 'a' in
  let p = pair a 1 in
  check_bool "the same value" true (fst p == a && p = ("aaa", 1));
  check_bool "pairs of any type" true
    (pair 1.5 [ None; Some 'x' ] = (1.5, [ None; Some 'x' ]));
  check_bool "triplet" true (triplet 1 "b" 2.0 = (1, ("b", 2.0)));
  check_bool "OCaml<T>" true (first (a, 2) == a);
  check_bool "BoxRoot" true (identity a == a);
  check_int "an immediate in a BoxRoot" 17 (identity 17);
  check_int "&OCamlRuntime" 3 (shared_length a);
  check_int "OCamlRef to an empty string" 0 (shared_length "");
  check_bool "six roots" true (six_roots 1 2 3 4 5 6 = [ 1; 2; 3; 4; 5; 6 ]);
  let kept = six_roots "1" "2" "3" "4" "5" a in
  Gc.compact ();
  check_strings "six strings" [ "1"; "2"; "3"; "4"; "5"; "aaa" ] kept

let generic () =
  let values = List.init 1000 string_of_int in
  check_bool "reverse" true (reverse values = List.rev values);
  check_bool "the elements are the same" true
    (List.for_all2 ( == ) (List.rev (reverse values)) values);
  check_bool "of floats" true
    (reverse [ 1.5; nan ] <> [] && reverse [ 1.; 2. ] = [ 2.; 1. ]);
  check_bool "empty" true (reverse [] = []);
  let f x = x + 1 in
  check_int "of functions" 3 ((List.hd (reverse [ f ])) 2)

let region () =
  let check a = region_constructors a = (Some a, ([ a; a ], (Ok a, Error a))) in
  check_bool "strings" true (check "text");
  check_bool "ints" true (check 42);
  check_bool "floats" true (check 4.2);
  check_strings "calls" [ "0"; "1"; "2" ] (region_calls string_of_int 3);
  check_strings "calls that raise"
    [ "0"; "raised Failure(\"odd\")"; "2" ]
    (region_calls (fun i -> if i = 1 then failwith "odd" else string_of_int i) 3);
  check_bool "many" true (region_calls string_of_int 5000 = List.init 5000 string_of_int)

let unboxed () =
  check_float "floats" 4.0 (add_float 1.5 2.5);
  check_float "infinity" infinity (add_float max_float max_float);
  check_bool "nan" true (Float.is_nan (add_float nan 1.));
  check_int "ints" 5 (add_int 2 3);
  check_int "negative ints" (-5) (add_int (-2) (-3));
  Alcotest.(check int64) "int64 and int32" 3L (add_int64 5L (-2l));
  Alcotest.(check int64)
    "int64 wraps, as int64 does" Int64.min_int (add_int64 Int64.max_int 1l);
  Alcotest.(check int64) "the whole of int32" (-2147483648L) (add_int64 0L Int32.min_int);
  check_int "a result that is not" 5 (unboxed_to_int 3L 2.5);
  check_float "six" 91. (six_floats 1. 2. 3. 4. 5. 6.);
  check_float "a bytecode stub of another name" 1.25 (half 2.5);
  check_string "some of each" "1.5 x 7" (mixed 1.5 "x" 7);
  check_string "six of each" "-1.5 é -7 9223372036854775807 -2147483648 Some(-3)"
    (six_mixed (-1.5) "é" (-7) Int64.max_int Int32.min_int (Some (-3)))

let untagged_limits () =
  check_int "doubled" (-84) (twice_untagged (-42));
  check_int "up to the limit" (max_int - 1) (twice_untagged (max_int / 2));
  check_int "down to the limit" min_int (twice_untagged (min_int / 2));
  invalid
    "9223372036854775806 does not fit an OCaml int (-4611686018427387904 to \
     4611686018427387903)" (fun () -> twice_untagged max_int);
  invalid
    "-9223372036854775808 does not fit an OCaml int (-4611686018427387904 to \
     4611686018427387903)" (fun () -> twice_untagged min_int)

let untagged_bool () =
  check_bool "true" false (not_ (Sys.opaque_identity true));
  check_bool "false" true (not_ (Sys.opaque_identity false));
  check_string "as an argument" "y" (if_ true "y" "n");
  check_string "as an argument" "n" (if_ false "y" "n")

let noalloc () =
  check_bool "positive" true (is_positive 1);
  check_bool "zero" false (is_positive 0);
  check_bool "min_int" false (is_positive min_int);
  check_int "bytes" 3 (byte_count "banana" (Char.code 'a'));
  check_int "no bytes" 0 (byte_count "" 0);
  check_int "zero bytes" 2 (byte_count "\000a\000" 0);
  let text = String.make 10 'x' in
  check_bool "OCaml<T> through" true (same text == text);
  check_int "&OCamlRuntime and OCaml<T>" 6 (sum_noalloc [ 1; 2; 3 ]);
  check_float "&[f64]" 2. (mean [| 1.; 2.; 3. |])

let borrowed () =
  check_float "floats" 6. (sum_floats [| 1.; 2.; 3. |]);
  check_float "no floats" 0. (sum_floats [||]);
  check_float "many floats" 500500.
    (sum_floats (Array.init 1000 (fun i -> float (i + 1))));
  check_int "bytes" 4 (byte_length "\255\000é");
  check_int "no bytes" 0 (byte_length "")

let leaving_early () =
  check_string "return" "negative" (early_return (-1));
  check_string "return in a loop" "more than three" (early_return 9);
  check_string "the end" "few" (early_return 2);
  check_bool "Ok" true (early_error 12 = Ok 2);
  check_bool "Error by ?" true (early_error 3 = Error "below ten")

let names () =
  check_int "shim" 5 (shim 2 3);
  check_bool "again" false (again "a" "b");
  check_int "runtime" 4 (runtime 4);
  check_bool "region" true (region_named "x" = ("x", "x"));
  check_string "result" "x" (result "x");
  raises (Failure "empty") (fun () -> result "");
  check_int "borrow" 3 (borrow "é" "x");
  check_float "bytecode" 6. (bytecode 2. 3.);
  check_int "word_0" (-1) (word_0 2 3);
  check_bool "name" true (noalloc_named 0)

(* Closures *)

let closures () =
  check_bool "two arguments" true (apply (fun n s -> string_of_int n ^ s) 4 = Ok "4xxxx");
  check_bool "an exception" true
    (apply (fun _ _ -> failwith "no") 4 = Error "Failure(\"no\")");
  check_bool "by reference" true (apply_ref (fun n -> n * n) 10 = Ok 285);
  check_bool "by reference, raising" true
    (apply_ref (fun n -> if n = 3 then raise Not_found else n) 10 = Error "Not_found");
  check_string "five arguments" "1 two 3. true 5,6"
    (fold5 (fun a b c d e ->
         Printf.sprintf "%d %s %s %b %s" a b (string_of_float c) d
           (String.concat "," (List.map string_of_int e))));
  check_strings "nine arguments"
    [ "1"; "2"; "3"; "4"; "5"; "6"; "7"; "8"; "9." ]
    (call9 (fun a b c d e f g h i ->
         Gc.full_major ();
         let s = string_of_int in
         [ s a; b; s c; d; s e; f; s g; h; string_of_float i ]));
  let offset = ref 10 in
  check_bool "what it captured" true (apply_ref (fun n -> !offset + n) 2 = Ok 21);
  check_int "a list of closures" 22
    (functions
       [
         (fun x -> x + 1);
         (fun x -> x * 2);
         (fun x -> failwith (string_of_int x));
         ( + ) 23;
       ]
       10)

let applications () =
  let f a b = (a * 10) + b in
  check_int "partial" 3435 (partial f);
  check_int "over" 34 (over f);
  let made = ref 0 in
  let curried a =
    incr made;
    fun b -> (a * 10) + b
  in
  check_int "partial, of a function that returns a function" 3435 (partial curried);
  check_int "over, of a function that returns a function" 34 (over curried);
  check_int "made once each time" 2 !made;
  check_int "a primitive" 7 (over ( + ));
  check_int "a partial application itself" 347
    (over (fun a b -> (fun x y z -> (x * 100) + (y * 10) + z) a b 7));
  let optional ?(c = 1) a b = (a * 10) + b + c in
  check_int "with an optional argument" 35 (over (fun a b -> optional a b));
  let back = function_back (fun x -> x + 100) in
  Gc.compact ();
  check_int "given back" 101 (back 1);
  check_int "an external given back" 7 (function_back abs (-7))

(* A conversion that a user wrote collects while others are under way. *)
let collecting () =
  let captured = ref "captured" in
  let show s = String.concat " " (s @ [ !captured ]) in
  check_strings "arguments"
    [ "before 1 after captured"; "2 3 captured"; "4 true captured" ]
    (call_collecting
       (fun a b c -> show [ a; string_of_int b; c ])
       (fun a b -> show [ string_of_int a; string_of_int b ])
       (fun a b -> show [ string_of_int a; string_of_bool b ]));
  let record, pair, list = make_collecting () in
  check_string "a record" "before" record.text;
  check_int "a record" 1 record.boxed;
  check_bool "a pair" true (pair = ("before", 2));
  check_bool "a list" true (list = [ 3; 4; 5 ])

let moved () =
  let n = if tiny_heap then 1000 else 200_000 in
  for i = 1 to 10 do
    let captured = ref i in
    check_int "a closure that moves while its argument is made" (n + i)
      (call_long
         (fun list ->
           scribble ();
           List.length list + !captured)
         n)
  done

let bad_results () =
  check_string "good" "x 255" (bad_result (fun () -> ("x", 255)));
  check_string "too large"
    "Invalid_argument(\"result of an OCaml function: component 1: 256 does not fit u8 (0 \
     to 255)\")"
    (bad_result (fun () -> ("x", 256)));
  check_string "not UTF-8"
    "Invalid_argument(\"result of an OCaml function: component 0: the string of 2 bytes \
     is not UTF-8: byte 0xff at offset 1\")"
    (bad_result (fun () -> ("x\255", 1)))

(* To and fro *)

exception At_the_bottom of int

let nested () =
  let rec f n _ = if n = 0 then 0 else descend f n in
  check_int "a thousand deep" 1000 (descend f 1000);
  let rec f n _ =
    if n mod 100 = 0 then Gc.full_major ();
    if n = 0 then 0 else descend f n
  in
  check_int "with collections" 1000 (descend f 1000);
  let rec f n _ = if n = 0 then raise (At_the_bottom 7) else descend f n in
  raises (At_the_bottom 7) (fun () -> descend f 1000);
  let rec f n _ =
    if n = 0 then raise (At_the_bottom 7)
    else if n = 500 then try descend f n with At_the_bottom 7 -> 500
    else descend f n
  in
  check_int "caught half-way" 1000 (descend f 1000)

let[@inline never] rec overflow n = 1 + Sys.opaque_identity (overflow (n + 1))

let stack_overflow () =
  let settings = Gc.get () in
  Gc.set { settings with stack_limit = 1 lsl 18 };
  Fun.protect
    ~finally:(fun () -> Gc.set settings)
    (fun () ->
      for _ = 1 to 3 do
        check_bool "as an error" true
          (apply_ref (fun n -> overflow n) 1 = Error "Stack_overflow");
        raises Stack_overflow (fun () -> over (fun a b -> overflow (a + b)));
        let rec f n _ = if n = 0 then overflow 0 else descend f n in
        raises Stack_overflow (fun () -> descend f 50);
        let rec f n _ = if n = 0 then 0 else descend f n in
        check_int "and all still works" 1000 (descend f 1000);
        Gc.compact ();
        check_string "and all still works" "camel! " (greet "camel" 1)
      done)

(* Imports *)

let calls_of_counter = ref 0

let imports () =
  check_int "twice, twice" 40 (import_twice 10);
  check_string "four arguments" "a-b-7a" (import_concat "a");
  check_string "seven arguments" "ababababababab" (import_joined "ab");
  check_int "under its own name" 49 (import_default_name 7);
  check_bool "of unit" true (import_counter () = (1, 2));
  check_bool "of unit, again" true (import_counter () = (3, 4))

let imports_that_raise () =
  raises (Failure "asked to") (fun () -> import_fails "asked to");
  check_string "asked for" "Failure(\"asked to\")" (import_fails_checked "asked to");
  check_string "a value" "ok 2" (import_fails_checked "ok")

let missing_imports () =
  panics ~like:"named.rs"
    "no OCaml function is registered as \"test.nobody\": call `Callback.register \
     \"test.nobody\" f` in a module that is linked and initialised before this call"
    (fun () -> import_nobody 1);
  panics ~like:"named.rs"
    "what OCaml registered as \"test.not_a_function\" is not a function" (fun () ->
      import_not_a_function 1);
  (* It may come later, and it may change. *)
  Callback.register "test.not_a_function" (fun x -> x + 1);
  check_int "registered again, as a function" 2 (import_not_a_function 1);
  Callback.register "test.not_a_function" (fun x -> x + 2);
  Gc.compact ();
  check_int "and again" 3 (import_not_a_function 1);
  Callback.register "test.not_a_function" 1.5;
  panics ~like:"named.rs"
    "what OCaml registered as \"test.not_a_function\" is not a function" (fun () ->
      import_not_a_function 1)

let () =
  Callback.register "test.twice" (fun x -> 2 * x);
  Callback.register "test.concat" (fun a b n c -> a ^ b ^ string_of_int n ^ c);
  Callback.register "test.fails" (fun s -> if s = "ok" then 2 else failwith s);
  Callback.register "test.not_a_function" 17;
  Callback.register "test.counter" (fun () ->
      incr calls_of_counter;
      !calls_of_counter);
  Callback.register "default_name" (fun a b -> a * b);
  Callback.register "test.joined" (fun a b c d e f g ->
      String.concat "" [ a; b; c; d; e; f; g ]);
  run "calls"
    [
      ( "exports",
        [
          case "plain" plain;
          case "roots" roots;
          case "generic" generic;
          case "region" region;
          case "unboxed" unboxed;
          case "untagged at its limits" untagged_limits;
          case "untagged bool" untagged_bool;
          case "noalloc" noalloc;
          case "borrowed" borrowed;
          case "leaving early" leaving_early;
          case "named like parts of a shim" names;
        ] );
      ( "closures",
        [
          case "called" closures;
          case "partial and over-application" applications;
          case "that move" moved;
          case "whose arguments collect" collecting;
          case "results that do not convert" bad_results;
          case "to and fro" nested;
          case "stack overflow" stack_overflow;
        ] );
      ( "imports",
        [
          Crowd.alone (case "called" imports);
          case "that raise" imports_that_raise;
          Crowd.alone (case "that are missing" missing_imports);
        ] );
    ]
