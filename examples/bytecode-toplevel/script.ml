(* The same text as a program, and as a script of the toplevel. *)

open Geometry

let show { x; y } = Printf.sprintf "(%g, %g)" x y
let show_all points = String.concat " " (List.map show points)
let square = [ (0., 0.); (2., 0.); (1., 1.); (2., 2.); (0., 2.) ]
let points = List.map (fun (x, y) -> { x; y }) square
let corners = hull points
let () = print_endline (show_all corners)
let turned = List.map (affine 0. (-1.) 3. 1. 0. 0.) corners
let () = print_endline (show_all turned)

let () =
  match least (fun { x; y } -> abs_float (x -. y -. 2.)) points with
  | Some point -> print_endline (show point)
  | None -> print_endline "none"

let () =
  match hull [] with
  | exception Failure message -> print_endline message
  | corners -> print_endline (show_all corners)

let () =
  match least (fun _ -> raise Exit) points with
  | exception Exit -> print_endline "Exit"
  | _ -> print_endline "no exception"
