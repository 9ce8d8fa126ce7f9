type 'a outcome = ('a option, exn) result
type 'a source = { pull : unit -> 'a option Future.t; close : unit -> unit }
type 'a reader = { resolve : 'a outcome -> bool }

type 'a state = {
  readers : 'a reader Fifo.t;
  kept : 'a outcome list;  (** What nobody was there for. Never with readers. *)
  pulling : bool;  (** Somebody has asked the source, and hands on what comes. *)
  asked : 'a option Future.t option;  (** What the source has not answered yet. *)
  ended : bool;
}

(* Without [t], so that the source, which has this, does not keep the stream alive. *)
and 'a shared = { source : 'a source; state : 'a state Atomic.t }
and 'a t = { shared : 'a shared }

let empty =
  { readers = Fifo.empty; kept = []; pulling = false; asked = None; ended = false }

let rec update shared change =
  let before = Atomic.get shared.state in
  if not (Atomic.compare_and_set shared.state before (change before)) then
    update shared change

let rec take_readers shared =
  let before = Atomic.get shared.state in
  if Atomic.compare_and_set shared.state before { before with readers = Fifo.empty } then
    Fifo.to_list before.readers
  else take_readers shared

(* {1 From the source to the readers} *)

let place_first outcome kept = outcome :: kept
let place_last outcome kept = kept @ [ outcome ]

(* To the first reader that still wants it, or to whoever comes. *)
let rec hand shared place outcome =
  let before = Atomic.get shared.state in
  let set = Atomic.compare_and_set shared.state before in
  match Fifo.pop before.readers with
  | Some (reader, readers) ->
      if not (set { before with readers } && reader.resolve outcome) then
        hand shared place outcome
  | None ->
      if not (before.ended || set { before with kept = place outcome before.kept }) then
        hand shared place outcome

let finish shared =
  update shared (fun state -> { state with pulling = false; ended = true });
  List.iter (fun reader -> ignore (reader.resolve (Ok None))) (take_readers shared)

(* After an element: is another one wanted? Else whoever wants one asks again. *)
let rec wanted shared =
  let before = Atomic.get shared.state in
  if (not before.ended) && not (Fifo.is_empty before.readers) then true
  else if Atomic.compare_and_set shared.state before { before with pulling = false } then
    false
  else wanted shared

let pull shared = try shared.source.pull () with exn -> Future.fail exn

(* [pulling] is set, by us. *)
let rec feed shared pulled =
  match Future.peek pulled with
  | Some outcome -> deliver shared outcome
  | None ->
      update shared (fun state -> { state with asked = Some pulled });
      Future.on_settled pulled (fun outcome ->
          update shared (fun state -> { state with asked = None });
          deliver shared outcome);
      (* Closed meanwhile, by somebody who did not see it. *)
      if (Atomic.get shared.state).ended then Future.cancel pulled

and deliver shared = function
  | Ok None -> finish shared
  | outcome ->
      hand shared place_last outcome;
      if wanted shared then feed shared (pull shared)

(* {1 Reading} *)

let rec next_future t =
  let shared = t.shared in
  let before = Atomic.get shared.state in
  let set = Atomic.compare_and_set shared.state before in
  match before with
  | { kept = outcome :: kept; _ } -> (
      if not (set { before with kept }) then next_future t
      else
        match outcome with
        | Ok element -> Future.return element
        | Error exn -> Future.fail exn)
  | { ended = true; _ } -> Future.return None
  | { pulling = true; _ } ->
      let future, reader = reader t in
      if set { before with readers = Fifo.push reader before.readers } then future
      else next_future t
  | _ when set { before with pulling = true } -> first t (pull shared)
  | _ -> next_future t

(* Whoever asked the source comes first. *)
and first t pulled =
  let shared = t.shared in
  match Future.peek pulled with
  | Some (Ok None) ->
      finish shared;
      pulled
  | Some _ ->
      if wanted shared then feed shared (pull shared);
      pulled
  | None ->
      let future, reader = reader t in
      update shared (fun state ->
          { state with readers = Fifo.push_first reader state.readers });
      feed shared pulled;
      (* It was closed meanwhile, and nobody looks at the readers. *)
      if (Atomic.get shared.state).ended then finish shared;
      future

and reader t =
  let itself = ref None in
  let others reader =
    match !itself with Some own -> reader.resolve != own | None -> true
  in
  (* It holds [t], and who waits holds it: the collector closes no stream that somebody waits
     for. *)
  let leave () =
    update t.shared (fun state ->
        { state with readers = Fifo.filter others state.readers })
  in
  let future, resolve = Future.make ~on_cancel:leave () in
  itself := Some resolve;
  (future, { resolve })

let next t =
  let future = next_future t in
  match Future.await future with
  | element -> element
  | exception exn ->
      let backtrace = Printexc.get_raw_backtrace () in
      (match Future.peek future with
      | Some (Ok (Some _) as outcome) ->
          (* It came in the moment in which this fibre was cancelled. *)
          hand t.shared place_first outcome
      | Some (Error error as outcome) when error != exn && error != Future.Cancelled ->
          hand t.shared place_first outcome
      | Some (Ok None | Error _) | None -> ());
      Printexc.raise_with_backtrace exn backtrace

let poll t =
  let future = next_future t in
  match Future.poll future with
  | Some outcome -> Some outcome
  | None -> (
      Future.cancel future;
      match Future.peek future with
      | Some (Ok _) as outcome -> outcome
      | Some (Error Future.Cancelled) | None -> None
      | Some (Error _) as outcome -> outcome)

let rec close t =
  let shared = t.shared in
  let before = Atomic.get shared.state in
  let after = { before with ended = true; kept = [] } in
  if not (Atomic.compare_and_set shared.state before after) then close t
  else (
    List.iter (fun reader -> ignore (reader.resolve (Ok None))) (take_readers shared);
    if not before.ended then shared.source.close ();
    Option.iter Future.cancel before.asked)

(* {1 Making} *)

let from ?(close = ignore) pull =
  { shared = { source = { pull; close }; state = Atomic.make empty } }

let from_owned ~close:close_source pull =
  let t = from ~close:close_source pull in
  Gc.finalise close t;
  t

let of_seq seq =
  let rest = ref seq in
  from (fun () ->
      match !rest () with
      | Seq.Nil ->
          rest := Seq.empty;
          Future.return None
      | Seq.Cons (element, others) ->
          rest := others;
          Future.return (Some element))

(* {1 All of it} *)

let rec fold f accumulator t =
  match next t with
  | None -> accumulator
  | Some element -> fold f (f accumulator element) t

let iter f t = fold (fun () element -> f element) () t
let to_list t = List.rev (fold (fun elements element -> element :: elements) [] t)
let to_seq t = Seq.of_dispenser (fun () -> next t)

let map f t =
  from ~close:(fun () -> close t) (fun () -> Future.map (Option.map f) (next_future t))
