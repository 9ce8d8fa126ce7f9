(* Counts the words of a text that C splits. *)

module Words = Map.Make (String)

external fold_words : ('a -> string -> 'a) -> 'a -> string -> 'a = "fold_words"

let count words word =
  Words.update word (fun n -> Some (1 + Option.value ~default:0 n)) words

let () =
  fold_words count Words.empty "A camel has two humps; a dromedary has one."
  |> Words.iter (Printf.printf "%s %d\n");
  match
    fold_words (fun n _ -> if n = 2 then failwith "enough" else n + 1) 0 "a b c d"
  with
  | exception Failure message -> print_endline message
  | _ -> assert false
