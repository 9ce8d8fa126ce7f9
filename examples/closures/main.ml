open Functions

(* OCaml functions that Rust keeps. *)

let held_by_rust () =
  let total = ref 0 in
  on "load" (fun event bales ->
      total := !total + bales;
      Printf.printf "%s: %d bales, %d in all\n%!" event bales !total);
  on "load" (fun _ bales -> if bales > 9 then failwith "too heavy");
  Printf.printf "%d called\n%!" (emit "load" 3);
  Printf.printf "%d called\n%!" (emit_from_thread "load" 4);
  (match emit "load" 10 with
  | _ -> assert false
  | exception Failure message -> print_endline message);
  clear ();
  Printf.printf "%d called\n%!" (emit "load" 1);
  (* Some of the arguments, and the others later. *)
  let steps = map_from (fun a b -> (10 * a) + b) 4 [ 1; 2; 3 ] in
  print_endline (String.concat " " (List.map string_of_int steps))

(* Rust closures. *)

let given_by_rust () =
  let camels = List.filter (contains "camel") [ "a camel"; "a horse"; "two camels" ] in
  print_endline (String.concat ", " camels);
  (* An optional argument is an option. *)
  let step = counter 10 in
  let count ?by () = step by () in
  let first = count () in
  let second = count ~by:5 () in
  Printf.printf "%d %d\n%!" first second;
  let sum = accumulate ( + ) 0 in
  List.iter (fun n -> ignore (sum n)) [ 1; 2; 3 ];
  Printf.printf "%d\n%!" (sum 0);
  let token = ticket "to Samarkand" in
  print_endline (token ());
  (match token () with
  | _ -> assert false
  | exception Invalid_argument message -> print_endline message);
  let itself = ref Fun.id in
  itself := accumulate (fun _ x -> !itself x) 0;
  (match !itself 1 with
  | _ -> assert false
  | exception Invalid_argument message -> print_endline message);
  let rec fib n = if n < 2 then n else Lazy.force fast (n - 1) + Lazy.force fast (n - 2)
  and fast = lazy (memoize fib) in
  Printf.printf "%d\n%!" (Lazy.force fast 80)

let () =
  held_by_rust ();
  given_by_rust ()
