(* What Rust calls. *)

let register = Callback.register
let rec deep n = if n = 0 then 0 else 1 + deep (n - 1)

(* Spawned and never joined. *)
let busy_domain () =
  let started = Atomic.make false in
  let _ =
    Domain.spawn (fun () ->
        Atomic.set started true;
        while true do
          ignore (Sys.opaque_identity (List.init 1000 string_of_int))
        done)
  in
  while not (Atomic.get started) do
    Domain.cpu_relax ()
  done

(* A domain that is inside a Rust function. *)
let domain_in_rust seconds = ignore (Domain.spawn (fun () -> External.sleep seconds))

let sleeping_thread seconds =
  ignore
    (Thread.create
       (fun () ->
         Thread.delay seconds;
         print_endline "the OCaml thread finished")
       ())

let () =
  register "arguments" (fun () -> String.concat "," (Array.to_list Sys.argv));
  register "twice" (fun n -> 2 * n);
  register "print" (fun s -> print_string s);
  register "at_exit_print" (fun s -> at_exit (fun () -> print_endline s));
  register "at_exit_raise" (fun s -> at_exit (fun () -> failwith s));
  register "at_exit_thread" (fun () ->
      at_exit (fun () ->
          print_endline (External.on_another_thread (fun () -> "a thread in at_exit"))));
  register "fail" (fun s -> if s = "" then raise Not_found else failwith s);
  register "exit" (fun code -> exit code);
  register "deep" deep;
  register "busy_domain" busy_domain;
  register "domain_in_rust" domain_in_rust;
  register "sleeping_thread" sleeping_thread;
  register "compact" (fun () -> Gc.compact ());
  register "thread_id" (fun () -> Thread.id (Thread.self ()))
