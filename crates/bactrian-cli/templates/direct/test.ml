let () =
  assert (@module@_rust.greet { name = "camel"; times = 1 } = "Hello, camel!");
  match @module@_rust.greet { name = "camel"; times = -1 } with
  | _ -> assert false
  | exception Invalid_argument _ -> print_endline "all is well"
