(* counts MAIN: what a call of each row costs that is counted, not timed: allocations of Rust, long-lived roots, look-ups
   by name, and, with strace, system calls of MAIN pass ROW N. A line a row, in columns between tabs. *)

external allocations : unit -> int = "k_allocations"
external bytes : unit -> int = "k_bytes"
external roots : unit -> int = "k_roots"
external look_ups : unit -> int = "bench_look_ups"

let calls = 20_000

let per_call (row : Row.t) counters =
  row.run 1000;
  let before = List.map (fun counter -> counter ()) counters in
  row.run calls;
  List.map2
    (fun counter before ->
      Printf.sprintf "%.1f" (float (counter () - before) /. float calls))
    counters before

(* {1 System calls} *)

let has_strace = Sys.command "command -v strace > /dev/null 2>&1" = 0

let system_calls main name n =
  let report = Filename.temp_file "bench" ".strace" in
  Fun.protect
    ~finally:(fun () -> Sys.remove report)
    (fun () ->
      let command =
        Filename.quote_command "strace"
          [ "-f"; "-c"; "-o"; report; main; "pass"; name; string_of_int n ]
      in
      if Sys.command command <> 0 then failwith (command ^ " failed");
      let total text =
        match List.filter (( <> ) "") (String.split_on_char ' ' text) with
        | _ :: _ :: _ :: calls :: rest when List.exists (( = ) "total") rest ->
            int_of_string_opt calls
        | _ -> None
      in
      In_channel.with_open_text report In_channel.input_all
      |> String.split_on_char '\n' |> List.find_map total |> Option.get)

let system_calls_per_call main (row : Row.t) =
  if not has_strace then "–"
  else
    let few = 2000 and many = 6000 in
    let more = system_calls main row.name many - system_calls main row.name few in
    Printf.sprintf "%.1f" (Float.max 0. (float more /. float (many - few)))

(* {1 Memory} *)

let all_bytes () =
  Gc.full_major ();
  bytes () + ((Gc.stat ()).live_words * (Sys.word_size / 8))

external expect : int -> unit = "k_expect"
external wait_lwt : unit -> unit Lwt.t = "k_wait"
external wait : unit -> unit Bactrian.Future.t = "kf_wait"
external wake_all : unit -> unit = "k_wake_all"

(* What a call that waits takes, in bytes of either language: those of Rust, those of OCaml. The future itself is
   of a word. *)
let of_a_pending_call call finish =
  let n = 100_000 in
  expect n;
  let waiting = Array.make n (Obj.repr ()) in
  let rust = bytes () and all = all_bytes () in
  for i = 0 to n - 1 do
    waiting.(i) <- Obj.repr (call ())
  done;
  let now = all_bytes () in
  let rust = bytes () - rust in
  wake_all ();
  Array.iter finish waiting;
  (rust / n, (now - all - rust) / n)

let pending_lwt () =
  of_a_pending_call wait_lwt (fun promise -> Lwt_main.run (Obj.obj promise : unit Lwt.t))

let pending_future () =
  of_a_pending_call wait (fun future ->
      Bactrian.Future.await (Obj.obj future : unit Bactrian.Future.t))

let grown () =
  let row = Row.find Lwt_rows.rows "yield" in
  row.run 1000;
  Gc.full_major ();
  let before = bytes () in
  row.run 1_000_000;
  Gc.full_major ();
  bytes () - before

let print name (rust, ocaml) = Printf.printf "%s\t%d\t%d\n%!" name rust ocaml

let all main =
  let rows = Lwt_rows.rows @ List.tl Direct_rows.rows in
  List.iter
    (fun (row : Row.t) ->
      let counted = per_call row [ allocations; roots; look_ups ] in
      let counted = counted @ [ system_calls_per_call main row ] in
      print_endline (String.concat "\t" (row.name :: counted)))
    rows;
  Printf.printf "grown\t%d\n%!" (grown ());
  (* In a process of their own: tables that have grown are not given back. *)
  let command what = Filename.quote_command Sys.executable_name [ "--pending"; what ] in
  if Sys.command (command "lwt") + Sys.command (command "future") <> 0 then exit 1

let () =
  match Array.to_list Sys.argv with
  | [ _; "--pending"; "lwt" ] -> print "pending_lwt" (pending_lwt ())
  | [ _; "--pending"; "future" ] -> print "pending_future" (pending_future ())
  | [ _; main ] -> all main
  | _ ->
      prerr_endline "usage: counts MAIN";
      exit 2
