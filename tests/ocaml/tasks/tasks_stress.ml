(* Random futures on every host at once: threads, two domains of Eio, a pool of Domainslib. Each
   future is awaited, given up, cancelled at some await point, raced, refused, or panics. At the
   end every one was settled once, everything that Rust owned was dropped once, no task
   is left, and no future that is not [Send] was polled on another thread.

   Without compactions: see ARCHITECTURE.md, Known limits. *)

module Future = Bactrian.Future
module Task = Domainslib.Task

external drops : unit -> int = "f_drops"
external ready : int -> int Future.t = "f_ready"
external yield : int -> int Future.t = "f_yield"
external sleep : int -> int Future.t = "f_sleep"
external spawned : int -> int Future.t = "f_spawned"
external refuse : string -> bool -> int Future.t = "f_refuse"
external panic : string -> bool -> unit Future.t = "f_panic"
external wait : int -> int Future.t = "f_wait"
external signal : int -> int -> bool = "f_signal"
external signal_later : int -> int -> int -> unit = "f_signal_later"
external strays : unit -> int = "f_strays"
external stays : int -> int Future.t = "f_stays"
external parallel_sum : int -> int Future.t = "f_parallel_sum"
external called_back : (int -> int) -> int -> int Future.t = "f_called_back"
external waiting : unit -> int = "f_waiting"

(* Panics are many, and go to stderr, which nobody hears. *)
let fail format =
  Printf.ksprintf
    (fun text ->
      print_endline text;
      failwith text)
    format

(* {1 What is counted} *)

let made = Atomic.make 0
let settled = Atomic.make 0
let guards = Atomic.make 0
let numbers = Atomic.make 1_000_000

let watch t =
  Atomic.incr made;
  Future.on_settled t (fun _ -> Atomic.incr settled);
  t

let guarded t =
  Atomic.incr guards;
  watch t

let expect what expected t =
  let got = Future.await (watch t) in
  if got <> expected then fail "%s: %d, and not %d" what got expected

let cancelled_or what expected t =
  match Future.await t with
  | n when n = expected -> ()
  | n -> fail "%s: %d, and not %d" what n expected
  | exception Future.Cancelled -> ()

(* {1 One future, in one of the ways} *)

let cancel_at_point rng =
  (* After so many of its turns. *)
  let n = Random.State.int rng 12 in
  let t = watch (yield n) in
  expect "beside it" 3 (yield 3);
  for _ = 1 to Random.State.int rng (n + 1) do
    expect "a turn" 1 (yield 1)
  done;
  Future.cancel t;
  cancelled_or "cancelled at a point" n t

external points :
  int -> int -> int -> int Future.t * int Future.t -> (bool -> int) -> int Future.t
  = "p_points"

external reached : int -> bool = "p_reached"
external point_guards : unit -> int = "p_guards"
external point_drops : unit -> int = "p_drops"

let number_of_points = 9

let drop_at_point rng =
  (* At each of its await points, by OCaml (0) or by Rust (1, 2); or past all of them. *)
  let number = Atomic.fetch_and_add numbers 1 in
  let stop = Random.State.int rng (number_of_points + 1) in
  let way = Random.State.int rng 3 in
  let never, resolve_never = Future.make () in
  let blocked, unblock = Future.make () in
  let call last = if last then Future.await blocked else Future.await (yield 1) in
  let way = if stop = number_of_points then 0 else way in
  let t = watch (points number stop way (Future.return 1, never) call) in
  (if stop < number_of_points && way = 0 then (
     while not (reached number) do
       ignore (Future.await (Future.sleep 0.0005))
     done;
     Future.cancel t;
     match Future.await t with
     | n -> fail "point %d: %d, and not cancelled" stop n
     | exception Future.Cancelled -> ())
   else
     let got = Future.await t in
     let expected = if way = 0 then number_of_points else -way in
     if got <> expected then fail "point %d: %d, and not %d" stop got expected;
     ignore (reached number));
  ignore (unblock (Ok 0));
  ignore (resolve_never (Ok 0))

let cancel_against_signal rng =
  (* Completion and cancellation at once: the signal comes from another thread. *)
  let number = Atomic.fetch_and_add numbers 1 in
  let t = guarded (wait number) in
  (match Random.State.int rng 4 with
  | 0 -> signal_later number 7 0
  | 1 -> ignore (signal number 7)
  | 2 -> ()
  | _ ->
      signal_later number 7 0;
      ignore (Future.await_timeout t 0.0003));
  Future.cancel t;
  cancelled_or "signalled" 7 t;
  ignore (signal number 7)

let give_up rng =
  let t = guarded (sleep (1 + Random.State.int rng 3)) in
  match Future.await_timeout t (Random.State.float rng 0.003) with
  | Some _ -> ()
  | None -> if Random.State.bool rng then Future.cancel t else ignore (Future.await t)

let race rng =
  let a = guarded (sleep (Random.State.int rng 3)) in
  let b = watch (yield (Random.State.int rng 10)) in
  ignore (Future.await (watch (Future.first a b)))

let both rng =
  let n = Random.State.int rng 5 in
  let a = guarded (sleep n) and b = watch (yield n) in
  match Future.await (watch (Future.both a b)) with
  | x, y when x = n && y = n -> ()
  | x, y -> fail "both: %d and %d, and not %d" x y n

let refused rng =
  match Future.await (watch (refuse "no" (Random.State.bool rng))) with
  | exception Failure text when text = "no" -> ()
  | exception exn -> raise exn
  | _ -> fail "not refused"

let panics rng =
  match Future.await (guarded (panic "stress" (Random.State.bool rng))) with
  | exception Bactrian.Rust_panic ("stress", _) -> ()
  | exception exn -> raise exn
  | () -> fail "no panic"

let one ~stay rng =
  match Random.State.int rng 16 with
  | 0 -> expect "ready" 8 (ready 7)
  | 1 ->
      let n = Random.State.int rng 20 in
      expect "yield" n (yield n)
  | 2 -> expect "spawned" 14 (spawned 7)
  | 3 | 4 -> cancel_at_point rng
  | 5 | 6 -> cancel_against_signal rng
  | 7 -> give_up rng
  | 8 -> race rng
  | 9 -> both rng
  | 10 -> refused rng
  | 11 -> panics rng
  | 14 | 15 -> drop_at_point rng
  | 12 ->
      let n = Random.State.int rng 100 in
      expect "parallel" (n * (n - 1) / 2) (parallel_sum n)
  | _ ->
      if stay then
        let n = Random.State.int rng 3 in
        expect "stays" n (stays n)
      else expect "called back" 45 (called_back (fun n -> n + 5) 40)

(* {1 Hosts} *)

let running = Atomic.make true

let fibre ~stay seed () =
  let rng = Random.State.make [| seed |] in
  while Atomic.get running do
    one ~stay rng
  done

let eio seed =
  Eio_main.run (fun _ ->
      Bactrian_eio.run (fun () ->
          Eio.Fiber.all (List.init 8 (fun n -> fibre ~stay:true (seed + n)))))

let domainslib seed =
  let pool = Task.setup_pool ~num_domains:1 () in
  Bactrian_domainslib.run pool (fun () ->
      let tasks = List.init 6 (fun n -> Task.async pool (fibre ~stay:false (seed + n))) in
      List.iter (Task.await pool) tasks);
  Task.teardown_pool pool

let threads seed =
  (* While a pool of Domainslib runs, what stays on its thread is refused. *)
  List.iter Thread.join
    (List.init 4 (fun n -> Thread.create (fibre ~stay:false (seed + n)) ()))

let rec eventually what test n =
  if not (test ()) then
    if n = 0 then fail "%s" (what ())
    else (
      ignore (Future.await (yield 2));
      Thread.delay 0.002;
      eventually what test (n - 1))

let () =
  let seconds =
    ref (try float_of_string (Sys.getenv "BACTRIAN_SECONDS") with Not_found -> 60.)
  in
  let seed = ref (int_of_float (Unix.time ())) in
  Arg.parse
    [ ("--seconds", Arg.Set_float seconds, ""); ("--seed", Arg.Set_int seed, "") ]
    (fun _ -> ())
    "tasks_stress [--seconds S] [--seed N]";
  Printf.printf "seed %d\n%!" !seed;
  let tasks = waiting () and before = drops () in
  let failed = Atomic.make None in
  let guard what f seed () =
    try f seed
    with exn ->
      Atomic.set running false;
      Atomic.set failed
        (Some (what ^ ": " ^ Printexc.to_string exn ^ Printexc.get_backtrace ()))
  in
  Core_support.Support.quietly @@ fun () ->
  let domains =
    [
      Domain.spawn (guard "Eio" eio (!seed + 100));
      Domain.spawn (guard "Eio, the other" eio (!seed + 200));
      Domain.spawn (guard "Domainslib" domainslib (!seed + 300));
    ]
  in
  let here = Thread.create (guard "threads" threads (!seed + 400)) () in
  let deadline = Unix.gettimeofday () +. !seconds in
  while Atomic.get running && Unix.gettimeofday () < deadline do
    Thread.delay 0.05;
    if Random.int 10 = 0 then Gc.full_major ()
  done;
  Atomic.set running false;
  Thread.join here;
  List.iter Domain.join domains;
  Option.iter (fail "%s") (Atomic.get failed);
  eventually
    (fun () ->
      Printf.sprintf "%d futures made, %d settled" (Atomic.get made) (Atomic.get settled))
    (fun () -> Atomic.get made = Atomic.get settled)
    1000;
  eventually
    (fun () ->
      Printf.sprintf "%d things owned, %d dropped" (Atomic.get guards) (drops () - before))
    (fun () -> Atomic.get guards = drops () - before)
    1000;
  eventually
    (fun () ->
      Printf.sprintf "%d things owned at await points, %d dropped" (point_guards ())
        (point_drops ()))
    (fun () -> point_guards () = point_drops ())
    1000;
  if strays () <> 0 then fail "%d polls on a wrong thread" (strays ());
  if waiting () <> tasks then fail "%d tasks are left" (waiting () - tasks);
  Printf.printf "%d futures on four hosts: each settled once, %d things dropped once\n"
    (Atomic.get made)
    (drops () - before)
