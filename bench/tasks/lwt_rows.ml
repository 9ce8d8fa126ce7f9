(* main FOLDER: measures the task layer beside Lwt's own [Lwt.pause], and writes TASKS.md into FOLDER.

   Every row is a chain of calls, each of which begins when the one before has ended. The rows take turns, and the
   middle of the rounds counts. *)

external ready : unit -> unit Lwt.t = "k_ready"
external yield : unit -> unit Lwt.t = "k_yield"
external await : unit Lwt.t -> unit Lwt.t = "k_await"
external call : (unit -> unit Lwt.t) -> unit Lwt.t = "k_call"
external spawn : unit -> unit Lwt.t = "k_spawn"
external from_thread : (unit -> int) -> int -> int Lwt.t = "k_from_thread"
external allocations : unit -> int = "k_allocations"
external bytes : unit -> int = "k_bytes"

open Lwt.Infix

let rec chain step n =
  if n = 0 then Lwt.return_unit else step () >>= fun () -> chain step (n - 1)

let await_pending () =
  let promise, resolver = Lwt.task () in
  let waiting = await promise in
  Lwt.wakeup_later resolver ();
  waiting

(* Targets are those of the peer ocaml-lwt-interop, on whose machine [Lwt.pause] took 680 ns. *)
type target =
  | At_most of float (* ns on that machine: counts as a ratio to [Lwt.pause] *)
  | No_target

type row = {
  name : string;
  title : string;
  peer : string;
  target : target;
  run : int -> unit Lwt.t;
}

let row ?(peer = "–") ?(target = No_target) name title step =
  { name; title; peer; target; run = chain step }

let rows =
  [
    row "pause" "`Lwt.pause`, for comparison" Lwt.pause ~peer:"680";
    row "ready" "an `async fn` that is ready at once" ready ~peer:"625"
      ~target:(At_most 120.);
    row "yield" "an `async fn` that yields once" yield ~peer:"700" ~target:(At_most 200.);
    row "turn" "the same, and a forced turn of the event loop"
      (fun () -> yield () >>= Lwt.pause)
      ~peer:"4500" ~target:(At_most 1200.);
    row "await_ready" "Rust awaits a ready promise"
      (fun () -> await Lwt.return_unit)
      ~peer:"1460" ~target:(At_most 300.);
    row "await_pending" "Rust awaits a pending promise" await_pending ~peer:"1550"
      ~target:(At_most 500.);
    row "call_ready" "Rust calls an OCaml async function that is ready"
      (fun () -> call Lwt.return)
      ~peer:"1440" ~target:(At_most 400.);
    row "call_pausing" "Rust calls an OCaml async function that pauses"
      (fun () -> call Lwt.pause)
      ~peer:"5470" ~target:(At_most 1500.);
    row "spawn" "spawn on tokio and join" spawn ~peer:"11600" ~target:(At_most 6960.);
    {
      (row "from_thread" "a worker thread calls a closure, and waits" ready ~peer:"24000"
         ~target:(At_most 12000.))
      with
      run =
        (fun n ->
          from_thread (fun () -> 1) n >|= fun sum ->
          if sum <> n then failwith "from_thread");
    };
    {
      (row "concurrent" "1000 calls at once, each through a thread; per call" spawn
         ~peer:"3000" ~target:(At_most 800.))
      with
      run =
        (fun n ->
          chain
            (fun () -> Lwt.join (List.init 1000 (fun _ -> spawn ())))
            (max 1 (n / 1000)));
    };
  ]

let round_seconds = 0.05
let rounds = 9

let seconds run n =
  let start = Unix.gettimeofday () in
  Lwt_main.run (run n);
  Unix.gettimeofday () -. start

let rec calibrate row n =
  let n = max 1000 n in
  let took = seconds row.run n in
  if took > round_seconds /. 2. then
    max 1000 (int_of_float (float n *. round_seconds /. took) / 1000 * 1000)
  else calibrate row (n * 2)

let middle times =
  let sorted = List.sort compare times in
  List.nth sorted (List.length sorted / 2)

let measure rows =
  let prepared = List.map (fun row -> (row, calibrate row 1000, ref [], ref 0)) rows in
  for _ = 1 to rounds do
    List.iter
      (fun (row, n, times, allocated) ->
        Gc.minor ();
        let before = allocations () in
        let took = seconds row.run n in
        allocated := (allocations () - before) * 10 / n;
        times := (took *. 1e9 /. float n) :: !times)
      prepared
  done;
  List.map
    (fun (row, _, times, allocated) -> (row, middle !times, float !allocated /. 10.))
    prepared

(* What a call that waits takes, in bytes of either language. *)
let pending = 100_000

let bytes_of_a_pending_call () =
  let all () =
    Gc.full_major ();
    bytes () + ((Gc.stat ()).live_words * (Sys.word_size / 8))
  in
  let promises = List.init pending (fun _ -> Lwt.task ()) in
  let waiting = Array.make pending Lwt.return_unit in
  let before = all () in
  List.iteri (fun i (promise, _) -> waiting.(i) <- await promise) promises;
  let each = (all () - before) / pending in
  List.iter (fun (_, resolver) -> Lwt.wakeup_later resolver ()) promises;
  Lwt_main.run (Lwt.join (Array.to_list waiting));
  each

let report results =
  let pause = match results with (_, ns, _) :: _ -> ns | [] -> assert false in
  let cells (row, ns, allocated) =
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
      Printf.sprintf "%.1f" allocated;
    ]
  in
  let line cells = "| " ^ String.concat " | " cells ^ " |\n" in
  let header =
    [
      "row";
      "what";
      "peer, ns";
      "ns";
      "÷ pause";
      "target";
      "reached";
      "allocations of Rust";
    ]
  in
  String.concat ""
    (line header
    :: line (List.map (fun _ -> "---") header)
    :: List.map (fun result -> line (cells result)) results)

let () =
  let folder = Sys.argv.(1) in
  let table =
    Printf.sprintf
      "%s\n\
       %d calls that wait for promises: %d bytes each, the future's own among them \
       (target: ≤ 600 without those)\n"
      (report (measure rows))
      pending (bytes_of_a_pending_call ())
  in
  print_string table;
  Out_channel.with_open_bin (Filename.concat folder "TASKS.md") (fun out ->
      Out_channel.output_string out
        ("# Results: tasks\n\n\
          Written by `make bench ROWS=tasks`. Nanoseconds per call under Lwt, and the \
          ratio to `Lwt.pause` in the same run. The peer is ocaml-lwt-interop as its \
          authors' benchmark measures it, on a machine where `Lwt.pause` took 680 ns; \
          the targets are set as ratios to that. The last column counts calls of Rust's \
          allocator per call.\n\n" ^ table))
