(** What Rust calls, by these names. Nobody mentions this module: [build.rs] links its
    library whole. *)

let () =
  Callback.register "Calc.parse" Parser.parse;
  Callback.register "Calc.show" Syntax.to_string;
  Callback.register "Calc.evaluate" Eval.evaluate;
  Callback.register "Calc.compile" Eval.compile
