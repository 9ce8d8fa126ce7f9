(* Random values of every type, from Rust to OCaml and back. Each side writes as text what it sees.

   BACTRIAN_RANDOM says how many of each type, BACTRIAN_SEED makes a run again. *)

open Core_support
open Core_support.Checks
open Support
open Random_types

let moves = ref 0

let seed =
  Random.self_init ();
  setting "BACTRIAN_SEED" (Random.bits ())

let test (Any { name; text; sent_by_rust; _ }) =
  let count = Counts.of_each_type in
  case name (fun () ->
      let look value =
        incr moves;
        if !moves mod 64 = 0 then scribble ();
        (Text.string_of text value, value)
      in
      Alcotest.(check int) "values" count (sent_by_rust look count seed))

let () =
  Printf.printf "%d values of each type, seed %d\n" Counts.of_each_type seed;
  run "random values of Rust" [ ("types", List.map test all) ]
