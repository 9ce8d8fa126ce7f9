(* main rows COUNTS     the tables of the rows, as Markdown; COUNTS is a file that counts.exe has written
   main domains         one domain beside two
   main fairness        a timer beside a chain of calls
   main pass ROW N      so many calls of a row, for a profiler or for strace *)

open Row

let line cells = print_endline ("| " ^ String.concat " | " cells ^ " |")

let header names =
  line names;
  line (List.map (fun _ -> "---") names)

(* {1 Rows} *)

let read_counts file =
  In_channel.with_open_text file In_channel.input_all
  |> String.split_on_char '\n'
  |> List.filter_map (fun text ->
      match String.split_on_char '\t' text with
      | name :: counts when name <> "" -> Some (name, counts)
      | _ -> None)

let cells counts pause (row, ns) =
  let ratio = ns /. pause in
  let target, reached =
    match row.target with
    | No_target -> ("–", "–")
    | At_most limit ->
        let limit = limit /. 680. in
        (Printf.sprintf "≤ %.2f" limit, if ratio <= limit then "yes" else "NO")
  in
  [
    Printf.sprintf "`%s`" row.name;
    row.title;
    row.peer;
    Printf.sprintf "%.0f" ns;
    Printf.sprintf "%.2f" ratio;
    target;
    reached;
  ]
  @ Option.value (List.assoc_opt row.name counts) ~default:[ "–"; "–"; "–"; "–" ]

let table counts rows =
  let results = measure rows in
  let pause = List.assoc (List.hd rows) results in
  header
    [
      "row";
      "what";
      "peer, ns";
      "ns";
      "÷ pause";
      "target";
      "reached";
      "mallocs";
      "roots";
      "by name";
      "syscalls";
    ];
  List.iter (fun result -> line (cells counts pause result)) results

let rows file =
  let counts = read_counts file in
  print_endline "## Under Lwt\n";
  table counts Lwt_rows.rows;
  print_endline "\n## In direct style\n";
  table counts Direct_rows.rows;
  print_endline "\n## Many\n";
  let pending name what =
    match List.assoc_opt name counts with
    | Some [ rust; ocaml ] ->
        let all = int_of_string rust + int_of_string ocaml in
        Printf.printf
          "- Each of 100,000 %s that wait takes %d bytes beyond the future itself, %s of \
           Rust and %s of OCaml (target: ≤ 600): %s.\n"
          what all rust ocaml
          (if all <= 600 then "reached" else "NOT reached")
    | _ -> ()
  in
  pending "pending_lwt" "Lwt promises";
  pending "pending_future" "`Bactrian.Future`s";
  match List.assoc_opt "grown" counts with
  | Some (grown :: _) ->
      Printf.printf
        "- After a million calls, one after the other, Rust holds %s bytes more than \
         after a thousand (target: 0).\n"
        grown
  | _ -> ()

let domains () =
  print_endline "\n## Two domains\n";
  header
    [
      "what";
      "one domain, ns";
      "each of two at once, ns";
      "throughput";
      "target";
      "reached";
    ];
  List.iter
    (fun ({ Two_domains.way; alone; both } as result) ->
      let speedup = Two_domains.speedup result in
      let compared = way.name = "none" in
      line
        [
          way.title;
          Printf.sprintf "%.0f" alone;
          Printf.sprintf "%.0f" both;
          Printf.sprintf "%.2f ×" speedup;
          (if compared then "–" else "≥ 1.80 ×");
          (if compared then "–" else if speedup >= 1.795 then "yes" else "NO");
        ])
    (Two_domains.measure ())

let fairness () =
  print_endline "\n## A timer of 1 ms beside a chain of calls\n";
  header [ "host"; "timer"; "latest, best round"; "worst round"; "target"; "reached" ];
  let ms seconds = Printf.sprintf "%.2f ms" (seconds *. 1e3) in
  Fairness.measure (fun host timer ~best ~worst ->
      let reached = if best <= 0.005 then "yes" else "NO" in
      line [ host; timer; ms best; ms worst; "≤ 5 ms"; reached ])

let () =
  match Array.to_list Sys.argv with
  | [ _; "rows"; file ] -> rows file
  | [ _; "domains" ] -> domains ()
  | [ _; "fairness" ] -> fairness ()
  | [ _; "pass"; name; n ] ->
      (find (Lwt_rows.rows @ Direct_rows.rows) name).run (int_of_string n)
  | _ ->
      prerr_endline "usage: main rows COUNTS | domains | fairness | pass ROW N";
      exit 2
