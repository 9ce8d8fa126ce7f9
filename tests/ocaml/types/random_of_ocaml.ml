(* Random values of every type, from OCaml to Rust and back; and from Rust to OCaml and back in
   random_of_rust.ml. Each side writes as text what it sees.

   BACTRIAN_RANDOM says how many of each type, QCHECK_SEED makes a run again. *)

open Core_support
open Support
open Random_types

let moves = ref 0

let test (Any { name; gen; text; sent_by_ocaml; _ }) =
  let count = Counts.of_each_type in
  let print = Text.string_of text in
  checked
    (QCheck_alcotest.to_alcotest
       (QCheck.Test.make ~count ~name (QCheck.make ~print gen) (fun value ->
            let expected = print value in
            let seen, copy = sent_by_ocaml value in
            incr moves;
            if !moves mod 64 = 0 then scribble ();
            if seen <> expected then QCheck.Test.fail_reportf "Rust sees %s" seen;
            let back = print copy in
            if back <> expected then QCheck.Test.fail_reportf "%s came back" back;
            true)))

let () =
  Printf.printf "%d values of each type\n" Counts.of_each_type;
  run "random values of OCaml" [ ("types", List.map test all) ]
