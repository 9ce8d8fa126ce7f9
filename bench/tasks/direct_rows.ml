(* Rust futures in direct style: in a thread without a scheduler, and in fibres of Eio. *)

module Future = Bactrian.Future

external ready : unit -> unit Future.t = "kf_ready"
external yield : unit -> unit Future.t = "kf_yield"
external spawn : unit -> unit Future.t = "kf_spawn"
external await : unit Future.t -> unit Future.t = "kf_await"
external call : (unit -> unit) -> unit Future.t = "kf_call"

let rec chain step n =
  if n > 0 then begin
    step ();
    chain step (n - 1)
  end

let in_thread body = body ()
let in_eio body = Eio_main.run (fun _ -> Bactrian_eio.run body)

let await_pending () =
  let future, resolve = Future.make () in
  let waiting = await future in
  ignore (resolve (Ok ()));
  Future.await waiting

let row host name title step =
  Row.make name ~title (fun n -> host (fun () -> chain step n))

let futures host prefix place =
  let row name title step = row host (prefix ^ name) (place ^ title) step in
  [
    row "ready" " awaits an `async fn` that is ready at once" (fun () ->
        Future.await (ready ()));
    row "yield" " awaits one that yields once" (fun () -> Future.await (yield ()));
    row "await" " awaits one that awaits a pending future of OCaml's" await_pending;
    row "spawn" " awaits a spawn on tokio" (fun () -> Future.await (spawn ()));
  ]

let pause = Row.find Lwt_rows.rows "pause"

let rows =
  (pause :: futures in_thread "thread_" "a thread")
  @ row in_eio "eio_pause" "`Eio.Fiber.yield`, for comparison" Eio.Fiber.yield
    :: futures in_eio "eio_" "a fibre of Eio"
  @ [
      row in_eio "eio_call"
        "a fibre of Eio awaits one that calls an OCaml function, in another fibre"
        (fun () -> Future.await (call ignore));
    ]
