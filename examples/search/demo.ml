open Lwt.Syntax
open Search_core

(* More than any page shows, so that the ranking has something to choose from. *)
let candidates = 50

let handler (index : Index.t) ?others =
  let find stages = Store.query index.store stages ~limit:candidates in
  Service.handler ~about:(Index.about index) ~entries:index.entries ~find ?others

let failed = function
  | Bactrian.Rust_panic (message, _) -> Service.error 500 ~kind:"rust_panic" message
  | exn -> Service.error 500 ~kind:"exception" (Printexc.to_string exn)

(* {1 What goes wrong on purpose} *)

let nothing = { Service.status = 204; content_type = "text/plain"; allow = ""; body = "" }

let troubles =
  [
    (Probe.raise_path, fun () -> failwith "raised on purpose");
    (Probe.panic_path, fun () -> Lwt.map (fun () -> nothing) (Rust.panic ()));
    (Probe.slow_path, fun () -> Lwt.map (fun () -> nothing) (Lwt_unix.sleep 0.25));
  ]

(* {1 The load} *)

(* One request of another sort after every few searches. *)
let rec mix searches others =
  match (searches, others) with
  | searches, [] -> searches
  | [], others -> others
  | searches, other :: others ->
      let taken = List.filteri (fun i _ -> i < 10) searches in
      let left = List.filteri (fun i _ -> i >= 10) searches in
      taken @ (other :: mix left others)

let plan (index : Index.t) =
  mix (List.map Probe.search index.known) Probe.(pages @ mistakes @ troubles)

let hang_ups (report : Rust.report) =
  List.fold_left
    (fun sum ((_, outcome), n) -> if outcome = "left" then sum + n else sum)
    0 report.outcomes

(* The server may hear of the last client that left a moment later than we do. *)
let rec wait_for condition attempts =
  if condition () then Lwt.return_true
  else if attempts = 0 then Lwt.return_false
  else
    let* () = Lwt_unix.sleep 0.05 in
    wait_for condition (attempts - 1)

let merge (a : Rust.report) (b : Rust.report) =
  let add outcomes (key, n) =
    let before = Option.value (List.assoc_opt key outcomes) ~default:0 in
    (key, before + n) :: List.remove_assoc key outcomes
  in
  {
    b with
    sent = a.sent + b.sent;
    outcomes = List.sort compare (List.fold_left add a.outcomes b.outcomes);
    wrong = a.wrong + b.wrong;
    complaints = a.complaints @ b.complaints;
  }

(* {1 The table} *)

let line name value = Printf.printf "  %-22s %s\n" name value
let int_line name value = line name (string_of_int value)

let show_index (index : Index.t) =
  line "folder" index.folder;
  int_line "files" index.files;
  int_line "skipped" (List.length index.skipped);
  int_line "entries" index.entries;
  line "index time"
    (Printf.sprintf "%.2f s%s" index.seconds
       (if index.reused then " (kept from before)" else ""))

let show_outcomes outcomes =
  Printf.printf "  what came back\n";
  let one ((what, outcome), n) = Printf.printf "    %-20s %-13s %d\n" what outcome n in
  List.iter one outcomes

(* Says it, and whether it holds. *)
let require what holds =
  if not holds then Printf.printf "  NOT AS IT SHOULD BE: %s\n" what;
  holds

let run index ~port ~requests ~at_once =
  let handled = ref 0 in
  let answer = handler index ~others:troubles in
  let counted request =
    incr handled;
    answer request
  in
  let server = Server.start ~port ~handler:counted ~failed in
  let port = Server.port server and probes = plan index in
  Printf.printf "serving on http://127.0.0.1:%d/, %d requests, %d at once\n%!" port
    requests at_once;
  let warm_up = min (requests / 2) (max 1000 (requests / 10)) in
  let* first = Load.run ~port probes ~requests:warm_up ~at_once in
  let before = Memory.now () in
  let* second = Load.run ~port probes ~requests:(requests - warm_up) ~at_once in
  let report = merge first second in
  let left = hang_ups report in
  let heard () =
    let seen = Server.seen server in
    seen.abandoned + seen.broken >= left && seen.answers + left >= report.sent
  in
  let* all_heard = wait_for heard 100 in
  let after = Memory.now () in
  let seen = Server.seen server in
  Server.stop server;
  Printf.printf "\n";
  show_index index;
  line "requests" (Printf.sprintf "%d (%d to warm up)" report.sent first.sent);
  line "requests/s"
    (Printf.sprintf "%.0f" (float_of_int second.sent /. Float.max 1e-9 second.seconds));
  line "p50, p99, max"
    (Printf.sprintf "%.2f, %.2f, %.2f ms" second.p50_ms second.p99_ms second.max_ms);
  show_outcomes report.outcomes;
  line "wrong or lost" (string_of_int report.wrong);
  line "clients that left"
    (Printf.sprintf "%d; the server saw %d" left (seen.abandoned + seen.broken));
  let growth = Memory.growth ~before ~after in
  List.iter (fun (text, _) -> line "memory" text) growth;
  List.iter (fun text -> Printf.printf "  WRONG %s\n" text) report.complaints;
  let holds =
    List.map
      (fun (what, holds) -> require what holds)
      ([
         ("every request is sent", report.sent = requests);
         ("every answer is right", report.wrong = 0);
         ("there are searches with known answers", index.known <> []);
         ("the server hears of every client that leaves", all_heard);
         ( "every answer comes from the handler, once",
           seen.answers <= !handled && !handled <= seen.requests );
       ]
      @ List.map (fun (text, ok) -> ("the memory does not grow: " ^ text, ok)) growth)
  in
  Printf.printf "%!";
  Lwt.return (List.for_all Fun.id holds)
