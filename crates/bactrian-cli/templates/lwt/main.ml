open Lwt.Syntax

let () =
  Lwt_main.run
    (let* greetings =
       Lwt.all [ @module@_rust.greet "camel" 0.02; @module@_rust.greet "llama" 0.01 ]
     in
     Lwt_list.iter_s Lwt_io.printl greetings)
