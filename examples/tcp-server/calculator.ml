exception Nonsense of string

let () = Printexc.register_printer (function Nonsense text -> Some text | _ -> None)
let nonsense format = Printf.ksprintf (fun text -> raise (Nonsense text)) format

let step ~nap stack word =
  match (word, stack) with
  | "+", b :: a :: rest -> (a + b) :: rest
  | "-", b :: a :: rest -> (a - b) :: rest
  | "*", b :: a :: rest -> (a * b) :: rest
  | "nap", milliseconds :: rest ->
      nap (float milliseconds /. 1000.);
      rest
  | ("+" | "-" | "*" | "nap"), _ -> nonsense "%s lacks a number" word
  | word, stack -> (
      match int_of_string_opt word with
      | Some n -> n :: stack
      | None -> nonsense "%s is no number" word)

let answer ~nap line =
  let words = List.filter (fun word -> word <> "") (String.split_on_char ' ' line) in
  match List.fold_left (step ~nap) [] words with
  | [ result ] -> string_of_int result
  | [] -> nonsense "nothing to compute"
  | stack -> nonsense "%d numbers are left" (List.length stack)
