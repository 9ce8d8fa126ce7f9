(* When and where Rust values that OCaml owned are dropped. *)

open Core_support
open Support
open Values

let check_int = Alcotest.(check int)
let check_bool = Alcotest.(check bool)

(* How many values are dropped by a body and by what comes after it until now. *)
let dropping body =
  let before = dropped () in
  body ();
  dropped () - before

let times n f =
  for _ = 1 to n do
    ignore (Sys.opaque_identity (f ()))
  done

(* Makes garbage, some of which lives for a while, until something is so; asks for no collection. *)
let wait_until condition =
  let old = Array.make 10_000 [] in
  let rec wait tries =
    if not (condition ()) then
      if tries = 0 then Alcotest.fail "still not dropped"
      else begin
        for i = 1 to 1000 do
          old.(((tries * 1000) + i) mod 10_000) <- [ i ]
        done;
        wait (tries - 1)
      end
  in
  wait 20_000

(* Collects until as many were dropped as were made. *)
let all_dropped () =
  Gc.full_major ();
  ignore (Rust_value.drain ());
  wait_until (fun () ->
      Gc.full_major ();
      dropped () = made ())

let by_collections =
  [
    case "of the minor heap" (fun () ->
        times 100 tracked;
        all_dropped ());
    case "at once after a collection" (fun () ->
        all_dropped ();
        check_int "by a minor one" 50
          (dropping (fun () ->
               times 50 tracked;
               Gc.minor ()));
        let values = Array.init 50 (fun _ -> tracked ()) in
        Gc.full_major ();
        check_int "not what is reachable" 0
          (dropping (fun () ->
               Gc.full_major ();
               ignore (Sys.opaque_identity values)));
        check_int "by a major one" 50
          (dropping (fun () ->
               Array.fill values 0 50 (Obj.magic 0);
               Gc.full_major ())));
    case "by itself" (fun () ->
        let before = dropped () in
        times 100 tracked;
        wait_until (fun () -> dropped () - before >= 100);
        let values = ref (List.init 100 (fun _ -> tracked ())) in
        Gc.full_major ();
        ignore (Sys.opaque_identity !values);
        let before = dropped () in
        values := [];
        wait_until (fun () -> dropped () - before >= 100));
    case "with compactions" (fun () ->
        let values = Array.init 1000 counter in
        for round = 1 to 5 do
          for i = 0 to 999 do
            if (i + round) mod 3 = 0 then values.(i) <- counter (i - round)
            else ignore (incr values.(i) (-1));
            if i mod 500 = 0 then Gc.compact ()
          done
        done;
        Array.iteri
          (fun i c -> check_bool "value" true (get c <= i && get c >= i - 10))
          values);
    case "of marshalled values" (fun () ->
        all_dropped ();
        let bytes = Marshal.to_string (Array.init 100 (fun _ -> unruly "x")) [] in
        times 20 (fun () -> (Marshal.from_string bytes 0 : unruly array));
        (* Some are read before the one that refuses. *)
        let bytes =
          Marshal.to_string
            (List.init 300 (fun i -> unruly (if i = 200 then "refuse" else "x")))
            []
        in
        times 20 (fun () ->
            match Marshal.from_string bytes 0 with
            | _ -> assert false
            | exception Failure _ -> ());
        all_dropped ());
    case "in one function of Rust" (fun () ->
        all_dropped ();
        let before = made () in
        ignore (waste (scaled 500_000));
        check_int "made" (scaled 500_000) (made () - before);
        all_dropped ());
  ]

let handles =
  [
    case "kept in Rust" (fun () ->
        all_dropped ();
        times 10 (fun () -> keep (tracked ()));
        check_int "not by OCaml" 0 (dropping Gc.full_major);
        check_int "by another thread" 10 (dropping drop_kept_on_thread));
    case "kept in OCaml" (fun () ->
        let values = List.init 10 (fun _ -> tracked ()) in
        List.iter keep values;
        check_int "not by another thread" 0 (dropping drop_kept_on_thread);
        List.iter (fun v -> check_bool "open" false (Rust_value.is_closed v)) values;
        all_dropped ());
    case "closed" (fun () ->
        all_dropped ();
        check_int "at once" 1 (dropping (fun () -> Rust_value.close (tracked ())));
        check_int "and not again" 0 (dropping Gc.full_major));
  ]

let in_drop = ref 0

let destructors =
  [
    case "that panic do not stop others" (fun () ->
        all_dropped ();
        let before = made () - dropped () in
        quietly (fun () ->
            times 10 (fun () -> (unruly "drop", tracked (), unruly "drop"));
            Gc.full_major ();
            ignore (Rust_value.drain ()));
        check_int "all" before (made () - dropped ()));
    case "that want a lock which the allocating code holds" (fun () ->
        check_int "not in there" 0 (allocate_locked (scaled 1_000_000));
        all_dropped ());
    case "that call OCaml" (fun () ->
        in_drop := 0;
        times 10 (fun () -> calling 2);
        Gc.full_major ();
        wait_until (fun () -> !in_drop = 20));
    case "that call OCaml when closed" (fun () ->
        in_drop := 0;
        Rust_value.close (calling 5);
        check_int "called" 5 !in_drop);
    case "that wait for a thread which wants OCaml" (fun () ->
        in_drop := 0;
        let before = dropped () in
        times 3 joining;
        Gc.full_major ();
        wait_until (fun () -> dropped () - before = 3);
        check_int "called" 3 !in_drop;
        Rust_value.close (joining ());
        check_int "called" 4 !in_drop);
    case "that make and drop more" (fun () ->
        in_drop := 0;
        Callback.register "test.from_drop" (fun n ->
            in_drop := !in_drop + n;
            if n > 0 then times 3 (fun () -> calling (n - 1));
            Gc.minor ());
        times 1 (fun () -> calling 4);
        Gc.full_major ();
        (* 4 + 3 * 3 + 9 * 2 + 27 * 1 *)
        wait_until (fun () ->
            Gc.full_major ();
            !in_drop = 58);
        Callback.register "test.from_drop" (fun n -> in_drop := !in_drop + n));
    case "that raise in OCaml" (fun () ->
        let calls = ref 0 in
        Callback.register "test.from_drop" (fun _ ->
            Stdlib.incr calls;
            raise Exit);
        quietly (fun () ->
            times 5 (fun () -> calling 1);
            Gc.full_major ();
            wait_until (fun () -> !calls = 5));
        raises Exit (fun () -> Rust_value.close (calling 1));
        Callback.register "test.from_drop" (fun n -> in_drop := !in_drop + n));
  ]

let threads =
  [
    case "collected while the domain sleeps" (fun () ->
        (* Its backup thread finds the values dead. *)
        all_dropped ();
        let stop = Atomic.make false in
        let other =
          Domain.spawn (fun () ->
              while not (Atomic.get stop) do
                Gc.full_major ()
              done)
        in
        times 100 tracked;
        sleep 100;
        Atomic.set stop true;
        Domain.join other;
        all_dropped ());
    case "finalised on another domain" (fun () ->
        all_dropped ();
        let values =
          Domain.join (Domain.spawn (fun () -> List.init 100 (fun _ -> tracked ())))
        in
        Gc.full_major ();
        check_int "not yet" 100 (made () - dropped () + (0 * List.length values));
        all_dropped ());
    case "found dead when their domain ends" (fun () ->
        all_dropped ();
        let before = dropped () in
        Domain.join (Domain.spawn (fun () -> times 100 tracked));
        wait_until (fun () -> dropped () - before = 100));
    case "left behind by domains" (fun () ->
        for i = 1 to scaled 50 do
          let domains =
            List.init 2 (fun _ ->
                Domain.spawn (fun () ->
                    times 100 tracked;
                    if i mod 2 = 0 then Gc.minor ();
                    ignore (Sys.opaque_identity (List.init 100 (fun _ -> tracked ())))))
          in
          List.iter Domain.join domains
        done;
        all_dropped ());
    case "by systhreads" (fun () ->
        let threads =
          List.init 4 (fun _ ->
              Thread.create
                (fun () ->
                  for i = 1 to scaled 2000 do
                    ignore (Sys.opaque_identity (tracked (), calling 0));
                    if i mod 100 = 0 then Thread.yield ()
                  done)
                ())
        in
        List.iter Thread.join threads;
        all_dropped ());
    case "shared by domains" (fun () ->
        let values = Array.init 64 counter in
        let total = Atomic.make 0 in
        let work () =
          let state = Random.State.make_self_init () in
          for _ = 1 to scaled 20_000 do
            let i = Random.State.int state 64 in
            match incr values.(i) 1 with
            | _ -> Atomic.incr total
            | exception Invalid_argument _ ->
                (* In use by the other domain, or just closed by it. *)
                ()
          done
        in
        let sum () = Array.fold_left (fun sum c -> sum + get c) 0 values in
        let before = sum () in
        let others = List.init 2 (fun _ -> Domain.spawn work) in
        List.iter Domain.join others;
        check_int "every one counted" (Atomic.get total) (sum () - before));
    case "replaced by domains" (fun () ->
        all_dropped ();
        let values = Array.init 16 (fun _ -> Atomic.make (tracked ())) in
        let work () =
          let state = Random.State.make_self_init () in
          for i = 1 to scaled 50_000 do
            let place = values.(Random.State.int state 16) in
            let old = Atomic.exchange place (tracked ()) in
            if i mod 7 = 0 then Rust_value.close old else if i mod 11 = 0 then keep old
          done
        in
        let others = List.init 2 (fun _ -> Domain.spawn work) in
        List.iter Domain.join others;
        drop_kept_on_thread ();
        Gc.full_major ();
        check_int "but those in place" 16 (Array.length values);
        Array.iter (fun place -> Rust_value.close (Atomic.get place)) values;
        all_dropped ());
  ]

(* The resident memory in bytes, where the system says. *)
let resident () =
  match open_in "/proc/self/statm" with
  | exception Sys_error _ -> 0
  | file ->
      Fun.protect
        ~finally:(fun () -> close_in file)
        (fun () -> Scanf.sscanf (input_line file) "%d %d" (fun _ pages -> pages * 4096))

let flat name ?(calls = 1_000_000) ?(noise = 4_000_000) f =
  case name (fun () ->
      let round () =
        times (scaled calls) f;
        Gc.compact ();
        ((Gc.stat ()).live_words, resident ())
      in
      let live, bytes = round () in
      let live', bytes' = round () in
      if live' - live > 1000 then Alcotest.failf "%d live words more" (live' - live);
      if bytes' - bytes > noise then Alcotest.failf "%d bytes more" (bytes' - bytes))

(* The most memory that a body takes on the way. *)
let peak n f =
  let before = resident () in
  let most = ref before in
  for i = 1 to n do
    ignore (Sys.opaque_identity (f ()));
    if i mod 16 = 0 then most := max !most (resident ())
  done;
  !most - before

let memory =
  [
    flat "without a destructor" (fun () -> counter 1);
    flat "with one" tracked;
    flat "closed" (fun () -> Rust_value.close (tracked ()));
    flat "by handles" (fun () -> sum [ counter 1 ]);
    flat "compared" (fun () -> counter 1 < counter 2);
    (let one = counter 0 in
     flat "borrowed" (fun () -> (incr one 1, get one)));
    (let one = counter 0 in
     flat "refused" ~calls:500_000 (fun () ->
         match add one one with () -> assert false | exception Invalid_argument _ -> ()));
    flat "moved out" (fun () -> finish (counter 1));
    flat "written and read" ~calls:100_000 (fun () ->
        (Marshal.from_string (Marshal.to_string (unruly "x") []) 0 : unruly));
    flat "not comparable" ~calls:100_000 (fun () ->
        match local 1 = local 1 with
        | _ -> assert false
        | exception Invalid_argument _ -> ());
    (* Eight kilobytes each, would the runtime's buffers not be freed. *)
    flat "not written" ~calls:100_000 (fun () ->
        match Marshal.to_string (local 1) [] with
        | _ -> assert false
        | exception Invalid_argument _ -> ());
    flat "not read" ~calls:50_000 (fun () ->
        let bytes = Marshal.to_string [ unruly "x"; unruly "refuse" ] [] in
        match Marshal.from_string bytes 0 with
        | (_ : unruly list) -> assert false
        | exception Failure _ -> ());
    case "of large values" (fun () ->
        (* A gigabyte in all. The collector knows what they hold, so only some are there at a time. *)
        let most = peak 1000 (fun () -> large_length (large 1_000_000)) in
        if most > 200_000_000 then Alcotest.failf "%d bytes at a time" most;
        all_dropped ());
    case "of values of middle size" (fun () ->
        let most = peak 20_000 (fun () -> large_length (large 50_000)) in
        if most > 200_000_000 then Alcotest.failf "%d bytes at a time" most;
        all_dropped ());
  ]

(* Programs that end. *)

let () =
  in_child "exit" (fun () ->
      Callback.register "test.from_drop" (fun n -> Printf.printf "dropped %d\n%!" n);
      at_exit (fun () ->
          print_endline "at exit";
          times 1 (fun () -> calling 3);
          Gc.minor ());
      times 1 (fun () -> calling 1);
      Gc.minor ();
      let kept = calling 2 in
      at_exit (fun () -> ignore (Sys.opaque_identity kept)));
  in_child "uncaught" (fun () ->
      times 1 (fun () -> calling 1);
      ignore (Sys.opaque_identity (unruly "drop"));
      failwith "uncaught");
  in_child "fork" (fun () ->
      Callback.register "test.from_drop" (fun n -> Printf.printf "dropped %d\n%!" n);
      let c = counter 1 in
      match Unix.fork () with
      | 0 ->
          times 1 (fun () -> calling 1);
          Gc.full_major ();
          Printf.printf "child %d\n%!" (incr c 1)
      | child ->
          let _, status = Unix.waitpid [] child in
          times 1 (fun () -> calling 2);
          Gc.full_major ();
          Printf.printf "parent %d %b\n%!" (incr c 1) (status = Unix.WEXITED 0))

let check_child name ?(status = 0) output =
  case name (fun () ->
      let status', output' = child name in
      Alcotest.(check string) "output" output output';
      check_bool "status" true (status' = Unix.WEXITED status))

let ends =
  [
    check_child "exit" "dropped 1\nat exit\ndropped 3\n";
    case "an uncaught exception" (fun () ->
        let status, output = child "uncaught" in
        check_bool "says so" true (contains output "Failure(\"uncaught\")");
        check_bool "status" true (status = Unix.WEXITED 2));
    check_child "fork" "dropped 1\nchild 2\ndropped 2\nparent 2 true\n";
  ]

let () =
  Callback.register "test.from_drop" (fun n -> in_drop := !in_drop + n);
  run "drops of owned values"
    [
      ("by collections", by_collections);
      ("handles", handles);
      ("destructors", destructors);
      ("threads", threads);
      ("memory", memory);
      ("ends", ends);
    ]
