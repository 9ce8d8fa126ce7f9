type target = { at_most : float; of_ : string }
type t = { name : string; title : string; target : target; per : int }

let row ?(per = 1) name title (at_most, of_) =
  { name; title; target = { at_most; of_ }; per }

let all =
  [
    row "noop" "no arguments, no result" (1.02, "X");
    row "noalloc_int" "`noalloc`, untagged: add two `int`s" (1.02, "C");
    row "noalloc_float" "`noalloc`, unboxed: add two `float`s" (1.02, "C");
    row "add_int" "add two tagged `int`s" (1.02, "X");
    row "add_float" "add two boxed `float`s" (1.02, "X");
    row "string_len_16" "length of a 16 B `string`, as bytes" (1.0, "C");
    row "string_len_4k" "length of a 4 KiB `string`, as bytes" (1.0, "C");
    row "string_utf8_16" "length of a 16 B `string`, UTF-8 checked" (1.05, "X");
    row "string_utf8_4k" "length of a 4 KiB `string`, UTF-8 checked" (1.05, "X");
    row "string_echo_16" "16 B `string` through an owned one" (1.5, "C");
    row "string_echo_4k" "4 KiB `string` through an owned one" (1.15, "C");
    row "pair" "make a pair" (0.65, "C");
    row "triplet" "make a nested triplet" (0.65, "C");
    row "list_sum" "sum of an `int list` of 1000" (1.0, "C");
    row "list_vec" "list of 1000 → array → list" (1.0, "X");
    row "list_build" "build a list of 10⁶" (1.0, "X");
    row "record" "`{string; int; float}` there and back" (1.0, "C");
    row "variant_a" "variant `A` there and back" (1.0, "C");
    row "variant_b" "variant `B of int` there and back" (1.0, "C");
    row "variant_c" "variant `C of string * float` there and back" (1.0, "C");
    row "callback_once" "call a closure" (1.05, "C");
    row "callback_loop" "call a closure in a loop, per call" (1.05, "C") ~per:1000;
    row "callback_raise" "call a closure that raises, and catch it" (1.05, "C");
    row "error" "an error return that raises" (1.1, "C");
    row "panic" "a panic that raises" (0.8, "ocaml-interop");
    row "roots_long" "1000 long-lived roots, created and dropped" (0.8, "X");
    row "roots_local" "1000 × one local root" (0.6, "C");
    row "roots_nested" "1000 nested local roots" (0.5, "C");
    row "floats_array" "sum of a `float array` of 1000" (1.0, "C");
    row "floats_bigarray" "sum of a `Bigarray` of 1000 floats" (1.0, "C");
  ]

let find name = List.find (fun row -> row.name = name) all
let selects item row = row.name = item || String.starts_with ~prefix:(item ^ "_") row.name

let select list =
  let items =
    String.split_on_char ',' list |> List.map String.trim |> List.filter (( <> ) "")
  in
  let selects_none item = not (List.exists (selects item) all) in
  match List.filter selects_none items with
  | [] when items = [] -> Ok all
  | [] ->
      Ok (List.filter (fun row -> List.exists (fun item -> selects item row) items) all)
  | unknown ->
      Error
        (Printf.sprintf
           "no such row: %s\n\
            The rows are: %s.\n\
            The first part of a name stands for all that begin with it: callback is \
            every callback_*."
           (String.concat ", " unknown)
           (String.concat ", " (List.map (fun row -> row.name) all)))
