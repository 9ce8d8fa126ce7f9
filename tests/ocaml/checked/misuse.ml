(* Every misuse of misuse.c. See support/driver.mli for the arguments. *)

external count : unit -> int = "misuse_count"
external name : int -> string = "misuse_name"
external run : int -> (bool -> unit) -> unit = "misuse_run"
external callback : bool -> unit = "misuse_callback"

let f = function true -> Thread.join (Thread.create callback false) | _ -> callback true
let in_a_domain f = Domain.join (Domain.spawn (fun () -> f false))
let () = Callback.register "misuse.in_a_domain" in_a_domain
let () = Misuse_support.Driver.main ~count ~name ~run:(fun index -> run index f)
