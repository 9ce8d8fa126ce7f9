let () =
  assert (Lwt_main.run (@module@_rust.greet "camel" 0.) = "Hello, camel!");
  print_endline "all is well"
