(* A timer of 1 ms again and again, beside a chain of calls that never waits for anything else: how late it is. *)

module Future = Bactrian.Future

external rust_timer : float -> float Future.t = "kf_lateness"
external rust_timer_lwt : float -> float Lwt.t = "k_lateness"

let seconds = 0.4
let rounds = 5

(* The latest, in seconds. *)
let rec latest ~now sleep until late =
  let start = now () in
  if start > until then late
  else begin
    sleep 0.001;
    latest ~now sleep until (Float.max late (now () -. start -. 0.001))
  end

let in_lwt timer =
  let stop = ref false in
  let open Lwt.Infix in
  let rec saturate () =
    if !stop then Lwt.return_unit else Lwt_rows.yield () >>= saturate
  in
  let timed =
    timer () >|= fun late ->
    stop := true;
    late
  in
  Lwt_main.run (Lwt.both (saturate ()) timed) |> snd

let lwt_timer () =
  let open Lwt.Infix in
  let until = Unix.gettimeofday () +. seconds in
  let rec go late =
    let start = Unix.gettimeofday () in
    if start > until then Lwt.return late
    else
      Lwt_unix.sleep 0.001 >>= fun () ->
      go (Float.max late (Unix.gettimeofday () -. start -. 0.001))
  in
  go 0.

let saturate stop () =
  while not !stop do
    Future.await (Direct_rows.yield ())
  done

let in_eio timer =
  Eio_main.run (fun env ->
      Bactrian_eio.run (fun () ->
          let stop = ref false in
          let timed () =
            let late = timer env in
            stop := true;
            late
          in
          fst (Eio.Fiber.pair timed (saturate stop))))

let eio_timer env =
  let clock = Eio.Stdenv.clock env in
  latest ~now:Unix.gettimeofday (Eio.Time.sleep clock)
    (Unix.gettimeofday () +. seconds)
    0.

let in_thread timer =
  let timed = timer () in
  while Option.is_none (Future.poll timed) do
    Future.await (Direct_rows.yield ())
  done;
  Future.await timed

let ways =
  [
    ("Lwt", "`Lwt_unix.sleep`", fun () -> in_lwt lwt_timer);
    ("Lwt", "tokio's, in a task", fun () -> in_lwt (fun () -> rust_timer_lwt seconds));
    ("Eio", "`Eio.Time.sleep`", fun () -> in_eio eio_timer);
    ( "Eio",
      "tokio's, in a task",
      fun () -> in_eio (fun _ -> Future.await (rust_timer seconds)) );
    ("a thread", "tokio's, in a task", fun () -> in_thread (fun () -> rust_timer seconds));
  ]

(* The best round and the worst, of each. *)
let measure show =
  List.iter
    (fun (host, timer, run) ->
      let late = List.init rounds (fun _ -> run ()) in
      let best = List.fold_left Float.min infinity late in
      show host timer ~best ~worst:(List.fold_left Float.max 0. late))
    ways
