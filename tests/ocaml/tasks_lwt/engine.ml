(* Lwt on the reactor of Rust: descriptors, timers, signals and processes, and Rust functions among them. *)

open Lwt.Syntax

external sleep : int -> int Lwt.t = "a_sleep"
external spawn_join : int -> int Lwt.t = "a_spawn_join"
external yield : int -> int Lwt.t = "a_yield"

let run promise = Lwt_main.run (Lwt_unix.with_timeout 60. promise)
let int = Alcotest.(check int)
let string = Alcotest.(check string)
let bool = Alcotest.(check bool)
let use () = Lwt_engine.set (new Bactrian_lwt.Engine.t)

let with_pipe f =
  let input, output = Lwt_unix.pipe () in
  Lwt.finalize
    (fun () -> f input output)
    (fun () ->
      let close fd =
        if Lwt_unix.state fd = Lwt_unix.Opened then Lwt_unix.close fd else Lwt.return_unit
      in
      Lwt.join [ close input; close output ])

let read fd =
  let buffer = Bytes.create 1000 in
  let* n = Lwt_unix.read fd buffer 0 1000 in
  Lwt.return (Bytes.sub_string buffer 0 n)

let write fd text =
  let* n = Lwt_unix.write_string fd text 0 (String.length text) in
  int "written" (String.length text) n;
  Lwt.return_unit

let pipes () =
  run (fun () ->
      with_pipe (fun input output ->
          let reading = read input in
          let* () = Lwt.pause () in
          bool "waits" true (Lwt.state reading = Lwt.Sleep);
          let* () = write output "hello" in
          let* text = reading in
          string "read" "hello" text;
          (* Again, since each wait is for one event. *)
          let* () = write output "again" in
          let* text = read input in
          string "read" "again" text;
          let* () = Lwt_unix.close output in
          let* text = read input in
          string "the end" "" text;
          Lwt.return_unit))

(* More than a pipe holds, so both ends wait in turn. *)
let flow () =
  let size = 1_000_000 in
  run (fun () ->
      with_pipe (fun input output ->
          let writer =
            let oc = Lwt_io.of_fd ~mode:Lwt_io.output output in
            let* () = Lwt_io.write oc (String.make size 'x') in
            Lwt_io.close oc
          in
          let* text = Lwt_io.read (Lwt_io.of_fd ~mode:Lwt_io.input input) in
          let* () = writer in
          int "bytes" size (String.length text);
          Lwt.return_unit))

let many () =
  let pairs = 100 in
  run (fun () ->
      let one n =
        let a, b = Lwt_unix.(socketpair PF_UNIX SOCK_STREAM 0) in
        let text = string_of_int n in
        let echo =
          let* got = read b in
          write b (got ^ "!")
        in
        let* () = if n mod 3 = 0 then Lwt.pause () else Lwt.return_unit in
        let* () = write a text in
        let* () = echo in
        let* got = read a in
        string "echo" (text ^ "!") got;
        let* () = Lwt_unix.close a in
        Lwt_unix.close b
      in
      Lwt.join (List.init pairs one))

let two_readers () =
  run (fun () ->
      with_pipe (fun input output ->
          let readers = [ read input; read input ] in
          let* () = write output "one" in
          let* first = Lwt.choose readers in
          string "one of them" "one" first;
          let* () = write output "two" in
          let* both = Lwt.all readers in
          Alcotest.(check (list string))
            "the other" [ "one"; "two" ] (List.sort compare both);
          Lwt.return_unit))

let timers () =
  let fired = ref [] in
  let start = Unix.gettimeofday () in
  run (fun () ->
      let after s =
        let* () = Lwt_unix.sleep s in
        fired := s :: !fired;
        Lwt.return_unit
      in
      Lwt.join (List.map after [ 0.03; 0.01; 0.; 0.02; -1. ]));
  bool "it took its time" true (Unix.gettimeofday () -. start >= 0.03);
  Alcotest.(check (list (float 0.)))
    "in order" [ 0.03; 0.02; 0.01 ]
    (List.filter (fun s -> s > 0.) !fired)

let repeated () =
  let times = ref 0 in
  let finished, resolver = Lwt.wait () in
  let _ : Lwt_engine.event =
    Lwt_engine.on_timer 0.002 true (fun event ->
        incr times;
        if !times = 5 then begin
          Lwt_engine.stop_event event;
          Lwt.wakeup_later resolver ()
        end)
  in
  run (fun () -> finished);
  run (fun () -> Lwt_unix.sleep 0.02);
  int "times" 5 !times

let stopped () =
  let event =
    Lwt_engine.on_timer 0.001 false (fun _ -> Alcotest.fail "stopped, yet called")
  in
  Lwt_engine.stop_event event;
  run (fun () -> Lwt_unix.sleep 0.01);
  let count = Lwt_engine.timer_count () in
  run (fun () -> Lwt.pick [ Lwt_unix.sleep 10.; Lwt.return_unit ]);
  int "a cancelled sleep leaves nothing" count (Lwt_engine.timer_count ())

exception Raised

(* A callback that raises keeps the loop from none of the others. *)
let raising () =
  let called = ref 0 in
  let events =
    List.init 3 (fun _ ->
        Lwt_engine.on_timer 0.001 false (fun event ->
            Lwt_engine.stop_event event;
            incr called;
            raise Raised))
  in
  ignore events;
  let rec until_all tries =
    if !called < 3 && tries > 0 then begin
      (match Lwt_main.run (Lwt_unix.sleep 0.01) with () -> () | exception Raised -> ());
      until_all (tries - 1)
    end
  in
  until_all 20;
  int "called" 3 !called

let files () =
  run (fun () ->
      let name = Filename.temp_file "bactrian" ".txt" in
      let* () =
        Lwt_io.with_file ~mode:Lwt_io.output name (fun oc -> Lwt_io.write oc "text")
      in
      let fd = Unix.openfile name [ Unix.O_RDONLY ] 0 in
      let ready, resolver = Lwt.wait () in
      (* Twice, as files stay ready. *)
      let times = ref 0 in
      let event =
        Lwt_engine.on_readable fd (fun event ->
            incr times;
            if !times = 2 then begin
              Lwt_engine.stop_event event;
              Lwt.wakeup_later resolver ()
            end)
      in
      let* () = ready in
      ignore event;
      Unix.close fd;
      Sys.remove name;
      Lwt.return_unit)

let closed () =
  let input, output = Unix.pipe () in
  let called = ref false in
  let finished, resolver = Lwt.wait () in
  Unix.close input;
  let _ : Lwt_engine.event =
    Lwt_engine.on_readable input (fun event ->
        called := true;
        Lwt_engine.stop_event event;
        Lwt.wakeup_later resolver ())
  in
  run (fun () -> finished);
  Unix.close output;
  bool "called, to see for itself" true !called

let signals () =
  run (fun () ->
      let came, resolver = Lwt.wait () in
      let handler =
        Lwt_unix.on_signal Sys.sigusr1 (fun _ -> Lwt.wakeup_later resolver ())
      in
      let* () = Lwt_unix.sleep 0.001 in
      Unix.kill (Unix.getpid ()) Sys.sigusr1;
      let* () = came in
      Lwt_unix.disable_signal_handler handler;
      Lwt.return_unit)

let rust () =
  let after, resolver = Lwt.wait () in
  run (fun () ->
      Lwt.async (fun () ->
          let* () = Lwt_unix.sleep 0.005 in
          Lwt.wakeup_later resolver ();
          Lwt.return_unit);
      let* results =
        Lwt.all
          (List.concat_map
             (fun n -> [ spawn_join n; yield n; sleep (n mod 7) ])
             (List.init 50 Fun.id))
      in
      int "results" 150 (List.length results);
      after)

let transfers () =
  run (fun () ->
      with_pipe (fun input output ->
          let reading = read input in
          let sleeping = Lwt_unix.sleep 0.005 in
          let rust = sleep 5 in
          Lwt_engine.set (new Lwt_engine.select);
          let* n = spawn_join 4 in
          int "under select" 8 n;
          use ();
          let* n = spawn_join 5 in
          int "back" 10 n;
          let* () = write output "kept" in
          let* text = reading in
          string "the wait went along" "kept" text;
          let* () = sleeping in
          let* n = rust in
          int "Rust's too" 5 n;
          Lwt.return_unit))

let () =
  use ();
  let case name f = Alcotest.test_case name `Quick f in
  Alcotest.run "engine"
    [
      ( "descriptors",
        [
          case "pipes" pipes;
          case "more than a pipe holds" flow;
          case "many at once" many;
          case "two readers" two_readers;
          case "files" files;
          case "closed ones" closed;
        ] );
      ( "timers",
        [ case "in order" timers; case "repeated" repeated; case "stopped" stopped ] );
      ( "loop",
        [
          case "callbacks that raise" raising;
          case "signals" signals;
          case "Rust functions" rust;
          case "engines in turn" transfers;
        ] );
    ]
