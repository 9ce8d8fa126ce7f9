let text =
  "The two humps of the camel: one hump of OCaml, one hump of Rust. The camel is one \
   camel."

let () =
  (* A function of OCaml's goes to one library, which calls it while the other one runs. *)
  let fresh = ref [] in
  Tally.on_new (fun word -> fresh := word :: !fresh);
  Words.each (String.lowercase_ascii text) Tally.add;
  Gc.compact ();
  Printf.printf "%d words: %s\n" (List.length !fresh)
    (String.concat " " (List.rev !fresh));
  List.iter
    (fun (word, count) ->
      let field = Words.pad word ~width:7 ~before:"|" ~after:"|" in
      Printf.printf "%s %d\n" (field ~centre:true ~upper:(count > 2)) count)
    (Tally.top 4);
  Program.keep_longest (Words.split text);
  Gc.compact ();
  (match Tally.sample () with
  | Some word -> Printf.printf "the longest: %s\n" word
  | None -> print_endline "no sample");
  (* An exception goes through both. *)
  Tally.on_new (fun word -> if word = "dromedary" then raise Exit);
  match Words.each "a dromedary has one hump" Tally.add with
  | () -> print_endline "no exception"
  | exception Exit -> print_endline "Exit"
