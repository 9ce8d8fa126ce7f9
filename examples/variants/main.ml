open Expressions

let binary operator left right = Binary { operator; left; right }

let print expression =
  match evaluate expression [ ("r", 2.) ] with
  | Ok value -> Printf.printf "%.4f\n" value
  | Error Division_by_zero -> print_endline "division by zero"
  | Error (Unbound name) -> Printf.printf "%s is unbound\n" name

let () =
  let r = Variable "r" in
  print (binary Multiply Pi (binary Multiply r r));
  print (binary Divide Pi (Number 0.));
  print (Negate (Variable "x"));
  assert (simplify (Negate (Negate (binary Multiply (Number 1.) Pi))) = Pi);
  let sum = List.fold_left (binary Add) Pi (List.init 1000 (fun _ -> Number 1.)) in
  assert (simplify sum = sum);
  print sum
