(* instantiate TEMPLATE PREFIX [--only] [ROW...]

   Prints the template as the module of one implementation: P_ at the head of a string becomes
   PREFIX_, each row a module of its own, and the rows named are left out, or with --only the others.
   The body of a loop "to n / 16" is written out 16 times. *)

type block = { row : string; first_line : int; lines : string list }

let row_of_line line =
  try Scanf.sscanf line "(* row %s *)%!" Option.some
  with Scanf.Scan_failure _ | End_of_file -> None

(* What stands before the first row, and the rows. *)
let head_and_blocks lines =
  let add (head, blocks, number) line =
    match (row_of_line line, blocks) with
    | Some row, _ ->
        (head, { row; first_line = number + 1; lines = [] } :: blocks, number + 1)
    | None, block :: rest ->
        (head, { block with lines = block.lines @ [ line ] } :: rest, number + 1)
    | None, [] -> (head @ [ line ], [], number + 1)
  in
  let head, blocks, _ = List.fold_left add ([], [], 1) lines in
  (head, List.rev blocks)

(* Strings are the odd pieces of a line cut at its quotes. *)
let with_prefix prefix line =
  let replace i piece =
    if i mod 2 = 1 && String.starts_with ~prefix:"P_" piece then
      prefix ^ String.sub piece 1 (String.length piece - 1)
    else piece
  in
  String.concat "\"" (List.mapi replace (String.split_on_char '"' line))

let step = 16
let begins_loop line = String.trim line = Printf.sprintf "for _ = 1 to n / %d do" step
let ends_loop line = List.mem (String.trim line) [ "done"; "done;" ]

(* A body is one line, and so are its copies: errors are reported for the line it stands on. *)
let written_out body =
  "    " ^ String.concat "; " (List.init step (fun _ -> String.trim body))

let rec with_loops_written_out = function
  | start :: body :: stop :: rest when begins_loop start && ends_loop stop ->
      start :: written_out body :: stop :: with_loops_written_out rest
  | line :: _ when begins_loop line ->
      failwith "the body of a loop \"to n / 16\" is one line"
  | line :: rest -> line :: with_loops_written_out rest
  | [] -> []

let module_name { row; _ } = String.capitalize_ascii row

let print_block template prefix block =
  Printf.printf "module %s = struct\n# %d %S\n" (module_name block) block.first_line
    template;
  List.iter
    (fun line -> print_endline (with_prefix prefix line))
    (with_loops_written_out block.lines);
  print_string "end\n\n"

let print_case block =
  let m = module_name block in
  let step = if List.exists begins_loop block.lines then step else 1 in
  let has_around = List.exists (String.starts_with ~prefix:"let around ") block.lines in
  let around = if has_around then m ^ ".around" else "(fun f -> f ())" in
  Printf.printf
    "    { Case.row = %S; check = %s.check; around = %s; loop = %s.loop; step = %d };\n"
    block.row m around m step

let () =
  match Array.to_list Sys.argv with
  | _ :: template :: prefix :: arguments ->
      let only, named =
        match arguments with "--only" :: rows -> (true, rows) | rows -> (false, rows)
      in
      let lines = In_channel.with_open_text template In_channel.input_lines in
      let head, blocks = head_and_blocks lines in
      let is_known row = List.exists (fun block -> block.row = row) blocks in
      List.iter
        (fun row -> if not (is_known row) then failwith (template ^ " has no row " ^ row))
        named;
      let blocks = List.filter (fun block -> List.mem block.row named = only) blocks in
      List.iter print_endline head;
      List.iter (print_block template prefix) blocks;
      print_string "let cases =\n  [\n";
      List.iter print_case blocks;
      print_string "  ]\n"
  | _ -> failwith "usage: instantiate TEMPLATE PREFIX [--only] [ROW...]"
