open Lwt.Syntax

let greet (name, seconds) =
  let* greeting = @module@_rust.greet name seconds in
  Lwt_io.printl greeting

let () =
  Lwt_main.run (Lwt_list.iter_p greet [ ("camel", 0.02); ("llama", 0.01) ])
