type animal = {
  name : string;
  mutable age : int;
  weight : float;
  kind : kind;
  tags : string list;
  type_ : char option;
}

and kind =
  | Camel
  | Dromedary
  | Other of string * int
  | Hybrid of { mother : animal; share : float }

type position = { x : float; y : float }
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
type t = string
type 'a cage = 'a list
type secret = { code : int }
type _ term = Int : int -> int term | Text : string -> string term
type handler = { call : int -> string; buffer : Buffer.t; count : int ref }

exception Escaped of string * int
exception Closed
exception Flooded of { depth : float }

let answer = 42
let pi = 3.25
let motto = "two humps"
let origin = { x = 0.; y = 0. }

let feed animal kilos =
  if String.starts_with ~prefix:"fast" animal.name then
    raise (Escaped (animal.name, kilos));
  {
    animal with
    weight = animal.weight +. float_of_int kilos;
    tags = "fed" :: animal.tags;
    type_ = Some (Option.fold ~none:'a' ~some:Char.uppercase_ascii animal.type_);
  }

let nothing () = ()
let ticks = ref 0

let tick () =
  incr ticks;
  !ticks

let join ~sep ?limit words =
  let some =
    match limit with None -> words | Some n -> List.filteri (fun i _ -> i < n) words
  in
  String.concat sep some

let match_ ~fn ~type_ () = (10 * fn) + type_
let older animal = animal.age <- animal.age + 1
let opposite { x; y } = { x = -.x; y = -.y }

let rec kind_name = function
  | Camel -> "camel"
  | Dromedary -> "dromedary"
  | Other (name, n) -> Printf.sprintf "%s %d" name n
  | Hybrid { mother; share } -> Printf.sprintf "%g %s" share (kind_name mother.kind)

let relabel label it = { label; value = it.value + 1 }

let twins { first; second } =
  Array.fold_left ( + ) 0 first
  + match second with Some (text, n) -> String.length text + Int64.to_int n | None -> 0

let rec evaluate = function
  | Number n -> n
  | Sum (a, b) -> evaluate a +. evaluate b
  | Negated e -> -.Option.fold ~none:0. ~some:evaluate e
  | All list -> List.fold_left (fun sum e -> sum +. evaluate e) 0. list

let obey : order -> order = function
  | `Halt -> `march 1
  | `march n -> `Load ("tea", float_of_int n)
  | `Load _ -> `Halt

let next_id (Id id) = Id (id ^ "'")

let numbers n =
  {
    small = Int32.succ n.small;
    large = Int64.succ n.large;
    native = Nativeint.succ n.native;
    raw = Bytes.cat n.raw (Bytes.of_string "!");
    floats = Array.map (fun x -> x *. 2.) n.floats;
    ints = Array.map succ n.ints;
    nothing = ();
    yes = not n.yes;
    either =
      (match n.either with
      | Ok n -> Error (string_of_int n)
      | Error s -> Ok (String.length s));
  }

let swap (a, b) = (b, a)
let make text = text
let show text = "<" ^ text ^ ">"
let cage it = [ it ]
let open_cage = List.hd
let secret code = { code }
let code { code } = code
let same x = x
let length = List.length
let map = List.map
let adder = ( + )

let handle handler n =
  incr handler.count;
  Buffer.add_string handler.buffer (handler.call n);
  Printf.sprintf "%s after %d" (Buffer.contents handler.buffer) !(handler.count)

let chars bytes = List.of_seq (Bytes.to_seq bytes)
let sum = Array.fold_left ( +. ) 0.

let total a =
  let sum = ref 0. in
  for i = 0 to Bigarray.Array1.dim a - 1 do
    sum := !sum +. a.{i}
  done;
  !sum

let table list = Hashtbl.of_seq (List.to_seq list)
let stream = Lwt_stream.to_list
let source (_ : int Bactrian.Stream.t) (_ : string Bactrian.Channel.sender) = 1
let future (_ : int Bactrian.Future.t) = 1

let shapes { one } { it } { metres } pairs =
  let measure x = { metres = x +. metres +. float_of_int one +. Int64.to_float it } in
  List.map (fun (a, b) -> (measure a, measure b)) pairs

let later n = Lwt.return (string_of_int n)
let seven a b c d e f g = a + b + c + d + e + f + g
let fail message = failwith message
let prime' n = n + 1
let self n = n + 2
let level = Level.up
let far list = List.length list

let buffer text =
  let buffer = Buffer.create 10 in
  Buffer.add_string buffer text;
  buffer

let ( +! ) = ( + )
let open_order _ = 0

let counter =
  object
    method next = 1
  end

let with_label f = f ~x:1

class bird =
  object
    method sing = "tweet"
  end

module type SHAPE = sig
  val sides : int
end

module Make (S : SHAPE) = S

module Deep = struct
  type t = { depth : int; who : kind }
  type error = Too_deep of t | Too_dark

  exception Stuck of error

  let dive depth =
    if depth > 9 then Error (Too_deep { depth; who = Camel })
    else if depth > 5 then Error Too_dark
    else if depth < 0 then raise (Stuck Too_dark)
    else Ok { depth; who = Other ("seal", depth) }

  module Type = struct
    let up t = t.depth - 1
    let levels = [ Level.zero; Level.up Level.zero ]
  end
end

module Square = struct
  let sides = 4
end
