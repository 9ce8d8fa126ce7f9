(* Rust values that OCaml owns: how they come back, are borrowed, closed, compared, hashed, shown
   and written. *)

open Core_support
open Support
open Values

let check_int = Alcotest.(check int)
let check_string = Alcotest.(check string)
let check_bool = Alcotest.(check bool)

(* The call raises [Invalid_argument] with a message that has these parts. *)
let refused parts f =
  match raised f with
  | Invalid_argument message ->
      List.iter
        (fun part ->
          if not (contains message part) then
            Alcotest.failf "%S does not say %S" message part)
        parts
  | e -> Alcotest.failf "not Invalid_argument, but %s" (Printexc.to_string e)

let methods =
  [
    case "of a type" (fun () ->
        let c = counter 5 in
        check_int "get" 5 (get c);
        check_int "incr" 8 (incr c 3);
        check_int "seven arguments" 23 (six c 1 2 3 4 5);
        check_int "by callback" 46 (add_by c Fun.id);
        check_bool "same" true (same c c);
        check_bool "not same" false (same c (counter 46));
        check_string "name" "counter" (Rust_value.type_name c));
    case "that return the type in something" (fun () ->
        check_int "parse" 12 (get (parse "12"));
        raises (Failure {|"x" is no count|}) (fun () -> parse "x");
        check_int "Ok" 12 (get (Result.get_ok (try_parse "12")));
        check_string "Error" {|"x" is no count|} (Result.get_error (try_parse "x"));
        check_int "Some" 3 (get (Option.get (positive 3)));
        check_bool "None" true (positive 0 = None);
        Alcotest.(check (list int)) "list" [ 0; 1; 2; 3 ] (List.map get (up_to 4)));
    case "that consume" (fun () ->
        let c = counter 7 in
        check_int "finish" 7 (finish c);
        check_bool "closed" true (Rust_value.is_closed c);
        invalid "counter_get: argument `self`: the Rust value `counter` was closed"
          (fun () -> get c);
        invalid "counter_finish: argument `self`: the Rust value `counter` was closed"
          (fun () -> finish c));
    case "that panic" (fun () ->
        let c = counter 0 in
        panics "in a method" ~like:"owned.rs" (fun () -> panic c);
        check_int "what was done stays" 1 (get c);
        check_int "and it can be used" 2 (incr c 1));
    case "on handles" (fun () ->
        let c = counter 1 in
        check_int "on a thread" 11 (on_thread c 10);
        check_int "sum" 22 (sum [ c; c ]);
        check_int "another value of it" 12 (get (typed c));
        check_int "is the same" 12 (get c);
        check_bool "to Rust" true (same c (typed c)));
    case "in promises" (fun () ->
        let c = counter 1 in
        check_int "a handle" 3 (Lwt_main.run (async c 2));
        check_int "a result" 4 (get (Lwt_main.run (async_new 4)));
        Rust_value.close c;
        check_int "closed" (-1) (Lwt_main.run (async c 2)));
    case "of types without a derive" (fun () ->
        let t = text "a" in
        text_push t "b";
        check_string "text" "ab" (text_get t);
        let t = box_value "boxed" in
        text_push t "!";
        check_string "box_value" "boxed!" (text_get t);
        check_string "name" "alloc::string::String" (Rust_value.type_name t));
    case "of types that are not Sync" (fun () ->
        let l = local 1 in
        check_int "bump" 2 (bump l);
        check_int "bump" 3 (bump l));
    case "of types with an alignment" (fun () ->
        Alcotest.(check (float 0.)) "get" 1.5 (aligned_get (aligned 1.5)));
  ]

(* Whatever OCaml's type checker was told. *)
let forged =
  let expected =
    "counter_get: argument `self`: expected a Rust value `counter`, but it is "
  in
  let forge name value found =
    case name (fun () ->
        invalid (expected ^ found) (fun () -> get (Obj.magic value));
        refused [ "o_sum"; found ] (fun () -> sum [ Obj.magic value ]);
        refused [ "Bactrian.Rust_value.close"; "expected a Rust value" ] (fun () ->
            if Obj.is_int (Obj.repr value) || Obj.tag (Obj.repr value) <> Obj.custom_tag
            then Rust_value.close value
            else invalid_arg "Bactrian.Rust_value.close: expected a Rust value"))
  in
  [
    forge "an int" 42 "the immediate 42";
    forge "a string" "text" "a string";
    forge "a float" 1.5 "a float";
    forge "floats" [| 1.5; 2.5 |] "an array or record of floats";
    forge "a tuple" (1, 2) "an OCaml block with the tag 0";
    forge "a function" (fun x -> x) "a function";
    forge "an int64" 42L {|a custom block of OCaml's, "_j"|};
    forge "a nativeint" 42n {|a custom block of OCaml's, "_n"|};
    forge "another Rust value" (local 1) "a Rust value `bactrian_tests::owned::Local`";
    forge "a plain Rust value" (text "a") "a Rust value `alloc::string::String`";
    case "other custom blocks are not closed" (fun () ->
        invalid
          {|Bactrian.Rust_value.close: expected a Rust value, but it is a custom block of OCaml's, "_j"|}
          (fun () -> Rust_value.close 42L));
    case "a marshalled value of another type" (fun () ->
        let bytes = Marshal.to_string (unruly "x") [] in
        let c : counter = Marshal.from_string bytes 0 in
        invalid (expected ^ "a Rust value `unruly`") (fun () -> get c));
  ]

let in_use = "is borrowed exclusively by another call or argument"
let in_use_shared = "is borrowed by another call or argument"

let borrows =
  [
    case "exclusive within exclusive" (fun () ->
        let c = counter 1 in
        refused [ "counter_incr: argument `self`"; in_use ] (fun () ->
            add_by c (fun _ -> incr c 1));
        check_int "nothing changed" 1 (get c);
        check_int "and it can be used" 2 (incr c 1));
    case "shared within exclusive" (fun () ->
        let c = counter 1 in
        refused [ "counter_get: argument `self`"; in_use ] (fun () ->
            add_by c (fun _ -> get c)));
    case "exclusive within shared" (fun () ->
        let c = counter 1 in
        refused [ "counter_incr: argument `self`"; in_use_shared ] (fun () ->
            look c (fun _ -> incr c 1)));
    case "shared within shared" (fun () ->
        let c = counter 1 in
        check_int "look" 3 (look c (fun n -> n + get c + look c Fun.id)));
    case "both in one call" (fun () ->
        let c = counter 1 in
        refused [ "counter_add: argument `other`"; in_use ] (fun () -> add c c);
        add c (counter 4);
        check_int "of two values" 5 (get c));
    case "left by exceptions" (fun () ->
        let c = counter 1 in
        raises Exit (fun () -> add_by c (fun _ -> raise Exit));
        check_int "incr" 2 (incr c 1));
    case "of a handle on another thread" (fun () ->
        let c = counter 1 in
        refused [ in_use ] (fun () -> add_by c (fun _ -> on_thread c 1)));
    case "raced for by threads" (fun () ->
        let c = counter 0 in
        let refused = race c 4 1000 in
        check_int "every one counted or refused" 4000 (get c + refused));
    case "on two domains" (fun () ->
        let c = counter 0 in
        let n = scaled 20_000 in
        let hammer () =
          let refused = ref 0 in
          for _ = 1 to n do
            match incr c 1 with
            | _ -> ()
            | exception Invalid_argument _ -> Stdlib.incr refused
          done;
          !refused
        in
        let other = Domain.spawn hammer in
        let mine = hammer () in
        let theirs = Domain.join other in
        check_int "every one counted or refused" (2 * n) (get c + mine + theirs));
  ]

let closing =
  [
    case "a value" (fun () ->
        let c = counter 1 in
        check_bool "open" false (Rust_value.is_closed c);
        Rust_value.close c;
        check_bool "closed" true (Rust_value.is_closed c);
        invalid "counter_get: argument `self`: the Rust value `counter` was closed"
          (fun () -> get c);
        invalid "Bactrian.Rust_value.close: the Rust value `counter` was closed"
          (fun () -> Rust_value.close c);
        check_string "show" "<counter, closed>" (Rust_value.show c);
        invalid "compare: the Rust value `counter` was closed" (fun () -> c = counter 1);
        invalid "Marshal: the Rust value `counter` was closed" (fun () ->
            Marshal.to_string c []));
    case "while it is borrowed" (fun () ->
        let c = counter 1 in
        refused [ "Bactrian.Rust_value.close"; in_use ] (fun () ->
            add_by c (fun _ ->
                Rust_value.close c;
                0));
        refused [ "Bactrian.Rust_value.close"; in_use_shared ] (fun () ->
            look c (fun _ ->
                Rust_value.close c;
                0));
        check_int "still there" 1 (get c));
    case "consumes nothing that is borrowed" (fun () ->
        let c = counter 1 in
        refused [ "counter_finish"; in_use_shared ] (fun () -> look c (fun _ -> finish c)));
    case "of another type" (fun () ->
        invalid
          "Bactrian.Rust_value.close: expected a Rust value, but it is the immediate 3"
          (fun () -> Rust_value.close 3);
        invalid "Bactrian.Rust_value.show: expected a Rust value, but it is a string"
          (fun () -> Rust_value.show "x"));
    case "with a destructor that panics" (fun () ->
        let u = unruly "drop" in
        panics "no drop here" ~like:"owned.rs" (fun () -> Rust_value.close u);
        check_bool "closed all the same" true (Rust_value.is_closed u));
  ]

let comparison =
  [
    case "by value" (fun () ->
        check_bool "=" true (counter 1 = counter 1);
        check_bool "<>" true (counter 1 <> counter 2);
        check_bool "<" true (counter 1 < counter 2);
        check_int "compare" 1 (compare (counter 3) (counter 2));
        Alcotest.(check (list int))
          "sort" [ 1; 2; 3 ]
          (List.map get (List.sort compare [ counter 3; counter 1; counter 2 ]));
        check_bool "generic" true (aligned 1. < aligned 2.);
        check_bool "inside" true ((1, Some (counter 2)) < (1, Some (counter 3))));
    case "without an order" (fun () ->
        let n = unruly "nan" in
        check_bool "=" false (n = n);
        check_bool "<" false (n < n);
        check_bool ">" false (n > n);
        check_int "compare" 0 (compare n n);
        let m = unruly "nan" in
        check_bool "compare is an order" true
          (compare n m = -compare m n && compare n m <> 0));
    case "of a type that has none" (fun () ->
        invalid "compare: Rust values `alloc::string::String` cannot be compared"
          (fun () -> text "a" = text "a");
        invalid "compare: Rust values `bactrian_tests::owned::Local` cannot be compared"
          (fun () -> compare [ local 1 ] [ local 1 ]);
        check_bool "== can" true
          (let l = local 1 in
           l == l && compare l l = 0));
    case "of two types" (fun () ->
        let a = Obj.repr (counter 1) and b = Obj.repr (text "a") in
        check_bool "differ" true (compare a b <> 0);
        check_int "an order" 0 (compare a b + compare b a);
        check_bool "others" true
          (compare a (Obj.repr 1L) <> 0 && compare a (Obj.repr 1) <> 0));
    case "that panics" (fun () ->
        let u = unruly "compare" in
        panics "no compare here" ~like:"owned.rs" (fun () -> u = unruly "x");
        panics "no compare here" ~like:"owned.rs" (fun () ->
            compare [ [ u ] ] [ [ unruly "x" ] ]));
    case "of a borrowed value" (fun () ->
        let u = unruly "a" in
        hold u (fun () -> refused [ "compare"; in_use ] (fun () -> u = unruly "a"));
        check_bool "later" true (u = unruly "a"));
    case "deep down, again and again" (fun () ->
        let rec nest n v = if n = 0 then [ v ] else [ Obj.magic (nest (n - 1) v) ] in
        for _ = 1 to scaled 10_000 do
          match nest 5 (local 1) = nest 5 (local 1) with
          | _ -> Alcotest.fail "compared"
          | exception Invalid_argument _ -> ()
        done);
  ]

let hashing =
  [
    case "by value" (fun () ->
        check_int "equal" (Hashtbl.hash (counter 1)) (Hashtbl.hash (counter 1));
        check_bool "different" true (Hashtbl.hash (counter 1) <> Hashtbl.hash (counter 2));
        let table = Hashtbl.create 8 in
        for i = 1 to 1000 do
          Hashtbl.replace table (counter i) i
        done;
        for i = 1 to 1000 do
          check_int "found" i (Hashtbl.find table (counter i))
        done);
    case "of a type that has none" (fun () ->
        check_int "does not count" (Hashtbl.hash (text "a")) (Hashtbl.hash (text "b"));
        check_bool "what is beside it does" true
          (Hashtbl.hash (text "a", 1) <> Hashtbl.hash (text "a", 2)));
    case "that panics" (fun () ->
        quietly (fun () ->
            let h = Hashtbl.hash (unruly "hash") in
            check_int "always the same" h (Hashtbl.hash (unruly "hash"))));
    case "of a borrowed value" (fun () ->
        let u = unruly "a" in
        let h = Hashtbl.hash u in
        quietly (fun () -> hold u (fun () -> ignore (Hashtbl.hash u)));
        check_int "later" h (Hashtbl.hash u));
  ]

let showing =
  [
    case "by value" (fun () ->
        check_string "derived" "Counter { count: 3 }" (Rust_value.show (counter 3));
        check_string "a function" "a" (Rust_value.show (unruly "a"));
        check_string "none" "<bactrian_tests::owned::Local>" (Rust_value.show (local 1)));
    case "that panics" (fun () ->
        panics "no show here" ~like:"owned.rs" (fun () -> Rust_value.show (unruly "show")));
    case "of a borrowed value" (fun () ->
        let u = unruly "a" in
        hold u (fun () -> check_string "in use" "<unruly, in use>" (Rust_value.show u)));
  ]

let copy v = Marshal.from_string (Marshal.to_string v []) 0

let find_from text part start =
  let n = String.length part in
  let rec at i = if String.sub text i n = part then i else at (i + 1) in
  at start

let marshalling =
  [
    case "there and back" (fun () ->
        let c : counter = copy (counter 42) in
        check_int "one" 42 (get c);
        check_int "not the same" 43 (incr c 1);
        let cs : counter array = copy (Array.init 1000 counter) in
        Array.iteri (fun i c -> check_int "each" i (get c)) cs;
        let shared = counter 1 in
        let a, b = copy (shared, shared) in
        check_bool "sharing" true (a == b));
    case "large" (fun () ->
        let l : late = copy (late 1_000_000) in
        check_int "size" 1_000_000 (late_size l));
    case "into a buffer" (fun () ->
        let v = (late 100, [ late 1000 ]) in
        let needed = String.length (Marshal.to_string v []) in
        for size = 0 to needed - 1 do
          match Marshal.to_buffer (Bytes.create size) 0 size v [] with
          | _ -> Alcotest.fail "written into too small a buffer"
          | exception Failure _ -> ()
        done;
        let buffer = Bytes.create needed in
        check_int "written" needed (Marshal.to_buffer buffer 0 needed v []));
    case "of a type that cannot be" (fun () ->
        let message =
          "Marshal: a Rust value `alloc::string::String` cannot be marshalled"
        in
        invalid message (fun () -> Marshal.to_string (text "a") []);
        invalid message (fun () -> Marshal.to_string [ (1, Some (text "a")) ] []));
    case "that panics" (fun () ->
        panics "no write here" ~like:"owned.rs" (fun () ->
            Marshal.to_string (unruly "write") []);
        let bytes = Marshal.to_string (unruly "read") [] in
        match quietly (fun () -> raised (fun () -> Marshal.from_string bytes 0)) with
        | Failure message -> check_string "says so" "Marshal: no reading here" message
        | e -> Alcotest.failf "not a Failure, but %s" (Printexc.to_string e));
    case "that refuses" (fun () ->
        let bytes = Marshal.to_string [ unruly "fine"; unruly "refuse" ] [] in
        raises (Failure {|Marshal: "tests.unruly": refused|}) (fun () ->
            Marshal.from_string bytes 0));
    case "of a borrowed value" (fun () ->
        let u = unruly "a" in
        hold u (fun () ->
            refused [ "Marshal"; in_use ] (fun () -> Marshal.to_string u [])));
    case "damaged" (fun () ->
        (* What comes after the identifier of the blocks is ours; what comes before is OCaml's,
           which trusts it. *)
        let value = (counter 42, unruly "text") in
        let bytes = Marshal.to_string value [] in
        let starts =
          let first = find_from bytes "bactrian.rust\000" 0 in
          [ first; find_from bytes "bactrian.rust\000" (first + 1) ]
        in
        let refused = ref 0 in
        List.iter
          (fun start ->
            let start = start + String.length "bactrian.rust\000" in
            for i = start to start + 50 do
              for bit = 0 to 7 do
                if i < String.length bytes then begin
                  let damaged = Bytes.of_string bytes in
                  Bytes.set damaged i (Char.chr (Char.code bytes.[i] lxor (1 lsl bit)));
                  (* The second block of OCaml's own words comes within these bytes. *)
                  let within_ours =
                    i < start + 24 + 13 + 8 + 8 && start = List.hd starts + 14
                  in
                  if within_ours then
                    match Marshal.from_bytes damaged 0 with
                    | _ ->
                        Alcotest.failf "byte %d, bit %d: read all the same" (i - start)
                          bit
                    | exception Failure _ -> Stdlib.incr refused
                end
              done
            done)
          starts;
        check_bool "many" true (!refused > 300);
        let c, _ = (Marshal.from_string bytes 0 : counter * unruly) in
        check_int "whole" 42 (get c));
    case "of the wrong size" (fun () ->
        (* A message that says that the block has no room for an address. *)
        let bytes = Marshal.to_string (counter 42) [] in
        let at = find_from bytes "bactrian.rust\000" 0 - 1 in
        let n = String.length bytes in
        let forged =
          String.sub bytes 0 at ^ "\x18bactrian.rust\000" ^ "\000\000\000\000"
          ^ "\000\000\000\000\000\000\000\000"
          ^ String.sub bytes (at + 15) (n - at - 15)
        in
        let forged = Bytes.of_string forged in
        Bytes.set_int32_be forged 4 (Int32.of_int (Bytes.length forged - 20));
        (* OCaml 5.4 sees it before we do. *)
        (match raised (fun () -> Marshal.from_bytes forged 0) with
        | Failure _ -> ()
        | e -> Alcotest.failf "not a Failure, but %s" (Printexc.to_string e));
        Gc.full_major ());
  ]

let fresh_process =
  in_child "late" (fun () ->
      let bytes = In_channel.with_open_bin Sys.argv.(0) (fun _ -> Sys.getenv "LATE") in
      let bytes = Scanf.unescaped bytes in
      (match Marshal.from_string bytes 0 with
      | (_ : late) -> print_endline "read"
      | exception Failure message -> print_endline message);
      late_register ();
      print_int (late_size (Marshal.from_string bytes 0)));
  [
    case "that has made no value of the type" (fun () ->
        Unix.putenv "LATE" (String.escaped (Marshal.to_string (late 5) []));
        let status, output = child "late" in
        check_bool "status" true (status = Unix.WEXITED 0);
        check_string "output"
          "Marshal: no Rust type is known as \"tests.late\"; call \
           bactrian::register::<T>() for it first\n\
           5"
          output);
  ]

let () =
  run "owned values"
    [
      ("methods", methods);
      ("forged", forged);
      ("borrows", borrows);
      ("closing", closing);
      ("comparison", comparison);
      ("hashing", hashing);
      ("showing", showing);
      ("marshalling", marshalling);
      ("a fresh process", fresh_process);
    ]
