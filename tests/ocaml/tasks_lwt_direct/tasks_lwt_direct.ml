(* Rust futures in direct style, in sections of Lwt_direct and beside them. *)

module Future = Bactrian.Future

external sleep : int -> int Future.t = "f_sleep"
external yield : int -> int Future.t = "f_yield"

let sections =
  {
    Tasks_direct.name = "Lwt_direct";
    run = Bactrian_lwt_direct.run;
    together =
      (fun bodies -> Lwt_direct.await (Lwt.join (List.map Lwt_direct.spawn bodies)));
    sleep = (fun seconds -> Lwt_direct.await (Lwt_unix.sleep seconds));
    moves = false;
  }

let test_beside () =
  (* Outside of a section it blocks the thread, and the Rust functions go on. *)
  let n =
    Bactrian_lwt_direct.using (fun () ->
        let before = Future.await (yield 3) in
        let inside =
          Lwt_main.run
            (Lwt.bind (Lwt.pause ()) (fun () ->
                 Lwt.return (Future.await (Future.both (sleep 2) (yield 5)))))
        in
        before + fst inside + snd inside)
  in
  Alcotest.(check int) "the sum" 10 n

let test_loop_goes_on () =
  let turns = ref 0 in
  Bactrian_lwt_direct.run (fun () ->
      let waiting = ref true in
      let rec count () =
        incr turns;
        if !waiting then Lwt.bind (Lwt_unix.sleep 0.001) count else Lwt.return_unit
      in
      let counting = count () in
      ignore (Future.await (sleep 100));
      waiting := false;
      Lwt_direct.await counting);
  Alcotest.(check bool) (Printf.sprintf "%d turns" !turns) true (!turns > 5)

let () =
  Alcotest.run "tasks_lwt_direct"
    (Tasks_direct.cases sections
    @ [
        ( "Lwt",
          [
            Alcotest.test_case "beside a section" `Quick test_beside;
            Alcotest.test_case "the loop goes on" `Quick test_loop_goes_on;
          ] );
      ])
