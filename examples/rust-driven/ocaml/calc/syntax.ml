type operator = Add | Subtract | Multiply | Divide | Power

type expression =
  | Number of float
  | Variable of string
  | Negate of expression
  | Binary of operator * expression * expression
  | Call of string * expression

type mistake = { position : int; expected : string }

exception Mistake of mistake

let symbol = function
  | Add -> "+"
  | Subtract -> "-"
  | Multiply -> "*"
  | Divide -> "/"
  | Power -> "^"

let strength = function Add | Subtract -> 1 | Multiply | Divide -> 2 | Power -> 4

(* With as few parentheses as it can be read back from. Unary minus is stronger than
   [*] and weaker than [^]. *)
let rec pp_at least ppf expression =
  let parenthesised strength body =
    if strength < least then Format.fprintf ppf "@[<1>(%t)@]" body else body ppf
  in
  match expression with
  | Number x when x < 0. || 1. /. x < 0. -> Format.fprintf ppf "(%g)" x
  | Number x -> Format.fprintf ppf "%g" x
  | Variable name -> Format.pp_print_string ppf name
  | Call (name, argument) -> Format.fprintf ppf "@[<2>%s(@,%a)@]" name (pp_at 0) argument
  | Negate argument ->
      parenthesised 3 (fun ppf -> Format.fprintf ppf "@[-%a@]" (pp_at 3) argument)
  | Binary (operator, left, right) ->
      let strength = strength operator in
      let at_left, at_right =
        if operator = Power then (strength + 1, 3) else (strength, strength + 1)
      in
      parenthesised strength (fun ppf ->
          Format.fprintf ppf "@[%a %s@ %a@]" (pp_at at_left) left (symbol operator)
            (pp_at at_right) right)

let to_string expression = Format.asprintf "@[<hov 2>%a@]" (pp_at 0) expression
