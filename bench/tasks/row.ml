type target = At_most of float | No_target

type t = {
  name : string;
  title : string;
  peer : string;
  target : target;
  run : int -> unit;
}

let make ?(peer = "–") ?(target = No_target) name ~title run =
  { name; title; peer; target; run }

let find rows name =
  match List.find_opt (fun row -> row.name = name) rows with
  | Some row -> row
  | None -> failwith ("no row " ^ name)

let round_seconds = 0.05
let rounds = 9

let seconds run =
  let start = Unix.gettimeofday () in
  run ();
  Unix.gettimeofday () -. start

let calibrate ?(least = 1000) ~seconds:limit run =
  let rec go n =
    let took = seconds (fun () -> run n) in
    if took > limit /. 2. then
      max least (int_of_float (float n *. limit /. took) / least * least)
    else go (n * 2)
  in
  go least

let middle times =
  let sorted = List.sort compare times in
  List.nth sorted (List.length sorted / 2)

let measure rows =
  let prepare row = (row, calibrate ~seconds:round_seconds row.run, ref []) in
  let prepared = List.map prepare rows in
  for _ = 1 to rounds do
    List.iter
      (fun (row, n, times) ->
        Gc.minor ();
        let took = seconds (fun () -> row.run n) in
        times := (took *. 1e9 /. float n) :: !times)
      prepared
  done;
  List.map (fun (row, _, times) -> (row, middle !times)) prepared
