let ours = "bactrian"
let c_api = "bactrian-c"

type base = Column of string | Row of string
type target = { who : string; at_most : float; of_ : base }

type t = {
  name : string;
  group : string;
  title : string;
  base : base;
  targets : target list;
  per : int;
}

let c = Column "C"
let x = Column "X"
let at_most ?(who = ours) at_most of_ = { who; at_most; of_ }

let row ?(per = 1) ?(base = c) group name title targets =
  { name; group; title; base; targets; per }

(* What the C API must reach in all rows that it takes part in. *)
let c_api_too target = [ target; at_most ~who:c_api 1.0 c ]
let alone = Row "roots_gc_none"

let all =
  [
    row "calls" "noop" "no arguments, no result" [ at_most 1.02 x ];
    row "calls" "noalloc_int" "`noalloc`, untagged: add two `int`s" [ at_most 1.02 c ];
    row "calls" "noalloc_float" "`noalloc`, unboxed: add two `float`s" [ at_most 1.02 c ];
    row "calls" "add_int" "add two tagged `int`s" [ at_most 1.02 x ];
    row "calls" "add_float" "add two boxed `float`s" [ at_most 1.02 x ];
    row "string" "string_len_16" "length of a 16 B `string`, as bytes" [ at_most 1.0 c ];
    row "string" "string_len_4k" "length of a 4 KiB `string`, as bytes" [ at_most 1.0 c ];
    row "string" "string_utf8_16" "length of a 16 B `string`, UTF-8 checked"
      [ at_most 1.05 x ];
    row "string" "string_utf8_4k" "length of a 4 KiB `string`, UTF-8 checked"
      [ at_most 1.05 x ];
    row "string" "string_echo_16" "16 B `string` through an owned one" [ at_most 1.5 c ];
    row "string" "string_echo_4k" "4 KiB `string` through an owned one" [ at_most 1.15 c ];
    row "roots" "pair" "make a pair" (c_api_too (at_most 0.6 c));
    row "roots" "triplet" "make a nested triplet" (c_api_too (at_most 0.6 c));
    row "list" "list_sum" "sum of an `int list` of 1000" [ at_most 1.0 c ];
    row "list" "list_vec" "list of 1000 → array → list" [ at_most 1.0 x ];
    row "list" "list_build" "build a list of 10⁶" [ at_most 1.0 x ];
    row "types" "record" "`{string; int; float}` there and back" [ at_most 1.0 c ];
    row "types" "variant_a" "variant `A` there and back" [ at_most 1.0 c ];
    row "types" "variant_b" "variant `B of int` there and back" [ at_most 1.0 c ];
    row "types" "variant_c" "variant `C of string * float` there and back"
      [ at_most 1.0 c ];
    row "callback" "callback_once" "call a closure" [ at_most 1.05 c ];
    row "callback" "callback_loop" "call a closure in a loop, per call"
      [ at_most 1.05 c ]
      ~per:1000;
    row "callback" "callback_raise" "call a closure that raises, and catch it"
      [ at_most 1.05 c ];
    row "errors" "error" "an error return that raises" [ at_most 1.1 c ];
    row "errors" "panic" "a panic that raises"
      [ at_most 0.8 (Column "ocaml-interop") ]
      ~base:(Column "ocaml-interop");
    row "roots" "roots_long" "1000 long-lived roots, created and dropped"
      [ at_most 0.8 x ];
    row "roots" "roots_local" "1000 × one local root" (c_api_too (at_most 0.6 c));
    row "roots" "roots_nested" "1000 nested local roots" (c_api_too (at_most 0.5 c));
    row "roots" "roots_gc_none" "a minor collection" [];
    row "roots" "roots_gc_local" "a minor collection, with 10⁵ old local roots"
      [ at_most 1.05 alone ]
      ~base:alone;
    row "roots" "roots_gc_long" "a minor collection, with 10⁵ old long-lived roots"
      [ at_most 1.05 alone ]
      ~base:alone;
    row "fold_array" "fold_array" "fold an array of 1000 in C or Rust"
      (c_api_too (at_most 0.6 c));
    row "fold_array" "fold_array_closure" "fold an array of 1000 by a closure"
      (c_api_too (at_most 1.05 c));
    row "floats" "floats_array" "sum of a `float array` of 1000" [ at_most 1.0 c ];
    row "floats" "floats_bigarray" "sum of a `Bigarray` of 1000 floats" [ at_most 1.0 c ];
  ]

let find name = List.find (fun row -> row.name = name) all
let groups = List.sort_uniq compare (List.map (fun row -> row.group) all)

let selects item row =
  row.name = item || row.group = item || String.starts_with ~prefix:(item ^ "_") row.name

let is_base_of rows row =
  List.exists
    (fun other ->
      let is_it base = base = Row row.name in
      is_it other.base || List.exists (fun target -> is_it target.of_) other.targets)
    rows

let select list =
  let items =
    String.split_on_char ',' list |> List.map String.trim |> List.filter (( <> ) "")
  in
  let selects_none item = not (List.exists (selects item) all) in
  match List.filter selects_none items with
  | [] when items = [] -> Ok all
  | [] ->
      let selected =
        List.filter (fun row -> List.exists (fun i -> selects i row) items) all
      in
      Ok (List.filter (fun row -> List.mem row selected || is_base_of selected row) all)
  | unknown ->
      Error
        (Printf.sprintf
           "no such row: %s\n\
            The rows are: %s.\n\
            The groups are: %s.\n\
            The first part of a name stands for all that begin with it: variant is every \
            variant_*."
           (String.concat ", " unknown)
           (String.concat ", " (List.map (fun row -> row.name) all))
           (String.concat ", " groups))
