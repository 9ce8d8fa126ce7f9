(* main FOLDER: measures the rows named in the environment's ROWS, or all, and brings the results
   in FOLDER up to date. PASSES says how often, BENCH_TOOLS which compilers built all this.

   Every pass over a row is a process of its own (main --pass ROW, which prints a line for each
   implementation), and the middle half of the passes counts: no row finds a heap that another has
   left behind, and no address space decides. *)

let stop message =
  prerr_endline ("bench: " ^ message);
  exit 1

let environment name = Option.value (Sys.getenv_opt name) ~default:""

(* {1 A pass} *)

let pass name columns =
  Implementations.set_up ();
  match Measure.row ~columns (Rows.find name) with
  | times -> List.iter (fun (name, ns) -> Printf.printf "%s\t%.3f\n" name ns) times
  | exception Measure.Wrong message -> stop message

let time_of_line line =
  match String.split_on_char '\t' line with
  | [ name; ns ] -> (name, float_of_string ns)
  | _ -> stop ("a pass printed " ^ line)

(* The mean of the middle half. A call of few nanoseconds has a fast and a slow state, by the luck of
   the process; this weighs the two, where the median would fall on either. *)
let middle numbers =
  let sorted = List.sort compare numbers in
  let count = List.length sorted in
  let quarter = count / 4 in
  let half = List.filteri (fun i _ -> i >= quarter && i < count - quarter) sorted in
  List.fold_left ( +. ) 0.0 half /. float_of_int (List.length half)

let run_pass (row : Rows.t) =
  let self = Sys.executable_name in
  let input = Unix.open_process_args_in self [| self; "--pass"; row.name |] in
  let lines = In_channel.input_lines input in
  match Unix.close_process_in input with
  | WEXITED 0 -> List.map time_of_line lines
  | WEXITED code -> exit code
  | WSIGNALED _ | WSTOPPED _ ->
      stop (Printf.sprintf "row %s: the process crashed" row.name)

(* A row of long calls gets fewer passes: they vary less. *)
let enough_seconds = 5.0
let enough_passes = 5

let run_passes count row =
  let start = Unix.gettimeofday () in
  let rec run done_ passes =
    let late = Unix.gettimeofday () -. start > enough_seconds in
    if done_ >= count || (late && done_ >= enough_passes) then passes
    else run (done_ + 1) (run_pass row :: passes)
  in
  let passes = run 0 [] in
  List.map
    (fun (name, _) -> (name, middle (List.map (List.assoc name) passes)))
    (List.hd passes)

(* {1 All} *)

let cpu () =
  let is_model line = String.starts_with ~prefix:"model name" line in
  match In_channel.with_open_text "/proc/cpuinfo" In_channel.input_lines with
  | exception Sys_error _ -> "unknown CPU"
  | lines -> (
      match Option.map (String.split_on_char ':') (List.find_opt is_model lines) with
      | Some [ _; model ] -> String.trim model
      | _ -> "unknown CPU")

let machine () =
  let tools = match environment "BENCH_TOOLS" with "" -> [] | tools -> [ tools ] in
  String.concat ", " ([ cpu (); "OCaml " ^ Sys.ocaml_version ] @ tools)

let passes () =
  match environment "PASSES" with
  | "" -> 25
  | text -> (
      match int_of_string_opt text with
      | Some n when n > 0 -> n
      | _ -> stop (Printf.sprintf "PASSES should be a positive number, not %S" text))

let write file text = Out_channel.with_open_bin file (fun out -> output_string out text)

let measure folder =
  let file = Filename.concat folder in
  let rows =
    match Rows.select (environment "ROWS") with
    | Ok rows -> rows
    | Error message -> stop message
  in
  let passes = passes () in
  let earlier =
    try Results.load (file "results.tsv") with Failure message -> stop message
  in
  let machine = machine () in
  print_endline machine;
  Report.print_header ();
  let measure_row results row =
    let results = Results.with_row ~machine row (run_passes passes row) results in
    Report.print_row results row;
    results
  in
  let results = List.fold_left measure_row earlier rows in
  Report.print_summary results rows;
  Results.save (file "results.tsv") results;
  write (file "RESULTS.md") (Report.markdown results);
  write (file "results.svg") (Chart.svg results)

let () =
  match Sys.argv with
  | [| _; folder |] -> measure folder
  | _ -> (
      match Array.to_list Sys.argv with
      | _ :: "--pass" :: row :: columns -> pass row columns
      | _ -> stop "usage: main FOLDER, or main --pass ROW [COLUMN...]")
