external inspect : 'a -> int -> string = "bactrian_inspect"

let to_string ?(depth = 10) value = inspect value depth

let pp formatter value =
  let lines = String.split_on_char '\n' (String.trim (to_string value)) in
  Format.pp_open_vbox formatter 0;
  Format.pp_print_list Format.pp_print_string formatter lines;
  Format.pp_close_box formatter ()

let print ?depth value =
  print_string (to_string ?depth value);
  flush stdout
