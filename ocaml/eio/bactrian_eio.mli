(** Asynchronous Rust functions in Eio's fibres.

    {[
    external fetch : string -> string Bactrian.Future.t = "fetch"

    let () =
      Eio_main.run @@ fun _env ->
      Bactrian_eio.run @@ fun () ->
      let a, b =
        Eio.Fiber.pair
          (fun () -> Bactrian.Future.await (fetch "/a"))
          (fun () -> Bactrian.Future.await (fetch "/b"))
      in
      print_endline (a ^ b)
    ]}

    Eio's loop then waits for Rust's tasks as it does for its own files: one descriptor is
    watched, by a daemon fibre.

    {1 Cancellation}

    When a fibre is cancelled ([Fiber.first], a switch that fails) while it is in
    {!Bactrian.Future.await}, the Rust future is dropped where it waits, with all that it
    owns, and the fibre goes on with [Cancelled]. A future that several fibres await is
    dropped when the last of them has gone. *)

val run : (unit -> 'a) -> 'a
(** Runs the function. Meanwhile {!Bactrian.Future.await} suspends the calling fibre
    alone, in every fibre of this domain, and this thread polls the Rust futures of this
    domain, so that those which are not [Send] are accepted too.

    To be called in Eio's event loop, once in each domain that has one: within
    [Eio_main.run], and within [Eio.Domain_manager.run] for another domain. Calls nest.

    Without it a call of [await] is right as well, but blocks all fibres of the domain.

    An exception that escapes a callback ({!Bactrian.Future.on_settled}) goes to
    {!Bactrian.Future.uncaught_exception_hook}, and the loop goes on.

    @raise Failure if another thread of this domain runs its Rust futures. *)
