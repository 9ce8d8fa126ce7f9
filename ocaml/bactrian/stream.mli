(** Elements that come one after the other, each asked for when it is wanted.

    A function that Rust exports with [-> impl Stream<Item = T>] is an external that
    returns one:

    {[
    external lines : string -> string Bactrian.Stream.t = "lines"

    let () = Bactrian.Stream.iter print_endline (lines "/var/log/syslog")
    ]}

    {1 Who asks, and when}

    Nothing is made in advance: Rust's stream is polled when an element is asked for, and
    at most one is asked for at a time. So whoever reads slowly slows the producer down.
    Fibres, threads and domains may read one stream together; each element goes to one of
    them, in the order in which they asked.

    {1 Cancelling}

    A {!next} that is cancelled, by its scheduler or with its future, loses nothing: what
    was asked for is kept for whoever asks next.

    {1 How it ends}

    After its last element a stream gives [None], for ever. An exception comes once: after
    that of an error ([#[export(raise)]], with items that are a [Result]) the stream goes
    on, as it does in Rust; after {!Bactrian.Rust_panic} it has ended. Whoever waits when
    the stream's domain or thread ends gets {!Bactrian.Dropped}, and whoever asks later
    [None].

    {!close} drops Rust's stream, with all that it owns. So does the collector, some time
    after the last that could read has let go of it, and the end of the domain that made
    it. *)

type 'a t
(** A stream of elements of type ['a]. *)

val next : 'a t -> 'a option
(** The next element, once it is there; [None] when there is none any more. Suspends the
    calling fibre alone, as {!Future.await} does. *)

val next_future : 'a t -> 'a option Future.t
(** The same as a future. When it is cancelled, the element goes to whoever asks next. *)

val poll : 'a t -> ('a option, exn) result option
(** What {!next} would give or raise, if it is there now. If it is not, it is asked for,
    and kept for whoever asks next. *)

val close : 'a t -> unit
(** Ends the stream now: whoever waits gets [None]. What was kept is dropped. *)

(** {1 All elements}

    These wait for each element. They leave a stream open when the function raises. *)

val iter : ('a -> unit) -> 'a t -> unit
val fold : ('acc -> 'a -> 'acc) -> 'acc -> 'a t -> 'acc
val to_list : 'a t -> 'a list

val to_seq : 'a t -> 'a Seq.t
(** The elements as an ephemeral sequence: each node waits for its element when it is
    forced, and may be forced once. *)

(** {1 Making} *)

val from : ?close:(unit -> unit) -> (unit -> 'a option Future.t) -> 'a t
(** A stream of what the function gives, which is called again when its last future is
    settled and another element is wanted. [close] is called at most once, when the stream
    is closed before its end. *)

val of_seq : 'a Seq.t -> 'a t
(** The nodes are forced one by one, where an element is asked for, and should not wait.
*)

val map : ('a -> 'b) -> 'a t -> 'b t
(** The function of each element. It is called where the element comes, and should not
    wait. Closing the new stream closes the old one. *)

(**/**)

(* As [from], and closed when nobody can read any more. *)
val from_owned : close:(unit -> unit) -> (unit -> 'a option Future.t) -> 'a t
