exception Closed

type 'a sender = {
  try_send : 'a -> bool;
  send : 'a -> unit Future.t;
  close : unit -> unit;
  fail : exn -> unit;
}

(* {1 Channels of OCaml's own} *)

type ending = Open | Closing | Failing of exn | Gone

type 'a waiting = {
  value : 'a;
  settle : (unit, exn) result -> (unit -> unit) option;
      (** [None]: it was cancelled. Else what tells it. *)
}

type 'a state = {
  buffer : 'a Fifo.t;
  length : int;  (** Of the buffer, and what is on its way into it. *)
  senders : 'a waiting Fifo.t;
  receiver : (('a option, exn) result -> bool) option;
      (** The stream has asked, and the buffer is empty. *)
  ending : ending;
}

type 'a t = { capacity : int; state : 'a state Atomic.t }

let set t before after = Atomic.compare_and_set t.state before after

(* Into the place that was counted for it. *)
let rec put t value =
  let before = Atomic.get t.state in
  let less = { before with length = before.length - 1; receiver = None } in
  match before with
  | { ending = Gone; _ } -> if not (set t before less) then put t value
  | { receiver = Some receive; _ } ->
      if set t before less then ignore (receive (Ok (Some value))) else put t value
  | { receiver = None; buffer; _ } ->
      if not (set t before { before with buffer = Fifo.push value buffer }) then
        put t value

(* There may be room: whoever waits first sends. *)
let rec refill t =
  let before = Atomic.get t.state in
  if before.length < t.capacity then
    match Fifo.pop before.senders with
    | None -> ()
    | Some (waiting, senders) ->
        if set t before { before with senders; length = before.length + 1 } then (
          match waiting.settle (Ok ()) with
          | None -> leave t
          | Some tell ->
              put t waiting.value;
              tell ();
              refill t)
        else refill t

(* The place is not needed. *)
and leave t =
  let before = Atomic.get t.state in
  if set t before { before with length = before.length - 1 } then (
    settle_end t;
    refill t)
  else leave t

(* The receiver waits for what will not come. *)
and settle_end t =
  let before = Atomic.get t.state in
  match before with
  | { ending = Closing | Failing _; length = 0; receiver = Some receive; _ } ->
      let after = { before with receiver = None; ending = Closing } in
      if set t before after then
        let failure =
          match before.ending with Failing exn -> Error exn | _ -> Ok None
        in
        ignore (receive failure)
      else settle_end t
  | _ -> ()

type offer = Sent | Full

let rec offer t value =
  let before = Atomic.get t.state in
  match before with
  | { ending = Closing | Failing _ | Gone; _ } -> raise Closed
  | { receiver = Some receive; _ } ->
      if set t before { before with receiver = None } then (
        ignore (receive (Ok (Some value)));
        Sent)
      else offer t value
  | { length; senders; buffer; _ } when length < t.capacity && Fifo.is_empty senders ->
      let buffer = Fifo.push value buffer in
      if set t before { before with buffer; length = length + 1 } then Sent
      else offer t value
  | _ -> Full

let rec forget t own =
  let before = Atomic.get t.state in
  let others waiting =
    match !own with Some own -> waiting.settle != own | None -> true
  in
  let senders = Fifo.filter others before.senders in
  if not (set t before { before with senders }) then forget t own

let rec send t value =
  match offer t value with
  | exception Closed -> Future.fail Closed
  | Sent -> Future.return ()
  | Full ->
      let own = ref None in
      let future, settle = Future.make_quiet ~on_cancel:(fun () -> forget t own) () in
      own := Some settle;
      enqueue t value future { value; settle }

and enqueue t value future waiting =
  let before = Atomic.get t.state in
  let full = before.length >= t.capacity || not (Fifo.is_empty before.senders) in
  if before.ending == Open && full then
    if set t before { before with senders = Fifo.push waiting before.senders } then future
    else enqueue t value future waiting
  else send t value

(* What waits to be sent never will be. *)
let refuse senders =
  let refused waiting = waiting.settle (Error Closed) in
  List.iter (fun tell -> tell ()) (List.filter_map refused (Fifo.to_list senders))

let rec finish t ending =
  let before = Atomic.get t.state in
  if before.ending == Open then
    if set t before { before with ending; senders = Fifo.empty } then (
      refuse before.senders;
      settle_end t)
    else finish t ending

let rec hang_up t =
  let before = Atomic.get t.state in
  let length = before.length - List.length (Fifo.to_list before.buffer) in
  let after =
    { buffer = Fifo.empty; senders = Fifo.empty; length; receiver = None; ending = Gone }
  in
  if set t before after then refuse before.senders else hang_up t

let rec receive t =
  let before = Atomic.get t.state in
  match (Fifo.pop before.buffer, before) with
  | Some (value, buffer), _ ->
      if set t before { before with buffer; length = before.length - 1 } then (
        refill t;
        Future.return (Some value))
      else receive t
  | None, { ending = Gone; _ } -> Future.return None
  | None, { ending = Closing; length = 0; _ } -> Future.return None
  | None, { ending = Failing exn; length = 0; _ } ->
      if set t before { before with ending = Closing } then Future.fail exn else receive t
  | None, _ ->
      let future, resolve = Future.make () in
      if set t before { before with receiver = Some resolve } then future else receive t

let create capacity =
  if capacity < 1 then
    invalid_arg
      (Printf.sprintf
         "Bactrian.Channel.create: the capacity is %d, and must be at least 1" capacity);
  let state =
    {
      buffer = Fifo.empty;
      length = 0;
      senders = Fifo.empty;
      receiver = None;
      ending = Open;
    }
  in
  let t = { capacity; state = Atomic.make state } in
  let sender =
    {
      try_send = (fun value -> offer t value = Sent);
      send = send t;
      close = (fun () -> finish t Closing);
      fail = (fun exn -> finish t (Failing exn));
    }
  in
  (sender, Stream.from_owned ~close:(fun () -> hang_up t) (fun () -> receive t))

(* {1 Senders} *)

let sender ~try_send ~send ~close ~fail = { try_send; send; close; fail }
let try_send sender value = sender.try_send value
let send_future sender value = sender.send value
let close sender = sender.close ()
let fail sender exn = sender.fail exn

let send sender value =
  if not (sender.try_send value) then Future.await (sender.send value)
