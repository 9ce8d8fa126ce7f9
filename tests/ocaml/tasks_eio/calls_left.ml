(* Rust has called a function of OCaml's that waits for its fibre, and Eio's loop ends. *)

module Future = Bactrian.Future

external call : (int -> int) -> int -> bool -> int Future.t = "f_call"

let () =
  (* A call that is lost is heard of. *)
  ignore (Unix.alarm 60);
  for n = 1 to 3 do
    let t =
      Eio_main.run @@ fun _ ->
      Bactrian_eio.run @@ fun () -> call succ n false
    in
    assert (Future.await t = n + 1)
  done
