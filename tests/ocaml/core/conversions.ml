(* Each type there and back, at its edges. *)

open Core_support
open Core_support.Checks
open Support

external max_int_of_rust : unit -> int = "e_max_int"
external max_int_nested : unit -> (string * int) list = "e_max_int_nested"
external min_int_of_rust : unit -> int = "e_min_int"
external below_min_int : unit -> int = "e_below_min_int"
external max_u64 : unit -> int = "e_max_u64"

external max_int_deep : unit -> (string * (string * int Echo.labelled) option list) list
  = "e_max_int_deep"

external latin_char : unit -> char = "e_latin_char"
external wide_char : unit -> char = "e_wide_char"
external wide_char_nested : unit -> (int * char) list = "e_wide_char_nested"
external utf8 : string -> int = "x_utf8"

let check_bool = Alcotest.(check bool)
let check_int = Alcotest.(check int)
let check_string = Alcotest.(check string)

(* There and back, and the same also when everything is moved. *)
let same what f values =
  List.iter
    (fun value ->
      let copy = f value in
      if compare copy value <> 0 then Alcotest.failf "%s: not the same value" what)
    values;
  let copies = List.map f values in
  scribble ();
  if compare copies values <> 0 then
    Alcotest.failf "%s: not the same after a collection" what

(* Numbers *)

let ints () =
  same "int" Echo.int [ 0; 1; -1; 42; max_int; min_int; max_int - 1; min_int + 1 ];
  same "isize" Echo.isize [ 0; -1; max_int; min_int ];
  check_int "min_int of Rust" min_int (min_int_of_rust ())

let range what f ~min ~max ~error =
  same what f [ min; max; 0; 1; min + 1; max - 1; (min + max) / 2 ];
  List.iter
    (fun n ->
      invalid
        (Printf.sprintf "%s: argument `value`: %d does not fit %s" ("e_" ^ what) n error)
        (fun () -> f n))
    [ min - 1; max + 1; min_int; max_int ]

let narrow () =
  range "i8" Echo.i8 ~min:(-128) ~max:127 ~error:"i8 (-128 to 127)";
  range "u8" Echo.u8 ~min:0 ~max:255 ~error:"u8 (0 to 255)";
  range "i16" Echo.i16 ~min:(-32768) ~max:32767 ~error:"i16 (-32768 to 32767)";
  range "u16" Echo.u16 ~min:0 ~max:65535 ~error:"u16 (0 to 65535)";
  range "i32" Echo.i32 ~min:(-2147483648) ~max:2147483647
    ~error:"i32 (-2147483648 to 2147483647)";
  range "u32" Echo.u32 ~min:0 ~max:4294967295 ~error:"u32 (0 to 4294967295)"

let unsigned () =
  same "u64" Echo.u64 [ 0; 1; max_int ];
  same "usize" Echo.usize [ 0; 1; max_int ];
  invalid "e_u64: argument `value`: -1 does not fit u64 (0 to 18446744073709551615)"
    (fun () -> Echo.u64 (-1));
  invalid
    "e_usize: argument `value`: -4611686018427387904 does not fit usize (0 to \
     18446744073709551615)" (fun () -> Echo.usize min_int);
  same "u8 option" Echo.u8_option [ None; Some 0; Some 255 ];
  invalid "e_u8_option: argument `value`: 256 does not fit u8 (0 to 255)" (fun () ->
      Echo.u8_option (Some 256))

let int_limits = "(-4611686018427387904 to 4611686018427387903)"

let beyond_63_bits () =
  let no name n =
    Printf.sprintf "%s: %s does not fit an OCaml int %s" name n int_limits
  in
  invalid (no "e_max_int" "9223372036854775807") max_int_of_rust;
  invalid (no "e_below_min_int" "-4611686018427387905") below_min_int;
  invalid (no "e_max_u64" "18446744073709551615") max_u64;
  invalid (no "e_max_int_nested" "-9223372036854775808") max_int_nested;
  invalid (no "e_max_int_deep" "4611686018427387904") max_int_deep

let boxed () =
  same "int32" Echo.int32 [ 0l; 1l; -1l; Int32.max_int; Int32.min_int ];
  same "int64" Echo.int64 [ 0L; -1L; Int64.max_int; Int64.min_int; 0x4000000000000000L ];
  same "nativeint" Echo.nativeint [ 0n; -1n; Nativeint.max_int; Nativeint.min_int ];
  same "u32 by its bits" Echo.u32_bits [ 0l; -1l; Int32.max_int; Int32.min_int ];
  same "u64 by its bits" Echo.u64_bits [ 0L; -1L; Int64.max_int; Int64.min_int ];
  same "usize by its bits" Echo.usize_bits [ 0n; -1n; Nativeint.min_int ];
  same "in a list" Echo.int64_list [ []; [ Int64.max_int; 0L; Int64.min_int ] ];
  same "in an option" Echo.int32_option [ None; Some (-1l) ];
  (* The data and the operations are OCaml's: it can compare, hash and marshal them. *)
  let n = Echo.int64 77L in
  check_int "hash" (Hashtbl.hash 77L) (Hashtbl.hash n);
  check_string "marshal" (Marshal.to_string 77L []) (Marshal.to_string n []);
  check_string "marshal" (Marshal.to_string (-7l) [])
    (Marshal.to_string (Echo.int32 (-7l)) []);
  check_string "marshal" (Marshal.to_string (-7n) [])
    (Marshal.to_string (Echo.nativeint (-7n)) [])

let bits = Int64.bits_of_float

let special_floats =
  [
    0.;
    -0.;
    1.;
    -1.5;
    infinity;
    neg_infinity;
    nan;
    -.nan;
    max_float;
    min_float;
    epsilon_float;
    4e-324;
    Float.pi;
  ]

let floats () =
  List.iter
    (fun x ->
      Alcotest.(check int64) "the same bits" (bits x) (bits (Echo.float x));
      Alcotest.(check int64) "in a list" (bits x) (bits (List.hd (Echo.float_list [ x ]))))
    (Int64.float_of_bits 0x7ff0000000000001L :: special_floats);
  same "f32" Echo.f32 [ 0.; -0.; 1.5; infinity; nan; 16777216. ];
  check_bool "f32 rounds" true
    (Echo.f32 0.1 = Int32.float_of_bits (Int32.bits_of_float 0.1));
  check_bool "f32 overflows to infinity" true (Echo.f32 max_float = infinity);
  same "a newtype" Echo.metres special_floats;
  same "an unboxed record" Echo.length [ { length = 1.5 } ]

let immediates () =
  Echo.unit ();
  same "bool" Echo.bool [ true; false ];
  same "pairs of bools" Echo.bool_pair [ (true, false); (false, true) ];
  same "char" Echo.char (List.init 256 Char.chr);
  same "char as u8" Echo.byte_char (List.init 256 Char.chr);
  same "a list of chars" Echo.char_list [ []; List.init 256 Char.chr ];
  check_bool "Latin-1" true (latin_char () = '\255');
  invalid
    "e_wide_char: the character '🐫' (U+1F42B) does not fit an OCaml char (U+0000 to \
     U+00FF)"
    wide_char;
  invalid
    "e_wide_char_nested: the character 'Ā' (U+0100) does not fit an OCaml char (U+0000 \
     to U+00FF)"
    wide_char_nested;
  Echo.nothing ();
  Echo.empty_braces ()

(* Strings *)

let text n = String.init n (fun i -> Char.chr (32 + (i mod 95)))

let string_lengths () =
  let check n =
    let s = text n in
    if Echo.string s <> s then Alcotest.failf "String of %d bytes" n;
    if Echo.string_bytes s <> s then Alcotest.failf "Vec<u8> of %d bytes" n;
    if Bytes.to_string (Echo.bytes (Bytes.of_string s)) <> s then
      Alcotest.failf "bytes of %d" n;
    let length, sum = Echo.measure s in
    if length <> n || sum <> String.fold_left (fun sum c -> sum + Char.code c) 0 s then
      Alcotest.failf "&[u8] of %d bytes" n;
    let made = Echo.bytes_of_size n in
    if made <> String.init n (fun i -> Char.chr (i land 255)) then
      Alcotest.failf "made, of %d" n;
    (* All of the last word, which holds the padding. *)
    if
      compare (Hashtbl.hash made)
        (Hashtbl.hash (String.init n (fun i -> Char.chr (i land 255))))
      <> 0
      || Marshal.to_string made [] <> Marshal.to_string (String.sub (made ^ "x") 0 n) []
    then Alcotest.failf "padding of %d" n
  in
  for n = 0 to 600 do
    check n
  done;
  (* Around 256 words, the largest block of the minor heap, and far beyond. *)
  List.iter
    (fun words ->
      List.iter (fun d -> check ((words * 8) + d)) [ -9; -8; -1; 0; 1; 7; 8; 9 ])
    [ 255; 256; 257; 4096; 100_000 ]

let padding () =
  (* A string of Rust is equal to the same one of OCaml, word for word. *)
  for n = 0 to 64 do
    let ours = Echo.string_of_size n and theirs = String.make n 'x' in
    let words s = Obj.size (Obj.repr s) in
    check_int "words" (words theirs) (words ours);
    for i = 0 to words ours - 1 do
      if Obj.raw_field (Obj.repr ours) i <> Obj.raw_field (Obj.repr theirs) i then
        Alcotest.failf "word %d of a string of %d bytes" i n
    done
  done

let strings () =
  same "String" Echo.string
    [ ""; "a"; "\000"; "a\000b"; "é"; "🐫"; "ünïcödé"; text 100_000 ];
  same "Box<str>" Echo.box_str [ ""; "a"; "🐫" ];
  same "any bytes" Echo.string_bytes [ "\255\254"; String.init 256 Char.chr ];
  same "bytes" Echo.bytes [ Bytes.empty; Bytes.of_string "\255\000x" ];
  same "bytes as text" Echo.bytes_text [ Bytes.empty; Bytes.of_string "é" ];
  let b = Bytes.of_string "abc" in
  let c = Echo.bytes b in
  Bytes.set c 0 'z';
  check_string "bytes are copied" "abc" (Bytes.to_string b);
  check_int "&str" 3 (utf8 "aé🐫");
  check_int "&str of 4 KiB" 4096 (utf8 (String.make 4096 'x'))

(* A byte that is not ASCII, at every place of strings around the lengths where the way to check changes. *)
let places () =
  let check length at =
    let put s =
      let plain = Bytes.init length (fun i -> Char.chr (i land 127)) in
      Bytes.blit_string s 0 plain at (String.length s);
      Bytes.to_string plain
    in
    if at + 2 <= length then begin
      let s = put "é" in
      if Echo.string s <> s then Alcotest.failf "é at %d of %d" at length
    end;
    match Echo.string (put "\xff") with
    | _ -> Alcotest.failf "0xff at %d of %d" at length
    | exception Invalid_argument message ->
        check_bool "the place" true (contains message (Printf.sprintf "offset %d" at))
  in
  List.iter
    (fun length -> List.iter (check length) (List.init length Fun.id))
    [ 7; 8; 63; 64; 65; 96; 127; 128; 129; 191; 192; 200; 255; 256; 257 ]

let not_utf8 () =
  let no ?(at = 0) ?(byte = 0xff) length =
    Printf.sprintf "the string of %d bytes is not UTF-8: byte 0x%02x at offset %d" length
      byte at
  in
  invalid ("x_utf8: argument `name`: " ^ no 1) (fun () -> utf8 "\255");
  invalid ("x_utf8: argument `name`: " ^ no 4 ~at:3) (fun () -> utf8 "abc\255");
  (* Beyond 64 bytes the check is another one. *)
  invalid
    ("x_utf8: argument `name`: " ^ no 105 ~at:100)
    (fun () -> utf8 (String.make 100 'x' ^ "\255" ^ String.make 4 'x'));
  invalid
    ("e_string: argument `value`: " ^ no 2 ~byte:0xc3 ~at:1)
    (fun () -> Echo.string "a\xc3");
  invalid
    ("e_string: argument `value`: " ^ no 3 ~byte:0xed)
    (fun () -> Echo.string "\xed\xa0\x80");
  invalid
    ("e_string: argument `value`: " ^ no 2 ~byte:0xc0)
    (fun () -> Echo.string "\xc0\x80");
  invalid
    ("e_string: argument `value`: " ^ no 4 ~byte:0xf4)
    (fun () -> Echo.string "\xf4\x90\x80\x80");
  invalid ("e_box_str: argument `value`: " ^ no 1) (fun () -> Echo.box_str "\255");
  invalid
    ("e_bytes_text: argument `value`: " ^ no 1)
    (fun () -> Echo.bytes_text (Bytes.of_string "\255"));
  (* Deep inside, with the way there. *)
  invalid
    ("e_string_list: argument `value`: element 3: " ^ no 1)
    (fun () -> Echo.string_list [ "a"; "b"; "c"; "\255"; "d" ]);
  invalid
    ("e_string_array: argument `value`: element 1: " ^ no 1)
    (fun () -> Echo.string_array [| "a"; "\255" |]);
  invalid ("e_option: argument `value`: " ^ no 1) (fun () -> Echo.option (Some "\255"));
  invalid ("e_result: argument `value`: " ^ no 1) (fun () -> Echo.result (Ok "\255"));
  invalid
    ("e_pair: argument `value`: component 1: " ^ no 1)
    (fun () -> Echo.pair (1, "\255"));
  invalid
    ("e_nested_list: argument `value`: element 1: element 2: component 1: " ^ no 1)
    (fun () -> Echo.nested_list [ []; [ None; Some (1, "ok"); Some (2, "\255") ] ]);
  let p : Echo.person = { name = "n"; age = 3; height = 1.5; tags = [] } in
  invalid
    ("e_person: argument `value`: Person.name: " ^ no 1)
    (fun () -> Echo.person { p with name = "\255" });
  invalid
    ("e_person: argument `value`: Person.tags: element 1: " ^ no 1)
    (fun () -> Echo.person { p with tags = [ "x"; "\255" ] });
  invalid "e_person: argument `value`: Person.age: 256 does not fit u8 (0 to 255)"
    (fun () -> Echo.person { p with age = 256 });
  invalid "e_person: argument `value`: Person.age: -1 does not fit u8 (0 to 255)"
    (fun () -> Echo.person { p with age = -1 });
  invalid
    ("e_family: argument `value`: Family.members: element 1: Person.name: " ^ no 1)
    (fun () ->
      Echo.family { head = p; members = [ p; { p with name = "\255" } ]; pet = None });
  invalid
    ("e_shape: argument `value`: Shape::Named.inner: element 0: Shape::Named.name: "
   ^ no 1)
    (fun () ->
      Echo.shape (Named { name = "a"; inner = [ Named { name = "\255"; inner = [] } ] }));
  invalid
    ("e_message: argument `value`: Message::Say.0: " ^ no 1)
    (fun () -> Echo.message (`Say "\255"));
  invalid
    ("e_route: argument `value`: Route::Post.path: " ^ no 1)
    (fun () -> Echo.route (`post ("\255", 1, 1.)));
  invalid
    ("e_signal: argument `value`: Signal::Both.1: " ^ no 1)
    (fun () -> Echo.signal (Both (1, "\255")));
  invalid
    ("e_triple_struct: argument `value`: Triple.0: " ^ no 1)
    (fun () -> Echo.triple_struct ("\255", 1, 1.));
  invalid
    ("e_labelled: argument `value`: Labelled.content: " ^ no 1)
    (fun () -> Echo.labelled { label = "x"; content = "\255" });
  invalid
    ("e_hash_map: argument `value`: element 1: component 0: " ^ no 1)
    (fun () -> Echo.hash_map [ ("x", 1); ("\255", 2) ]);
  invalid
    ("e_map_of_maps: argument `value`: element 0: component 1: element 0: component 1: "
   ^ no 1)
    (fun () -> Echo.map_of_maps [ ("x", [ (1, "\255") ]) ])

(* Options, results, lists, arrays *)

let options () =
  same "option" Echo.option [ None; Some ""; Some "x" ];
  same "of an option" Echo.option_option [ None; Some None; Some (Some 3) ];
  same "deep" Echo.option_deep
    [ None; Some None; Some (Some None); Some (Some (Some "x")) ];
  same "of unit" Echo.unit_option [ None; Some () ];
  same "result" Echo.result [ Ok "x"; Error 3 ];
  same "of unit" Echo.result_unit [ Ok (); Error "x" ];
  same "of results" Echo.result_result
    [ Ok (Ok 1); Ok (Error "x"); Error None; Error (Some 1.5) ];
  same "of an array" Echo.option_array [ None; Some [||]; Some [| 1; 2 |] ]

let lists () =
  same "ints" Echo.int_list [ []; [ 1 ]; [ 1; 2; 3 ]; List.init 1000 Fun.id ];
  same "strings" Echo.string_list [ []; [ "" ]; List.init 1000 string_of_int ];
  same "floats" Echo.float_list [ []; [ 1.5; nan ]; List.init 1000 float ];
  same "units" Echo.units [ []; [ (); () ] ];
  same "nested" Echo.nested_list [ []; [ [] ]; [ [ None; Some (1, "x") ]; []; [ None ] ] ];
  same "any bytes" Echo.bytes_list [ []; [ "\255"; "" ] ];
  same "lists of any bytes" Echo.bytes_lists [ []; [ []; [ "\255"; "" ] ] ];
  same "roots" Echo.roots [ []; List.init 5000 string_of_int ];
  check_int "by iterating" 6 (Echo.sum_by_iterating [ 1; 2; 3 ]);
  check_int "by iterating" 0 (Echo.sum_by_iterating [])

let long_lists () =
  let n = scaled 1_000_000 in
  let ints = List.init n Fun.id in
  check_bool "ints" true (Echo.int_list ints = ints);
  let strings = Echo.list_of_size n in
  check_bool "strings, made" true
    (List.for_all2 (fun i s -> int_of_string s = i) ints strings);
  check_bool "strings" true (Echo.string_list strings = strings);
  check_int "by iterating" (n * (n - 1) / 2) (Echo.sum_by_iterating ints);
  let floats = List.init n float in
  check_bool "floats" true (Echo.float_list floats = floats);
  let tuples = Echo.numbered_tuples n in
  check_bool "tuples, made" true
    (List.for_all2
       (fun i (s, x, even) ->
         int_of_string s = i
         && x = float i
         && even = if i mod 2 = 0 then Some "even" else None)
       ints tuples)

let arrays () =
  (* Around the largest block of the minor heap. *)
  List.iter
    (fun n ->
      same "ints" Echo.int_array [ Array.init n Fun.id ];
      same "strings" Echo.string_array [ Array.init n string_of_int ];
      same "floats" Echo.float_array [ Array.init n float ];
      same "chars" Echo.char_array [ Array.init n (fun i -> Char.chr (i land 255)) ];
      same "int64s" Echo.int64_array [ Array.init n Int64.of_int ];
      same "lists" Echo.array_array [ Array.init n (fun i -> [ string_of_int i; "" ]) ];
      let person i : Echo.person =
        { name = string_of_int i; age = i land 255; height = float i; tags = [ "t" ] }
      in
      same "records" Echo.person_array [ Array.init n person ];
      check_bool "made" true (Echo.array_of_size n = Array.init n string_of_int);
      check_bool "made, of floats" true (Echo.floats_of_size n = Array.init n float))
    [ 0; 1; 2; 254; 255; 256; 257; 258; 1000; 10_000 ];
  same "a list of float arrays" Echo.float_array_list
    [ []; [ [||]; [| 1. |]; [| nan; -0. |] ] ];
  check_bool "nothing is shared" true
    (let a = [| 1; 2 |] in
     let b = Echo.int_array a in
     b.(0) <- 9;
     a.(0) = 1);
  check_bool "an element" true (Echo.array_get [| 5; 6 |] 1 = Some 6);
  check_bool "beyond the end" true (Echo.array_get [| 5; 6 |] 2 = None);
  check_bool "far beyond the end" true (Echo.array_get [| 5; 6 |] (-1) = None);
  check_bool "of an empty array" true (Echo.array_get [||] 0 = None);
  (* The empty array is one value to OCaml. *)
  check_bool "empty" true (Echo.int_array [||] = [||] && Echo.float_array [||] = [||]);
  check_int "tag of the empty array" 0 (Obj.tag (Obj.repr (Echo.float_array [||])));
  check_int "tag of a float array" Obj.double_array_tag
    (Obj.tag (Obj.repr (Echo.float_array [| 1. |])))

let float_arrays_refused () =
  invalid
    "e_bad_float_array: argument `value`: a float array is an OCamlFloatArray, not an \
     OCamlArray" (fun () -> Echo.bad_float_array [| 1.; 2. |]);
  invalid
    "e_bad_float_array: a float array is an OCamlFloatArray, not an \
     OCamlArray<OCamlFloat>" (fun () -> Echo.bad_float_array [||])

(* Tuples, records, variants *)

let tuples () =
  same "pair" Echo.pair [ (1, "x"); (min_int, "") ];
  same "floats" Echo.float_pair [ (1.5, nan); (-0., infinity) ];
  check_int "a pair of floats is not flat" 0
    (Obj.tag (Obj.repr (Echo.float_pair (1., 2.))));
  same "triple" Echo.triple [ ("x", 1.5, true) ];
  same "four" Echo.four [ ("x", 1, [ "a"; "b" ], None); ("", -1, [], Some "y") ];
  same "nine" Echo.nine
    [
      (1, "x", 1.5, true, 'c', Some 3, [ 1; 2 ], (4, 5), "y");
      (0, "", nan, false, '\255', None, [], (0, 0), "");
    ];
  same "boxes" Echo.box [ ("x", 3) ];
  same "a struct without names" Echo.triple_struct [ ("x", 3, 1.5) ]

(* The same shape as OCaml's own: tags, sizes and contents. *)
let rec same_shape a b =
  if Obj.is_int a || Obj.is_int b then Obj.is_int a && Obj.is_int b && a == b
  else
    Obj.tag a = Obj.tag b
    && Obj.size a = Obj.size b
    &&
    if Obj.tag a >= Obj.no_scan_tag then Obj.tag a = Obj.custom_tag || compare a b = 0
    else
      let rec fields i =
        i < 0 || (same_shape (Obj.field a i) (Obj.field b i) && fields (i - 1))
      in
      fields (Obj.size a - 1)

let shaped what f values =
  same what f values;
  List.iter
    (fun value ->
      if not (same_shape (Obj.repr (f value)) (Obj.repr value)) then
        Alcotest.failf "%s: another shape" what)
    values

let records () =
  let p : Echo.person = { name = "x"; age = 255; height = 1.5; tags = [ "a"; "b" ] } in
  shaped "person" Echo.person [ p; { p with tags = [] } ];
  shaped "floats" Echo.point [ { x = 1.5; y = -0. }; { x = nan; y = infinity } ];
  check_int "flat" Obj.double_array_tag
    (Obj.tag (Obj.repr (Echo.point { x = 1.; y = 2. })));
  shaped "one float" Echo.single [ { only = 1.5 } ];
  shaped "floats of both widths" Echo.small_floats [ { p = 1.5; q = 0.1; r = nan } ];
  shaped "not only floats" Echo.mixed [ { a = 1.5; b = Int64.min_int; c = nan } ];
  shaped "parametric" Echo.labelled [ { label = "l"; content = "c" } ];
  shaped "of a float" Echo.labelled_float [ { label = "l"; content = 1.5 } ];
  shaped "of floats only" Echo.twins [ { twin = 1.5; other = 2.5 } ];
  shaped "nested" Echo.labelled_nested
    [ { label = "l"; content = { label = "m"; content = [ None; Some "x" ] } } ];
  shaped "records of records" Echo.family
    [
      { head = p; members = [ p; p ]; pet = Some ("Rex", Blue) };
      { head = p; members = []; pet = None };
    ]

let wide_records () =
  shaped "21 fields" Echo.wide [ Array.init 21 string_of_int ];
  let fields =
    Array.init 260 (fun i -> if i = 259 then Obj.repr "last" else Obj.repr (i * i))
  in
  shaped "260 fields" Echo.very_wide [ fields ];
  let broken = Array.copy fields in
  broken.(259) <- Obj.repr "\255";
  invalid
    "e_very_wide: argument `value`: VeryWide.last: the string of 1 bytes is not UTF-8: \
     byte 0xff at offset 0" (fun () -> Echo.very_wide broken);
  let many = List.init 200 (fun k -> Array.init 21 (fun i -> string_of_int (i * k))) in
  check_bool "many" true (List.map Echo.wide many = many)

let variants () =
  shaped "colour" Echo.colour [ Red; Green; Blue ];
  shaped "shape" Echo.shape
    [
      Empty;
      Unknown;
      Circle 1.5;
      Rectangle (1., nan);
      Named { name = "x"; inner = [ Empty; Circle 2.; Unknown ] };
    ];
  shaped "inline records of floats" Echo.inline
    [ Floats { x = 1.; y = 2. }; One { z = 3. }; Boxed (1., 2.) ];
  shaped "constants and others in turn" Echo.signal
    [
      Start;
      Level 3;
      Pause;
      Text "x";
      Both (1, "y");
      Stop;
      Shape { shape = Circle 1.; scale = 2. };
    ];
  shaped "parametric" Echo.choice
    [ Left "x"; Right { value = 1; copies = [ 1; 1 ] }; Neither ]

let unknown_constructors () =
  invalid
    "e_colour: argument `value`: Colour has no constant constructor number 3; do the two \
     definitions agree?" (fun () -> Echo.colour (Obj.magic 3));
  invalid
    "e_colour: argument `value`: Colour has no constant constructor number -1; do the \
     two definitions agree?" (fun () -> Echo.colour (Obj.magic (-1)));
  invalid
    "e_shape: argument `value`: Shape has no constructor with arguments number 3; do the \
     two definitions agree?" (fun () ->
      Echo.shape (Obj.magic (Echo.Both (1, "x") |> fun b -> Obj.with_tag 3 (Obj.repr b))));
  let hash name : int = Obj.magic (Obj.repr name) in
  let h = hash `Nobody in
  invalid
    (Printf.sprintf
       "e_message: argument `value`: Message has no polymorphic variant whose tag has \
        the hash %d"
       h) (fun () -> Echo.message (Obj.magic `Nobody));
  invalid
    (Printf.sprintf
       "e_message: argument `value`: Message has no polymorphic variant whose tag has \
        the hash %d"
       h) (fun () -> Echo.message (Obj.magic (`Nobody 3)))

let polymorphic () =
  shaped "message" Echo.message [ `Quit; `Say "x"; `Move (1, -2); `write Blue ];
  shaped "messages" Echo.messages [ []; [ `Quit; `Say ""; `Move (0, 0) ] ];
  shaped "names of OCaml's own" Echo.route
    [
      `GET "/";
      `post ("/x", 12, 0.5);
      `Option';
      `a_rather_long_tag_name_whose_hash_wraps_around None;
      `a_rather_long_tag_name_whose_hash_wraps_around (Some (`GET "x"));
      `Pair (1, 2);
    ]

let rec balanced n : Echo.tree =
  if n = 0 then Leaf else Node (balanced (n - 1), n, balanced (n - 1))

let trees () =
  shaped "trees" Echo.tree [ Leaf; Node (Leaf, 1, Leaf); balanced 10 ];
  shaped "forests" Echo.forest [ []; [ Leaf; balanced 3; Leaf ] ];
  let n = 5_000 in
  check_int "deep, made" n (Echo.depth (Echo.tree_of_depth n));
  let deep = Echo.tree_of_depth n in
  check_bool "deep" true (Echo.tree deep = deep)

let maps () =
  let sorted = List.sort compare in
  check_bool "HashMap" true
    (sorted (Echo.hash_map [ ("b", 2); ("a", 1); ("c", 3) ])
    = [ ("a", 1); ("b", 2); ("c", 3) ]);
  check_bool "empty" true (Echo.hash_map [] = [] && Echo.btree_map [] = []);
  check_bool "BTreeMap, in order" true
    (Echo.btree_map [ (3, [ "c" ]); (1, []); (2, [ "b"; "b" ]) ]
    = [ (1, []); (2, [ "b"; "b" ]); (3, [ "c" ]) ]);
  (* As List.assoc does: the first binding of a key counts. *)
  let twice = [ ("a", 1); ("b", 2); ("a", 3); ("b", 4) ] in
  let map = Echo.hash_map twice in
  check_int "duplicates" 2 (List.length map);
  List.iter
    (fun key -> check_int "the first" (List.assoc key twice) (List.assoc key map))
    [ "a"; "b" ];
  check_bool "duplicates, ordered" true
    (Echo.btree_map [ (1, [ "first" ]); (0, []); (1, [ "second" ]) ]
    = [ (0, []); (1, [ "first" ]) ]);
  check_bool "maps of maps" true
    (Echo.map_of_maps [ ("b", [ (2, "x"); (1, "y") ]); ("a", []) ]
    = [ ("a", []); ("b", [ (1, "y"); (2, "x") ]) ]);
  let many = List.init 10_000 (fun i -> (string_of_int i, i)) in
  check_bool "many" true (sorted (Echo.hash_map many) = sorted many)

let () =
  run "conversions"
    [
      ( "numbers",
        [
          case "int" ints;
          case "narrow integers" narrow;
          case "unsigned integers" unsigned;
          case "beyond 63 bits" beyond_63_bits;
          case "int32, int64, nativeint" boxed;
          case "float" floats;
          case "unit, bool, char" immediates;
        ] );
      ( "strings",
        [
          case "of every length" string_lengths;
          case "padding" padding;
          case "contents" strings;
          case "not ASCII" places;
          case "not UTF-8" not_utf8;
        ] );
      ( "containers",
        [
          case "options and results" options;
          case "lists" lists;
          case "long lists" long_lists;
          case "arrays" arrays;
          case "float arrays as others" float_arrays_refused;
          case "maps" maps;
        ] );
      ( "derived",
        [
          case "tuples" tuples;
          case "records" records;
          case "wide records" wide_records;
          case "variants" variants;
          case "unknown constructors" unknown_constructors;
          case "polymorphic variants" polymorphic;
          case "trees" trees;
        ] );
    ]
