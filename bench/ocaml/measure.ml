external now : unit -> (int[@untagged]) = "bench_no_bytecode" "bench_now" [@@noalloc]

exception Wrong of string

let round_ns = 2_000_000
let rounds = 5

(* What the case has around it is there, from an empty minor heap. *)
let time ?(tidy = Gc.minor) (case : Case.t) n =
  let ns = ref 0 in
  case.around (fun () ->
      tidy ();
      let start = now () in
      case.loop n;
      ns := now () - start);
  !ns

(* How many calls fill a round. This warms up as well. *)
let calibrate (case : Case.t) =
  let calls n = max case.step (n / case.step * case.step) in
  let rec grow n =
    let ns = time case n in
    if ns * 4 >= round_ns then n * round_ns / ns else grow (n * 2)
  in
  let n = calls (grow case.step) in
  calls (n * round_ns / max 1 (time case n))

type contestant = { name : string; case : Case.t; n : int; mutable times : float list }

let check (row : Rows.t) name (case : Case.t) =
  Implementations.turn_to name;
  try case.check ()
  with exn ->
    raise (Wrong (Printf.sprintf "row %s, %s: %s" row.name name (Printexc.to_string exn)))

let contestant row (name, case) =
  check row name case;
  { name; case; n = calibrate case; times = [] }

let one_round c =
  Implementations.turn_to c.name;
  let tidy = if c.n = 1 then Gc.full_major else Gc.minor in
  c.times <- (float_of_int (time ~tidy c.case c.n) /. float_of_int c.n) :: c.times

let quantile q times =
  let sorted = List.sort compare times in
  List.nth sorted (int_of_float (q *. float_of_int (List.length sorted)))

let row ~columns row =
  let is_wanted (name, _) = columns = [] || List.mem name columns in
  let cases = List.filter is_wanted (Implementations.cases row) in
  let contestants = Array.of_list (List.map (contestant row) cases) in
  let count = Array.length contestants in
  for round = 1 to rounds do
    for i = 0 to count - 1 do
      (* Another one begins each time, so that none always follows the same one. *)
      one_round contestants.((round + i) mod count)
    done
  done;
  Array.iter (fun c -> check row c.name c.case) contestants;
  Array.to_list (Array.map (fun c -> (c.name, quantile 0.2 c.times)) contestants)
