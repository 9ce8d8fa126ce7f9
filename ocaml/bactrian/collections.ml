(* The functions of a module, in the order that crates/bactrian-runtime/src/value/module.rs
   knows. *)

let register_map name (module M : Map.S) =
  Callback.register name
    (M.bindings, M.of_list, M.cardinal, M.mem, M.remove, M.add, M.find_opt)

let register_set name (module S : Set.S) =
  Callback.register name (S.elements, S.of_list, S.cardinal, S.mem, S.remove, S.add)

(* What Rust calls by name: lazy values, sequences and hash tables are OCaml's own to look
   into. *)

let hashtbl_bindings table = List.of_seq (Hashtbl.to_seq table)

let () =
  Callback.register "Bactrian.Lazy.force" Lazy.force;
  Callback.register "Bactrian.Lazy.is_val" Lazy.is_val;
  Callback.register "Bactrian.Lazy.from_val" Lazy.from_val;
  Callback.register "Bactrian.Seq.of_list" List.to_seq;
  Callback.register "Bactrian.Hashtbl.create" (fun size -> Hashtbl.create size);
  Callback.register "Bactrian.Hashtbl.length" Hashtbl.length;
  Callback.register "Bactrian.Hashtbl.find_opt" Hashtbl.find_opt;
  Callback.register "Bactrian.Hashtbl.mem" Hashtbl.mem;
  Callback.register "Bactrian.Hashtbl.add" Hashtbl.add;
  Callback.register "Bactrian.Hashtbl.replace" Hashtbl.replace;
  Callback.register "Bactrian.Hashtbl.remove" Hashtbl.remove;
  Callback.register "Bactrian.Hashtbl.bindings" hashtbl_bindings;
  Callback.register "Bactrian.Hashtbl.of_bindings" (fun bindings ->
      Hashtbl.of_seq (List.to_seq bindings))
