(* Sequences, lazy values, hash tables, maps and sets, references, arrays and bytes. *)

open Core_support
open Core_support.Checks
open Support

let int = Alcotest.int
let strings = Alcotest.(list string)
let ints = Alcotest.(list int)
let check = Alcotest.check

(* Something that lives in the minor heap. *)
let fresh text = String.concat "" [ text; "" ]

(* Sequences *)

external seq_to_list : string Seq.t -> string list = "co_seq_to_list"
external seq_take : int Seq.t -> int -> int list = "co_seq_take"

external seq_until_error : int Seq.t -> string * string option * int
  = "co_seq_until_error"

external seq_uncons : string Seq.t -> string list = "co_seq_uncons"
external seq_roots : string Seq.t -> string list = "co_seq_roots"
external seq_of : string list -> string Seq.t = "co_seq_of"

let numbers n = List.init n (fun i -> "number " ^ string_of_int i)

let sequences =
  [
    case "to their ends" (fun () ->
        List.iter
          (fun pull ->
            check strings "none" [] (pull Seq.empty);
            check strings "of a list" (numbers 100) (pull (List.to_seq (numbers 100)));
            check strings "computed, collecting"
              (List.map String.uppercase_ascii (numbers 100))
              (pull
                 (Seq.map
                    (fun text ->
                      Gc.minor ();
                      String.uppercase_ascii text)
                    (List.to_seq (numbers 100))));
            check int "long" (scaled 100_000)
              (List.length (pull (Seq.init (scaled 100_000) string_of_int))))
          [ seq_to_list; seq_uncons; seq_roots ]);
    case "without end" (fun () ->
        check ints "taken" [ 5; 6; 7 ] (seq_take (Seq.ints 5) 3);
        check ints "none" [] (seq_take (Seq.ints 5) 0);
        (* What is not asked for is not computed. *)
        let computed = ref 0 in
        let seq =
          Seq.map
            (fun i ->
              incr computed;
              i)
            (Seq.ints 0)
        in
        check ints "taken" [ 0; 1 ] (seq_take seq 2);
        check int "computed" 2 !computed);
    case "again" (fun () ->
        let seq = List.to_seq [ 1; 2; 3 ] in
        check ints "first" [ 1; 2; 3 ] (seq_take seq 9);
        check ints "again" [ 1; 2; 3 ] (seq_take seq 9);
        raises Seq.Forced_twice (fun () ->
            let once = Seq.once seq in
            ignore (seq_take once 9);
            seq_take once 9));
    case "that raise" (fun () ->
        let seq = Seq.map (fun i -> if i = 3 then raise Exit else i) (Seq.ints 0) in
        raises Exit (fun () -> seq_take seq 10);
        check ints "before" [ 0; 1; 2 ] (seq_take seq 3);
        let before, error, after = seq_until_error seq in
        check Alcotest.string "before" "\000\001\002" before;
        check Alcotest.(option string) "error" (Some "Stdlib.Exit") error;
        check int "nothing after it" 0 after);
    case "with elements that do not convert" (fun () ->
        let before, error, after = seq_until_error (List.to_seq [ 1; 2; 256; 3; 4 ]) in
        check Alcotest.string "before" "\001\002" before;
        check
          Alcotest.(option string)
          "error"
          (Some
             "Invalid_argument(\"element of a sequence: 256 does not fit u8 (0 to 255)\")")
          error;
        check int "after it" 2 after);
    case "that call Rust" (fun () ->
        let rec nested depth =
          if depth = 0 then Seq.return "bottom"
          else fun () -> List.to_seq (seq_to_list (nested (depth - 1))) ()
        in
        check strings "nested" [ "bottom" ] (seq_to_list (nested 20)));
    case "made by Rust" (fun () ->
        let seq = seq_of (numbers 50) in
        Gc.full_major ();
        check strings "once" (numbers 50) (List.of_seq seq);
        check strings "twice" (numbers 50) (seq_to_list seq));
    flat "pulled" ~calls:100_000 (fun i -> ignore (seq_take (Seq.ints i) 3));
  ]

(* Lazy values *)

external force_int : int Lazy.t -> int = "co_force_int"
external force_float : float Lazy.t -> float = "co_force_float"
external force_string : string Lazy.t -> string = "co_force_string"
external force_lazy : string Lazy.t Lazy.t -> string = "co_force_lazy"
external is_val : 'a Lazy.t -> bool = "co_is_val"
external lazy_of : string -> string Lazy.t = "co_lazy_of"

let lazies =
  [
    case "forced" (fun () ->
        let count = ref 0 in
        let lazily value =
          lazy
            (incr count;
             Gc.minor ();
             value)
        in
        let i = lazily 42 and f = lazily 1.5 and s = lazily (fresh "text") in
        for _ = 1 to 3 do
          check int "int" 42 (force_int i);
          check (Alcotest.float 0.) "float" 1.5 (force_float f);
          check Alcotest.string "string" "text" (force_string s);
          (* Forwards are taken away by the collector, but not those to floats. *)
          Gc.compact ()
        done;
        check int "computed once each" 3 !count);
    case "forced already" (fun () ->
        check int "int" 42 (force_int (Lazy.from_val 42));
        check (Alcotest.float 0.) "float" 1.5 (force_float (Lazy.from_val 1.5));
        check Alcotest.string "string" "text" (force_string (Lazy.from_val "text")));
    case "of lazy ones" (fun () ->
        let text = lazy (lazy (fresh "deep")) in
        for _ = 1 to 3 do
          check Alcotest.string "string" "deep" (force_lazy text);
          Gc.compact ()
        done;
        check Alcotest.string "from_val" "deep"
          (force_lazy (Lazy.from_val (Lazy.from_val "deep"))));
    case "that raise" (fun () ->
        let count = ref 0 in
        let fails =
          lazy
            (incr count;
             raise Exit)
        in
        raises Exit (fun () -> force_int fails);
        raises Exit (fun () -> force_int fails);
        check int "computed once" 1 !count);
    case "that force themselves" (fun () ->
        let rec loop = lazy (force_int loop + 1) in
        raises Lazy.Undefined (fun () -> force_int loop));
    case "forced by two domains" (fun () ->
        for i = 1 to scaled 200 do
          let slow =
            lazy
              (Domain.cpu_relax ();
               string_of_int i)
          in
          let force () = try force_string slow with Lazy.Undefined -> string_of_int i in
          let other = Domain.spawn force in
          let ours = force () in
          check Alcotest.string "the same" ours (Domain.join other)
        done);
    case "whether they are" (fun () ->
        let i = lazy (Sys.opaque_identity 42 + 0) in
        check Alcotest.bool "not yet" false (is_val i);
        ignore (force_int i);
        check Alcotest.bool "now" true (is_val i);
        check Alcotest.bool "from a value" true (is_val (Lazy.from_val 1)));
    case "made by Rust" (fun () ->
        let text = lazy_of (fresh "value") in
        Gc.compact ();
        check Alcotest.string "forced" "value" (Lazy.force text);
        check Alcotest.string "forced by Rust" "value" (force_string text));
    flat "forced, not yet" (fun i -> ignore (force_int (lazy (i + 1))));
  ]

(* Hash tables *)

external hashtbl : (string, int) Hashtbl.t -> string -> string -> int -> int option
  = "co_hashtbl"

external hashtbl_bindings : (string, int) Hashtbl.t -> (string * int) list
  = "co_hashtbl_bindings"

external hashtbl_of : (string * int) list -> (string, int) Hashtbl.t = "co_hashtbl_of"

external hashtbl_of_hash_map : (string * int) list -> (string, int) Hashtbl.t
  = "co_hashtbl_of_hash_map"

external hashtbl_create : unit -> (string, int) Hashtbl.t = "co_hashtbl_create"
external hashtbl_find_any : ('key, int) Hashtbl.t -> 'key -> bool = "co_hashtbl_find_any"

let sorted l = List.sort compare l
let pairs = Alcotest.(list (pair string int))

let hash_tables =
  [
    case "each operation" (fun () ->
        let table = hashtbl_create () in
        let does name key value expected =
          check
            Alcotest.(option int)
            (Printf.sprintf "%s %s %d" name key value)
            expected
            (hashtbl table name key value)
        in
        does "length" "" 0 (Some 0);
        does "find" "a" 0 None;
        does "add" "a" 1 None;
        does "add" "a" 2 None;
        does "length" "" 0 (Some 2);
        does "find" "a" 0 (Some 2);
        does "remove" "a" 0 None;
        does "find" "a" 0 (Some 1);
        does "replace" "a" 3 None;
        does "length" "" 0 (Some 1);
        does "mem" "a" 0 (Some 1);
        does "mem" "b" 0 None;
        does "replace" "b" 4 None;
        check Alcotest.(option int) "in OCaml" (Some 3) (Hashtbl.find_opt table "a");
        check pairs "bindings" [ ("a", 3); ("b", 4) ] (sorted (hashtbl_bindings table));
        Hashtbl.add table "a" 5;
        check pairs "the last of each key"
          [ ("a", 5); ("b", 4) ]
          (sorted (hashtbl_bindings table)));
    case "many" (fun () ->
        let table = Hashtbl.create ~random:true 1 in
        for i = 1 to scaled 10_000 do
          ignore (hashtbl table "replace" (string_of_int (i mod 1000)) i)
        done;
        check int "bindings" 1000 (List.length (hashtbl_bindings table));
        Hashtbl.iter
          (fun key i -> check int "value" (int_of_string key) (i mod 1000))
          table);
    case "made by Rust" (fun () ->
        let bindings = List.init 1000 (fun i -> (Printf.sprintf "%03d" i, i)) in
        List.iter
          (fun make ->
            let table = make bindings in
            Gc.full_major ();
            check pairs "bindings" bindings (sorted (List.of_seq (Hashtbl.to_seq table)));
            check int "found" 500 (Hashtbl.find table "500"))
          [ hashtbl_of; hashtbl_of_hash_map ]);
    case "keys without equality" (fun () ->
        let table = Hashtbl.create 1 in
        (* Enough before the function that the hashes are the same. *)
        let key f = List.init 20 (fun i -> if i < 19 then Either.Left i else Right f) in
        Hashtbl.replace table (key succ) 1;
        match raised (fun () -> hashtbl_find_any table (key pred)) with
        | Invalid_argument message ->
            check Alcotest.string "message" "compare: functional value" message
        | e -> raise e);
    case "an int beyond 63 bits" (fun () ->
        let table = hashtbl_create () in
        ignore (hashtbl table "replace" "max" max_int);
        check int "value" max_int (Hashtbl.find table "max"));
    flat "looked up" ~calls:300_000
      (let table = hashtbl_of [ ("key", 1) ] in
       fun i ->
         ignore (hashtbl table (if i land 1 = 0 then "find" else "replace") "key" i));
  ]

(* Maps and sets *)

module String_map = Map.Make (String)

module Int_set = Set.Make (struct
  type t = int

  let compare a b = compare b a
end)

let () =
  Bactrian.Collections.register_map "Test.String_map" (module String_map);
  Bactrian.Collections.register_set "Test.Int_set" (module Int_set)

external map_total : int String_map.t -> int * int = "co_map_total"
external map_find : int String_map.t -> string -> bool * int option = "co_map_find"

external map_change : int String_map.t -> string -> string -> int -> int String_map.t
  = "co_map_change"

external map_of : (string * int) list -> int String_map.t = "co_map_of"
external map_of_btree : (string * string) list -> string String_map.t = "co_map_of_btree"
external set_of : int list -> Int_set.t = "co_set_of"
external set_elements : Int_set.t -> int list = "co_set_elements"
external set_change : Int_set.t -> int -> int -> Int_set.t = "co_set_change"
external nowhere : Int_set.t -> int = "co_nowhere"

let maps_and_sets =
  [
    case "maps" (fun () ->
        let bindings = List.init 100 (fun i -> (string_of_int i, i)) in
        let map = map_of bindings in
        Gc.full_major ();
        check pairs "bindings" (sorted bindings) (String_map.bindings map);
        check Alcotest.(pair int int) "total" (100, 4950) (map_total map);
        check
          Alcotest.(pair bool (option int))
          "found" (true, Some 42) (map_find map "42");
        check
          Alcotest.(pair bool (option int))
          "not there" (false, None) (map_find map "x");
        let changed = map_change map (fresh "0") (fresh "new") 7 in
        check Alcotest.(option int) "added" (Some 7) (String_map.find_opt "new" changed);
        check Alcotest.bool "removed" false (String_map.mem "0" changed);
        check Alcotest.bool "the other is as it was" true (String_map.mem "0" map);
        check
          Alcotest.(list (pair string string))
          "other values"
          [ ("a", "b"); ("c", "d") ]
          (String_map.bindings (map_of_btree [ ("c", "d"); ("a", "b") ]));
        check Alcotest.bool "none" true (String_map.is_empty (map_of [])));
    case "sets, in their own order" (fun () ->
        let elements = List.init 100 Fun.id in
        let set = set_of elements in
        check ints "elements" (List.rev elements) (Int_set.elements set);
        check ints "elements, to Rust" (List.rev elements) (set_elements set);
        let changed = set_change set 50 1000 in
        check int "greatest first" 1000 (Int_set.min_elt changed);
        check Alcotest.bool "removed" false (Int_set.mem 50 changed));
    Crowd.alone
    @@ case "not registered" (fun () ->
        panics ~like:"module.rs"
          "no module is registered as \"Test.Nowhere\": call \
           `Bactrian.Collections.register_set \"Test.Nowhere\" (module M)` in a module \
           that is linked and initialised before this call" (fun () ->
            nowhere Int_set.empty);
        Callback.register "Test.Nowhere" ("a", "b", "c", "d", "e", "f");
        panics ~like:"module.rs"
          "what OCaml registered as \"Test.Nowhere\" is not a module of sets" (fun () ->
            nowhere Int_set.empty));
    flat "maps made" ~calls:100_000 (fun i ->
        ignore (map_total (map_of [ ("a", i); ("b", 1) ])));
  ]

(* As lists *)

external hash_set : string list -> string list = "co_hash_set"
external btree_set : int list -> int list = "co_btree_set"
external deque : string list -> string list = "co_deque"

let lists =
  [
    case "sets and deques" (fun () ->
        check strings "HashSet" [ "a"; "b" ] (sorted (hash_set [ "b"; "a"; "b" ]));
        check ints "BTreeSet" [ 1; 2; 3 ] (btree_set [ 3; 1; 2; 3 ]);
        check strings "VecDeque" (numbers 100) (deque (numbers 100)));
  ]

(* References, arrays and bytes *)

external reference : string -> string ref = "co_reference"
external reference_copy : string ref -> string ref -> unit = "co_reference_copy"
external increment : int ref -> int = "co_increment"
external reference_fresh : string ref -> string -> unit = "co_reference_fresh"
external array_set : string array -> int -> string -> unit = "co_array_set"
external array_concat : string array -> string * string * int = "co_array_concat"
external array_concat_floats : float array -> string * string * int = "co_array_concat"
external array_set_floats : float array -> int -> string -> unit = "co_array_set"
external floats : float array -> int -> float -> float * float option = "co_floats"
external floatarray : floatarray -> int -> float -> float * float option = "co_floats"
external bytes : bytes -> int -> int -> int option = "co_bytes"
external boxed_bytes : bytes -> bytes = "co_boxed_bytes"

let mutables =
  [
    case "references" (fun () ->
        let a = reference (fresh "a") and b = ref "b" in
        Gc.full_major ();
        check Alcotest.string "made" "a" !a;
        reference_copy a b;
        check Alcotest.bool "the same string" true (!a == !b);
        b := "other";
        check Alcotest.string "unchanged" "a" !a;
        let counter = ref 0 in
        for i = 1 to 100 do
          check int "counted" i (increment counter)
        done;
        check int "counter" 100 !counter;
        counter := max_int;
        invalid
          "co_increment: 4611686018427387904 does not fit an OCaml int \
           (-4611686018427387904 to 4611686018427387903)" (fun () -> increment counter));
    case "old ones that hold young strings" (fun () ->
        let old = Array.init 1000 (fun _ -> ref "") in
        let array = Array.make 1000 "" in
        Gc.full_major ();
        for round = 1 to scaled 100 do
          Array.iteri
            (fun i r ->
              reference_fresh r (Printf.sprintf "%d of %d" i round);
              array_set array i (Printf.sprintf "%d in %d" i round))
            old;
          if round land 1 = 0 then Gc.minor () else scribble ();
          Array.iteri
            (fun i r ->
              check Alcotest.string "reference" (Printf.sprintf "%d of %d!" i round) !r;
              check Alcotest.string "element"
                (Printf.sprintf "%d in %d" i round)
                array.(i))
            old
        done);
    case "arrays" (fun () ->
        check
          Alcotest.(triple string string int)
          "elements" ("abc", "cba", 3)
          (array_concat [| "a"; "b"; "c" |]);
        check Alcotest.(triple string string int) "none" ("", "", 0) (array_concat [||]);
        let array = [| "a" |] in
        invalid "co_array_set: index 1 is out of bounds of an array of length 1"
          (fun () -> array_set array 1 "x");
        invalid "co_array_concat: a float array is an OCamlFloatArray, not an OCamlArray"
          (fun () -> array_concat_floats [| 1.; 2. |]);
        invalid "co_array_set: a float array is an OCamlFloatArray, not an OCamlArray"
          (fun () -> array_set_floats [| 1.; 2. |] 0 "x"));
    case "float arrays" (fun () ->
        let array = [| 1.; 2.; 3. |] in
        check
          Alcotest.(pair (float 0.) (option (float 0.)))
          "sum and old" (6., Some 2.) (floats array 1 5.);
        check (Alcotest.float 0.) "written" 5. array.(1);
        invalid "co_floats: index 3 is out of bounds of a float array of length 3"
          (fun () -> floats array 3 1.);
        let array = Float.Array.of_list [ 1.; 2. ] in
        ignore (floatarray array 0 7.);
        check (Alcotest.float 0.) "written" 7. (Float.Array.get array 0);
        invalid "co_floats: index 0 is out of bounds of a float array of length 0"
          (fun () -> floats [||] 0 1.));
    case "bytes" (fun () ->
        let text = Bytes.of_string "hello" in
        check Alcotest.(option int) "old" (Some 104) (bytes text 0 (Char.code 'H'));
        check Alcotest.bytes "written" (Bytes.of_string "Hello") text;
        invalid "co_bytes: index 5 is out of bounds of bytes of length 5" (fun () ->
            bytes text 5 0);
        let copy = boxed_bytes text in
        check Alcotest.bool "a copy" true (copy = text && copy != text));
  ]

(* Accessors *)

external either : (string, int) Either.t -> (int, string) Either.t = "co_either"
external either_made : bool -> string -> (string, string) Either.t = "co_either_made"
external tag_of_int : int -> int = "co_tag_of_int"

type ten = int * int * int * int * int * int * int * int * int * int

external accessors :
  int list -> string option -> (int, string) result -> bool -> ten -> string list
  = "co_accessors"

external ten :
  int * int * int * int * int * int * int * int * int * string ->
  string * int * int * int * int * int * int * int * int * int = "co_ten"

let accessors =
  let one_to_ten = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10) in
  let too_large =
    "Err(ConversionError(\"9223372036854775807 does not fit an OCaml int \
     (-4611686018427387904 to 4611686018427387903)\"))"
  in
  [
    case "Either" (fun () ->
        check Alcotest.bool "a left" true (either (Left "a") = Right "a");
        check Alcotest.bool "a right" true (either (Right 1) = Left 1);
        check Alcotest.bool "left" true (either_made true (fresh "l") = Left "l");
        check Alcotest.bool "right" true (either_made false (fresh "r") = Right "r"));
    case "of values" (fun () ->
        check strings "some"
          [
            "Some(1) Some(2) false";
            "false true false";
            "true false 0";
            "true true";
            "1 5 10";
            "true 1";
            too_large;
            "-7";
          ]
          (accessors [ 1; 2; 3 ] (Some "a") (Ok 1) true one_to_ten);
        check strings "none"
          [
            "None None true";
            "true false true";
            "false true 1";
            "false true";
            "1 5 10";
            "true 1";
            too_large;
            "-7";
          ]
          (accessors [] None (Error "e") false one_to_ten);
        panics ~like:"types_collections.rs"
          "OCaml::tag_value: the value is the immediate 7, not a block" (fun () ->
            tag_of_int 7));
    case "tuples of ten" (fun () ->
        check Alcotest.bool "moved" true
          (ten (1, 2, 3, 4, 5, 6, 7, 8, 9, "ten") = ("ten", 1, 2, 3, 4, 5, 6, 7, 8, 9)));
  ]

let () =
  run "collections"
    [
      ("sequences", sequences);
      ("lazy values", lazies);
      ("hash tables", hash_tables);
      ("maps and sets", maps_and_sets);
      ("as lists", lists);
      ("mutable values", mutables);
      ("accessors", accessors);
    ]
