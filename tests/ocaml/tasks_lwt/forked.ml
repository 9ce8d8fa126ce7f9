(* A program forks while Rust tasks wait: the child is refused, and its parent goes on. *)

external ready : int -> int Lwt.t = "a_ready"
external yield : int -> int Lwt.t = "a_yield"
external sleep : int -> int Lwt.t = "a_sleep"
external spawn_join : int -> int Lwt.t = "a_spawn_join"
external wait : int -> int Lwt.t = "a_wait"
external signal : int -> int -> bool = "a_signal"
external handle : unit -> int = "e_handle"
external start : (int -> unit) -> int -> unit = "a_start"

let message = function
  | Failure message | Bactrian.Rust_panic (message, _) ->
      let rec words text from n =
        if n = 0 then String.sub text 0 (from - 1)
        else words text (String.index_from text from ' ' + 1) (n - 1)
      in
      words message 0 8 ^ " …"
  | exn -> Printexc.to_string exn

(* What the child has to say, for the parent to print in its turn. *)
let report, said = Unix.pipe ()

(* The child lives until the parent closes this. *)
let live, stop = Unix.pipe ()

let say format =
  Printf.ksprintf
    (fun line -> ignore (Unix.write_substring said line 0 (String.length line)))
    format

let attempt name body =
  match body () with
  | _ -> say "child: %s: accepted\n" name
  | exception exn -> say "child: %s: %s\n" name (message exn)

let child heard =
  Unix.close stop;
  attempt "a promise" (fun () -> ignore (yield 1));
  attempt "a promise that is ready" (fun () -> ignore (ready 1));
  attempt "a handle" (fun () -> ignore (handle ()));
  attempt "a task" (fun () -> start ignore 1);
  (* What waits does so for ever; its wake-ups, and the loop, leave the parent alone. *)
  say "child: a signal is heard by a task that nobody runs: %b\n" (signal 1 1);
  let live = Lwt_unix.of_unix_file_descr live in
  ignore (Lwt_main.run (Lwt_unix.read live (Bytes.create 1) 0 1));
  say "child: still %s\n"
    (match Lwt.state heard with Lwt.Sleep -> "pending" | _ -> "settled");
  exit 0

let parent heard slept pid =
  Unix.close said;
  (* It looks the other way while it is woken, and the child does not. *)
  let rec doze n =
    if n = 0 then Lwt.return_unit
    else
      let woken = Lwt.both (sleep 2) (spawn_join n) in
      Unix.sleepf 0.01;
      Lwt.bind woken (fun _ -> doze (n - 1))
  in
  let outcome =
    match Lwt_main.run (Lwt_unix.with_timeout 5. (fun () -> doze 10)) with
    | () -> "all its tasks were woken"
    | exception Lwt_unix.Timeout -> "a wake-up was lost"
  in
  Printf.printf "parent: %s\n%!" outcome;
  Printf.printf "parent: slept %d\n%!" (Lwt_main.run slept);
  let signalled = signal 1 5 in
  Printf.printf "parent: its signal is heard: %b, %d\n%!" signalled (Lwt_main.run heard);
  Unix.close stop;
  print_string (In_channel.input_all (Unix.in_channel_of_descr report));
  Printf.printf "the child %s\n%!"
    (match snd (Unix.waitpid [] pid) with
    | Unix.WEXITED 0 -> "ended well"
    | Unix.WEXITED n -> Printf.sprintf "exited %d" n
    | Unix.WSIGNALED n | Unix.WSTOPPED n -> Printf.sprintf "got signal %d" n)

let () =
  let heard = wait 1 in
  let slept = sleep 100 in
  ignore (Lwt_main.run (yield 10));
  match Lwt_unix.fork () with 0 -> child heard | pid -> parent heard slept pid
