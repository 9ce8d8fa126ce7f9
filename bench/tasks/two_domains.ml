(* The same chain of calls on one domain, and on two at once. The two ways take turns, and the best round of
   each counts: whatever else the machine does makes a round longer, never shorter. *)

module Future = Bactrian.Future

type way = {
  name : string;
  title : string;
  host : (unit -> unit) -> unit;
  step : unit -> unit;
}

let ways =
  let ready () = Future.await (Direct_rows.ready ()) in
  let yield () = Future.await (Direct_rows.yield ()) in
  let thread = Direct_rows.in_thread and eio = Direct_rows.in_eio in
  [
    {
      name = "thread_ready";
      title = "threads, ready at once";
      host = thread;
      step = ready;
    };
    { name = "thread_yield"; title = "threads, one yield"; host = thread; step = yield };
    {
      name = "eio_ready";
      title = "fibres of Eio, ready at once";
      host = eio;
      step = ready;
    };
    { name = "eio_yield"; title = "fibres of Eio, one yield"; host = eio; step = yield };
    (* How much two cores give here: what has nothing to share at all. *)
    {
      name = "none";
      title = "for comparison: OCaml alone, which allocates as much as a call";
      host = thread;
      step =
        (fun () ->
          for i = 1 to 20 do
            ignore (Sys.opaque_identity (ref i))
          done);
    };
  ]

(* A round is shorter than what the system gives to a thread at a time, so that on a busy machine too some are
   not interrupted. *)
let round = 0.002
let rounds = 60
let phases = 8

(* When each round began and ended. *)
let timed way meet n =
  let times = Array.make rounds (0., 0.) in
  way.host (fun () ->
      Direct_rows.chain way.step 1000;
      for i = 0 to rounds - 1 do
        meet i;
        let start = Unix.gettimeofday () in
        Direct_rows.chain way.step n;
        times.(i) <- (start, Unix.gettimeofday ())
      done);
  times

let best times =
  Array.fold_left
    (fun best (start, stop) -> Float.min best (stop -. start))
    infinity times

let one way n = best (timed way ignore n)

let two way n =
  let here = Array.init rounds (fun _ -> Atomic.make 0) in
  let meet i =
    Atomic.incr here.(i);
    while Atomic.get here.(i) < 2 do
      Domain.cpu_relax ()
    done
  in
  let other = Domain.spawn (fun () -> timed way meet n) in
  let these = timed way meet n in
  let others = Domain.join other in
  best
    (Array.map2
       (fun (start, stop) (start', stop') ->
         (Float.min start start', Float.max stop stop'))
       these others)

type result = { way : way; alone : float; both : float (* ns per call of a domain *) }

let speedup { alone; both; _ } = 2. *. alone /. both

let measure_way way =
  let n = ref 0 in
  way.host (fun () ->
      n := Row.calibrate ~least:100 ~seconds:round (Direct_rows.chain way.step));
  let n = !n in
  let best_one = ref infinity and best_two = ref infinity in
  for _ = 1 to phases do
    best_one := Float.min !best_one (one way n);
    best_two := Float.min !best_two (two way n)
  done;
  let ns seconds = seconds *. 1e9 /. float n in
  { way; alone = ns !best_one; both = ns !best_two }

let measure () = List.map measure_way ways
