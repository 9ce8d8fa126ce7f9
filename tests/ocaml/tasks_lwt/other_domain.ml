(* Lwt on a domain that ends, with tasks that wait, and on the first domain after it. *)

external yield : int -> int Lwt.t = "a_yield"
external ready : int -> int Lwt.t = "a_ready"
external sleep : int -> int Lwt.t = "a_sleep"
external signal : int -> int -> bool = "a_signal"
external wait : int -> int Lwt.t = "a_wait"
external handle : unit -> int = "e_handle"
external keep_promise : int Lwt.t -> unit = "e_keep_promise"

let outcome = ref "pending"
let at_end = ref "never"
let descriptors () = Array.length (Sys.readdir "/proc/self/fd")

let () =
  for n = 1 to 3 do
    outcome := "pending";
    at_end := "never";
    let result =
      Domain.join
        (Domain.spawn (fun () ->
             (* The first to be registered is the last to be run. *)
             Domain.at_exit (fun () ->
                 at_end :=
                   try Printf.sprintf "%d" (Lwt_main.run (Lwt.bind (sleep 1) ready))
                   with exn -> Printexc.to_string exn);
             let p = wait n in
             Lwt.on_failure p (fun exn -> outcome := Printexc.to_string exn);
             Lwt_main.run (Lwt.bind (sleep 1) (fun _ -> yield n))))
    in
    Printf.printf
      "domain %d: %d; at its end Rust answers %s; then %s; is it heard? %b\n%!" n result
      !at_end !outcome (signal n 1)
  done;
  Printf.printf "the first domain: %d\n%!"
    (Lwt_main.run (Lwt.bind (sleep 1) (fun _ -> yield 4)));
  let before = descriptors () in
  for n = 1 to 50 do
    Domain.join
      (Domain.spawn (fun () ->
           keep_promise (Lwt.return 1);
           if n = 1 then
             match handle () with
             | _ -> print_endline "a handle that nobody serves"
             | exception Bactrian.Rust_panic _ -> ()))
  done;
  keep_promise (Lwt.return 1);
  let more = descriptors () - before in
  if more <= 0 then print_endline "no descriptor is left"
  else Printf.printf "%d descriptors are left\n%!" more
