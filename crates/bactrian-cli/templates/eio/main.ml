let greet (name, seconds) =
  let greeting = @module@_rust.greet name seconds in
  Bactrian.Future.await greeting

let () =
  Eio_main.run @@ fun _env ->
  Bactrian_eio.run @@ fun () ->
  Eio.Fiber.List.map greet [ ("camel", 0.02); ("llama", 0.01) ]
  |> List.iter print_endline
