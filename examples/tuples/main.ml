open Points

let () =
  let wells = [ (3., 1.); (-2., 4.); (0.5, -1.5) ] in
  (match bounding_box wells with
  | Some ((left, low), (right, high)) ->
      Printf.printf "from (%g, %g) to (%g, %g)\n" left low right high
  | None -> print_endline "no wells");
  assert (bounding_box [] = None);
  Printf.printf "first y: %g\n" (Option.value ~default:nan (first_y wells));
  let name, (x, y), visible = move ("camp", (1., 1.), true) (0.5, 2.) in
  Printf.printf "%s at (%g, %g)%s\n" name x y (if visible then "" else ", hidden")
