(* Rust futures in direct style, in plain threads. *)

let in_threads bodies =
  let failed = Atomic.make None in
  let body f () = try f () with exn -> Atomic.set failed (Some exn) in
  List.iter Thread.join (List.map (fun f -> Thread.create (body f) ()) bodies);
  Option.iter raise (Atomic.get failed)

let one_by_one bodies =
  (* The last one in this thread, so that it takes part. *)
  match List.rev bodies with
  | [] -> ()
  | last :: others ->
      let threads = List.map (fun f -> Thread.create f ()) others in
      last ();
      List.iter Thread.join threads

let main_thread =
  {
    Tasks_direct.name = "threads";
    run = (fun body -> body ());
    together = in_threads;
    sleep = Thread.delay;
    moves = false;
  }

let other_thread =
  {
    main_thread with
    name = "another thread";
    run = (fun body -> in_threads [ body ]);
    together = one_by_one;
  }

let domain =
  {
    main_thread with
    name = "a domain";
    run = (fun body -> Domain.join (Domain.spawn body));
  }

(* A thread of its own drives the executor; those that wait are parked. *)
let driver =
  let prepare_for_await () =
    let mutex = Mutex.create () and condition = Condition.create () in
    let released = ref false in
    {
      Bactrian_future.Host.release =
        (fun () ->
          Mutex.protect mutex (fun () -> released := true);
          Condition.broadcast condition);
      await =
        (fun () ->
          Mutex.protect mutex (fun () ->
              while not !released do
                Condition.wait condition mutex
              done));
    }
  in
  {
    main_thread with
    name = "a driver";
    moves = true;
    run =
      (fun body ->
        Bactrian_future.Host.with_driver (fun () ->
            Bactrian_future.Host.suspending ~prepare_for_await body));
  }

let () =
  Alcotest.run "tasks_threads"
    (List.concat_map Tasks_direct.cases [ main_thread; other_thread; domain; driver ])
