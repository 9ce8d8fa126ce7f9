(* The OCaml half of programs written for ocaml-interop: see src/lib.rs. *)

external count_long_words : string list -> int = "parity_count_long_words"
external second_word : string list -> string option = "parity_second_word"
external describe : (int, string) result option -> int = "parity_describe"

external rotate : int * bool * string * float * int -> string * float * int * int * bool
  = "parity_rotate"

external build_list : int -> string list = "parity_build_list"
external checked_sum : int -> int -> (int, string) result = "parity_checked_sum"
external inspect : 'a -> string = "parity_inspect"
external double_all : int array -> int array = "parity_double_all"
external scale : floatarray -> float -> floatarray = "parity_scale"
external reverse_bytes : bytes -> bytes = "parity_reverse_bytes"
external boxed_numbers : int32 -> int64 -> int32 * int64 = "parity_boxed_numbers"
external call_all : string list -> string = "parity_call_all"
external divide_both : int -> string = "parity_divide_both"

external apply : (string -> int -> string) -> string -> (string, string) result
  = "parity_apply"

external caught : (int -> int) -> (int, exn) result = "parity_caught"
external warmer : float -> float -> float = "parity_warmer"

external nested :
  (string option * (int, unit) result) list -> (string option * (int, unit) result) list
  = "parity_nested"

type camel = { name : string; humps : int; weight : float; position : int * float }
type gait = Rest | Walk of int | Run of { speed : float; reason : string } | Sleep
type order = [ `Stop | `Go_to of string * int | `Load of float ]

external feed : camel -> float -> camel = "parity_feed"
external faster : gait -> gait = "parity_faster"
external order : order -> order = "parity_order"
external twice : int -> int = "parity_twice"
external same : int -> int = "parity_same" [@@noalloc]
external either : bool -> bool -> bool = "parity_either" [@@noalloc]

external sum7 : int -> int -> int -> int -> int -> int -> int -> int
  = "parity_sum7_bytecode" "parity_sum7"

external panic : string -> unit = "parity_panic"

external power : (float[@unboxed]) -> (int[@untagged]) -> bool -> (float[@unboxed])
  = "parity_power_byte" "parity_power"

external sleep : int -> unit = "parity_sleep"
external ticks_from_threads : int -> int = "parity_ticks_from_threads"

type person = { full_name : string; birth_year : int; is_active : bool }
type point = { x : int; label : string option; z : float }
type range = { low : int; high : int }

external rename : person -> string -> person = "parity_rename"
external move : point -> point = "parity_move"
external width : range -> int = "parity_width"
external by_hand : person -> person = "parity_by_hand"

type status = Fine | Failed of string | Retrying of int * float list | Unknown

type movement =
  | Step of int
  | Expand of { width : int; height : int }
  | RotateLeft
  | RotateRight

external next_status : status -> status = "parity_next_status"
external movement : movement -> string = "parity_movement"
external braces : movement -> int option = "parity_braces"
external local_variant : string -> status = "parity_local_variant"

type action = [ `Start | `Stop | `Set_speed of int | `Set_course of float * string ]

external reply : action -> action = "parity_reply"
external only_start : action -> bool = "parity_only_start"

let notes = ref []
let ticks = Atomic.make 0

let () =
  Callback.register "parity_shout" String.uppercase_ascii;
  Callback.register "parity_join" String.concat;
  Callback.register "parity_clamp" (fun low high value -> min high (max low value));
  Callback.register "parity_sum4" (fun a b c d -> a + b + c + d);
  Callback.register "parity_note" (fun text -> notes := text :: !notes);
  Callback.register "parity_tick" (fun () -> 1 + Atomic.fetch_and_add ticks 1);
  Callback.register "parity_divide" (fun a b ->
      if b = 0 then Error "divided by zero" else Ok (a / b))

let check name wanted found = Alcotest.(check bool) name true (wanted = found)

let accessors () =
  check "uncons" 2 (count_long_words [ "one"; "three"; ""; "four" ]);
  check "tl, hd" (Some "b") (second_word [ "a"; "b"; "c" ]);
  check "none" None (second_word [ "a" ]);
  check "is_none" 0 (describe None);
  check "is_ok" 17 (describe (Some (Ok 17)));
  check "is_error" 2 (describe (Some (Error "no")));
  check "tuple" ("c", 1.5, 7, -1, true) (rotate (-1, true, "c", 1.5, 7));
  check "cons, keep" [ "n0"; "n1"; "n2" ] (build_list 3);
  check "alloc_ok" (Ok 3) (checked_sum 1 2)

let arrays () =
  check "uniform array" [| 2; 4 |] (double_all [| 1; 2 |]);
  check "empty array" [||] (double_all [||]);
  check "float array" [ 1.; 2. ]
    (Float.Array.to_list (scale (Float.Array.of_list [ 0.5; 1. ]) 2.));
  check "bytes" (Bytes.of_string "cba") (reverse_bytes (Bytes.of_string "abc"));
  check "boxed" (3l, 4L) (boxed_numbers 2l 3L)

let calls () =
  let before = Atomic.get ticks in
  check "imports" (Printf.sprintf "A, B 10 20 %d" (before + 1)) (call_all [ "a"; "b" ]);
  check "unit" [ "A, B" ] !notes;
  check "ok" "25" (divide_both 4);
  check "error" "divided by zero" (divide_both 0);
  check "closure" (Ok "aaa")
    (apply (fun s n -> String.concat "" (List.init n (fun _ -> s))) "a");
  check "message" (Error "no") (apply (fun _ _ -> failwith "no") "a");
  check "no message" (Error "no message") (apply (fun _ _ -> raise Exit) "a");
  let exception Mine of int in
  check "exception as a value" (Error (Mine 2)) (caught (fun n -> raise (Mine (n + 1))));
  check "its result" (Ok 2) (caught succ)

let conversions () =
  Alcotest.(check (float 1e-9)) "by hand" 301.5 (warmer 300. 1.5);
  let value = [ (Some "a", Ok 1); (None, Error ()) ] in
  check "nested" value (nested value)

let derived () =
  let camel = { name = "Bactria"; humps = 2; weight = 500.; position = (3, 0.5) } in
  check "record" { camel with weight = 510. } (feed camel 10.);
  check "constant" (Walk 1) (faster Rest);
  check "last constant" Rest (faster Sleep);
  check "inline record" (Run { speed = 5.; reason = "late" }) (faster (Walk 2));
  check "inline record back"
    (Run { speed = 6.; reason = "x" })
    (faster (Run { speed = 5.; reason = "x" }));
  check "polymorphic constant" (`Load 1.5) (order `Stop);
  check "tag" (`Go_to ("oasis", 8)) (order (`Go_to ("oasis", 7)));
  check "polymorphic argument" `Stop (order (`Load 2.))

let exports () =
  check "twice" 42 (twice 21);
  check "noalloc" 5 (same 5);
  check "bool" true (either false true);
  check "seven" 28 (sum7 1 2 3 4 5 6 7);
  panic "";
  (match panic "no" with
  | () -> Alcotest.fail "no panic"
  | exception Bactrian.Rust_panic (message, _) -> check "panic" "no" message);
  check "unboxed" (-8.) (power 2. 3 true)

let inspection () =
  let check wanted value = Alcotest.(check string) wanted wanted (inspect value) in
  check "42" 42;
  check "\"text\"" "text";
  check "(0: 1, (0: 2, 0))" [ 1; 2 ];
  check "(1: \"no\")" (Error "no");
  check "[1.0, 2.5]" [| 1.; 2.5 |];
  check "-0.0" (-0.);
  check "<_j>" 7L;
  check "<fun>" check;
  check "<fun>" (fun x -> x + Atomic.get ticks);
  check "(0:)" [||];
  Alcotest.(check bool)
    "an exception" true
    (String.starts_with ~prefix:{|(0: (248: "Failure", |} (inspect (Failure "no")));
  let deep = List.init 100 Fun.id in
  check "(0: 0, (0: 1, (0: 2, (0: 3, (0: 4, (0: 5, (0: …)))))))" deep;
  Alcotest.(check string)
    "long" "(0: 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, …)"
    (inspect (Array.make 100 0));
  let rec loop = 1 :: loop in
  check "(0: 1, (0: 1, (0: 1, (0: 1, (0: 1, (0: 1, (0: …)))))))" loop

let threads () =
  sleep 1;
  let before = Atomic.get ticks in
  check "ticks" (before + 4) (ticks_from_threads 4)

let records () =
  let person = { full_name = "Ana"; birth_year = 1990; is_active = true } in
  check "both ways"
    { full_name = "Bo"; birth_year = 1990; is_active = false }
    (rename person "Bo");
  check "prepared"
    { x = 5; label = Some "p"; z = 0.5 }
    (move { x = 4; label = Some "p"; z = 0.5 });
  check "tuple struct" 5 (width { low = 2; high = 7 });
  check "by hand" { person with full_name = "ANA" } (by_hand person);
  match move { x = max_int; label = None; z = 0. } with
  | _ -> Alcotest.fail "4611686018427387903 is no i32"
  | exception Invalid_argument message ->
      check "a field that does not convert"
        "parity_move: 4611686018427387903 does not fit i32 (-2147483648 to 2147483647)"
        message

let variants () =
  check "constant" (Failed "no longer") (next_status Fine);
  check "argument" (Retrying (1, [ 0.5 ])) (next_status (Failed "x"));
  check "arguments" (Retrying (3, [ 0.5; 2. ])) (next_status (Retrying (2, [ 0.5 ])));
  check "last constant" Fine (next_status Unknown);
  check "block" "step 3" (movement (Step 3));
  check "inline record" "expand 2 x 3" (movement (Expand { width = 2; height = 3 }));
  check "constant 0" "left" (movement RotateLeft);
  check "constant 1" "right" (movement RotateRight);
  check "braces" (Some 6) (braces (Expand { width = 2; height = 3 }));
  check "not named" None (braces RotateRight);
  check "local" (Failed "here") (local_variant "here")

let polymorphic () =
  check "constant" (`Set_speed 1) (reply `Start);
  check "to constant" `Start (reply `Stop);
  check "argument" `Stop (reply (`Set_speed 0));
  check "arguments" (`Set_course (4., "ahead")) (reply (`Set_speed 4));
  check "arguments back" (`Set_course (-4., "a!")) (reply (`Set_course (4., "a")));
  check "by hand" true (only_start `Start);
  check "by hand, other" false (only_start `Stop)

(* Each direction of each mapping macro. A word that a collection should have moved still
   looks right until its old place is used again, by what is made after it: so many results
   are kept, and all are read at the end. *)
let properties =
  let open QCheck in
  let string = string_small_of Gen.printable and int = nat_small in
  let case name arbitrary call wanted =
    let property value =
      let results = List.init 500 (fun _ -> call value) in
      let wanted = wanted value in
      (* For [nan] too. *)
      List.for_all (fun result -> compare result wanted = 0) results
    in
    QCheck_alcotest.to_alcotest (Test.make ~name ~count:50 arbitrary property)
  in
  [
    case "records"
      (triple int (option string) float)
      (fun (x, label, z) -> move { x; label; z })
      (fun (x, label, z) -> { x = x + 1; label; z });
    case "variants"
      (pair int (list_small float))
      (fun (count, waits) -> next_status (Retrying (count, waits)))
      (fun (count, waits) -> Retrying (count + 1, waits @ [ Float.of_int count ]));
    case "polymorphic variants" (pair float string)
      (fun (angle, name) -> reply (`Set_course (angle, name)))
      (fun (angle, name) -> `Set_course (-.angle, name ^ "!"));
  ]

let () =
  Alcotest.run "parity with ocaml-interop"
    [
      ( "programs",
        List.map
          (fun (name, test) -> Alcotest.test_case name `Quick test)
          [
            ("accessors", accessors);
            ("arrays", arrays);
            ("calls", calls);
            ("conversions", conversions);
            ("derived", derived);
            ("exports", exports);
            ("inspection", inspection);
            ("threads", threads);
            ("records", records);
            ("variants", variants);
            ("polymorphic variants", polymorphic);
          ] );
      ("properties", properties);
    ]
