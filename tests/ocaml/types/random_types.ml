(* What is sent in random_of_ocaml.ml and random_of_rust.ml: for each type, values, their text, and the two
   functions of tests/rust/src/types_random.rs. *)

(* The names that generators had before qcheck 0.26 are there before and after. *)
[@@@alert "-deprecated"]

open Types
open QCheck.Gen

(* Values. Sizes are small: most of the time goes into making them. *)

let any_int =
  frequency
    [ (3, int); (2, int_range (-1000) 1000); (1, oneofl [ max_int; min_int; 0; -1 ]) ]

let byte_string =
  frequency
    [
      (9, string_size ~gen:char (int_bound 20)); (1, string_size ~gen:char (int_bound 300));
    ]

(* Any scalar values, encoded as UTF-8: one number of the generator for each, since strings are in
   most values and bytecode is slow. *)
let utf8 =
  let scalar bits =
    let rest = bits lsr 3 in
    match bits land 7 with
    | 0 -> rest land 0x7ff
    | 1 -> rest mod 0xd800
    | 2 -> 0xe000 + (rest mod (0x110000 - 0xe000))
    | _ -> rest land 0x7f
  in
  fun random ->
    let length = Random.State.bits random in
    let most = if length land 15 = 0 then 100 else 10 in
    let buffer = Buffer.create 16 in
    for _ = 1 to (length lsr 4) mod most do
      Buffer.add_utf_8_uchar buffer (Uchar.of_int (scalar (Random.State.bits random)))
    done;
    Buffer.contents buffer

(* Those of QCheck make each number out of a string of digits. *)
let any_int32 = Random.State.bits32
let any_int64 = Random.State.bits64
let any_nativeint = Random.State.nativebits

let any_float =
  let special = [| nan; infinity; neg_infinity; -0.; 0.; 1. |] in
  fun random ->
    let choice = Random.State.bits random in
    if choice land 3 = 0 then special.((choice lsr 2) mod Array.length special)
    else Int64.float_of_bits (any_int64 random)

let any_float32 random =
  let float = Int32.float_of_bits (any_int32 random) in
  if Float.is_nan float then 0.5 else float

let few gen = list_size (int_bound 3) gen
let many gen = list_size (frequency [ (39, int_bound 10); (1, int_bound 300) ]) gen
let u8 = int_bound 255
let complex part = map2 (fun re im : Complex.t -> { re; im }) part part

let person =
  let make name age height tags = { name; age; height; tags } in
  map
    (fun ((name, age), (height, tags)) -> make name age height tags)
    (pair (pair utf8 u8) (pair any_float (few utf8)))

let point = map3 (fun x y z -> { x; y; z }) any_float any_float any_float
let colour = oneofl [ Red; Green; Blue ]

let shape =
  let leaf =
    oneof
      [
        return Empty;
        map (fun r -> Circle r) any_float;
        map2 (fun a b -> Rectangle (a, b)) any_float any_float;
        return Unknown;
        map2 (fun n s -> Pair (n, s)) any_int utf8;
      ]
  in
  let rec sized n random =
    if n = 0 || bool random then leaf random
    else
      let name = utf8 random in
      Named { name; inner = list_size (int_bound 3) (sized (n - 1)) random }
  in
  sized 3

let message : message t =
  oneof
    [
      return `Quit;
      map (fun s -> `Say s) utf8;
      map2 (fun a b -> `Move (a, b)) any_int any_int;
      map (fun c -> `write c) colour;
      map2 (fun a b -> `Pair (a, b)) any_int any_int;
    ]

let labelled content =
  map3 (fun label content others -> { label; content; others }) utf8 content (few content)

let chain element =
  map
    (fun items -> List.fold_right (fun x rest -> Cons (x, rest)) items Nil)
    (many element)

let rose =
  let rec sized n random =
    let value = utf8 random in
    let width = if n = 0 then return 0 else int_bound 3 in
    { value; children = list_size width (sized (n - 1)) random }
  in
  sized 2

let expression =
  let rec sized n random =
    match if n = 0 then 0 else int_bound 2 random with
    | 0 -> Literal (any_int random)
    | 1 -> Negation (sized (n - 1) random)
    | _ ->
        let statement random =
          let target = option utf8 random in
          { target; source = sized (n - 1) random }
        in
        Block (list_size (int_bound 2) statement random)
  in
  sized 4

let tree =
  let rec sized n random =
    if n = 0 || int_bound 3 random = 0 then Leaf
    else
      let left = sized (n - 1) random in
      let value = any_int random in
      Node (left, value, sized (n - 1) random)
  in
  sized 5

let choice =
  oneof
    [
      map (fun s -> First s) utf8;
      map2 (fun value copies -> Both { value; copies }) utf8 (few (few any_int));
      return Neither;
    ]

let world =
  map2
    (fun (head, place) (moves, n) -> { head; place; moves; state = Ok (Id n) })
    (pair person point)
    (pair (list_size (int_bound 2) (pair message (option shape))) any_int)

let narrow =
  map3
    (fun (a, b) (c, d) (e, f) -> (a, b, c, d, e, f))
    (pair (int_range (-128) 127) u8)
    (pair (int_range (-32768) 32767) (int_bound 65535))
    (pair (int_range (-0x8000_0000) 0x7fff_ffff) (int_bound 0xffff_ffff))

let nine =
  map3
    (fun (a, b, c) (d, e, f) (g, h, i) -> (a, b, c, d, e, f, g, h, i))
    (triple any_int utf8 any_float)
    (triple bool char (option any_int))
    (triple (few any_int) (pair any_int any_int) utf8)

(* Maps by their bindings, each key once. *)
let distinct compare_keys bindings =
  List.sort_uniq (fun (a, _) (b, _) -> compare_keys a b) bindings

let bindings key value = map (distinct compare) (few (pair key value))

let nested =
  let left = option (pair colour (labelled message)) in
  let right = bindings utf8 (list_size (int_bound 2) point) in
  let error = map (fun shapes -> List.fold_right (fun x l -> Cons (x, l)) shapes Nil) in
  list_size (int_bound 2)
    (oneof
       [
         map (fun v -> Ok (Either.Left v)) left;
         map (fun v -> Ok (Either.Right v)) right;
         map (fun v -> Error v) (error (list_size (int_bound 2) shape));
       ])

(* Bigarrays *)

open Bigarray

let big1 kind layout gen =
  map (fun items -> Array1.of_array kind layout (Array.of_list items)) (many gen)

let big_text (type l) (write : 'a Text.t) buffer (array : ('a, 'b, l) Array1.t) =
  let first = match Array1.layout array with C_layout -> 0 | Fortran_layout -> 1 in
  Text.items
    (fun f array ->
      for i = 0 to Array1.dim array - 1 do
        f array.{first + i}
      done)
    write buffer array

let complex_text buffer (z : Complex.t) =
  Text.pair Text.float Text.float buffer (z.re, z.im)

let big2 random =
  let a = int_bound 4 random in
  let b = int_bound 4 random in
  Array2.init Bigarray.int32 c_layout a b (fun _ _ -> any_int32 random)

let big3 random =
  let a = int_bound 3 random in
  let b = int_bound 3 random in
  let c = int_bound 3 random in
  Array3.init float64 fortran_layout a b c (fun _ _ _ -> any_float random)

let big_n random =
  let dims = Array.of_list (list_size (int_bound 4) (int_bound 3) random) in
  Genarray.init int16_signed c_layout dims (fun _ -> int_range (-32768) 32767 random)

let dims_text buffer dims = Text.array Text.int buffer dims

let text2 buffer array =
  let a = Array2.dim1 array and b = Array2.dim2 array in
  dims_text buffer [| a; b |];
  Text.items
    (fun f () ->
      for i = 0 to a - 1 do
        for j = 0 to b - 1 do
          f array.{i, j}
        done
      done)
    Text.int32 buffer ()

let text3 buffer array =
  let a = Array3.dim1 array and b = Array3.dim2 array and c = Array3.dim3 array in
  dims_text buffer [| a; b; c |];
  Text.items
    (fun f () ->
      for i = 1 to a do
        for j = 1 to b do
          for k = 1 to c do
            f array.{i, j, k}
          done
        done
      done)
    Text.float buffer ()

let text_n buffer array =
  let dims = Genarray.dims array in
  dims_text buffer dims;
  let flat = reshape_1 array (Array.fold_left ( * ) 1 dims) in
  big_text Text.int buffer flat

(* Collections *)

module String_map = Map.Make (String)

module Int_set = Set.Make (struct
  type t = int

  let compare a b = compare b a
end)

let () =
  Bactrian.Collections.register_map "Test.String_map" (module String_map);
  Bactrian.Collections.register_set "Test.Int_set" (module Int_set)

let hashtbl =
  map
    (fun bindings ->
      let table = Hashtbl.create 1 in
      (* A few are hidden by others. *)
      List.iter (fun (k, v) -> Hashtbl.add table k v) bindings;
      table)
    (few
       (pair
          (map (fun s -> String.sub s 0 (min 1 (String.length s))) byte_string)
          any_int))

(* What Rust makes a key of must be text. *)
let hashtbl random =
  let table = hashtbl random in
  let ascii = Hashtbl.create 1 in
  Hashtbl.iter (fun k v -> Hashtbl.replace ascii (String.escaped k) v) table;
  ascii

let lazily gen random =
  let value = gen random in
  match int_bound 2 random with
  | 0 -> Lazy.from_val value
  | 1 -> lazy value
  | _ ->
      let suspended = lazy (Sys.opaque_identity value) in
      ignore (Lazy.force suspended);
      suspended

let seq gen random =
  let items = gen random in
  if bool random then List.to_seq items else Array.to_seq (Array.of_list items)

(* The types *)

type 'a kind = {
  name : string;
  gen : 'a t;
  text : 'a Text.t;
  sent_by_ocaml : 'a -> string * 'a;
  sent_by_rust : ('a -> string * 'a) -> int -> int -> int;
}

type any = Any : 'a kind -> any

let make name gen text sent_by_ocaml sent_by_rust =
  Any { name; gen; text; sent_by_ocaml; sent_by_rust }

module External = struct
  external x_unit : unit -> string * unit = "x_unit"
  external p_unit : (unit -> string * unit) -> int -> int -> int = "p_unit"
  external x_bool : bool -> string * bool = "x_bool"
  external p_bool : (bool -> string * bool) -> int -> int -> int = "p_bool"
  external x_char : char -> string * char = "x_char"
  external p_char : (char -> string * char) -> int -> int -> int = "p_char"
  external x_int : int -> string * int = "x_int"
  external p_int : (int -> string * int) -> int -> int -> int = "p_int"

  external x_narrow :
    int * int * int * int * int * int -> string * (int * int * int * int * int * int)
    = "x_narrow"

  external p_narrow :
    (int * int * int * int * int * int -> string * (int * int * int * int * int * int)) ->
    int ->
    int ->
    int = "p_narrow"

  external x_int32 : int32 -> string * int32 = "x_int32"
  external p_int32 : (int32 -> string * int32) -> int -> int -> int = "p_int32"
  external x_int64 : int64 -> string * int64 = "x_int64"
  external p_int64 : (int64 -> string * int64) -> int -> int -> int = "p_int64"
  external x_nativeint : nativeint -> string * nativeint = "x_nativeint"

  external p_nativeint : (nativeint -> string * nativeint) -> int -> int -> int
    = "p_nativeint"

  external x_float : float -> string * float = "x_float"
  external p_float : (float -> string * float) -> int -> int -> int = "p_float"
  external x_f32 : float -> string * float = "x_f32"
  external p_f32 : (float -> string * float) -> int -> int -> int = "p_f32"
  external x_string : string -> string * string = "x_string"
  external p_string : (string -> string * string) -> int -> int -> int = "p_string"
  external x_byte_string : string -> string * string = "x_byte_string"

  external p_byte_string : (string -> string * string) -> int -> int -> int
    = "p_byte_string"

  external x_bytes : bytes -> string * bytes = "x_bytes"
  external p_bytes : (bytes -> string * bytes) -> int -> int -> int = "p_bytes"
  external x_option : string option -> string * string option = "x_option"

  external p_option : (string option -> string * string option) -> int -> int -> int
    = "p_option"

  external x_options : int option option option -> string * int option option option
    = "x_options"

  external p_options :
    (int option option option -> string * int option option option) -> int -> int -> int
    = "p_options"

  external x_result : (string, int) result -> string * (string, int) result = "x_result"

  external p_result :
    ((string, int) result -> string * (string, int) result) -> int -> int -> int
    = "p_result"

  external x_either : (float, bool list) Either.t -> string * (float, bool list) Either.t
    = "x_either"

  external p_either :
    ((float, bool list) Either.t -> string * (float, bool list) Either.t) ->
    int ->
    int ->
    int = "p_either"

  external x_int_list : int list -> string * int list = "x_int_list"

  external p_int_list : (int list -> string * int list) -> int -> int -> int
    = "p_int_list"

  external x_string_list : string list -> string * string list = "x_string_list"

  external p_string_list : (string list -> string * string list) -> int -> int -> int
    = "p_string_list"

  external x_lists :
    (int * string) option list list -> string * (int * string) option list list
    = "x_lists"

  external p_lists :
    ((int * string) option list list -> string * (int * string) option list list) ->
    int ->
    int ->
    int = "p_lists"

  external x_int_array : int array -> string * int array = "x_int_array"

  external p_int_array : (int array -> string * int array) -> int -> int -> int
    = "p_int_array"

  external x_string_array : string array -> string * string array = "x_string_array"

  external p_string_array : (string array -> string * string array) -> int -> int -> int
    = "p_string_array"

  external x_shape_array : shape array -> string * shape array = "x_shape_array"

  external p_shape_array : (shape array -> string * shape array) -> int -> int -> int
    = "p_shape_array"

  external x_float_array : float array -> string * float array = "x_float_array"

  external p_float_array : (float array -> string * float array) -> int -> int -> int
    = "p_float_array"

  external x_int64s : int64 list option -> string * int64 list option = "x_int64s"

  external p_int64s :
    (int64 list option -> string * int64 list option) -> int -> int -> int = "p_int64s"

  external x_pair : int * string -> string * (int * string) = "x_pair"

  external p_pair : (int * string -> string * (int * string)) -> int -> int -> int
    = "p_pair"

  external x_nine :
    int * string * float * bool * char * int option * int list * (int * int) * string ->
    string
    * (int * string * float * bool * char * int option * int list * (int * int) * string)
    = "x_nine"

  external p_nine :
    (int * string * float * bool * char * int option * int list * (int * int) * string ->
    string
    * (int * string * float * bool * char * int option * int list * (int * int) * string)) ->
    int ->
    int ->
    int = "p_nine"

  external x_hash_map : (string * int) list -> string * (string * int) list = "x_hash_map"

  external p_hash_map :
    ((string * int) list -> string * (string * int) list) -> int -> int -> int
    = "p_hash_map"

  external x_btree_map : (int * string list) list -> string * (int * string list) list
    = "x_btree_map"

  external p_btree_map :
    ((int * string list) list -> string * (int * string list) list) -> int -> int -> int
    = "p_btree_map"

  external x_hash_set : string list -> string * string list = "x_hash_set"

  external p_hash_set : (string list -> string * string list) -> int -> int -> int
    = "p_hash_set"

  external x_btree_set : int list -> string * int list = "x_btree_set"

  external p_btree_set : (int list -> string * int list) -> int -> int -> int
    = "p_btree_set"

  external x_deque : int list -> string * int list = "x_deque"
  external p_deque : (int list -> string * int list) -> int -> int -> int = "p_deque"
  external x_person : person -> string * person = "x_person"
  external p_person : (person -> string * person) -> int -> int -> int = "p_person"
  external x_point : point -> string * point = "x_point"
  external p_point : (point -> string * point) -> int -> int -> int = "p_point"
  external x_metres : metres -> string * metres = "x_metres"
  external p_metres : (metres -> string * metres) -> int -> int -> int = "p_metres"
  external x_seconds : seconds -> string * seconds = "x_seconds"
  external p_seconds : (seconds -> string * seconds) -> int -> int -> int = "p_seconds"
  external x_speed : speed -> string * speed = "x_speed"
  external p_speed : (speed -> string * speed) -> int -> int -> int = "p_speed"
  external x_range : range -> string * range = "x_range"
  external p_range : (range -> string * range) -> int -> int -> int = "p_range"
  external x_wrapped : wrapped -> string * wrapped = "x_wrapped"
  external p_wrapped : (wrapped -> string * wrapped) -> int -> int -> int = "p_wrapped"
  external x_id : id -> string * id = "x_id"
  external p_id : (id -> string * id) -> int -> int -> int = "p_id"
  external x_label : label -> string * label = "x_label"
  external p_label : (label -> string * label) -> int -> int -> int = "p_label"
  external x_sole : sole -> string * sole = "x_sole"
  external p_sole : (sole -> string * sole) -> int -> int -> int = "p_sole"
  external x_shape : shape -> string * shape = "x_shape"
  external p_shape : (shape -> string * shape) -> int -> int -> int = "p_shape"
  external x_colour : colour -> string * colour = "x_colour"
  external p_colour : (colour -> string * colour) -> int -> int -> int = "p_colour"
  external x_message : message -> string * message = "x_message"
  external p_message : (message -> string * message) -> int -> int -> int = "p_message"
  external x_labelled : string labelled -> string * string labelled = "x_labelled"

  external p_labelled : (string labelled -> string * string labelled) -> int -> int -> int
    = "p_labelled"

  external x_labelled_shapes : shape list labelled -> string * shape list labelled
    = "x_labelled_shapes"

  external p_labelled_shapes :
    (shape list labelled -> string * shape list labelled) -> int -> int -> int
    = "p_labelled_shapes"

  external x_chain : int chain -> string * int chain = "x_chain"
  external p_chain : (int chain -> string * int chain) -> int -> int -> int = "p_chain"
  external x_rose : string rose -> string * string rose = "x_rose"
  external p_rose : (string rose -> string * string rose) -> int -> int -> int = "p_rose"
  external x_expression : expression -> string * expression = "x_expression"

  external p_expression : (expression -> string * expression) -> int -> int -> int
    = "p_expression"

  external x_tree : tree -> string * tree = "x_tree"
  external p_tree : (tree -> string * tree) -> int -> int -> int = "p_tree"
  external x_choice : (string, int) choice -> string * (string, int) choice = "x_choice"

  external p_choice :
    ((string, int) choice -> string * (string, int) choice) -> int -> int -> int
    = "p_choice"

  external x_triple : triple -> string * triple = "x_triple"
  external p_triple : (triple -> string * triple) -> int -> int -> int = "p_triple"
  external x_counter : counter -> string * counter = "x_counter"
  external p_counter : (counter -> string * counter) -> int -> int -> int = "p_counter"
  external x_never : (int, never) result -> string * (int, never) result = "x_never"

  external p_never :
    ((int, never) result -> string * (int, never) result) -> int -> int -> int = "p_never"

  external x_world : world -> string * world = "x_world"
  external p_world : (world -> string * world) -> int -> int -> int = "p_world"

  external x_nested :
    ( ((colour * message labelled) option, (string * point list) list) Either.t,
      shape chain )
    result
    list ->
    string
    * ( ((colour * message labelled) option, (string * point list) list) Either.t,
        shape chain )
      result
      list = "x_nested"

  external p_nested :
    (( ((colour * message labelled) option, (string * point list) list) Either.t,
       shape chain )
     result
     list ->
    string
    * ( ((colour * message labelled) option, (string * point list) list) Either.t,
        shape chain )
      result
      list) ->
    int ->
    int ->
    int = "p_nested"

  external x_big_float16 :
    (float, float16_elt, c_layout) Array1.t ->
    string * (float, float16_elt, c_layout) Array1.t = "x_big_float16"

  external p_big_float16 :
    ((float, float16_elt, c_layout) Array1.t ->
    string * (float, float16_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_float16"

  external x_big_float32 :
    (float, float32_elt, c_layout) Array1.t ->
    string * (float, float32_elt, c_layout) Array1.t = "x_big_float32"

  external p_big_float32 :
    ((float, float32_elt, c_layout) Array1.t ->
    string * (float, float32_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_float32"

  external x_big_float64 :
    (float, float64_elt, c_layout) Array1.t ->
    string * (float, float64_elt, c_layout) Array1.t = "x_big_float64"

  external p_big_float64 :
    ((float, float64_elt, c_layout) Array1.t ->
    string * (float, float64_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_float64"

  external x_big_int8 :
    (int, int8_signed_elt, c_layout) Array1.t ->
    string * (int, int8_signed_elt, c_layout) Array1.t = "x_big_int8"

  external p_big_int8 :
    ((int, int8_signed_elt, c_layout) Array1.t ->
    string * (int, int8_signed_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_int8"

  external x_big_uint8 :
    (int, int8_unsigned_elt, c_layout) Array1.t ->
    string * (int, int8_unsigned_elt, c_layout) Array1.t = "x_big_uint8"

  external p_big_uint8 :
    ((int, int8_unsigned_elt, c_layout) Array1.t ->
    string * (int, int8_unsigned_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_uint8"

  external x_big_int16 :
    (int, int16_signed_elt, c_layout) Array1.t ->
    string * (int, int16_signed_elt, c_layout) Array1.t = "x_big_int16"

  external p_big_int16 :
    ((int, int16_signed_elt, c_layout) Array1.t ->
    string * (int, int16_signed_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_int16"

  external x_big_uint16 :
    (int, int16_unsigned_elt, c_layout) Array1.t ->
    string * (int, int16_unsigned_elt, c_layout) Array1.t = "x_big_uint16"

  external p_big_uint16 :
    ((int, int16_unsigned_elt, c_layout) Array1.t ->
    string * (int, int16_unsigned_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_uint16"

  external x_big_int32 :
    (int32, int32_elt, c_layout) Array1.t ->
    string * (int32, int32_elt, c_layout) Array1.t = "x_big_int32"

  external p_big_int32 :
    ((int32, int32_elt, c_layout) Array1.t ->
    string * (int32, int32_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_int32"

  external x_big_int64 :
    (int64, int64_elt, c_layout) Array1.t ->
    string * (int64, int64_elt, c_layout) Array1.t = "x_big_int64"

  external p_big_int64 :
    ((int64, int64_elt, c_layout) Array1.t ->
    string * (int64, int64_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_int64"

  external x_big_nativeint :
    (nativeint, nativeint_elt, c_layout) Array1.t ->
    string * (nativeint, nativeint_elt, c_layout) Array1.t = "x_big_nativeint"

  external p_big_nativeint :
    ((nativeint, nativeint_elt, c_layout) Array1.t ->
    string * (nativeint, nativeint_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_nativeint"

  external x_big_int :
    (int, int_elt, c_layout) Array1.t -> string * (int, int_elt, c_layout) Array1.t
    = "x_big_int"

  external p_big_int :
    ((int, int_elt, c_layout) Array1.t -> string * (int, int_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_int"

  external x_big_char :
    (char, int8_unsigned_elt, c_layout) Array1.t ->
    string * (char, int8_unsigned_elt, c_layout) Array1.t = "x_big_char"

  external p_big_char :
    ((char, int8_unsigned_elt, c_layout) Array1.t ->
    string * (char, int8_unsigned_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_char"

  external x_big_complex32 :
    (Complex.t, complex32_elt, c_layout) Array1.t ->
    string * (Complex.t, complex32_elt, c_layout) Array1.t = "x_big_complex32"

  external p_big_complex32 :
    ((Complex.t, complex32_elt, c_layout) Array1.t ->
    string * (Complex.t, complex32_elt, c_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_complex32"

  external x_big_complex64 :
    (Complex.t, complex64_elt, fortran_layout) Array1.t ->
    string * (Complex.t, complex64_elt, fortran_layout) Array1.t = "x_big_complex64"

  external p_big_complex64 :
    ((Complex.t, complex64_elt, fortran_layout) Array1.t ->
    string * (Complex.t, complex64_elt, fortran_layout) Array1.t) ->
    int ->
    int ->
    int = "p_big_complex64"

  external x_seq : string Seq.t -> string * string Seq.t = "x_seq"
  external p_seq : (string Seq.t -> string * string Seq.t) -> int -> int -> int = "p_seq"
  external x_lazy : person Lazy.t -> string * person Lazy.t = "x_lazy"

  external p_lazy : (person Lazy.t -> string * person Lazy.t) -> int -> int -> int
    = "p_lazy"

  external x_hashtbl : (string, int) Hashtbl.t -> string * (string, int) Hashtbl.t
    = "x_hashtbl"

  external p_hashtbl :
    ((string, int) Hashtbl.t -> string * (string, int) Hashtbl.t) -> int -> int -> int
    = "p_hashtbl"

  external x_map : string String_map.t -> string * string String_map.t = "x_map"

  external p_map :
    (string String_map.t -> string * string String_map.t) -> int -> int -> int = "p_map"

  external x_set : Int_set.t -> string * Int_set.t = "x_set"
  external p_set : (Int_set.t -> string * Int_set.t) -> int -> int -> int = "p_set"
  external x_reference : shape ref -> string * shape ref = "x_reference"

  external p_reference : (shape ref -> string * shape ref) -> int -> int -> int
    = "p_reference"

  external x_array2 :
    (int32, int32_elt, c_layout) Array2.t ->
    string * (int32, int32_elt, c_layout) Array2.t = "x_array2"

  external p_array2 :
    ((int32, int32_elt, c_layout) Array2.t ->
    string * (int32, int32_elt, c_layout) Array2.t) ->
    int ->
    int ->
    int = "p_array2"

  external x_array3 :
    (float, float64_elt, fortran_layout) Array3.t ->
    string * (float, float64_elt, fortran_layout) Array3.t = "x_array3"

  external p_array3 :
    ((float, float64_elt, fortran_layout) Array3.t ->
    string * (float, float64_elt, fortran_layout) Array3.t) ->
    int ->
    int ->
    int = "p_array3"

  external x_genarray :
    (int, int16_signed_elt, c_layout) Genarray.t ->
    string * (int, int16_signed_elt, c_layout) Genarray.t = "x_genarray"

  external p_genarray :
    ((int, int16_signed_elt, c_layout) Genarray.t ->
    string * (int, int16_signed_elt, c_layout) Genarray.t) ->
    int ->
    int ->
    int = "p_genarray"
end

let all =
  External.
    [
      make "unit" unit Text.unit x_unit p_unit;
      make "bool" bool Text.bool x_bool p_bool;
      make "char" QCheck.Gen.char Text.char x_char p_char;
      make "int" any_int Text.int x_int p_int;
      make "narrow" narrow
        (fun b (x, y, z, u, v, w) ->
          Text.(
            node b ""
              [
                Part (int, x);
                Part (int, y);
                Part (int, z);
                Part (int, u);
                Part (int, v);
                Part (int, w);
              ]))
        x_narrow p_narrow;
      make "int32" any_int32 Text.int32 x_int32 p_int32;
      make "int64" any_int64 Text.int64 x_int64 p_int64;
      make "nativeint" any_nativeint Text.nativeint x_nativeint p_nativeint;
      make "float" any_float Text.float x_float p_float;
      make "f32" any_float32 Text.float x_f32 p_f32;
      make "string" utf8 Text.string x_string p_string;
      make "byte_string" byte_string Text.string x_byte_string p_byte_string;
      make "bytes" (map Bytes.of_string byte_string) Text.bytes x_bytes p_bytes;
      make "option" (option utf8) Text.(option string) x_option p_option;
      make "options"
        (option (option (option any_int)))
        Text.(option (option (option int)))
        x_options p_options;
      make "result"
        (oneof [ map Result.ok utf8; map Result.error any_int ])
        Text.(result string int)
        x_result p_result;
      make "either"
        (oneof [ map Either.left any_float; map Either.right (few bool) ])
        Text.(either float (list bool))
        x_either p_either;
      make "int_list" (many any_int) Text.(list int) x_int_list p_int_list;
      make "string_list" (many utf8) Text.(list string) x_string_list p_string_list;
      make "lists"
        (few (few (option (pair any_int utf8))))
        Text.(list (list (option (pair int string))))
        x_lists p_lists;
      make "int_array"
        (map Array.of_list (many any_int))
        Text.(array int)
        x_int_array p_int_array;
      make "string_array"
        (map Array.of_list (many utf8))
        Text.(array string)
        x_string_array p_string_array;
      make "shape_array"
        (map Array.of_list (few shape))
        Text.(array shape)
        x_shape_array p_shape_array;
      make "float_array"
        (map Array.of_list (many any_float))
        Text.(array float)
        x_float_array p_float_array;
      make "int64s" (option (few any_int64)) Text.(option (list int64)) x_int64s p_int64s;
      make "pair" (pair any_int utf8) Text.(pair int string) x_pair p_pair;
      make "nine" nine
        (fun buffer (a, b, c, d, e, f, g, h, i) ->
          Text.(
            node buffer ""
              [
                Part (int, a);
                Part (string, b);
                Part (float, c);
                Part (bool, d);
                Part (char, e);
                Part (option int, f);
                Part (list int, g);
                Part (pair int int, h);
                Part (string, i);
              ]))
        x_nine p_nine;
      make "hash_map" (bindings utf8 any_int)
        Text.(unordered Fun.id (pair string int))
        x_hash_map p_hash_map;
      make "btree_map"
        (bindings any_int (few utf8))
        Text.(unordered Fun.id (pair int (list string)))
        x_btree_map p_btree_map;
      make "hash_set"
        (map (List.sort_uniq compare) (few utf8))
        Text.(unordered Fun.id string)
        x_hash_set p_hash_set;
      make "btree_set"
        (map (List.sort_uniq compare) (many any_int))
        Text.(list int)
        x_btree_set p_btree_set;
      make "deque" (many any_int) Text.(list int) x_deque p_deque;
      make "person" person Text.person x_person p_person;
      make "point" point Text.point x_point p_point;
      make "metres" any_float Text.metres x_metres p_metres;
      make "seconds"
        (map (fun seconds -> { seconds }) any_float)
        Text.seconds x_seconds p_seconds;
      make "speed"
        (map2
           (fun distance seconds -> { distance; time = { seconds } })
           any_float any_float)
        Text.speed x_speed p_speed;
      make "range"
        (map2
           (fun a b -> { low = Abstract.of_float a; high = Abstract.of_float b })
           any_float any_float)
        Text.range x_range p_range;
      make "wrapped" (map (fun text -> { text }) utf8) Text.wrapped x_wrapped p_wrapped;
      make "id" (map (fun n -> Id n) any_int) Text.id x_id p_id;
      make "label" (map (fun label -> Label { label }) utf8) Text.label x_label p_label;
      make "sole" (map (fun label -> Sole { label }) utf8) Text.sole x_sole p_sole;
      make "shape" shape Text.shape x_shape p_shape;
      make "colour" colour Text.colour x_colour p_colour;
      make "message" message Text.message x_message p_message;
      make "labelled" (labelled utf8) Text.(labelled string) x_labelled p_labelled;
      make "labelled_shapes"
        (labelled (list_size (int_bound 1) shape))
        Text.(labelled (list shape))
        x_labelled_shapes p_labelled_shapes;
      make "chain" (chain any_int) Text.(chain int) x_chain p_chain;
      make "rose" rose Text.(rose string) x_rose p_rose;
      make "expression" expression Text.expression x_expression p_expression;
      make "tree" tree Text.tree x_tree p_tree;
      make "choice" choice Text.(choice string int) x_choice p_choice;
      make "triple" (triple utf8 any_int any_float) Text.triple_struct x_triple p_triple;
      make "counter"
        (map3 (fun count last name -> { count; last; name }) any_int utf8 utf8)
        Text.counter x_counter p_counter;
      make "never" (map Result.ok any_int) Text.(result int never) x_never p_never;
      make "world" world Text.world x_world p_world;
      make "nested" nested
        Text.(
          list
            (result
               (either
                  (option (pair colour (labelled message)))
                  (unordered Fun.id (pair string (list point))))
               (chain shape)))
        x_nested p_nested;
      make "big_float16"
        (big1 float16 c_layout
           (map
              (fun f -> Int32.(float_of_bits (logand (bits_of_float f) 0xffffe000l)))
              (float_range (-60000.) 60000.)))
        (big_text Text.float) x_big_float16 p_big_float16;
      make "big_float32"
        (big1 float32 c_layout any_float32)
        (big_text Text.float) x_big_float32 p_big_float32;
      make "big_float64"
        (big1 float64 c_layout any_float)
        (big_text Text.float) x_big_float64 p_big_float64;
      make "big_int8"
        (big1 int8_signed c_layout (int_range (-128) 127))
        (big_text Text.int) x_big_int8 p_big_int8;
      make "big_uint8"
        (big1 int8_unsigned c_layout u8)
        (big_text Text.int) x_big_uint8 p_big_uint8;
      make "big_int16"
        (big1 int16_signed c_layout (int_range (-32768) 32767))
        (big_text Text.int) x_big_int16 p_big_int16;
      make "big_uint16"
        (big1 int16_unsigned c_layout (int_bound 65535))
        (big_text Text.int) x_big_uint16 p_big_uint16;
      make "big_int32"
        (big1 Bigarray.int32 c_layout any_int32)
        (big_text Text.int32) x_big_int32 p_big_int32;
      make "big_int64"
        (big1 Bigarray.int64 c_layout any_int64)
        (big_text Text.int64) x_big_int64 p_big_int64;
      make "big_nativeint"
        (big1 Bigarray.nativeint c_layout any_nativeint)
        (big_text Text.nativeint) x_big_nativeint p_big_nativeint;
      make "big_int"
        (big1 Bigarray.int c_layout any_int)
        (big_text Text.int) x_big_int p_big_int;
      make "big_char"
        (big1 Bigarray.char c_layout QCheck.Gen.char)
        (big_text Text.char) x_big_char p_big_char;
      make "big_complex32"
        (big1 complex32 c_layout (complex any_float32))
        (big_text complex_text) x_big_complex32 p_big_complex32;
      make "big_complex64"
        (big1 complex64 fortran_layout (complex any_float))
        (big_text complex_text) x_big_complex64 p_big_complex64;
      make "seq" (seq (few utf8)) (Text.items Seq.iter Text.string) x_seq p_seq;
      make "lazy" (lazily person) (fun b l -> Text.person b (Lazy.force l)) x_lazy p_lazy;
      make "hashtbl" hashtbl
        Text.(unordered (fun t -> List.of_seq (Hashtbl.to_seq t)) (pair string int))
        x_hashtbl p_hashtbl;
      make "map"
        (map (fun l -> String_map.of_list l) (few (pair utf8 utf8)))
        Text.(unordered String_map.bindings (pair string string))
        x_map p_map;
      make "set"
        (map (fun l -> Int_set.of_list l) (few any_int))
        (fun b s -> Text.(list int) b (List.rev (Int_set.elements s)))
        x_set p_set;
      make "reference" (map ref shape)
        (fun b r -> Text.shape b !r)
        x_reference p_reference;
      make "array2" big2 text2 x_array2 p_array2;
      make "array3" big3 text3 x_array3 p_array3;
      make "genarray" big_n text_n x_genarray p_genarray;
    ]
