module Dictionary = Words.Dictionary

let refused f =
  match f () with
  | () -> print_endline "allowed"
  | exception Invalid_argument message -> Printf.printf "refused: %s\n%!" message

let () =
  let d = Dictionary.of_text "one hump or two humps" in
  Printf.printf "%d, %d\n%!" (Dictionary.count d "two") (Dictionary.count d "three");
  Printf.printf "%d learned\n%!" (Dictionary.learn d "two camels and one caravan");
  Printf.printf "%s\n%!" (String.concat " " (Dictionary.completions d "ca"));
  Printf.printf "%s\n%!" (Bactrian.Rust_value.show (Dictionary.of_text "salt salt"));
  (* Borrowed for as long as a call lasts. *)
  refused (fun () -> Dictionary.merge d d);
  refused (fun () ->
      Dictionary.iter d (fun word _ -> if word = "one" then Bactrian.Rust_value.close d));
  refused (fun () ->
      Dictionary.iter d (fun word n -> assert (Dictionary.count d word = n)));
  (* Compared and written, as its type says. *)
  let copy : Dictionary.t = Marshal.from_string (Marshal.to_string d []) 0 in
  Printf.printf "equal: %b, less: %b\n%!" (copy = d) (Dictionary.of_text "a" < d);
  (* Another type, by a wrong external or Obj.magic. *)
  refused (fun () -> ignore (Dictionary.count (Obj.magic "a string") "one"));
  (* Dropped now, or by the collector. *)
  Bactrian.Rust_value.close d;
  refused (fun () -> ignore (Dictionary.count d "one"));
  print_endline "collecting:";
  Gc.full_major ();
  ignore (Bactrian.Rust_value.drain ());
  Printf.printf "%d in the copy\n%!" (Dictionary.count copy "one")
