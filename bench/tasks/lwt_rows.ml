(* Rust futures as Lwt's promises. *)

open Row

external ready : unit -> unit Lwt.t = "k_ready"
external yield : unit -> unit Lwt.t = "k_yield"
external await : unit Lwt.t -> unit Lwt.t = "k_await"
external call : (unit -> unit Lwt.t) -> unit Lwt.t = "k_call"
external spawn : unit -> unit Lwt.t = "k_spawn"
external from_thread : (unit -> int) -> int -> int Lwt.t = "k_from_thread"

open Lwt.Infix

let rec chain step n =
  if n = 0 then Lwt.return_unit else step () >>= fun () -> chain step (n - 1)

let await_pending () =
  let promise, resolver = Lwt.task () in
  let waiting = await promise in
  Lwt.wakeup_later resolver ();
  waiting

let row ?peer ?target name title step =
  Row.make name ~title ?peer ?target (fun n -> Lwt_main.run (chain step n))

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
          let sum = Lwt_main.run (from_thread (fun () -> 1) n) in
          if sum <> n then failwith "from_thread");
    };
    {
      (row "concurrent" "1000 calls at once, each through a thread; per call" spawn
         ~peer:"3000" ~target:(At_most 800.))
      with
      run =
        (fun n ->
          let thousand () = Lwt.join (List.init 1000 (fun _ -> spawn ())) in
          Lwt_main.run (chain thousand (max 1 (n / 1000))));
    };
  ]
