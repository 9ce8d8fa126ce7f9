(** Asynchronous Rust functions in direct style: what runs them.

    Link this library, and {!Bactrian.Future.await} works in every thread. There is
    nothing to call here, but for whoever writes a scheduler. *)

(** A scheduler that runs Rust functions in its own loop, and suspends a fibre where
    {!Bactrian.Future.await} waits.

    The Rust functions of a domain are behind one descriptor. A scheduler does two things:

    - it watches {!Host.descriptor}, and calls {!Host.turn} whenever that is readable;
    - it gives {!Host.using} a function that makes a trigger for a fibre that waits.

    {[
    Bactrian_future.Host.using ~prepare_for_await:my_trigger (fun () ->
        fork_daemon (fun () ->
            while true do
              await_readable (Bactrian_future.Host.descriptor ());
              Bactrian_future.Host.turn ()
            done);
        main ())
    ]} *)
module Host : sig
  type trigger = Bactrian.Future.trigger = {
    release : unit -> unit;
        (** Ends the wait. Called once or more, before [await] or during it, from any
            thread of any domain. *)
    await : unit -> unit;  (** Suspends the fibre until then. Called once. *)
  }
  (** As [Domain_local_await.t]. *)

  val using :
    ?fork:((unit -> unit) -> unit) ->
    prepare_for_await:(unit -> trigger) ->
    (unit -> 'a) ->
    'a
  (** Runs the function, during which this thread alone runs Rust functions of its domain:
      it must watch {!descriptor}. {!Bactrian.Future.await} uses [prepare_for_await] in
      this thread; in others of the domain it blocks the thread. Calls nest.

      [fork] starts a fibre that nobody waits for, in the thread of the scheduler. Rust
      calls it, so it cannot perform effects: it leaves the start to the loop. OCaml
      functions that Rust calls and awaits ([bactrian::task::future::OCamlAsyncFn]) run in
      one. Without it they run in threads.

      @raise Failure if another thread of this domain is the host. *)

  val or_block : trigger -> trigger
  (** Where the effect by which the trigger suspends a fibre reaches no scheduler, in a
      function that Rust called or in a thread that the scheduler does not know, the wait
      blocks the thread instead, and runs Rust functions of its domain if it is the host.
  *)

  val descriptor : unit -> Unix.file_descr
  (** Readable when Rust functions of this domain have something to do. Level-triggered,
      and never to be read or closed. *)

  val turn : unit -> unit
  (** Does what is due, up to a bound, and does not wait. If more is left, the descriptor
      is readable again. It may raise what escaped the hook of another event loop of this
      thread. *)

  val block : unit -> trigger
  (** A trigger that blocks the thread, for code of such a thread that is in no fibre:
      [await] runs Rust functions of the domain meanwhile. *)

  (** {1 Schedulers without a loop that watches descriptors} *)

  val with_driver : (unit -> 'a) -> 'a
  (** Runs the function, during which a thread that it starts in this domain runs Rust
      functions of the domain. Rust functions whose future is not [Send] are refused in
      fibres then. *)

  val suspending :
    ?fork:((unit -> unit) -> unit) ->
    prepare_for_await:(unit -> trigger) ->
    (unit -> 'a) ->
    'a
  (** The other half of {!using}: {!Bactrian.Future.await} uses [prepare_for_await] in
      this thread, during the call. *)

  val everywhere : prepare_for_await:(unit -> trigger) -> (unit -> 'a) -> 'a
  (** For schedulers with threads on many domains, whose fibres move between them. During
      the call {!Bactrian.Future.await} uses [prepare_for_await] in every thread that has
      no other scheduler, of all domains. A domain in which a Rust function has to wait
      meanwhile, and which has no host, gets a thread that runs its Rust functions until
      the domain ends. Rust functions whose future is not [Send] are refused as with
      {!with_driver}. Calls may overlap: the last that began counts. *)
end
