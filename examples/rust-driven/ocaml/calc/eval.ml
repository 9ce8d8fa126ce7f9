open Syntax

(* Written in Rust. *)
external gamma : (float[@unboxed]) -> (float[@unboxed]) = "calc_gamma_byte" "calc_gamma"
[@@noalloc]

let functions =
  [ ("sqrt", sqrt); ("sin", sin); ("cos", cos); ("exp", exp); ("gamma", gamma) ]

(* An expression as a function of its variables, which are looked up but once:
   [prepare position expression] finds names before there are values. *)
let rec prepare position = function
  | Number x -> fun _ -> x
  | Variable name ->
      let index = position name in
      fun values -> values.(index)
  | Negate argument ->
      let argument = prepare position argument in
      fun values -> -.argument values
  | Call (name, argument) -> (
      match List.assoc_opt name functions with
      | None -> failwith (Printf.sprintf "there is no function %s" name)
      | Some f ->
          let argument = prepare position argument in
          fun values -> f (argument values))
  | Binary (operator, left, right) ->
      let left = prepare position left and right = prepare position right in
      let apply =
        match operator with
        | Add -> ( +. )
        | Subtract -> ( -. )
        | Multiply -> ( *. )
        | Divide -> fun a b -> if b = 0. then raise Division_by_zero else a /. b
        | Power -> ( ** )
      in
      fun values -> apply (left values) (right values)

let unknown name = failwith (Printf.sprintf "%s has no value" name)

let evaluate variables expression =
  let names = List.map fst variables in
  let position name =
    match List.find_index (String.equal name) names with
    | Some index -> index
    | None -> unknown name
  in
  prepare position expression (Array.of_list (List.map snd variables))

(* The expression as a function of one variable. *)
let compile variable expression =
  let position name = if name = variable then 0 else unknown name in
  let run = prepare position expression in
  fun x -> run [| x |]
