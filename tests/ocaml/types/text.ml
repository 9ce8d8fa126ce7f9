(* Values as text, in the form that tests/rust/src/types_text.rs writes by itself. *)

open Types

type 'a t = Buffer.t -> 'a -> unit

let string_of (write : 'a t) value =
  let buffer = Buffer.create 64 in
  write buffer value;
  Buffer.contents buffer

type part = Part : 'a t * 'a -> part

(* A constructor or record: its name, and what is in it. *)
let node buffer name parts =
  Buffer.add_string buffer name;
  Buffer.add_char buffer '(';
  List.iteri
    (fun i (Part (write, value)) ->
      if i > 0 then Buffer.add_char buffer ',';
      write buffer value)
    parts;
  Buffer.add_char buffer ')'

let items iter write buffer value =
  Buffer.add_char buffer '[';
  iter
    (fun item ->
      write buffer item;
      Buffer.add_char buffer ';')
    value;
  Buffer.add_char buffer ']'

(* In the order of the texts of the items, as for a collection without one of its own. *)
let unordered to_list write buffer value =
  let texts = List.sort compare (List.map (string_of write) (to_list value)) in
  items List.iter Buffer.add_string buffer texts

let unit buffer () = Buffer.add_string buffer "()"
let bool buffer b = Buffer.add_string buffer (string_of_bool b)
let int buffer n = Buffer.add_string buffer (string_of_int n)
let char buffer c = int buffer (Char.code c)
let int32 buffer n = Buffer.add_string buffer (Int32.to_string n)
let int64 buffer n = Buffer.add_string buffer (Int64.to_string n)
let nativeint buffer n = Buffer.add_string buffer (Nativeint.to_string n)

external hexadecimal : string -> int64 -> string = "caml_int64_format"

let float buffer x = Buffer.add_string buffer (hexadecimal "%x" (Int64.bits_of_float x))

let string buffer s =
  int buffer (String.length s);
  Buffer.add_char buffer ':';
  Buffer.add_string buffer s

let bytes buffer b = string buffer (Bytes.to_string b)

let option write buffer = function
  | None -> node buffer "None" []
  | Some value -> node buffer "Some" [ Part (write, value) ]

let result ok error buffer = function
  | Ok value -> node buffer "Ok" [ Part (ok, value) ]
  | Error value -> node buffer "Error" [ Part (error, value) ]

let either left right buffer : _ Either.t -> unit = function
  | Left value -> node buffer "Left" [ Part (left, value) ]
  | Right value -> node buffer "Right" [ Part (right, value) ]

let list write = items List.iter write
let array write = items Array.iter write
let pair a b buffer (x, y) = node buffer "" [ Part (a, x); Part (b, y) ]

let triple a b c buffer (x, y, z) =
  node buffer "" [ Part (a, x); Part (b, y); Part (c, z) ]

(* The types of [Types] *)

let person buffer { name; age; height; tags } =
  node buffer "Person"
    [
      Part (string, name); Part (int, age); Part (float, height); Part (list string, tags);
    ]

let point buffer { x; y; z } =
  node buffer "Point" [ Part (float, x); Part (float, y); Part (float, z) ]

let metres buffer (metres : metres) = node buffer "Metres" [ Part (float, metres) ]
let seconds buffer { seconds } = node buffer "Seconds" [ Part (float, seconds) ]

let speed buffer { distance; time } =
  node buffer "Speed" [ Part (metres, distance); Part (seconds, time) ]

let abstract buffer x = metres buffer (Abstract.to_float x)

let range buffer { low; high } =
  node buffer "Range" [ Part (abstract, low); Part (abstract, high) ]

let wrapped buffer { text } = node buffer "Wrapped" [ Part (string, text) ]
let id buffer (Id n) = node buffer "Id" [ Part (int, n) ]
let label buffer (Label { label }) = node buffer "Label" [ Part (string, label) ]
let sole buffer (Sole { label }) = node buffer "Sole" [ Part (string, label) ]

let rec shape buffer = function
  | Empty -> node buffer "Empty" []
  | Circle r -> node buffer "Circle" [ Part (float, r) ]
  | Rectangle (a, b) -> node buffer "Rectangle" [ Part (float, a); Part (float, b) ]
  | Named { name; inner } ->
      node buffer "Named" [ Part (string, name); Part (list shape, inner) ]
  | Unknown -> node buffer "Unknown" []
  | Pair both -> node buffer "Pair" [ Part (pair int string, both) ]

let colour buffer colour =
  let name = match colour with Red -> "Red" | Green -> "Green" | Blue -> "Blue" in
  node buffer name []

let message buffer : message -> unit = function
  | `Quit -> node buffer "Quit" []
  | `Say text -> node buffer "Say" [ Part (string, text) ]
  | `Move (a, b) -> node buffer "Move" [ Part (int, a); Part (int, b) ]
  | `write c -> node buffer "write" [ Part (colour, c) ]
  | `Pair both -> node buffer "Pair" [ Part (pair int int, both) ]

let never _ (never : never) = match never with _ -> .

let labelled write buffer { label; content; others } =
  node buffer "Labelled"
    [ Part (string, label); Part (write, content); Part (list write, others) ]

let rec chain write buffer = function
  | Nil -> node buffer "Nil" []
  | Cons (head, tail) ->
      node buffer "Cons" [ Part (write, head); Part (chain write, tail) ]

let rec rose write buffer { value; children } =
  node buffer "Rose" [ Part (write, value); Part (list (rose write), children) ]

let rec expression buffer = function
  | Literal n -> node buffer "Literal" [ Part (int, n) ]
  | Negation e -> node buffer "Negation" [ Part (expression, e) ]
  | Block statements -> node buffer "Block" [ Part (list statement, statements) ]

and statement buffer { target; source } =
  node buffer "Statement" [ Part (option string, target); Part (expression, source) ]

let rec tree buffer = function
  | Leaf -> node buffer "Leaf" []
  | Node (left, value, right) ->
      node buffer "Node" [ Part (tree, left); Part (int, value); Part (tree, right) ]

let choice a b buffer = function
  | First value -> node buffer "First" [ Part (a, value) ]
  | Both { value; copies } ->
      node buffer "Both" [ Part (a, value); Part (list (list b), copies) ]
  | Neither -> node buffer "Neither" []

let triple_struct buffer ((a, b, c) : Types.triple) =
  node buffer "Triple" [ Part (string, a); Part (int, b); Part (float, c) ]

let counter buffer { count; last; name } =
  node buffer "Counter" [ Part (int, count); Part (string, last); Part (string, name) ]

let world buffer { head; place; moves; state } =
  node buffer "World"
    [
      Part (person, head);
      Part (point, place);
      Part (list (pair message (option shape)), moves);
      Part (result id never, state);
    ]
