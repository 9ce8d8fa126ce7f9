external noop : unit -> unit = "t_noop"
external greet : string -> int -> string = "t_greet"
external pair : 'a -> 'b -> 'a * 'b = "t_pair"
external triplet : 'a -> 'b -> 'c -> 'a * ('b * 'c) = "t_triplet"
external fst_ : 'a * 'b -> 'a = "t_fst"
external apply : (int -> string -> string) -> int -> (string, string) result = "t_apply"
external max_int_ : unit -> int = "e_max_int"
external panic : string -> unit = "x_panic"
external counts : unit -> int * int * int = "r_counts"
external region_survives : int -> bool -> bool = "r_region_survives"

external seven : int -> int -> int -> int -> int -> int -> string -> string
  = "t_seven_byte" "t_seven"

external add : (float[@unboxed]) -> (float[@unboxed]) -> (float[@unboxed])
  = "t_add_float_byte" "t_add_float"
[@@noalloc]

external foreign : (int -> int) -> int -> int = "r_foreign_thread"

type shape =
  | Empty
  | Circle of float
  | Rectangle of float * float
  | Named of { name : string; inner : shape list }
  | Unknown

external shape : shape -> shape = "e_shape"

let () =
  Callback.register "test.minor" Gc.minor;
  Callback.register "test.compact" Gc.compact;
  noop ();
  print_endline (greet "camel" 3);
  assert (pair "a" 1 = ("a", 1));
  assert (triplet 1 "b" 2.0 = (1, ("b", 2.0)));
  assert (fst_ ("x", 1) = "x");
  assert (apply (fun n s -> string_of_int n ^ s) 4 = Ok "4xxxx");
  (match apply (fun _ _ -> failwith "no") 4 with
  | Error e -> print_endline e
  | Ok _ -> assert false);
  (match max_int_ () with
  | exception Invalid_argument m -> print_endline m
  | _ -> assert false);
  (match panic "hello" with
  | exception e -> print_endline (Printexc.to_string e)
  | () -> assert false);
  let a, b, c = counts () in
  Printf.printf "%d %d %d\n%!" a b c;
  assert (region_survives 20_000 false);
  assert (region_survives 5_000 true);
  print_endline (seven 1 2 3 4 5 6 "seven");
  Printf.printf "%f\n" (add 1.5 2.5);
  let s =
    [
      Empty;
      Circle 1.0;
      Rectangle (1., 2.);
      Named { name = "n"; inner = [ Unknown; Circle 2. ] };
      Unknown;
    ]
  in
  assert (List.map shape s = s);
  assert (foreign (fun x -> x * 2) 100 = 9900);
  print_endline "done"
