let ours = Implementations.ours
let impls = Implementations.all

let target (t : Rows.target) =
  let who = if t.who = ours then "" else t.who ^ " " in
  let of_ =
    match t.of_ with Column name -> name | Row name -> Printf.sprintf "`%s`" name
  in
  Printf.sprintf "%s≤ %.2f %s" who t.at_most of_

let tolerance = 0.02
let ratio results row (t : Rows.target) = Results.ratio results row t.who ~to_:t.of_

let reached results row (t : Rows.target) =
  Option.map (fun ratio -> ratio <= t.at_most +. tolerance) (ratio results row t)

(* Each target of these rows that could be judged, and whether it is reached. *)
let verdicts results rows =
  List.concat_map
    (fun (row : Rows.t) ->
      List.filter_map
        (fun t -> Option.map (fun yes -> (row, t, yes)) (reached results row t))
        row.targets)
    rows

let time ns =
  if ns < 10.0 then Printf.sprintf "%.2f" ns
  else if ns < 100.0 then Printf.sprintf "%.1f" ns
  else if ns < 1e6 then Printf.sprintf "%.0f" ns
  else Printf.sprintf "%.1f ms" (ns /. 1e6)

let times_cell results (row : Rows.t) impl =
  match Results.ns results row impl with
  | None -> "–"
  | Some ns -> (
      let ns = time (ns /. float_of_int row.per) in
      match Results.ratio results row impl ~to_:row.base with
      | Some ratio when row.base <> Column impl -> Printf.sprintf "%s (%.2f)" ns ratio
      | _ -> ns)

let shown_ratio = function None -> "–" | Some ratio -> Printf.sprintf "%.2f" ratio

let ratio_cell results row ~to_ =
  shown_ratio (Results.ratio results row ours ~to_:(Rows.Column to_))

(* One item a target. *)
let list_cell show (row : Rows.t) =
  match row.targets with
  | [] -> "–"
  | targets -> String.concat "; " (List.map show targets)

let reached_cell results row =
  list_cell
    (fun t ->
      match reached results row t with
      | None -> "–"
      | Some true -> "yes"
      | Some false -> "NO")
    row

let columns = impls @ [ "ours ÷ C"; "ours ÷ X"; "target"; "reached" ]

let cells results (row : Rows.t) =
  List.map (times_cell results row) impls
  @ [
      ratio_cell results row ~to_:"C";
      ratio_cell results row ~to_:"X";
      list_cell target row;
      reached_cell results row;
    ]

(* {1 On the terminal} *)

(* The width that a string takes on the terminal, not in bytes: every character here is one wide. *)
let width s =
  String.fold_left (fun n c -> if Char.code c land 0xC0 = 0x80 then n else n + 1) 0 s

let right w s = String.make (max 0 (w - width s)) ' ' ^ s
let left w s = s ^ String.make (max 0 (w - width s)) ' '

let name_width =
  List.fold_left (fun w (row : Rows.t) -> max w (width row.name)) 0 Rows.all

let widths =
  List.map (fun impl -> if impl = "C" then 8 else max 14 (width impl)) impls
  @ [ 8; 8; 31; 8 ]

let print_line name cells =
  print_string (left name_width name);
  List.iter2 (fun w cell -> print_string ("  " ^ right w cell)) widths cells;
  print_newline ()

let print_header () = print_line "row" columns
let print_row results (row : Rows.t) = print_line row.name (cells results row)

let print_summary results rows =
  let misses, hits =
    List.partition (fun (_, _, yes) -> not yes) (verdicts results rows)
  in
  Printf.printf "\nns per call; in brackets the ratio to C. %d of %d targets reached.\n"
    (List.length hits)
    (List.length hits + List.length misses);
  List.iter
    (fun ((row : Rows.t), (t : Rows.target), _) ->
      Printf.printf "missed: %s is %s, and should be %s\n" row.name
        (shown_ratio (ratio results row t))
        (target t))
    misses

(* {1 In RESULTS.md} *)

let md_row cells = "| " ^ String.concat " | " cells ^ " |\n"

let markdown results =
  let rows = List.filter (fun row -> Results.machine results row <> None) Rows.all in
  let machines =
    List.sort_uniq compare (List.filter_map (Results.machine results) rows)
  in
  let title (row : Rows.t) =
    match machines with
    | [ _ ] -> row.title
    | _ ->
        let machine = Option.get (Results.machine results row) in
        let index = Option.get (List.find_index (( = ) machine) machines) in
        Printf.sprintf "%s [%d]" row.title (index + 1)
  in
  let b = Buffer.create 8192 in
  let add = Buffer.add_string b in
  add "# Results: calls\n\n";
  add "Written by `make bench`; [README.md](README.md) says what each row does.\n\n";
  (match machines with
  | [ machine ] -> add (machine ^ "\n")
  | machines ->
      List.iteri
        (fun i m -> add (Printf.sprintf "%d. [%d] %s\n" (i + 1) (i + 1) m))
        machines);
  add
    "\n\
     Nanoseconds per call, the loop around it included, and in brackets the ratio to \
     `C`: the middle of several passes. `C` is the idiomatic stub, `X` the best that an \
     expert writes by hand, `bactrian-c` our C API and `bactrian` (\"ours\") Rust. A \
     target that names no column is that of `bactrian`; one that names a row is a ratio \
     to the same column there, as are the ratios in brackets of that row.\n\n";
  add (md_row ("row" :: "call" :: columns));
  add (md_row ("---" :: "---" :: List.map (fun _ -> "---:") columns));
  List.iter
    (fun (row : Rows.t) ->
      add (md_row (Printf.sprintf "`%s`" row.name :: title row :: cells results row)))
    rows;
  let verdicts = verdicts results rows in
  add
    (Printf.sprintf "\n%d of %d targets reached; up to 0.02 above counts as reached.\n"
       (List.length (List.filter (fun (_, _, yes) -> yes) verdicts))
       (List.length verdicts));
  add "\n![The time of each row as a ratio to C](results.svg)\n";
  Buffer.contents b
