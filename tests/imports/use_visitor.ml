(* Rust calls the module Zoo, by what `bactrian imports` has written of it. *)

let int = Alcotest.(check int)
let string = Alcotest.(check string)
let strings = Alcotest.(check (list string))

let constants () =
  let answer, pi, motto, origin = Visitor.constants () in
  int "int" 42 answer;
  Alcotest.(check (float 0.)) "float" 3.25 pi;
  string "string" "two humps" motto;
  Alcotest.(check (float 0.)) "record" 0. origin;
  match Visitor.missing_constant () with
  | (_ : int) -> Alcotest.fail "there is none"
  | exception Bactrian.Rust_panic (message, _) ->
      string "missing"
        "no OCaml value is registered as \"visitor.missing\": call `Callback.register \
         \"visitor.missing\" v` in a module that is linked and initialised before this \
         one is read"
        message

let types () =
  strings "records"
    [
      {|Animal { name: "Bo", age: 3, weight: 610.5, kind: Camel, tags: ["fed", "old"], type_: Some('X') }|};
      "4";
      "Position { x: -1.0, y: 2.5 }";
    ]
    (Visitor.records ());
  strings "variants"
    [ "camel"; "dromedary"; "llama 7"; "0.5 camel" ]
    (Visitor.variants ());
  Alcotest.(check (float 0.)) "recursive" 2.5 (Visitor.recursive ());
  string "polymorphic variants" {|March(1);Load("tea", 1.0);Halt;|}
    (Visitor.polymorphic ());
  Alcotest.(check (list int)) "parameters" [ 2; 3; 16 ] (Visitor.parameters ());
  string "numbers"
    {|Numbers { small: 2147483647, large: 9223372036854775807, native: 8, raw: [255, 0, 33], floats: [1.0, 3.0], ints: [2, 3], nothing: (), yes: false, either: Err("12") }|}
    (Visitor.numbers ());
  string "unboxed" "a'" (Visitor.unboxed ());
  Alcotest.(check (list (float 0.)))
    "one field" [ 1321.5; 2321.5 ] (Visitor.of_one_field ());
  strings "abstract" [ "<thing>"; "9"; "true"; "3" ] (Visitor.abstract_types ())

let values () =
  strings "labels" [ "a-b-c"; "a-b"; "42" ] (Visitor.labels ());
  int "unit" 1 (Visitor.units ());
  int "any type" 2 (Visitor.any_type ());
  let buffer = Zoo.buffer "; " in
  strings "functions"
    [ "1!"; "2!"; "; 5! after 1"; "; 5!6! after 2"; "3" ]
    (Visitor.functions (fun n -> string_of_int n ^ "!") buffer);
  strings "collections" [ {|['a', 'ÿ'] 2 7 Some(2) (1, "a")|} ] (Visitor.collections ());
  int "names" 237 (Visitor.names ())

let modules () =
  strings "modules"
    [
      "2";
      {|Ok(Deep { depth: 3, who: Other("seal", 3) })|};
      "Err(TooDark)";
      "Err(TooDeep(Deep { depth: 10, who: Camel }))";
      "4";
    ]
    (Visitor.modules ())

let exceptions () =
  Alcotest.check_raises "by OCaml" (Failure "no") (fun () -> Visitor.raised_by_ocaml "no");
  let raised name exn which =
    Alcotest.check_raises name exn (fun () -> Visitor.raised_by_rust which)
  in
  raised "arguments" (Zoo.Escaped ("Bo", 3)) 0;
  raised "constant" Zoo.Closed 1;
  raised "inline record" (Zoo.Flooded { depth = 1.5 }) 2;
  Alcotest.check_raises "of a module within" (Zoo.Deep.Stuck Too_dark) Visitor.stuck

let promises () = string "Lwt" "12" (Lwt_main.run (Visitor.promises ()))

let many () =
  let live () =
    Gc.full_major ();
    (Gc.stat ()).live_words
  in
  ignore (Visitor.many 100 : int);
  let before = live () in
  int "calls" 100_000 (Visitor.many 50_000);
  let grown = live () - before in
  if grown > 1000 then Alcotest.failf "%d words more are live" grown

let () =
  Alcotest.run "imports"
    [
      ( "imports",
        [
          Alcotest.test_case "constants" `Quick constants;
          Alcotest.test_case "types" `Quick types;
          Alcotest.test_case "values" `Quick values;
          Alcotest.test_case "modules" `Quick modules;
          Alcotest.test_case "exceptions" `Quick exceptions;
          Alcotest.test_case "promises" `Quick promises;
          Alcotest.test_case "many calls" `Quick many;
        ] );
    ]
