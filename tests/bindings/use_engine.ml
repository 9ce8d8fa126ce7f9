(* Calls what was generated from tests/bindings/rust. *)

open Engine

let int = Alcotest.(check int)
let string = Alcotest.(check string)
let float = Alcotest.(check (float 0.))

let functions () =
  string "greet" "Hello a!Hello a!" (greet "a" 2);
  nothing ();
  float "unboxed" 3.5 (add 1.25 2.25);
  Alcotest.(check int64) "mixed" 6L (mix 1L 2l 3);
  int "six" 654321 (six 1 2 3 4 5 6);
  int "keywords" 12 (method_ 3 4);
  int "renamed" 200 (finish 200);
  Alcotest.(check (list string))
    "optional: none" [ "a"; "b"; "c" ] (split ~text:"a b c" ());
  Alcotest.(check (list string))
    "optional: all" [ "a"; "b-c" ]
    (split ~text:"a-b-c" ~separator:'-' ~max:2 ());
  int "raise" 5 (parse "5");
  Alcotest.check_raises "raise" (Failure "not a number: x") (fun () ->
      ignore (parse "x" : int));
  Alcotest.(check (result int string)) "result" (Error "not a number: x") (checked "x");
  Alcotest.(check (pair bool string)) "any type" (true, "x") (swap ("x", true));
  Alcotest.(check (option (float 0.)))
    "function" (Some 4.)
    (apply (fun n s -> Some (float_of_int (n + String.length s))) 3);
  int "result is a function" 6 ((adder 1) 2 3);
  int "collections" 3 (collections [ (1, None) ] [| 1.; 2. |] [| [ 3l ] |]);
  float "bigarray" 0. (sum (Bigarray.Array1.create Float64 C_layout 3));
  string "lwt" "7" (Lwt_main.run (later 7));
  Alcotest.(check (list int))
    "lwt stream" [ 3; 2; 1 ]
    (Lwt_main.run (Lwt_stream.to_list (countdown 3)));
  Alcotest.(check (list char))
    "stream" [ 'a'; 'b' ]
    (Bactrian.Stream.to_list (letters "ab"));
  int "read by Rust" 5
    (Lwt_main.run (Bactrian_lwt.of_future (count_letters (letters "camel"))));
  Alcotest.check_raises "channel" Bactrian.Channel.Closed (fun () ->
      Bactrian.Channel.send (lines 2) "nobody receives")

let modules () =
  Alcotest.(check (result int string)) "Index" (Ok 3) (Index.open_ "abc");
  int "Index.Cursor" 9 (Index.Cursor.step 9)

let types () =
  let person = { name = "ada"; age = 36; mail = None; type_ = Member } in
  let older = older person in
  int "record" 37 older.age;
  Alcotest.(check (option string)) "record" (Some "ada@example.org") older.mail;
  let at = { x = 1.; y = 2. } in
  float "variant" 26.
    (area
       (Group
          [
            Circle (at, 2.);
            Polygon [ at; at; at; at; at; at; at; at; at ];
            Label { text = "ab"; at };
            Nothing_at_all;
          ]));
  Alcotest.(check bool) "polymorphic" true (level 0 = `Low);
  Alcotest.(check bool) "polymorphic" true (level 1 = `in_between (1, 2));
  Alcotest.(check bool) "polymorphic" true (level 2 = `High "top");
  Alcotest.(check bool)
    "generic" true
    (wrap (1, "t") = { tag = "t"; value = { inner = 1 } });
  int "recursive" 6
    (count (Node { left = Leaf 1; right = Node { left = Leaf 2; right = Leaf 3 } }));
  Alcotest.(check bool)
    "a name of OCaml's" true
    (list { length = 1; of_ = "x" } = { length = 2; of_ = "x" })

let exceptions () =
  Alcotest.check_raises "one argument" (Missing "key") (fun () -> fail 0);
  Alcotest.check_raises "inline record"
    (Bad_line { line = 3; column = 4 })
    (fun () -> fail 1);
  Alcotest.check_raises "none" Closed (fun () -> fail 2)

let owned () =
  let counter = Counter.create 5 in
  Counter.add counter ~by:2;
  int "method" 7 (Counter.get counter);
  match Counter.copy counter with
  | None -> Alcotest.fail "no copy"
  | Some copy ->
      Counter.add copy ~by:1;
      int "outside of its module" 15 (total counter copy)

let imports () =
  int "twice, half" 63 (call_twice 21);
  string "labelled" "a, b" (call_join ", " [ "a"; "b" ]);
  Alcotest.(check (result bool string)) "deep" (Ok false) (call_negate true)

let domain () =
  let account = Domain.{ owner = "ada"; balance = 1; state = Frozen "why" } in
  let account = deposit account 10 (`Other "x") in
  int "the same type" 21 account.Domain.balance;
  Alcotest.(check bool) "its parts" true (account.state = Domain.Frozen "why");
  Alcotest.(check bool) "unknown to Rust" true (pass "token" = "token")

let () =
  let case name run = (name, [ Alcotest.test_case name `Quick run ]) in
  Alcotest.run "bindings"
    [
      case "functions" functions;
      case "modules" modules;
      case "types" types;
      case "exceptions" exceptions;
      case "owned" owned;
      case "imports" imports;
      case "domain" domain;
    ]
