(** Results that come later, awaited in direct style.

    An [async fn] that Rust exports with [#[export]] is an external that returns a future:

    {[
    external fetch : string -> string Bactrian.Future.t = "fetch"

    let () = print_endline (Bactrian.Future.await (fetch "http://localhost/"))
    ]}

    The program links the library [bactrian.future]. The Rust function runs at once, up to
    the first point where it has to wait; if it never has to, the future is settled
    already.

    {1 Who runs what}

    {!await} suspends the calling fibre alone where a scheduler has said so (the libraries
    [bactrian-eio] and [bactrian-domainslib]). In a plain thread it blocks the thread,
    without OCaml's lock, and runs the Rust functions of its domain meanwhile: they make
    progress while somebody waits. A function that is exported with [#[export(parallel)]]
    runs on other threads anyway.

    A future may be used from any thread and any domain; it is settled, and its callbacks
    are run, on the domain that made it.

    {1 How it ends}

    A future is always settled: with the result of the function; with the exception of its
    error, for a function exported with [raise]; with {!Bactrian.Rust_panic}; with
    {!Bactrian.Dropped}, if the function can never go on; with {!Cancelled}. *)

type 'a t
(** A result of type ['a] that may not be there yet. *)

exception Cancelled
(** The future was {!cancel}led. *)

(** {1 Waiting} *)

val await : 'a t -> 'a
(** The result, once it is there, or the exception.

    When the wait itself is left by an exception, since its fibre is cancelled or a signal
    handler raises, the future is cancelled, unless somebody else awaits it too. *)

val await_timeout : 'a t -> float -> 'a option
(** As {!await}, for so many seconds. [None]: the time is over; the future goes on. *)

val poll : 'a t -> ('a, exn) result option
(** What is there now. In a plain thread it gives the Rust functions of this domain a
    turn. *)

val cancel : 'a t -> unit
(** Settles a future that is pending with {!Cancelled}, and has the Rust future dropped
    where it waits, with all that it owns. A future that is settled stays so. *)

(** {1 Combining} *)

val return : 'a -> 'a t
val fail : ?backtrace:Printexc.raw_backtrace -> exn -> 'a t

val map : ('a -> 'b) -> 'a t -> 'b t
(** The function of the result; it is called where the future is settled, and should not
    wait. Cancelling the new future cancels the old one. *)

val both : 'a t -> 'b t -> ('a * 'b) t
(** Both results; or the exception of the first that fails, and the other is cancelled. *)

val first : 'a t -> 'a t -> 'a t
(** The outcome of the first that is settled; the other is cancelled. *)

val on_settled : 'a t -> (('a, exn) result -> unit) -> unit
(** Calls the function once with the outcome: now, if it is there; else where the future
    is settled. The function should not wait. What it raises goes to
    {!uncaught_exception_hook}. *)

val sleep : float -> unit t
(** Is settled after so many seconds. *)

val make : ?on_cancel:(unit -> unit) -> unit -> 'a t * (('a, exn) result -> bool)
(** A future of OCaml's own, and what settles it, from any thread. [false]: it was settled
    already. *)

val uncaught_exception_hook : (exn -> Printexc.raw_backtrace -> unit) ref
(** What is done with an exception that a callback raises. By default it is printed. *)

(**/**)

(* For the library bactrian.future. *)

type trigger = { release : unit -> unit; await : unit -> unit }

val prepare : (unit -> trigger) ref
val timer : (float -> unit t) ref
val turn : (unit -> unit) ref
val pending : (unit -> unit) -> 'a t
val watch : 'a t -> (unit -> unit) -> unit -> unit
(* Calls the function when it is settled, unless what this gives is called before. *)

val make_quiet :
  on_cancel:(unit -> unit) -> unit -> 'a t * (('a, exn) result -> (unit -> unit) option)
(* As [make], but callbacks are run by what settling gives. [None]: it was settled already. *)

val peek : 'a t -> ('a, exn) result option
val resolve : 'a t -> ('a, exn) result -> bool
