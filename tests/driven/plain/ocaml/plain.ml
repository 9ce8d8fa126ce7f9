let () = Callback.register "twice" (fun n -> 2 * n)
let () = at_exit (fun () -> print_endline "at_exit")
