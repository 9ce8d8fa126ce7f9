external close : 'a -> unit = "bactrian_value_close"
external is_closed : 'a -> bool = "bactrian_value_is_closed"
external show : 'a -> string = "bactrian_value_show"
external type_name : 'a -> string = "bactrian_value_type_name"
external drain : unit -> int = "bactrian_value_drain"
external abort_output : unit -> unit = "bactrian_abort_output"

let register () =
  Callback.register "Bactrian.abort_output" (fun () -> abort_output ());
  at_exit (fun () -> ignore (drain ()))
