(* Region mode of Rust: everything that a region makes and reads, calls and sub-regions. *)

open Core_support
open Core_support.Checks

external triplet : 'a -> 'b -> 'c -> 'a * ('b * 'c) = "g_triplet"

external made :
  int ->
  (int * string) list
  * (int option * string option)
  * ((int, string) result * (int, string) result)
  * (unit * int * string * float) = "g_made"

external read :
  (int * string) list -> string option -> (int, string) result -> string array -> string
  = "g_read"

external fold : (int -> string -> int) -> string array -> int = "g_fold"
external call : (int -> int) -> int -> int = "g_call"
external counts : unit -> int * int * int = "r_counts"

let check = Alcotest.(check bool)

let balanced f () =
  let before = counts () in
  f ();
  let stacked (n, _, _) = n in
  if not Crowd.on then
    Alcotest.(check int) "roots left behind" (stacked before) (stacked (counts ()))

let making () =
  for i = 1 to 10_000 do
    let s = string_of_int i in
    assert (triplet s i [ s ] = (s, (i, [ s ])))
  done;
  List.iter
    (fun n ->
      let s = string_of_int n in
      check "made" true
        (made n
        = ( List.init n (fun i -> (i, string_of_int i)),
            (Some n, None),
            (Ok n, Error s),
            ((), n, s, float n) )))
    [ 0; 1; 2; 5_000 ]

let reading () =
  Alcotest.(check string)
    "read" "1a 2b three 4 2 0 end"
    (read [ (1, "a"); (2, "b") ] (Some "three") (Ok 4) [| "xy"; "" |]);
  Alcotest.(check string) "read" "None no end" (read [] None (Error "no") [||])

let calling () =
  let array = Array.init 20_000 string_of_int in
  let length sum s =
    if sum land 255 = 0 then Gc.minor ();
    sum + String.length s
  in
  Alcotest.(check int) "fold" (Array.fold_left length 0 array) (fold length array);
  (match fold (fun n _ -> if n = 7 then raise Exit else n + 1) array with
  | exception Exit -> ()
  | _ -> Alcotest.fail "no exception");
  Alcotest.(check int) "call" 4 (call succ 3)

let () =
  let case name f = Alcotest.test_case name `Quick (balanced f) in
  Crowd.run "regions"
    [
      ( "Rust",
        [
          case "constructors" making;
          case "accessors" reading;
          case "calls and sub-regions" calling;
        ] );
    ]
