(* Recursive descent, one token ahead. *)

open Syntax

type state = { lexbuf : Lexing.lexbuf; mutable next : Lexer.token }

let advance state = state.next <- Lexer.token state.lexbuf

let wrong state expected =
  raise (Mistake { position = Lexing.lexeme_start state.lexbuf; expected })

let close state =
  match state.next with
  | Symbol ')' -> advance state
  | _ -> wrong state "a closing parenthesis"

(* Binary operators of one strength, which group to the left. *)
let rec left_to_right operators operand state =
  let rec more left =
    match state.next with
    | Symbol symbol when List.mem_assoc symbol operators ->
        advance state;
        more (Binary (List.assoc symbol operators, left, operand state))
    | _ -> left
  in
  more (operand state)

and sum state = left_to_right [ ('+', Add); ('-', Subtract) ] product state
and product state = left_to_right [ ('*', Multiply); ('/', Divide) ] negation state

and negation state =
  match state.next with
  | Symbol '-' ->
      advance state;
      Negate (negation state)
  | _ -> power state

(* Groups to the right: [2 ^ 3 ^ 2] is [2 ^ (3 ^ 2)]. *)
and power state =
  let base = atom state in
  match state.next with
  | Symbol '^' ->
      advance state;
      Binary (Power, base, negation state)
  | _ -> base

and atom state =
  match state.next with
  | Number x ->
      advance state;
      Number x
  | Name name -> (
      advance state;
      match state.next with
      | Symbol '(' ->
          advance state;
          let argument = sum state in
          close state;
          Call (name, argument)
      | _ -> Variable name)
  | Symbol '(' ->
      advance state;
      let inner = sum state in
      close state;
      inner
  | Symbol _ | End -> wrong state "an expression"

let parse text =
  match
    let lexbuf = Lexing.from_string text in
    let state = { lexbuf; next = Lexer.token lexbuf } in
    let expression = sum state in
    if state.next <> End then wrong state "an operator or the end";
    expression
  with
  | expression -> Ok expression
  | exception Mistake mistake -> Error mistake
