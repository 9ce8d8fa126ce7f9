module Host = Bactrian_future.Host
module Task = Domainslib.Task

(* Domainslib installs its own in the domains of a pool, and the library has one for plain threads. *)
let prepare_for_await () =
  let trigger = Domain_local_await.prepare_for_await () in
  Host.or_block { release = trigger.release; await = trigger.await }

let run pool body = Host.everywhere ~prepare_for_await (fun () -> Task.run pool body)
