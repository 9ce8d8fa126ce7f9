let ours = Implementations.ours
let impls = Implementations.all
let target (t : Rows.target) = Printf.sprintf "≤ %.2f %s" t.at_most t.of_
let tolerance = 0.02

let reached results (row : Rows.t) =
  Results.ratio results row ours ~to_:row.target.of_
  |> Option.map (fun ratio -> ratio <= row.target.at_most +. tolerance)

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
      match Results.ratio results row impl ~to_:"C" with
      | Some ratio when impl <> "C" -> Printf.sprintf "%s (%.2f)" ns ratio
      | _ -> ns)

let ratio_cell results row ~to_ =
  match Results.ratio results row ours ~to_ with
  | None -> "–"
  | Some ratio -> Printf.sprintf "%.2f" ratio

let reached_cell results row =
  match reached results row with None -> "–" | Some true -> "yes" | Some false -> "NO"

let columns = impls @ [ "ours ÷ C"; "ours ÷ X"; "target"; "reached" ]

let cells results (row : Rows.t) =
  List.map (times_cell results row) impls
  @ [
      ratio_cell results row ~to_:"C";
      ratio_cell results row ~to_:"X";
      target row.target;
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
  @ [ 8; 8; 20; 7 ]

let print_line name cells =
  print_string (left name_width name);
  List.iter2 (fun w cell -> print_string ("  " ^ right w cell)) widths cells;
  print_newline ()

let print_header () = print_line "row" columns
let print_row results (row : Rows.t) = print_line row.name (cells results row)

let print_summary results rows =
  let verdicts = List.filter_map (fun row -> reached results row) rows in
  let misses = List.filter (fun row -> reached results row = Some false) rows in
  Printf.printf "\nns per call; in brackets the ratio to C. %d of %d targets reached.\n"
    (List.length (List.filter Fun.id verdicts))
    (List.length verdicts);
  List.iter
    (fun (row : Rows.t) ->
      let to_ = row.target.of_ in
      Printf.printf "missed: %s is %s %s, and should be %s\n" row.name
        (ratio_cell results row ~to_) to_ (target row.target))
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
     expert writes by hand.\n\n";
  add (md_row ("row" :: "call" :: columns));
  add (md_row ("---" :: "---" :: List.map (fun _ -> "---:") columns));
  List.iter
    (fun (row : Rows.t) ->
      add (md_row (Printf.sprintf "`%s`" row.name :: title row :: cells results row)))
    rows;
  let verdicts = List.filter_map (reached results) rows in
  add
    (Printf.sprintf "\n%d of %d targets reached; up to 0.02 above counts as reached.\n"
       (List.length (List.filter Fun.id verdicts))
       (List.length verdicts));
  add "\n![The time of each row as a ratio to C](results.svg)\n";
  Buffer.contents b
