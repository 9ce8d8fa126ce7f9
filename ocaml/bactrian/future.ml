exception Cancelled

type trigger = { release : unit -> unit; await : unit -> unit }

(* A record, to be told from others by its address. *)
type callback = { run : unit -> unit }

type 'a state =
  | Returned of 'a
  | Raised of exn * Printexc.raw_backtrace
  | Pending of pending

and pending = {
  abandon : unit -> unit;  (** Whoever was to settle it is told that nobody waits. *)
  callbacks : callback list;  (** The last first. *)
}

type 'a t = 'a state Atomic.t

(* {1 What the library bactrian.future provides} *)

let unlinked name =
  failwith
    (Printf.sprintf
       "Bactrian.Future.%s: the program is not linked with the OCaml library \
        bactrian.future"
       name)

let prepare : (unit -> trigger) ref = ref (fun () -> unlinked "await")
let timer : (float -> unit t) ref = ref (fun _ -> unlinked "sleep")
let turn : (unit -> unit) ref = ref ignore

(* {1 Settling} *)

let report exn backtrace =
  Printf.eprintf "Bactrian.Future: an exception escaped a callback: %s\n%s%!"
    (Printexc.to_string exn)
    (Printexc.raw_backtrace_to_string backtrace)

let uncaught_exception_hook = ref report

let call run =
  try run () with exn -> !uncaught_exception_hook exn (Printexc.get_raw_backtrace ())

let no_backtrace = Printexc.get_callstack 0
let pending abandon = Atomic.make (Pending { abandon; callbacks = [] })
let return value = Atomic.make (Returned value)
let fail ?(backtrace = no_backtrace) exn = Atomic.make (Raised (exn, backtrace))

(* What there was to tell, if it is settled by this. *)
let rec exchange t state =
  match Atomic.get t with
  | Pending pending as before ->
      if Atomic.compare_and_set t before state then Some pending else exchange t state
  | Returned _ | Raised _ -> None

let tell callbacks = List.iter (fun callback -> call callback.run) (List.rev callbacks)

let settle t state =
  match exchange t state with
  | None -> false
  | Some pending ->
      tell pending.callbacks;
      true

let outcome = function
  | Ok value -> Returned value
  | Error exn -> Raised (exn, no_backtrace)

let resolve t result = settle t (outcome result)

let make ?(on_cancel = ignore) () =
  let t = pending on_cancel in
  (t, resolve t)

let make_quiet ~on_cancel () =
  let t = pending on_cancel in
  let settle result =
    Option.map (fun pending () -> tell pending.callbacks) (exchange t (outcome result))
  in
  (t, settle)

let cancel t =
  match exchange t (Raised (Cancelled, no_backtrace)) with
  | None -> ()
  | Some pending ->
      call pending.abandon;
      tell pending.callbacks

(* {1 Callbacks} *)

(* [None]: it is settled. *)
let rec subscribe t run =
  match Atomic.get t with
  | Returned _ | Raised _ -> None
  | Pending pending as before ->
      let callback = { run } in
      let callbacks = callback :: pending.callbacks in
      if Atomic.compare_and_set t before (Pending { pending with callbacks }) then
        Some callback
      else subscribe t run

(* Is it pending, with nobody left who waits? *)
let rec unsubscribe t callback =
  match Atomic.get t with
  | Returned _ | Raised _ -> false
  | Pending pending as before ->
      let callbacks = List.filter (fun other -> other != callback) pending.callbacks in
      if Atomic.compare_and_set t before (Pending { pending with callbacks }) then
        callbacks = []
      else unsubscribe t callback

let watch t run =
  match subscribe t run with
  | None ->
      call run;
      ignore
  | Some callback -> fun () -> ignore (unsubscribe t callback)

let on t run = match subscribe t run with None -> call run | Some _ -> ()

let peek t =
  match Atomic.get t with
  | Returned value -> Some (Ok value)
  | Raised (exn, _) -> Some (Error exn)
  | Pending _ -> None

let on_settled t f = on t (fun () -> Option.iter f (peek t))

let poll t =
  match Atomic.get t with
  | Pending _ ->
      !turn ();
      peek t
  | Returned _ | Raised _ -> peek t

let is_pending t = match Atomic.get t with Pending _ -> true | _ -> false

(* {1 Waiting} *)

(* Until one of these is settled. *)
type any = Any : 'a t -> any

let suspend futures =
  let trigger = !prepare () in
  let subscribed =
    List.map (fun (Any t) -> (Any t, subscribe t trigger.release)) futures
  in
  if List.exists (fun (_, callback) -> Option.is_none callback) subscribed then
    trigger.release ();
  let leave () =
    List.map
      (function _, None -> false | Any t, Some callback -> unsubscribe t callback)
      subscribed
  in
  match trigger.await () with
  | () -> ignore (leave ())
  | exception exn ->
      let backtrace = Printexc.get_raw_backtrace () in
      List.iter2 (fun (Any t) nobody -> if nobody then cancel t) futures (leave ());
      Printexc.raise_with_backtrace exn backtrace

let rec await t =
  match Atomic.get t with
  | Returned value -> value
  | Raised (exn, backtrace) -> Printexc.raise_with_backtrace exn backtrace
  | Pending _ ->
      suspend [ Any t ];
      await t

let sleep seconds = !timer seconds

let await_timeout t seconds =
  if is_pending t then (
    let time = sleep seconds in
    (* The exception of a timer, which the system may refuse, is to be seen. *)
    suspend [ Any t; Any time ];
    if is_pending t then await time;
    cancel time);
  if is_pending t then None else Some (await t)

(* {1 Combining} *)

let map f t =
  match Atomic.get t with
  | Raised (exn, backtrace) -> fail ~backtrace exn
  | Returned value -> (
      match f value with
      | value -> return value
      | exception exn -> fail ~backtrace:(Printexc.get_raw_backtrace ()) exn)
  | Pending _ ->
      let mapped = pending (fun () -> cancel t) in
      let run () =
        let state =
          match Atomic.get t with
          | Raised (exn, backtrace) -> Raised (exn, backtrace)
          | Returned value -> (
              match f value with
              | value -> Returned value
              | exception exn -> Raised (exn, Printexc.get_raw_backtrace ()))
          | Pending _ -> assert false
        in
        ignore (settle mapped state)
      in
      on t run;
      mapped

let both a b =
  let pair =
    pending (fun () ->
        cancel a;
        cancel b)
  in
  let look () =
    match (Atomic.get a, Atomic.get b) with
    | Returned x, Returned y -> ignore (settle pair (Returned (x, y)))
    | Raised (exn, backtrace), _ -> if settle pair (Raised (exn, backtrace)) then cancel b
    | _, Raised (exn, backtrace) -> if settle pair (Raised (exn, backtrace)) then cancel a
    | Pending _, _ | _, Pending _ -> ()
  in
  on a look;
  if is_pending pair then on b look;
  pair

let first a b =
  let winner =
    pending (fun () ->
        cancel a;
        cancel b)
  in
  let won t loser () = if settle winner (Atomic.get t) then cancel loser in
  on a (won a b);
  if is_pending winner then on b (won b a);
  winner
