(* The types that tests/rust/src/types_derived.rs repeats. *)

(* Floats, and something, of which nobody outside sees what they are. *)
module Abstract : sig
  type t

  val of_float : float -> t
  val to_float : t -> float

  type token

  val token : string -> token
  val name : token -> string
end = struct
  type t = float

  let of_float = Fun.id
  let to_float = Fun.id

  type token = string * int ref

  let token name = (name, ref 0)
  let name = fst
end

type person = { name : string; age : int; height : float; tags : string list }
type point = { x : float; y : float; mutable z : float }
type metres = float
type seconds = { seconds : float } [@@unboxed]
type speed = { distance : metres; time : seconds }
type range = { low : Abstract.t; high : Abstract.t }
type wrapped = { text : string } [@@unboxed]
type id = Id of int [@@unboxed]
type label = Label of { label : string } [@@unboxed]
type sole = Sole of { label : string } [@@boxed]

type shape =
  | Empty
  | Circle of float
  | Rectangle of float * float
  | Named of { name : string; inner : shape list }
  | Unknown
  | Pair of (int * string)

type colour = Red | Green | Blue

type message =
  [ `Quit | `Say of string | `Move of int * int | `write of colour | `Pair of int * int ]

type never = |
type 'a labelled = { label : string; content : 'a; others : 'a list }
type 'a chain = Nil | Cons of 'a * 'a chain
type 'a rose = { value : 'a; children : 'a rose list }

type expression = Literal of int | Negation of expression | Block of statement list
and statement = { target : string option; source : expression }

type tree = Leaf | Node of tree * int * tree

type ('a, 'b) choice =
  | First of 'a
  | Both of { value : 'a; copies : 'b list list }
  | Neither

type triple = string * int * float
type counter = { mutable count : int; mutable last : string; name : string }

type world = {
  head : person;
  place : point;
  moves : (message * shape option) list;
  state : (id, never) result;
}
