(** One of everything that a module can have. *)

(** {1 Types} *)

type animal = {
  name : string;  (** What it is called. *)
  mutable age : int;
  weight : float;
  kind : kind;
  tags : string list;
  type_ : char option;
}
(** An animal. Its {e keeper} calls {!feed}. *)

(** What sort of animal. *)
and kind =
  | Camel  (** Two humps. *)
  | Dromedary
  | Other of string * int
  | Hybrid of { mother : animal; share : float }

type position = { x : float; y : float }
(** OCaml keeps it flat. *)

type 'a labelled = { label : string; value : 'a }
type ('a, 'b) twins = { first : 'a array; second : ('b * int64) option }

type expression =
  | Number of float
  | Sum of expression * expression
  | Negated of expression option
  | All of expression list

type order = [ `Halt | `march of int | `Load of string * float ]
type id = Id of string [@@unboxed]

type numbers = {
  small : int32;
  large : int64;
  native : nativeint;
  raw : bytes;
  floats : float array;
  ints : int array;
  nothing : unit;
  yes : bool;
  either : (int, string) result;
}

type single = { one : int }
type bare = { it : int64 } [@@unboxed]
type measure = { metres : float }
type 'a pairs = ('a * 'a) list

type pair = string * int
(** Another name for a type is written out where it is used. *)

type t
(** Nobody sees what it is. *)

type 'a cage
(** With a parameter. *)

type secret = private { code : int }
type _ term = Int : int -> int term | Text : string -> string term
type handler = { call : int -> string; buffer : Buffer.t; count : int ref }

(** {1 Exceptions} *)

exception Escaped of string * int
(** It is gone. *)

exception Closed
exception Flooded of { depth : float }

(** {1 Values} *)

val answer : int
val pi : float
val motto : string
val origin : position

val feed : animal -> int -> animal
(** [feed animal kilos] is the animal after that.

    - It weighs more, or [a < b].

    @raise Escaped if the name begins with ["fast"]. *)

val nothing : unit -> unit
val tick : unit -> int
val join : sep:string -> ?limit:int -> string list -> string
val match_ : fn:int -> type_:int -> unit -> int
val older : animal -> unit
val opposite : position -> position
val kind_name : kind -> string
val relabel : string -> int labelled -> int labelled
val twins : (int, string) twins -> int
val evaluate : expression -> float
val obey : order -> order
val next_id : id -> id
val numbers : numbers -> numbers
val swap : pair -> int * string
val make : string -> t
val show : t -> string
val cage : t -> t cage
val open_cage : t cage -> t
val secret : int -> secret
val code : secret -> int
val same : 'a -> 'a
val length : 'a list -> int
val map : (int -> string) -> int list -> string list
val adder : int -> int -> int
val handle : handler -> int -> string
val chars : bytes -> char list
val sum : float array -> float
val total : (float, Bigarray.float64_elt, Bigarray.c_layout) Bigarray.Array1.t -> float
val table : (string * int) list -> (string, int) Hashtbl.t
val later : int -> string Lwt.t
val stream : int Lwt_stream.t -> int list Lwt.t
val source : int Bactrian.Stream.t -> string Bactrian.Channel.sender -> int
val future : int Bactrian.Future.t -> int
val seven : int -> int -> int -> int -> int -> int -> int -> int
val fail : string -> int
val prime' : int -> int
val self : int -> int
val level : Level.t -> Level.t
val shapes : single -> bare -> measure -> float pairs -> measure pairs
val far : Level.Far.t list -> int
val buffer : string -> Buffer.t

(** {1 What Rust cannot say} *)

val ( +! ) : int -> int -> int
val open_order : [> `Halt ] -> int
val counter : < next : int >
val with_label : (x:int -> int) -> int

class bird : object
  method sing : string
end

module type SHAPE = sig
  val sides : int
end

module Make (_ : SHAPE) : SHAPE

(** {1 Modules} *)

(** Deep down. *)
module Deep : sig
  type t = { depth : int; who : kind }
  type error = Too_deep of t | Too_dark

  exception Stuck of error

  val dive : int -> (t, error) result

  module Type : sig
    val up : t -> int
    val levels : Level.t list
  end
end

module Square : SHAPE
