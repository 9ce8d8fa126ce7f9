type t

external call1 : t -> 'a -> 'r = "bactrian_call_1"
external call2 : t -> 'a -> 'b -> 'r = "bactrian_call_2"
external call3 : t -> 'a -> 'b -> 'c -> 'r = "bactrian_call_3"
external call4 : t -> 'a -> 'b -> 'c -> 'd -> 'r = "bactrian_call_4"

external call5 : t -> 'a -> 'b -> 'c -> 'd -> 'e -> 'r
  = "bactrian_call_bytecode" "bactrian_call_5"

external call6 : t -> 'a -> 'b -> 'c -> 'd -> 'e -> 'f -> 'r
  = "bactrian_call_bytecode" "bactrian_call_6"

external call7 : t -> 'a -> 'b -> 'c -> 'd -> 'e -> 'f -> 'g -> 'r
  = "bactrian_call_bytecode" "bactrian_call_7"

external call8 : t -> 'a -> 'b -> 'c -> 'd -> 'e -> 'f -> 'g -> 'h -> 'r
  = "bactrian_call_bytecode" "bactrian_call_8"

(* Each maker returns a function of its own, rather than a partial application of itself: it
   has the number of arguments that it is called with, and so is called at once. *)

let closure1 t =
  let call a = call1 t a in
  call

let closure2 t =
  let call a b = call2 t a b in
  call

let closure3 t =
  let call a b c = call3 t a b c in
  call

let closure4 t =
  let call a b c d = call4 t a b c d in
  call

let closure5 t =
  let call a b c d e = call5 t a b c d e in
  call

let closure6 t =
  let call a b c d e f = call6 t a b c d e f in
  call

let closure7 t =
  let call a b c d e f g = call7 t a b c d e f g in
  call

let closure8 t =
  let call a b c d e f g h = call8 t a b c d e f g h in
  call

let register () =
  Callback.register "Bactrian.closure1" closure1;
  Callback.register "Bactrian.closure2" closure2;
  Callback.register "Bactrian.closure3" closure3;
  Callback.register "Bactrian.closure4" closure4;
  Callback.register "Bactrian.closure5" closure5;
  Callback.register "Bactrian.closure6" closure6;
  Callback.register "Bactrian.closure7" closure7;
  Callback.register "Bactrian.closure8" closure8
