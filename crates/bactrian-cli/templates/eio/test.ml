let () =
  Eio_main.run @@ fun _env ->
  Bactrian_eio.run @@ fun () ->
  let greeting = Bactrian.Future.await (@module@_rust.greet "camel" 0.) in
  assert (greeting = "Hello, camel!");
  print_endline "all is well"
