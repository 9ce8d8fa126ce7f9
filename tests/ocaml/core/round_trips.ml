(* Random values of every type, from OCaml to Rust and back.

   BACTRIAN_RANDOM says how many of each type (2,000 if unset, fewer in the slower modes);
   QCHECK_SEED makes a run again. *)

(* The names that generators had before qcheck 0.26 are there before and after. *)
[@@@alert "-deprecated"]

open Core_support
open Support
open QCheck2

let count =
  setting "BACTRIAN_RANDOM" (if native then if tiny_heap then 1000 else 2000 else 500)

(* Values *)

let any_int = Gen.(oneof [ int; small_signed_int; oneofl [ max_int; min_int; 0; -1 ] ])
let byte_string = Gen.(string_size ~gen:char (oneof [ int_bound 40; int_bound 3000 ]))

(* Any scalar values, encoded as UTF-8. *)
let utf8 =
  let open Gen in
  let scalar =
    oneof [ int_bound 0x7f; int_bound 0x7ff; int_bound 0xd7ff; int_range 0xe000 0x10ffff ]
  in
  let encode scalars =
    let buffer = Buffer.create 16 in
    List.iter (fun n -> Buffer.add_utf_8_uchar buffer (Uchar.of_int n)) scalars;
    Buffer.contents buffer
  in
  map encode (list_size (oneof [ int_bound 20; int_bound 300 ]) scalar)

let any_float =
  Gen.(
    oneof
      [
        float;
        map Int64.float_of_bits int64;
        oneofl [ nan; infinity; neg_infinity; -0.; 0. ];
      ])

let many gen = Gen.(list_size (oneof [ int_bound 5; int_bound 100 ]) gen)
let vector gen = Gen.(array_size (oneof [ int_bound 5; int_bound 600 ]) gen)
let short gen = Gen.(list_size (int_bound 4) gen)
let u8 = Gen.int_bound 255

(* A test: the value comes back the same, and stays so when all is moved; NaNs are equal by
   [compare]. *)
let moves = ref 0

let test ~name gen law =
  checked (QCheck_alcotest.to_alcotest (Test.make ~count ~name gen law))

let returns ?(equal = fun a b -> compare a b = 0) name echo gen =
  test ~name gen (fun value ->
      let copy = echo value in
      incr moves;
      if !moves mod 64 = 0 then scribble ();
      equal copy value)

let sound_float a b = Int64.bits_of_float a = Int64.bits_of_float b

let numbers =
  let range lo hi = Gen.(oneof [ int_range lo hi; oneofl [ lo; hi; 0 ] ]) in
  [
    returns "int" Echo.int any_int;
    returns "isize" Echo.isize any_int;
    returns "i8" Echo.i8 (range (-128) 127);
    returns "u8" Echo.u8 u8;
    returns "i16" Echo.i16 (range (-32768) 32767);
    returns "u16" Echo.u16 (range 0 65535);
    returns "i32" Echo.i32 (range (-0x8000_0000) 0x7fff_ffff);
    returns "u32" Echo.u32 (range 0 0xffff_ffff);
    returns "u64" Echo.u64 (range 0 max_int);
    returns "usize" Echo.usize (range 0 max_int);
    returns "int32" Echo.int32 Gen.int32;
    returns "int64" Echo.int64 Gen.int64;
    returns "nativeint" Echo.nativeint Gen.(map Int64.to_nativeint int64);
    returns "float" ~equal:sound_float Echo.float any_float;
    returns "f32" Echo.f32 Gen.(map (fun n -> Int32.float_of_bits n) int32);
    returns "bool" Echo.bool Gen.bool;
    returns "char" Echo.char Gen.char;
    returns "metres" ~equal:sound_float Echo.metres any_float;
  ]

(* What does not fit is refused, by the message that says so. *)
let refused =
  let fits name echo min max rust =
    test ~name:("any int as " ^ rust) any_int (fun n ->
        match echo n with
        | m -> m = n && n >= min && n <= max
        | exception Invalid_argument message ->
            (n < min || n > max)
            && message
               = Printf.sprintf "%s: argument `value`: %d does not fit %s (%d to %d)" name
                   n rust min max)
  in
  let any_bytes =
    test ~name:"any bytes as text" byte_string (fun s ->
        match Echo.string s with
        | t -> s = t && String.is_valid_utf_8 s
        | exception Invalid_argument message ->
            (not (String.is_valid_utf_8 s)) && contains message "is not UTF-8")
  in
  [
    fits "e_i8" Echo.i8 (-128) 127 "i8";
    fits "e_u8" Echo.u8 0 255 "u8";
    fits "e_i16" Echo.i16 (-32768) 32767 "i16";
    fits "e_u16" Echo.u16 0 65535 "u16";
    fits "e_i32" Echo.i32 (-0x8000_0000) 0x7fff_ffff "i32";
    fits "e_u32" Echo.u32 0 0xffff_ffff "u32";
    any_bytes;
  ]

let strings =
  [
    returns "string" Echo.string utf8;
    returns "Box<str>" Echo.box_str utf8;
    returns "string of any bytes" Echo.string_bytes byte_string;
    returns "bytes" Echo.bytes Gen.(map Bytes.of_string byte_string);
    returns "bytes as text" Echo.bytes_text Gen.(map Bytes.of_string utf8);
    test ~name:"&[u8]" byte_string (fun s ->
        Echo.measure s
        = (String.length s, String.fold_left (fun n c -> n + Char.code c) 0 s));
  ]

let containers =
  let open Gen in
  [
    returns "string option" Echo.option (option utf8);
    returns "int option option" Echo.option_option (option (option any_int));
    returns "option, deep" Echo.option_deep (option (option (option utf8)));
    returns "result" Echo.result (result utf8 any_int);
    returns "result of results" Echo.result_result
      (result (result any_int utf8) (option any_float));
    returns "int list" Echo.int_list (many any_int);
    returns "string list" Echo.string_list (short utf8);
    returns "float list" Echo.float_list (many any_float);
    returns "char list" Echo.char_list (many char);
    returns "list of lists" Echo.nested_list (short (short (option (tup2 any_int utf8))));
    returns "list of any bytes" Echo.bytes_list (short byte_string);
    returns "lists of any bytes" Echo.bytes_lists (short (short byte_string));
    returns "int64 list" Echo.int64_list (many int64);
    returns "list of roots" Echo.roots (short byte_string);
    returns "int array" Echo.int_array (vector any_int);
    returns "string array" Echo.string_array
      (array_size (oneof [ int_bound 4; int_range 250 262 ]) (map string_of_int int));
    returns "float array" Echo.float_array (vector any_float);
    returns "int64 array" Echo.int64_array (vector int64);
    returns "char array" Echo.char_array (vector char);
    returns "array of lists" Echo.array_array (map Array.of_list (short (short utf8)));
    returns "list of float arrays" Echo.float_array_list (short (vector any_float));
    returns "array option" Echo.option_array (option (vector any_int));
    test ~name:"sum of a list" (many small_signed_int) (fun l ->
        Echo.sum_by_iterating l = List.fold_left ( + ) 0 l);
  ]

(* Maps keep the first binding of each key; a BTreeMap is in order. *)
let maps =
  let first_bindings pairs =
    List.sort compare
      (List.fold_left
         (fun kept (k, v) -> if List.mem_assoc k kept then kept else (k, v) :: kept)
         [] pairs)
  in
  let open Gen in
  let map_test name echo sort gen =
    test ~name gen (fun pairs -> sort (echo pairs) = first_bindings pairs)
  in
  [
    map_test "HashMap" Echo.hash_map (List.sort compare)
      (many (tup2 (string_size ~gen:printable (int_bound 2)) any_int));
    map_test "BTreeMap" Echo.btree_map Fun.id (short (tup2 small_signed_int (short utf8)));
    map_test "BTreeMap of BTreeMaps"
      (fun pairs -> Echo.map_of_maps pairs)
      Fun.id
      (short (tup2 utf8 (map first_bindings (short (tup2 small_signed_int utf8)))));
  ]

(* Derived types *)

let person =
  let open Gen in
  let make (name, age, height, tags) : Echo.person = { name; age; height; tags } in
  map make (tup4 utf8 u8 any_float (short utf8))

let colour = Gen.oneofl Echo.[ Red; Green; Blue ]

let shape =
  let open Gen in
  let leaf =
    oneof
      [
        oneofl Echo.[ Empty; Unknown ];
        map (fun r -> Echo.Circle r) any_float;
        map2 (fun a b -> Echo.Rectangle (a, b)) any_float any_float;
      ]
  in
  sized_size (int_bound 30)
    (fix (fun self n ->
         if n = 0 then leaf
         else
           frequency
             [
               (1, leaf);
               ( 2,
                 map2
                   (fun name inner -> Echo.Named { name; inner })
                   (string_size ~gen:printable (int_bound 9))
                   (list_size (int_bound 4) (self (n / 4))) );
             ]))

let tree =
  let open Gen in
  sized_size (int_bound 60)
    (fix (fun self n ->
         if n = 0 then return Echo.Leaf
         else
           frequency
             [
               (1, return Echo.Leaf);
               ( 3,
                 map3
                   (fun l v r -> Echo.Node (l, v, r))
                   (self (n / 2))
                   any_int
                   (self (n / 2)) );
             ]))

let message : Echo.message Gen.t =
  let open Gen in
  oneof
    [
      return `Quit;
      map (fun s -> `Say s) utf8;
      map2 (fun a b -> `Move (a, b)) any_int any_int;
      map (fun c -> `write c) colour;
    ]

let route : Echo.route Gen.t =
  let open Gen in
  sized_size (int_bound 10)
    (fix (fun self n ->
         let leaves =
           [
             map (fun s -> `GET s) utf8;
             map3 (fun p n r -> `post (p, n, r)) utf8 any_int any_float;
             return `Option';
             map2 (fun a b -> `Pair (a, b)) any_int any_int;
           ]
         in
         if n = 0 then oneof leaves
         else
           oneof
             (map
                (fun r -> `a_rather_long_tag_name_whose_hash_wraps_around r)
                (option (self (n / 2)))
             :: leaves)))

let signal =
  let open Gen in
  oneof
    [
      oneofl Echo.[ Start; Pause; Stop ];
      map (fun n -> Echo.Level n) any_int;
      map (fun s -> Echo.Text s) utf8;
      map2 (fun n s -> Echo.Both (n, s)) any_int utf8;
      map2 (fun shape scale -> Echo.Shape { shape; scale }) shape any_float;
    ]

let inline =
  let open Gen in
  oneof
    [
      map2 (fun x y -> Echo.Floats { x; y }) any_float any_float;
      map (fun z -> Echo.One { z }) any_float;
      map2 (fun a b -> Echo.Boxed (a, b)) any_float any_float;
    ]

let choice =
  let open Gen in
  oneof
    [
      return Echo.Neither;
      map (fun s -> Echo.Left s) utf8;
      map2 (fun value copies -> Echo.Right { value; copies }) any_int (short any_int);
    ]

let tuples =
  let open Gen in
  [
    returns "pair" Echo.pair (tup2 any_int utf8);
    returns "pair of floats" Echo.float_pair (tup2 any_float any_float);
    returns "triple" Echo.triple (tup3 utf8 any_float bool);
    returns "four" Echo.four (tup4 utf8 any_int (short utf8) (option utf8));
    returns "nine" Echo.nine
      (map2
         (fun (a, b, c, d, e) (f, g, h, i) -> (a, b, c, d, e, f, g, h, i))
         (tup5 any_int utf8 any_float bool char)
         (tup4 (option any_int) (many any_int) (tup2 any_int any_int) utf8));
    returns "boxes" Echo.box (tup2 utf8 any_int);
    returns "struct without names" Echo.triple_struct (tup3 utf8 any_int any_float);
  ]

let derived =
  let open Gen in
  [
    returns "record" Echo.person person;
    returns "record of floats" Echo.point
      (map2 (fun x y : Echo.point -> { x; y }) any_float any_float);
    returns "record of one float" Echo.single
      (map (fun only : Echo.single -> { only }) any_float);
    returns "record with floats" Echo.mixed
      (map3 (fun a b c : Echo.mixed -> { a; b; c }) any_float int64 any_float);
    returns "record of 21 fields" Echo.wide (array_size (return 21) utf8);
    returns "parametric record" Echo.labelled
      (map2 (fun label content : _ Echo.labelled -> { label; content }) utf8 utf8);
    returns "parametric record of floats" Echo.twins
      (map2 (fun twin other : _ Echo.twins -> { twin; other }) any_float any_float);
    returns "parametric records, nested" Echo.labelled_nested
      (map3
         (fun label inner content : _ Echo.labelled ->
           { label; content = { Echo.label = inner; content } })
         utf8 utf8
         (short (option utf8)));
    returns "records of records" Echo.family
      (map3
         (fun head members pet : Echo.family -> { head; members; pet })
         person (short person)
         (option (tup2 utf8 colour)));
    returns "array of records" Echo.person_array (map Array.of_list (short person));
    returns "constants" Echo.colour colour;
    returns "variant" Echo.shape shape;
    returns "variant of all kinds" Echo.signal signal;
    returns "inline records of floats" Echo.inline inline;
    returns "parametric variant" Echo.choice choice;
    returns "polymorphic variant" Echo.message message;
    returns "polymorphic variants" Echo.messages (many message);
    returns "recursive polymorphic variant" Echo.route route;
    returns "tree" Echo.tree tree;
    returns "forest" Echo.forest (short tree);
  ]

let () =
  Printf.printf "%d values of each type\n" count;
  run "round trips"
    [
      ("numbers", numbers);
      ("refused", refused);
      ("strings", strings);
      ("containers", containers);
      ("maps", maps);
      ("tuples", tuples);
      ("derived", derived);
    ]
