(** Rust futures as Lwt promises, and Lwt promises as Rust futures.

    Link this library into a program, and an [async fn] that Rust exports with
    [#[export(lwt)]] is an external that returns a promise:

    {[
    external fetch : string -> string Lwt.t = "fetch"

    let () = print_endline (Lwt_main.run (fetch "http://localhost/"))
    ]}

    There is nothing to call for that: linking is enough. This page says what to expect.

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

    {1 Streams}

    A function that Rust exports with [#[export(lwt)]] and that returns
    [impl Stream<Item = T>] is an external that returns an {!Lwt_stream.t}:

    {[
    external lines : string -> string Lwt_stream.t = "lines"
    ]}

    Rust's stream is polled when an element is wanted that is not there, and one element
    at a time: nothing is made in advance. A [Lwt_stream.get] that is cancelled loses
    nothing; what was asked for is there for the next one. An error of an item, for a
    function exported with [raise], rejects that one [get], and the stream goes on; a
    panic rejects one, and the stream has ended. Rust's stream is dropped when it has
    ended, some time after OCaml has let go of the stream and of all its clones (but not
    while an element is on its way), or when the program ends.

    {1 Domains}

    Lwt has one main loop in a program. The first domain that calls such a function is
    Lwt's; a call on another domain raises [Failure]. *)

(** {1 Between Lwt and direct style}

    These are for the thread of Lwt's loop. A program that uses futures, streams or
    channels of Rust's in direct style links [bactrian.future] too. *)

val of_future : 'a Bactrian.Future.t -> 'a Lwt.t
(** A promise of the future's result, wherever the future is settled. Cancelling the
    promise cancels the future; a future that is cancelled rejects the promise with
    {!Lwt.Canceled}. *)

val to_future : 'a Lwt.t -> 'a Bactrian.Future.t
(** A future of the promise's result, for any thread. Cancelling the future cancels the
    promise, on its own thread; a promise that is cancelled raises
    {!Bactrian.Future.Cancelled}. *)

val of_stream : 'a Bactrian.Stream.t -> 'a Lwt_stream.t
(** The elements of the stream, each asked for when it is wanted. *)

val to_stream : 'a Lwt_stream.t -> 'a Bactrian.Stream.t
(** The elements of the stream, each asked for when it is wanted. It is to be read on this
    thread, and so by Rust functions in tasks of this domain. *)

val send : 'a Bactrian.Channel.sender -> 'a -> unit Lwt.t
(** {!Bactrian.Channel.send}, as a promise: it is fulfilled when the element is sent, and
    rejected with {!Bactrian.Channel.Closed}. One that is cancelled has not sent. *)

(** {1 One loop for both} *)

module Engine = Engine
