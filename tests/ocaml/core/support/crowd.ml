let on = Sys.getenv_opt "BACTRIAN_CROWD" <> None
let left_out = Atomic.make 0

let alone ((name, speed, _) as test) =
  if on then (
    Atomic.incr left_out;
    (name, speed, ignore))
  else test

let domains = 2
let threads = 4
let failures = Atomic.make 0
let report = Mutex.create ()

let failed worker suite name e backtrace =
  Atomic.incr failures;
  Mutex.protect report (fun () ->
      Printf.printf "worker %d, %s, %s: %s\n%s\n%!" worker suite name
        (Printexc.to_string e) backtrace)

(* The tests of a worker: all of them, from one on that is its own. *)
let work tests gate worker =
  let count = Array.length tests in
  while not (Atomic.get gate) do
    Thread.yield ()
  done;
  for i = 0 to count - 1 do
    let suite, (name, _, body) =
      tests.((i + (worker * count / (domains * threads))) mod count)
    in
    try body () with e -> failed worker suite name e (Printexc.get_backtrace ())
  done

let crowd name suites =
  let tests =
    List.concat_map
      (fun (suite, tests) -> List.map (fun test -> (suite, test)) tests)
      suites
    |> Array.of_list
  in
  let gate = Atomic.make false in
  let four domain =
    List.init threads (fun i -> Thread.create (work tests gate) ((domain * threads) + i))
    |> List.iter Thread.join
  in
  let others = List.init (domains - 1) (fun i -> Domain.spawn (fun () -> four (i + 1))) in
  Atomic.set gate true;
  four 0;
  List.iter Domain.join others;
  Printf.printf "%s: %d tests by %d threads at once, %d left out, %d failures\n%!" name
    (Array.length tests - Atomic.get left_out)
    (domains * threads) (Atomic.get left_out) (Atomic.get failures);
  if Atomic.get failures > 0 then exit 1

(* What the tests write to stderr, panics for instance, is shown only when something went wrong. *)
let in_child () =
  let path = Filename.temp_file "bactrian" ".crowd" in
  let channel = Unix.openfile path [ O_RDWR; O_TRUNC; O_CLOEXEC ] 0o600 in
  Unix.putenv "BACTRIAN_CROWD" "child";
  let pid =
    Unix.create_process Sys.executable_name Sys.argv Unix.stdin Unix.stdout channel
  in
  let _, status = Unix.waitpid [] pid in
  Unix.close channel;
  let text = In_channel.with_open_bin path In_channel.input_all in
  Sys.remove path;
  if status <> WEXITED 0 then (
    let last = 4000 in
    let from = max 0 (String.length text - last) in
    prerr_endline (String.sub text from (String.length text - from));
    (match status with
    | WSIGNALED signal -> Printf.eprintf "killed by signal %d\n" signal
    | _ -> ());
    exit 1)

let run name suites =
  match Sys.getenv_opt "BACTRIAN_CROWD" with
  | None -> Alcotest.run name suites
  | Some "child" -> crowd name suites
  | Some _ -> in_child ()
