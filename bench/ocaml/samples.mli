(** The OCaml types that cross the border, and the values that are passed. All of these
    lie on the major heap, but for immediate values. *)

type person = { name : string; age : int; weight : float }
type variant = A | B of int | C of string * float

val left : string
val middle : string
val right : string

val text_16 : string
(** 16 bytes of ASCII. *)

val text_4k : string
(** 4096 bytes of ASCII. *)

val not_utf8 : string

val thousand : int list
(** [0] to [999]. *)

val sum_of_thousand : int

val numbers : int array
(** [0] to [999]. *)

val words : string array
(** The same as strings. *)

val many_roots : int
(** 10⁵ *)

val without_major_gc : (unit -> unit) -> unit
(** While the function runs, the major collector does next to nothing. *)

val minor_collection : unit -> unit
(** Makes a list of 1000 and has a minor collection promote it. *)

val ada : person
val b_variant : variant
val c_variant : variant

type bigarray = (float, Bigarray.float64_elt, Bigarray.c_layout) Bigarray.Array1.t

val floats : float array
val bigarray : bigarray

val sum_of_floats : float
(** Of {!floats} and of {!bigarray}, added from the first to the last. *)
