(* Lwt on a domain that ends, with tasks that wait, and on the first domain after it. *)

external yield : int -> int Lwt.t = "a_yield"
external sleep : int -> int Lwt.t = "a_sleep"
external signal : int -> int -> bool = "a_signal"
external wait : int -> int Lwt.t = "a_wait"

let outcome = ref "pending"

let () =
  for n = 1 to 3 do
    outcome := "pending";
    let result =
      Domain.join
        (Domain.spawn (fun () ->
             let p = wait n in
             Lwt.on_failure p (fun exn -> outcome := Printexc.to_string exn);
             Lwt_main.run (Lwt.bind (sleep 1) (fun _ -> yield n))))
    in
    Printf.printf "domain %d: %d; then %s; is it heard? %b\n%!" n result !outcome
      (signal n 1)
  done;
  Printf.printf "the first domain: %d\n%!"
    (Lwt_main.run (Lwt.bind (sleep 1) (fun _ -> yield 4)))
