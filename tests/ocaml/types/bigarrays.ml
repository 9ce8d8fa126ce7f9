(* Bigarrays: every kind and layout, in memory of OCaml's and of Rust's. *)

open Core_support
open Support
open Bigarray

(* Each kind *)

module type KIND = sig
  type elt
  type repr

  val name : string
  val kind : (elt, repr) kind
  val show : elt -> string
  val samples : elt list

  type array = (elt, repr, c_layout) Array1.t

  val text : array -> string * string
  val reverse : array -> unit
  val echo : array -> array
  val copy : array -> array
  val fill : array -> array -> unit
end

let show_float x = Printf.sprintf "%Lx" (Int64.bits_of_float x)
let show_complex (z : Complex.t) = show_float z.re ^ "+" ^ show_float z.im
let floats = [ 0.; -0.; 1.; -1.5; 0.125; 1024.; infinity; neg_infinity; 65504. ]

module Float16 = struct
  type elt = float
  type repr = float16_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "float16"
  let kind = float16
  let show = show_float
  let samples = floats

  external text : array -> string * string = "ba_text_float16"
  external reverse : array -> unit = "ba_reverse_float16"
  external echo : array -> array = "ba_echo_float16"
  external copy : array -> array = "ba_copy_float16"
  external fill : array -> array -> unit = "ba_fill_float16"
end

module Float32 = struct
  type elt = float
  type repr = float32_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "float32"
  let kind = float32
  let show = show_float
  let samples = 0.1 :: 1e30 :: Float.min_float :: floats

  (* As the array rounds it. *)
  let show x = show (Int32.float_of_bits (Int32.bits_of_float x))

  external text : array -> string * string = "ba_text_float32"
  external reverse : array -> unit = "ba_reverse_float32"
  external echo : array -> array = "ba_echo_float32"
  external copy : array -> array = "ba_copy_float32"
  external fill : array -> array -> unit = "ba_fill_float32"
end

module Float64 = struct
  type elt = float
  type repr = float64_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "float64"
  let kind = float64
  let show = show_float
  let samples = nan :: 0.1 :: Float.max_float :: Float.min_float :: floats

  external text : array -> string * string = "ba_text_float64"
  external reverse : array -> unit = "ba_reverse_float64"
  external echo : array -> array = "ba_echo_float64"
  external copy : array -> array = "ba_copy_float64"
  external fill : array -> array -> unit = "ba_fill_float64"
end

module Int8_signed = struct
  type elt = int
  type repr = int8_signed_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "int8_signed"
  let kind = int8_signed
  let show = string_of_int
  let samples = [ 0; 1; -1; 127; -128 ]

  external text : array -> string * string = "ba_text_int8_signed"
  external reverse : array -> unit = "ba_reverse_int8_signed"
  external echo : array -> array = "ba_echo_int8_signed"
  external copy : array -> array = "ba_copy_int8_signed"
  external fill : array -> array -> unit = "ba_fill_int8_signed"
end

module Int8_unsigned = struct
  type elt = int
  type repr = int8_unsigned_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "int8_unsigned"
  let kind = int8_unsigned
  let show = string_of_int
  let samples = [ 0; 1; 127; 128; 255 ]

  external text : array -> string * string = "ba_text_int8_unsigned"
  external reverse : array -> unit = "ba_reverse_int8_unsigned"
  external echo : array -> array = "ba_echo_int8_unsigned"
  external copy : array -> array = "ba_copy_int8_unsigned"
  external fill : array -> array -> unit = "ba_fill_int8_unsigned"
end

module Int16_signed = struct
  type elt = int
  type repr = int16_signed_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "int16_signed"
  let kind = int16_signed
  let show = string_of_int
  let samples = [ 0; 1; -1; 32767; -32768 ]

  external text : array -> string * string = "ba_text_int16_signed"
  external reverse : array -> unit = "ba_reverse_int16_signed"
  external echo : array -> array = "ba_echo_int16_signed"
  external copy : array -> array = "ba_copy_int16_signed"
  external fill : array -> array -> unit = "ba_fill_int16_signed"
end

module Int16_unsigned = struct
  type elt = int
  type repr = int16_unsigned_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "int16_unsigned"
  let kind = int16_unsigned
  let show = string_of_int
  let samples = [ 0; 1; 32768; 65535 ]

  external text : array -> string * string = "ba_text_int16_unsigned"
  external reverse : array -> unit = "ba_reverse_int16_unsigned"
  external echo : array -> array = "ba_echo_int16_unsigned"
  external copy : array -> array = "ba_copy_int16_unsigned"
  external fill : array -> array -> unit = "ba_fill_int16_unsigned"
end

module Int32 = struct
  type elt = int32
  type repr = int32_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "int32"
  let kind = int32
  let show = Int32.to_string
  let samples = Int32.[ zero; one; minus_one; max_int; min_int ]

  external text : array -> string * string = "ba_text_int32"
  external reverse : array -> unit = "ba_reverse_int32"
  external echo : array -> array = "ba_echo_int32"
  external copy : array -> array = "ba_copy_int32"
  external fill : array -> array -> unit = "ba_fill_int32"
end

module Int64 = struct
  type elt = int64
  type repr = int64_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "int64"
  let kind = int64
  let show = Int64.to_string
  let samples = Int64.[ zero; one; minus_one; max_int; min_int ]

  external text : array -> string * string = "ba_text_int64"
  external reverse : array -> unit = "ba_reverse_int64"
  external echo : array -> array = "ba_echo_int64"
  external copy : array -> array = "ba_copy_int64"
  external fill : array -> array -> unit = "ba_fill_int64"
end

module Nativeint = struct
  type elt = nativeint
  type repr = nativeint_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "nativeint"
  let kind = nativeint
  let show = Nativeint.to_string
  let samples = Nativeint.[ zero; one; minus_one; max_int; min_int ]

  external text : array -> string * string = "ba_text_nativeint"
  external reverse : array -> unit = "ba_reverse_nativeint"
  external echo : array -> array = "ba_echo_nativeint"
  external copy : array -> array = "ba_copy_nativeint"
  external fill : array -> array -> unit = "ba_fill_nativeint"
end

module Int = struct
  type elt = int
  type repr = int_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "int"
  let kind = int
  let show = string_of_int
  let samples = [ 0; 1; -1; max_int; min_int ]

  external text : array -> string * string = "ba_text_int"
  external reverse : array -> unit = "ba_reverse_int"
  external echo : array -> array = "ba_echo_int"
  external copy : array -> array = "ba_copy_int"
  external fill : array -> array -> unit = "ba_fill_int"
end

module Char = struct
  type elt = char
  type repr = int8_unsigned_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "char"
  let kind = char
  let show c = string_of_int (Char.code c)
  let samples = [ 'a'; '\000'; '\255'; '\128' ]

  external text : array -> string * string = "ba_text_char"
  external reverse : array -> unit = "ba_reverse_char"
  external echo : array -> array = "ba_echo_char"
  external copy : array -> array = "ba_copy_char"
  external fill : array -> array -> unit = "ba_fill_char"
end

module Complex32 = struct
  type elt = Complex.t
  type repr = complex32_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "complex32"
  let kind = complex32
  let show = show_complex
  let samples = List.map (fun re : Complex.t -> { re; im = -.re }) floats

  external text : array -> string * string = "ba_text_complex32"
  external reverse : array -> unit = "ba_reverse_complex32"
  external echo : array -> array = "ba_echo_complex32"
  external copy : array -> array = "ba_copy_complex32"
  external fill : array -> array -> unit = "ba_fill_complex32"
end

module Complex64 = struct
  type elt = Complex.t
  type repr = complex64_elt
  type array = (elt, repr, c_layout) Array1.t

  let name = "complex64"
  let kind = complex64
  let show = show_complex
  let samples = List.map (fun re : Complex.t -> { re; im = 0.1 +. re }) floats

  external text : array -> string * string = "ba_text_complex64"
  external reverse : array -> unit = "ba_reverse_complex64"
  external echo : array -> array = "ba_echo_complex64"
  external copy : array -> array = "ba_copy_complex64"
  external fill : array -> array -> unit = "ba_fill_complex64"
end

let kinds : (module KIND) list =
  [
    (module Float16);
    (module Float32);
    (module Float64);
    (module Int8_signed);
    (module Int8_unsigned);
    (module Int16_signed);
    (module Int16_unsigned);
    (module Int32);
    (module Int64);
    (module Nativeint);
    (module Int);
    (module Char);
    (module Complex32);
    (module Complex64);
  ]

let same = Alcotest.(check bool) "equal" true

(* Arrays of every length up to 40, of the samples in turn. *)
let of_kind (module K : KIND) =
  let check_text name array expected =
    let cells, copy = K.text array in
    let expected =
      String.concat "" (List.map (fun element -> K.show element ^ ";") expected)
    in
    Alcotest.(check string) (name ^ ", as cells") expected cells;
    Alcotest.(check string) (name ^ ", copied") expected copy
  in
  case K.name (fun () ->
      let count = List.length K.samples in
      for length = 0 to 40 do
        let elements =
          List.init length (fun i -> List.nth K.samples ((i + length) mod count))
        in
        let array () = Array1.of_array K.kind C_layout (Array.of_list elements) in
        let original = array () in
        check_text "OCaml's" original elements;
        let owned = K.echo original in
        let copy = K.copy original in
        scribble ();
        check_text "Rust's" owned elements;
        check_text "a copy" copy elements;
        (* By OCaml's own functions: NaNs are equal by [compare]. *)
        same (compare owned original = 0 && compare original owned = 0);
        same (Hashtbl.hash owned = Hashtbl.hash original);
        let again : K.array = Marshal.from_string (Marshal.to_string owned []) 0 in
        same (compare again original = 0);
        K.reverse owned;
        check_text "reversed" owned (List.rev elements);
        same (length < 2 || compare (K.echo owned) owned = 0);
        (* The other two are other memory. *)
        check_text "OCaml's after that" original elements;
        K.fill owned original;
        if length > 0 then Array1.fill original original.{0};
        same (compare owned original = 0);
        (* A part that begins anywhere. *)
        if length > 3 then begin
          let part = Array1.sub (K.echo copy) 1 (length - 2) in
          Gc.full_major ();
          check_text "a part" part
            (List.filteri (fun i _ -> i > 0 && i < length - 1) elements)
        end
      done)

(* Shapes *)

external text2_c : (int32, int32_elt, c_layout) Array2.t -> string = "ba_text2_c"

external text2_fortran : (int32, int32_elt, fortran_layout) Array2.t -> string
  = "ba_text2_fortran"

external text3_c : (float, float64_elt, c_layout) Array3.t -> string = "ba_text3_c"

external text3_fortran : (float, float64_elt, fortran_layout) Array3.t -> string
  = "ba_text3_fortran"

external write2_c : (int32, int32_elt, c_layout) Array2.t -> unit = "ba_write2_c"

external write2_fortran : (int32, int32_elt, fortran_layout) Array2.t -> unit
  = "ba_write2_fortran"

external write_beyond : (int32, int32_elt, c_layout) Array2.t -> unit = "ba_write_beyond"
external make2_c : int -> int -> (int32, int32_elt, c_layout) Array2.t = "ba_make2_c"

external make2_fortran : int -> int -> (int32, int32_elt, fortran_layout) Array2.t
  = "ba_make2_fortran"

external make3_c : int -> int -> int -> (float, float64_elt, c_layout) Array3.t
  = "ba_make3_c"

external make_wrong : int -> int -> (int32, int32_elt, c_layout) Array2.t
  = "ba_make_wrong"

external make_gen : int list -> (int, int8_unsigned_elt, c_layout) Genarray.t
  = "ba_make_gen"

external zeros_gen : int list -> (float, float64_elt, c_layout) Genarray.t
  = "ba_zeros_gen"

external look_gen :
  (int, int8_unsigned_elt, c_layout) Genarray.t ->
  int list ->
  int list * int option * bool = "ba_look_gen"

external array0 : (int64, int64_elt, c_layout) Array0.t -> int = "ba_array0"

let numbered a b c = Stdlib.Int32.of_int ((100 * a) + (10 * b) + c)

let text_of dims element =
  let rec indices = function
    | [] -> [ [] ]
    | dim :: dims ->
        List.concat_map
          (fun i -> List.map (fun rest -> i :: rest) (indices dims))
          (List.init dim Fun.id)
  in
  String.concat "x" (List.map string_of_int dims)
  ^ ":"
  ^ String.concat "" (List.map (fun index -> element index ^ ";") (indices dims))

let shapes =
  let pairs = [ (0, 0); (0, 3); (3, 0); (1, 1); (1, 4); (4, 1); (3, 5); (7, 2) ] in
  [
    case "two dimensions" (fun () ->
        List.iter
          (fun (a, b) ->
            let check = Alcotest.(check string) (Printf.sprintf "%d x %d" a b) in
            let expected =
              text_of [ a; b ] (function
                | [ i; j ] -> string_of_int ((10 * i) + j)
                | _ -> assert false)
            in
            let array = Array2.init int32 c_layout a b (fun i j -> numbered 0 i j) in
            check expected (text2_c array);
            Array2.fill array 0l;
            write2_c array;
            check expected (text2_c array);
            let array =
              Array2.init int32 fortran_layout a b (fun i j -> numbered 0 (i - 1) (j - 1))
            in
            check expected (text2_fortran array);
            Array2.fill array 0l;
            write2_fortran array;
            check expected (text2_fortran array);
            for i = 1 to a do
              for j = 1 to b do
                same (array.{i, j} = numbered 0 (i - 1) (j - 1))
              done
            done)
          pairs);
    case "three dimensions" (fun () ->
        let element = function
          | [ i; j; k ] -> show_float (Stdlib.Int32.to_float (numbered i j k))
          | _ -> assert false
        in
        let number i j k = Stdlib.Int32.to_float (numbered i j k) in
        List.iter
          (fun (a, b, c) ->
            let expected = text_of [ a; b; c ] element in
            Alcotest.(check string)
              "c_layout" expected
              (text3_c (Array3.init float64 c_layout a b c number));
            Alcotest.(check string)
              "fortran_layout" expected
              (text3_fortran
                 (Array3.init float64 fortran_layout a b c (fun i j k ->
                      number (i - 1) (j - 1) (k - 1)))))
          [ (1, 1, 1); (2, 3, 4); (4, 3, 2); (5, 1, 2); (0, 2, 2) ]);
    case "made by Rust" (fun () ->
        let array = make2_c 3 4 in
        scribble ();
        Alcotest.(check (pair int int)) "dims" (3, 4) Array2.(dim1 array, dim2 array);
        for i = 0 to 2 do
          for j = 0 to 3 do
            same (array.{i, j} = Stdlib.Int32.of_int ((4 * i) + j))
          done
        done;
        let array = make2_fortran 3 4 in
        Alcotest.(check (pair int int)) "dims" (3, 4) Array2.(dim1 array, dim2 array);
        for i = 1 to 3 do
          for j = 1 to 4 do
            same (array.{i, j} = Stdlib.Int32.of_int (i - 1 + (3 * (j - 1))))
          done
        done;
        let array = make3_c 2 3 4 in
        for i = 0 to 1 do
          for j = 0 to 2 do
            for k = 0 to 3 do
              same (array.{i, j, k} = float ((12 * i) + (4 * j) + k))
            done
          done
        done);
    case "parts and other shapes" (fun () ->
        let element f = function
          | [ i; j ] -> Stdlib.Int32.to_string (f i j)
          | _ -> assert false
        in
        let check name dims f text =
          Alcotest.(check string) name (text_of dims (element f)) text
        in
        let array = make2_c 6 4 in
        let at i j = Stdlib.Int32.of_int ((4 * i) + j) in
        check "sub_left" [ 3; 4 ]
          (fun i j -> at (i + 2) j)
          (text2_c (Array2.sub_left array 2 3));
        let flat = reshape_1 (genarray_of_array2 array) 24 in
        check "reshape" [ 2; 12 ]
          (fun i j -> Stdlib.Int32.of_int ((12 * i) + j))
          (text2_c (reshape_2 (genarray_of_array1 flat) 2 12));
        check "change_layout" [ 4; 6 ]
          (fun i j -> at j i)
          (text2_fortran
             (array2_of_genarray
                (Genarray.change_layout (genarray_of_array2 array) fortran_layout)));
        let fortran = make2_fortran 3 4 in
        check "sub_right" [ 3; 2 ]
          (fun i j -> Stdlib.Int32.of_int (i + (3 * (j + 1))))
          (text2_fortran (Array2.sub_right fortran 2 2)));
    case "any number" (fun () ->
        List.iter
          (fun dims ->
            let array = make_gen dims in
            Alcotest.(check (array int)) "dims" (Array.of_list dims) (Genarray.dims array);
            let zeros = zeros_gen dims in
            Alcotest.(check (array int)) "dims" (Array.of_list dims) (Genarray.dims zeros);
            let first = List.map (fun _ -> 0) dims in
            let dims', element, two = look_gen array first in
            Alcotest.(check (list int)) "dims" dims dims';
            Alcotest.(check (option int))
              "first"
              (if List.mem 0 dims then None else Some 0)
              element;
            same (two = (List.length dims = 2)))
          [
            [];
            [ 5 ];
            [ 2; 3 ];
            [ 2; 0; 3 ];
            [ 2; 3; 4; 5 ];
            List.init 16 (fun i -> if i < 5 then 2 else 1);
          ];
        let array = make_gen [ 2; 3; 4 ] in
        let element index =
          let _, element, _ = look_gen array index in
          element
        in
        Alcotest.(check (option int)) "an element" (Some 23) (element [ 1; 2; 3 ]);
        Alcotest.(check (option int)) "another" (Some 13) (element [ 1; 0; 1 ]);
        Alcotest.(check (option int)) "beyond" None (element [ 0; 3; 0 ]);
        Alcotest.(check (option int)) "too few indices" None (element [ 0; 0 ]);
        invalid "ba_make_gen: a Bigarray has at most 16 dimensions, not 17" (fun () ->
            make_gen (List.init 17 (fun _ -> 1))));
    case "none" (fun () ->
        Alcotest.(check int) "element" 42 (array0 (Array0.of_value int64 c_layout 42L)));
    case "out of bounds" (fun () ->
        let array = make2_c 3 4 in
        invalid
          "ba_write_beyond: index [0, 4] is out of bounds of a Bigarray of dimensions \
           [3, 4]" (fun () -> write_beyond array);
        Alcotest.(check int32) "not written" 4l array.{1, 0};
        invalid
          "ba_make_wrong: a Bigarray of dimensions [3, 3] has 9 elements, and the Vec \
           has 8" (fun () -> make_wrong 3 8));
  ]

(* Values that are something else *)

external sum_slice : (float, float64_elt, c_layout) Array1.t -> float = "ba_sum_slice"

external write_slice : (float, float64_elt, c_layout) Array1.t -> float -> unit
  = "ba_write_slice"

external sum_any : 'a -> float = "ba_sum_slice"
external copy_any : 'a -> 'b = "ba_copy_float64"

let mapped position elements =
  let name = Filename.temp_file "bactrian" ".map" in
  Fun.protect
    ~finally:(fun () -> Sys.remove name)
    (fun () ->
      let file = Unix.openfile name [ O_RDWR ] 0 in
      Fun.protect
        ~finally:(fun () -> Unix.close file)
        (fun () ->
          array1_of_genarray
            (Unix.map_file file ~pos:position float64 c_layout true [| elements |])))

let others =
  let wanted =
    "a Bigarray of float64 in c_layout with 1 dimension is wanted, and this is"
  in
  let no_bigarray =
    "a Bigarray of float64 in c_layout is wanted, and this is no Bigarray but"
  in
  let refuse what value =
    invalid ("ba_sum_slice: " ^ what) (fun () -> sum_any value);
    invalid ("ba_copy_float64: argument `array`: " ^ what) (fun () -> copy_any value)
  in
  [
    case "another kind" (fun () ->
        refuse
          (wanted ^ " one of float32 in c_layout with 1 dimension")
          (Array1.create float32 c_layout 8);
        refuse
          (wanted ^ " one of char in c_layout with 1 dimension")
          (Array1.create char c_layout 8));
    case "another layout" (fun () ->
        refuse
          (wanted ^ " one of float64 in fortran_layout with 1 dimension")
          (Array1.create float64 fortran_layout 8));
    case "other dimensions" (fun () ->
        refuse
          (wanted ^ " one of float64 in c_layout with 2 dimensions")
          (Array2.create float64 c_layout 8 8);
        refuse
          (wanted ^ " one of float64 in c_layout with 0 dimensions")
          (Array0.create float64 c_layout));
    case "no Bigarray" (fun () ->
        refuse (no_bigarray ^ " the immediate 7") 7;
        refuse (no_bigarray ^ " a block with tag 252") "a string";
        refuse (no_bigarray ^ " a block with tag 254") [| 1.; 2. |];
        refuse (no_bigarray ^ " a block with tag 0") [ 1 ];
        refuse (no_bigarray ^ " a block with tag 255") 1L;
        refuse (no_bigarray ^ " a block with tag 255") stdout);
    case "mapped files" (fun () ->
        let array = mapped 8L 3 in
        write_slice array 1.5;
        Alcotest.(check (float 0.)) "sum" 4.5 (sum_slice array);
        Alcotest.(check (float 0.)) "a part" 3. (sum_slice (Array1.sub array 1 2));
        match raised (fun () -> sum_slice (mapped 4L 3)) with
        | Invalid_argument message ->
            same
              (contains message
                 "ba_sum_slice: the memory of this Bigarray of float64 in c_layout with \
                  1 dimension is at 0x");
            same (contains message "which is not aligned for its elements")
        | e -> raise e);
  ]

(* Numbers that are no int *)

external copy_from : (int, int_elt, c_layout) Array1.t -> int -> int -> unit
  = "ba_copy_from"

external set_int : (int, int_elt, c_layout) Array1.t -> int -> unit = "ba_set_int"
external make_ints : int -> (int, int_elt, c_layout) Array1.t = "ba_make_ints"

let numbers =
  let limits = "(-4611686018427387904 to 4611686018427387903)" in
  [
    case "beyond 63 bits" (fun () ->
        let array = Array1.init int c_layout 3 Fun.id in
        let half = (max_int / 2) + 1 in
        let refused = "4611686018427387904 does not fit an OCaml int " ^ limits in
        invalid ("ba_set_int: element 0: " ^ refused) (fun () -> set_int array half);
        invalid ("ba_copy_from: element 0: " ^ refused) (fun () -> copy_from array half 3);
        invalid ("ba_make_ints: element 1: " ^ refused) (fun () -> make_ints half);
        invalid "ba_copy_from: a slice of 2 elements and a Bigarray of 3 elements"
          (fun () -> copy_from array 1 2);
        Alcotest.(check int) "not written" 0 array.{0};
        set_int array (min_int / 2);
        Alcotest.(check int) "written" min_int array.{0});
    case "float16" (fun () ->
        let module F = struct
          external to_float : int -> float = "ba_float16_to_float"
          external of_float : float -> int = "ba_float16_of_float"
        end in
        let halves = Array1.create float16 c_layout 1 in
        let step = if native then 1 else 7 in
        let n = ref 0 in
        while !n < 65536 do
          let float = F.to_float !n in
          if not (Float.is_nan float) then begin
            (* OCaml's own rounding of the same number, and back. *)
            halves.{0} <- float;
            same (Stdlib.Int64.bits_of_float halves.{0} = Stdlib.Int64.bits_of_float float);
            Alcotest.(check int) "and back" !n (F.of_float float)
          end;
          n := !n + step
        done;
        let random = Random.State.make [| 16 |] in
        for _ = 1 to scaled 100_000 do
          let float =
            Stdlib.Int32.float_of_bits
              (Stdlib.Int32.of_int
                 (Random.State.bits random lor (Random.State.bits random lsl 20)))
          in
          halves.{0} <- float;
          let ours = F.to_float (F.of_float float) in
          same (compare ours halves.{0} = 0)
        done);
  ]

(* Memory of Rust's *)

type int64s = (int64, int64_elt, c_layout) Array1.t

external owned : int -> int -> int64s = "ba_owned"
external managed : int -> int -> int64s = "ba_managed"
external spare : int -> (int, int8_unsigned_elt, c_layout) Array1.t = "ba_spare"
external panic : unit -> (int, int8_unsigned_elt, c_layout) Array1.t = "ba_panic"
external shared_sum : int64s -> (unit -> unit) -> int = "ba_shared_sum"

external shared_kept : (int -> int64s) -> (unit -> unit) -> int * int64s
  = "ba_shared_kept"

external shared_wait : int64s -> int = "ba_shared_wait"

let all_are value array =
  for i = 0 to Array1.dim array - 1 do
    if array.{i} <> value then
      Alcotest.failf "element %d is %Ld, not %Ld" i array.{i} value
  done

(* Parts, some of which outlive the whole, in an order that depends on the seed. *)
let parts seed rounds =
  let random = Random.State.make [| seed |] in
  let live : (int * int64s) array = Array.make 50 (0, owned 10 0) in
  for i = 1 to rounds do
    let length = 1 + Random.State.int random 200 in
    let array = if i land 1 = 0 then owned length i else managed length i in
    let part =
      match Random.State.int random 4 with
      | 0 -> array
      | 1 -> Array1.sub array 0 length
      | 2 -> reshape_1 (genarray_of_array1 array) length
      | _ -> Array1.sub (Array1.sub array (length / 2) (length - (length / 2))) 0 0
    in
    live.(Random.State.int random 50) <- (i, part);
    if Random.State.int random 100 = 0 then begin
      if Random.State.bool random then Gc.minor () else Gc.full_major ();
      Array.iter (fun (i, part) -> all_are (Stdlib.Int64.of_int i) part) live
    end
  done;
  Array.iter (fun (i, part) -> all_are (Stdlib.Int64.of_int i) part) live

let () =
  in_child "parts" (fun () ->
      parts 1 (scaled 20_000);
      print_string "parts are right")

let memory =
  [
    case "parts" (fun () -> parts 1 (scaled 20_000));
    case "parts, freed memory scribbled on" (fun () ->
        let status, output =
          child ~prefix:"MALLOC_PERTURB_=165 MALLOC_CHECK_=3" "parts"
        in
        Alcotest.(check string) "output" "parts are right" output;
        same (status = Unix.WEXITED 0));
    case "parts, in two domains" (fun () ->
        let whole = owned 1000 7 in
        let work seed =
          parts seed (scaled 10_000);
          for i = 1 to scaled 100_000 do
            let part = Array1.sub whole (i mod 1000) 1 in
            if i mod 1000 = 0 then all_are 7L (Sys.opaque_identity part)
          done
        in
        let other = Domain.spawn (fun () -> work 2) in
        work 3;
        Domain.join other;
        all_are 7L whole);
    case "large" (fun () ->
        (* 8 MB each: without pacing, 2 GB would be waiting for a collection. *)
        let before = resident () in
        for i = 1 to 250 do
          let array = owned 1_000_000 i in
          same (array.{999_999} = Stdlib.Int64.of_int i);
          if resident () - before > 400_000_000 then
            Alcotest.failf "%d MB after %d" ((resident () - before) / 1_000_000) i
        done;
        for i = 1 to 250 do
          let array = managed 1_000_000 i in
          same (array.{999_999} = Stdlib.Int64.of_int i);
          if resident () - before > 400_000_000 then
            Alcotest.failf "%d MB after %d" ((resident () - before) / 1_000_000) i
        done);
    flat "in memory of Rust's" (fun i ->
        ignore (Sys.opaque_identity (owned (i land 15) i)));
    flat "in memory of OCaml's" (fun i ->
        ignore (Sys.opaque_identity (managed (i land 15) i)));
    flat "a part of one" ~calls:300_000 (fun i ->
        ignore (Sys.opaque_identity (Array1.sub (owned 10 i) 1 5)));
    flat "a large one" ~calls:10_000 ~noise:50_000_000 (fun i ->
        ignore (Sys.opaque_identity (owned 20_000 i)));
    flat "with room to spare" ~calls:200_000 (fun i ->
        ignore (Sys.opaque_identity (spare (i land 63))));
    flat "copies" ~calls:300_000 (fun _ ->
        ignore
          (Sys.opaque_identity
             (Int16_signed.copy
                (Int16_signed.echo (Array1.create int16_signed c_layout 20)))));
    case "a panic while it is written" (fun () ->
        panics ~like:"types_bigarrays.rs" "no elements" panic);
    case "too large" (fun () ->
        List.iter
          (fun dims -> raises Out_of_memory (fun () -> zeros_gen dims))
          [ [ max_int ]; [ max_int; max_int ]; [ 1 lsl 31; 1 lsl 31 ]; [ 1 lsl 45 ] ]);
  ]

(* Without the lock, and from other threads *)

let shared =
  [
    case "without the lock" (fun () ->
        let array = owned 1000 3 in
        Alcotest.(check int) "sum" 3000 (shared_sum array ignore);
        let array = Array1.sub (managed 1000 3) 10 20 in
        Alcotest.(check int) "sum" 60 (shared_sum array ignore));
    case "kept by Rust" (fun () ->
        let make n = Array1.sub (owned (2 * n) 5) 0 n in
        for _ = 1 to scaled 200 do
          let sum, array =
            shared_kept make (fun () ->
                Gc.full_major ();
                scribble ())
          in
          Alcotest.(check int) "sum" 5000 sum;
          all_are 5L array
        done);
    case "written by another domain meanwhile" (fun () ->
        let array = owned 100 0 in
        let other =
          Domain.spawn (fun () ->
              for _ = 1 to 1000 do
                for i = 0 to 98 do
                  array.{i} <- Stdlib.Int64.of_int i
                done
              done;
              Unix.sleepf 0.05;
              array.{99} <- 1L)
        in
        let sum = shared_wait array in
        Domain.join other;
        same (sum >= 99 * 98 / 2));
  ]

let () =
  run "Bigarrays"
    [
      ("kinds", List.map of_kind kinds);
      ("shapes", shapes);
      ("other values", others);
      ("numbers", numbers);
      ("memory", memory);
      ("shared", shared);
    ]
