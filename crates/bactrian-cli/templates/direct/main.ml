let () = print_endline (@module@_rust.greet { name = "camel"; times = 2 })
