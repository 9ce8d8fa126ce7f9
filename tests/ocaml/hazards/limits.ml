(* Values as large as the machine takes, and larger. *)

open Core_support
open Support

external drops : unit -> int = "h_drops"
external large_string : int -> string = "h_large_string"
external large_bytes : int -> bytes = "h_large_bytes"
external large_array : int -> int array = "h_large_array"
external large_float_array : int -> floatarray = "h_large_float_array"
external large_in_region : int -> string = "h_large_in_region"
external large_field : int -> int * string option = "h_large_field"
external large_argument : (string -> int) -> int -> int = "h_large_argument"
external long_text : string -> int * bool = "h_long_text"

let megabytes n = n lsl 20
let attempt f n = ignore (Sys.opaque_identity (f n))

(* By the name of the child process in which each is tried. *)
let kinds =
  [
    ("a string", attempt large_string);
    ("bytes", attempt large_bytes);
    ("an array", attempt large_array);
    ("a float array", attempt large_float_array);
    ("in a region", attempt large_in_region);
    ("in a tuple", attempt large_field);
    ("an argument of an OCaml function", attempt (large_argument String.length));
  ]

(* Rust has addresses for its value within the limit, OCaml has none for its own. *)
let out_of_memory (name, _) =
  case name (fun () ->
      let status, text = child ~prefix:"ulimit -v 2200000;" name in
      Alcotest.(check string) "what it says" "Out_of_memory, dropped: 1, 4, 1\n" text;
      Alcotest.(check bool) "exit 0" true (status = WEXITED 0))

let in_limits (name, attempt) =
  in_child name (fun () ->
      match attempt (megabytes 1400) with
      | () -> print_endline "it was made"
      | exception Out_of_memory ->
          let dropped = drops () in
          (* There is room for a smaller one. *)
          let length = String.length (large_string 4) in
          Printf.printf "Out_of_memory, dropped: %d, %d, %d\n" dropped length
            (drops () - dropped)
      | exception e -> print_endline (Printexc.to_string e))

let sizes =
  [
    case "a string of 256 MiB" (fun () ->
        let n = megabytes 256 in
        let text = String.make n 'x' in
        Alcotest.(check (pair int bool)) "borrowed and owned" (n, true) (long_text text);
        Alcotest.(check bool) "there and back" true (String.equal (Echo.string text) text));
    case "bytes of 256 MiB" (fun () ->
        let n = megabytes 256 in
        let bytes = large_bytes n in
        Alcotest.(check int) "length" n (Bytes.length bytes);
        Alcotest.(check char) "the last" '\000' (Bytes.get bytes (n - 1));
        Bytes.set bytes (n - 1) '\255';
        let copy = Echo.string_bytes (Bytes.unsafe_to_string bytes) in
        Alcotest.(check char) "back" '\255' copy.[n - 1]);
  ]

let () =
  List.iter in_limits kinds;
  run "limits" [ ("sizes", sizes); ("out of memory", List.map out_of_memory kinds) ]
