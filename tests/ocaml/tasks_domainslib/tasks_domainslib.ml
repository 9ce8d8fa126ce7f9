(* Rust futures in the tasks of Domainslib. *)

module Future = Bactrian.Future
module Stream = Bactrian.Stream
module Task = Domainslib.Task

external numbers : int -> int Stream.t = "s_yield"
external sum : int Stream.t -> bool -> int Future.t = "s_sum"
external sleep : int -> int Future.t = "f_sleep"
external yield : int -> int Future.t = "f_yield"
external stays : int -> int Future.t = "f_stays"
external parallel_sum : int -> int Future.t = "f_parallel_sum"

let int = Alcotest.(check int)
let bool = Alcotest.(check bool)

let with_pool num_domains body =
  let pool = Task.setup_pool ~num_domains () in
  Fun.protect
    ~finally:(fun () -> Task.teardown_pool pool)
    (fun () -> Bactrian_domainslib.run pool (fun () -> body pool))

(* The shared cases, with a pool of so many domains beside this one. *)
let domainslib num_domains =
  let current = ref None in
  let pool () = Option.get !current in
  {
    Tasks_direct.name = Printf.sprintf "Domainslib, %d + 1" num_domains;
    run =
      (fun body ->
        with_pool num_domains (fun pool ->
            current := Some pool;
            body ()));
    together =
      (fun bodies ->
        let promises = List.map (Task.async (pool ())) bodies in
        List.iter (Task.await (pool ())) promises);
    sleep = (fun seconds -> Future.await (Future.sleep seconds));
    moves = true;
  }

let test_suspends () =
  (* Many more tasks wait at once than there are domains. *)
  with_pool 1 (fun pool ->
      let start = Unix.gettimeofday () in
      let tasks =
        List.init 200 (fun _ -> Task.async pool (fun () -> Future.await (sleep 100)))
      in
      int "all" 20_000 (List.fold_left (fun sum t -> sum + Task.await pool t) 0 tasks);
      let took = Unix.gettimeofday () -. start in
      bool (Printf.sprintf "together, in %.2f s" took) true (took < 10.))

let test_moves () =
  (* Tasks that wait over and over, and go on wherever there is room. *)
  with_pool 2 (fun pool ->
      let one n =
        let rec go sum k =
          if k = 0 then sum
          else
            let m =
              if k mod 2 = 0 then Future.await (yield 2)
              else Future.await (parallel_sum n)
            in
            go (sum + m) (k - 1)
        in
        go 0 20
      in
      let tasks = List.init 50 (fun n -> (n, Task.async pool (fun () -> one n))) in
      List.iter
        (fun (n, t) ->
          int "each" ((10 * 2) + (10 * (n * (n - 1) / 2))) (Task.await pool t))
        tasks)

let test_parallel_for () =
  with_pool 2 (fun pool ->
      let results = Array.make 100 0 in
      Task.parallel_for ~chunk_size:1 ~start:0 ~finish:99
        ~body:(fun n -> results.(n) <- Future.await (parallel_sum n))
        pool;
      Array.iteri (fun n sum -> int "each" (n * (n - 1) / 2) sum) results)

let test_read_elsewhere () =
  (* Its own domain waits for nothing, and has no other thread than those that the library starts. *)
  with_pool 1 (fun _ ->
      let t = numbers 3 in
      let read = Atomic.make None in
      let reader = Domain.spawn (fun () -> Atomic.set read (Some (Stream.to_list t))) in
      let tries = ref 1000 in
      while Atomic.get read = None && !tries > 0 do
        decr tries;
        Unix.sleepf 0.01
      done;
      Alcotest.(check (option (list int))) "read" (Some [ 1; 2; 3 ]) (Atomic.get read);
      Domain.join reader)

let test_ahead () =
  (* The one domain looks for work all the while, as Domainslib does, and keeps its lock for 50 ms at a time. *)
  with_pool 0 (fun pool ->
      let start = Unix.gettimeofday () in
      Task.await pool
        (Task.async pool (fun () ->
             int "the sum" 45_150 (Future.await (sum (numbers 300) false));
             int "the sum" 45_150 (Future.await (sum (numbers 300) true))));
      let took = Unix.gettimeofday () -. start in
      if took > 5. then Alcotest.failf "%.1f s, which is %.0f ms each" took (took /. 0.6))

let test_host_ends () =
  (* What the pool's one domain waits for is polled by another thread, and then by nobody who says so. *)
  let body pool =
    Bactrian_future.Host.with_driver (fun () -> int "driven" 2 (Future.await (sleep 2)));
    int "on its own" 3
      (Task.await pool (Task.async pool (fun () -> Future.await (sleep 3))))
  in
  Domain.join (Domain.spawn (fun () -> with_pool 0 body))

let test_after () =
  with_pool 1 (fun _ -> int "within" 3 (Future.await (sleep 3)));
  int "in a plain thread" 4 (Future.await (sleep 4));
  int "what stays" 2 (Future.await (stays 2));
  for n = 1 to 5 do
    with_pool 1 (fun pool ->
        int "again" n
          (Task.await pool (Task.async pool (fun () -> Future.await (sleep n)))))
  done

let test_in_domain () =
  let domain =
    Domain.spawn (fun () ->
        with_pool 1 (fun pool ->
            Task.await pool (Task.async pool (fun () -> Future.await (sleep 7)))))
  in
  int "a pool of another domain" 7 (Domain.join domain)

let () =
  (* What nobody polls waits for ever. *)
  ignore (Unix.alarm 600);
  Alcotest.run "tasks_domainslib"
    (Tasks_direct.cases (domainslib 0)
    @ Tasks_direct.cases (domainslib 2)
    @ [
        ( "pools",
          [
            Alcotest.test_case "waiting takes no domain" `Quick test_suspends;
            Alcotest.test_case "on wherever there is room" `Quick test_moves;
            Alcotest.test_case "parallel_for" `Quick test_parallel_for;
            Alcotest.test_case "a stream of a domain that waits for nothing" `Quick
              test_read_elsewhere;
            Alcotest.test_case "what is woken goes before what computes" `Quick test_ahead;
            Alcotest.test_case "a host ends within the pool" `Quick test_host_ends;
            Alcotest.test_case "after the pool" `Quick test_after;
            Alcotest.test_case "of another domain" `Quick test_in_domain;
          ] );
      ])
