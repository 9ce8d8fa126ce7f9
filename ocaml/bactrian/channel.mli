(** Bounded channels between OCaml and Rust, and between fibres, threads and domains.

    A channel holds so many elements; whoever sends more waits until one was received.
    What is sent is received through a {!Stream}:

    {[
    let sender, received = Bactrian.Channel.create 16 in
    let total = sum_in_rust received in
    List.iter (Bactrian.Channel.send sender) numbers;
    Bactrian.Channel.close sender;
    Bactrian.Future.await total
    ]}

    Rust takes the receiving end as an [OCamlStream<T>]. For the other direction, and for
    elements that Rust's threads send or receive without OCaml's lock, Rust makes the
    channel ([bactrian::task::channel]): a [Sender<T>] that it returns is a {!sender}
    here, a [Receiver<T>] a {!Stream}.

    {1 How it ends}

    - {!close}: what was sent is received, and then comes the end.
    - {!fail}: what was sent is received, then the exception, once, and then the end.
    - The receiving stream is closed, or collected: what was sent is dropped.

    After each of them {!send} and {!try_send} raise {!Closed}; so does a {!send} that
    waits in that moment, whose element is not sent. *)

type 'a sender
(** The end that sends. Any number of fibres, threads and domains may use it. *)

exception Closed
(** The channel was closed, has failed, or nobody receives any more. *)

val create : int -> 'a sender * 'a Stream.t
(** A channel that holds so many elements, at least 1, which stay OCaml's.

    @raise Invalid_argument if the number is below 1. *)

val send : 'a sender -> 'a -> unit
(** Sends an element, and waits for room: suspends the calling fibre alone. Those who wait
    are served in order. A [send] whose wait is cancelled has not sent, unless room came
    in that very moment.

    @raise Closed as said above. *)

val send_future : 'a sender -> 'a -> unit Future.t
(** The same as a future. When it was cancelled the element is not sent; when it was
    cancelled on another domain than it was made on, and the channel is Rust's, the
    element may be on its way, and come after later ones. *)

val try_send : 'a sender -> 'a -> bool
(** Sends if there is room. [false]: there is none, or others wait for it.

    @raise Closed as said above. *)

val close : 'a sender -> unit
(** There is no more to send. For a channel of Rust's this closes the whole channel,
    whoever else has a sender of it. *)

val fail : 'a sender -> exn -> unit
(** There is no more to send because of this: the receiver gets it as an exception. Does
    nothing after {!close} or another {!fail}. *)

(**/**)

(* For the library bactrian.future. *)

val sender :
  try_send:('a -> bool) ->
  send:('a -> unit Future.t) ->
  close:(unit -> unit) ->
  fail:(exn -> unit) ->
  'a sender
