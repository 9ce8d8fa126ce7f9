type person = { name : string; age : int; weight : float }
type variant = A | B of int | C of string * float

(* Made at run time, so that they are blocks of the heap and not of the program's data. *)

let made s = Bytes.to_string (Bytes.of_string s)
let left = made "left"
let middle = made "middle"
let right = made "right"
let text_16 = made "sixteen letters."
let text_4k = String.concat "" (List.init 256 (fun _ -> text_16))
let not_utf8 = made "caf\xe9"
let thousand = List.init 1000 Fun.id
let sum_of_thousand = List.fold_left ( + ) 0 thousand
let numbers = Array.init 1000 Fun.id
let words = Array.init 1000 string_of_int
let many_roots = 100_000

let without_major_gc f =
  let before = Gc.get () in
  Gc.set { before with space_overhead = 1_000_000 };
  Fun.protect f ~finally:(fun () -> Gc.set before)

let minor_collection () =
  let survivors = Sys.opaque_identity (List.init 1000 Fun.id) in
  Gc.minor ();
  ignore (Sys.opaque_identity survivors)

let ada = { name = made "Ada Lovelace"; age = 36; weight = Float.of_string "57.5" }
let b_variant = B (Sys.opaque_identity 42)
let c_variant = C (made "variant C", Float.of_string "2.5")

type bigarray = (float, Bigarray.float64_elt, Bigarray.c_layout) Bigarray.Array1.t

let floats = Array.init 1000 (fun i -> Float.of_int i *. 0.1)
let bigarray = Bigarray.Array1.of_array Bigarray.float64 Bigarray.c_layout floats
let sum_of_floats = Array.fold_left ( +. ) 0.0 floats
let () = Gc.minor ()
