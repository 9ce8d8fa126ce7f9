open Depot

let north =
  {
    name = "north";
    place = { latitude = 45.; longitude = 101. };
    items = [ { what = "tea"; kilos = 40 }; { what = "salt"; kilos = 90 } ];
    note = None;
  }

let south =
  {
    name = "south";
    place = { latitude = 42.; longitude = 103. };
    items = [ { what = "wool"; kilos = 65 } ];
    note = Some "ask for Bo";
  }

let () =
  let both = merge north south in
  Printf.printf "%s (%g, %g): %s\n" both.name both.place.latitude both.place.longitude
    (Option.value ~default:"" both.note);
  List.iter (fun { what; kilos } -> Printf.printf "  %d kg of %s\n" kilos what) both.items;
  let ada = { id = "Ada"; visits = 1; history = [ "north"; "south" ] } in
  print_endline (visit ada);
  Printf.printf "%d\n" ada.visits;
  match merge north { south with items = [ { what = "air"; kilos = -1 } ] } with
  | _ -> assert false
  | exception Invalid_argument message -> print_endline message
