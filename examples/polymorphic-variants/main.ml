open Orders

(* Written by hand, and more than Rust said. *)
external obey_anything : [> order ] -> answer = "polymorphic_obey"

let show = function
  | `Done -> print_endline "done"
  | `Refused reason -> Printf.printf "refused: %s\n" reason

let () =
  List.iter
    (fun order -> show (obey order))
    [ `Halt; `March 30; `March 300; `Turn 720.; `load ("tea", 120); `load ("salt", 250) ];
  match obey_anything `Sing with
  | _ -> assert false
  | exception Invalid_argument message -> print_endline message
