(** Rust futures as Lwt promises, and Lwt promises as Rust futures.

    Link this library into a program, and an [async fn] that Rust exports with
    [#[export(lwt)]] is an external that returns a promise:

    {[
    external fetch : string -> string Lwt.t = "fetch"

    let () = print_endline (Lwt_main.run (fetch "http://localhost/"))
    ]}

    There is nothing to call here: linking is enough. This page says what to expect.

    {1 When it runs}

    The Rust function is run at once, up to the first point where it has to wait; if it
    never has to, the promise is already fulfilled. From then on it is run by
    {!Lwt_main.run}, which watches one descriptor for all Rust functions together. They do
    not keep [Lwt_main.run] going: it returns when the promise that it was given is
    settled. What still waits then goes on at the next [Lwt_main.run].

    {1 How it ends}

    The promise is always settled:

    - fulfilled with the result of the function;
    - rejected with the exception of its error, for a function exported with [raise];
    - rejected with {!Bactrian.Rust_panic}, if the function panics;
    - rejected with {!Bactrian.Dropped}, if the function can never go on: nothing is left
      that could wake it, or the program ends.

    An exception that escapes what you attached to the promise goes to
    {!Lwt.async_exception_hook}, as always; the other promises go on.

    {1 Cancelling}

    {!Lwt.cancel}, {!Lwt.pick} and {!Lwt_unix.with_timeout} drop the Rust future where it
    waits, with all that it owns. A function that has finished stays finished.

    {1 Domains}

    Lwt has one main loop in a program. The first domain that calls such a function is
    Lwt's; a call on another domain raises [Failure]. *)

(** {1 One loop for both} *)

module Engine = Engine
