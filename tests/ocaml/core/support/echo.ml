(* The types that both sides define, and the functions that send each there and back. *)

type person = { name : string; age : int; height : float; tags : string list }
type point = { x : float; y : float }
type mixed = { a : float; b : int64; c : float }

type shape =
  | Empty
  | Circle of float
  | Rectangle of float * float
  | Named of { name : string; inner : shape list }
  | Unknown

type colour = Red | Green | Blue
type message = [ `Quit | `Say of string | `Move of int * int | `write of colour ]
type tree = Leaf | Node of tree * int * tree
type metres = float
type 'a labelled = { label : string; content : 'a }
type single = { only : float } [@@boxed]

type length = { length : float } [@@unboxed]
(** To Rust a struct with one unnamed field. *)

type small_floats = { p : float; q : float; r : float }

type inline =
  | Floats of { x : float; y : float }
  | One of { z : float }
  | Boxed of float * float

type ('a, 'b) choice = Left of 'a | Right of { value : 'b; copies : 'b list } | Neither
type 'a twins = { twin : 'a; other : 'a }
type family = { head : person; members : person list; pet : (string * colour) option }

type signal =
  | Start
  | Level of int
  | Pause
  | Text of string
  | Both of int * string
  | Stop
  | Shape of { shape : shape; scale : float }

type route =
  [ `GET of string
  | `post of string * int * float
  | `Option'
  | `a_rather_long_tag_name_whose_hash_wraps_around of route option
  | `Pair of int * int ]

type nine =
  int * string * float * bool * char * int option * int list * (int * int) * string

external unit : unit -> unit = "e_unit"
external bool : bool -> bool = "e_bool"
external char : char -> char = "e_char"
external int : int -> int = "e_int"
external i8 : int -> int = "e_i8"
external u8 : int -> int = "e_u8"
external i16 : int -> int = "e_i16"
external u16 : int -> int = "e_u16"
external i32 : int -> int = "e_i32"
external u32 : int -> int = "e_u32"
external u64 : int -> int = "e_u64"
external usize : int -> int = "e_usize"
external isize : int -> int = "e_isize"
external float : float -> float = "e_float"
external f32 : float -> float = "e_f32"
external string : string -> string = "e_string"
external box_str : string -> string = "e_box_str"
external string_bytes : string -> string = "e_string_bytes"
external option : string option -> string option = "e_option"
external option_option : int option option -> int option option = "e_option_option"

external option_deep : string option option option -> string option option option
  = "e_option_deep"

external unit_option : unit option -> unit option = "e_unit_option"
external u8_option : int option -> int option = "e_u8_option"
external result : (string, int) result -> (string, int) result = "e_result"

external result_result :
  ((int, string) result, float option) result ->
  ((int, string) result, float option) result = "e_result_result"

external result_unit : (unit, string) result -> (unit, string) result = "e_result_unit"
external int_list : int list -> int list = "e_int_list"
external string_list : string list -> string list = "e_string_list"
external float_list : float list -> float list = "e_float_list"
external char_list : char list -> char list = "e_char_list"
external units : unit list -> unit list = "e_units"

external nested_list : (int * string) option list list -> (int * string) option list list
  = "e_nested_list"

external bytes_list : string list -> string list = "e_bytes_list"
external bytes_lists : string list list -> string list list = "e_bytes_lists"
external pair : int * string -> int * string = "e_pair"
external bool_pair : bool * bool -> bool * bool = "e_bool_pair"
external float_pair : float * float -> float * float = "e_float_pair"
external triple : string * float * bool -> string * float * bool = "e_triple"

external four :
  string * int * string list * string option -> string * int * string list * string option
  = "e_four"

external nine : nine -> nine = "e_nine"
external box : string * int -> string * int = "e_box"
external hash_map : (string * int) list -> (string * int) list = "e_hash_map"
external btree_map : (int * string list) list -> (int * string list) list = "e_btree_map"

external map_of_maps :
  (string * (int * string) list) list -> (string * (int * string) list) list
  = "e_map_of_maps"

external person : person -> person = "e_person"
external point : point -> point = "e_point"
external mixed : mixed -> mixed = "e_mixed_floats"
external shape : shape -> shape = "e_shape"
external colour : colour -> colour = "e_colour"
external message : message -> message = "e_message"
external messages : message list -> message list = "e_messages"
external tree : tree -> tree = "e_tree"
external forest : tree list -> tree list = "e_forest"
external metres : metres -> metres = "e_metres"
external triple_struct : string * int * float -> string * int * float = "e_triple_struct"
external nothing : unit -> unit = "e_nothing"
external empty_braces : unit -> unit = "e_empty_braces"
external labelled : string labelled -> string labelled = "e_labelled"
external labelled_float : float labelled -> float labelled = "e_labelled_float"

external labelled_nested :
  string option list labelled labelled -> string option list labelled labelled
  = "e_labelled_nested"

external twins : float twins -> float twins = "e_twins"
external length : length -> length = "e_metres"
external single : single -> single = "e_single"
external small_floats : small_floats -> small_floats = "e_small_floats"
external inline : inline -> inline = "e_inline"
external choice : (string, int) choice -> (string, int) choice = "e_choice"
external family : family -> family = "e_family"
external signal : signal -> signal = "e_signal"
external route : route -> route = "e_route"
external roots : string list -> string list = "e_roots"

(* Records of as many fields as the array has elements. *)

external wide : string array -> string array = "e_wide"
external very_wide : Obj.t array -> Obj.t array = "e_very_wide"

(* Types named by [as_]. *)

external int32 : int32 -> int32 = "e_int32"
external int64 : int64 -> int64 = "e_int64"
external nativeint : nativeint -> nativeint = "e_nativeint"
external u32_bits : int32 -> int32 = "e_u32_bits"
external u64_bits : int64 -> int64 = "e_u64_bits"
external usize_bits : nativeint -> nativeint = "e_usize_bits"
external bytes : bytes -> bytes = "e_bytes"
external bytes_text : bytes -> bytes = "e_bytes_text"
external byte_char : char -> char = "e_byte_char"
external int_array : int array -> int array = "e_int_array"
external string_array : string array -> string array = "e_string_array"
external float_array : float array -> float array = "e_float_array"
external bad_float_array : float array -> float array = "e_bad_float_array"
external metres_array : metres array -> metres array = "e_metres_array"
external array_array : string list array -> string list array = "e_array_array"
external person_array : person array -> person array = "e_person_array"
external char_array : char array -> char array = "e_char_array"
external int64_array : int64 array -> int64 array = "e_int64_array"
external int64_list : int64 list -> int64 list = "e_int64_list"
external int32_option : int32 option -> int32 option = "e_int32_option"
external option_array : int array option -> int array option = "e_option_array"
external float_array_list : float array list -> float array list = "e_float_array_list"

(* Made by Rust. *)

external list_of_size : int -> string list = "e_list_of_size"
external array_of_size : int -> string array = "e_array_of_size"
external floats_of_size : int -> float array = "e_floats_of_size"
external string_of_size : int -> string = "e_string_of_size"
external bytes_of_size : int -> string = "e_bytes_of_size"

external numbered_tuples : int -> (string * float * string option) list
  = "e_numbered_tuples"

external measure : string -> int * int = "e_measure"
external sum_by_iterating : int list -> int = "e_sum_by_iterating"
external array_get : int array -> int -> int option = "e_array_get"
external tree_of_depth : int -> tree = "e_tree_of_depth"
external depth : tree -> int = "e_depth"
