(* What both sides know. In a module of its own, since OCaml warns of constructors that only Rust makes when it sees all uses. *)

type operator = Add | Multiply | Divide

type expression =
  | Pi
  | Number of float
  | Variable of string
  | Binary of { operator : operator; left : expression; right : expression }
  | Negate of expression

type problem = Division_by_zero | Unbound of string

external evaluate : expression -> (string * float) list -> (float, problem) result
  = "variants_evaluate"

external simplify : expression -> expression = "variants_simplify"
