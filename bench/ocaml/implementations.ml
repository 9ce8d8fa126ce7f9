let with_cases =
  [
    ("C", Impl_c.cases);
    ("X", Impl_x.cases);
    ("ocaml-interop", Impl_interop.cases);
    ("ocaml-rs", Impl_ocaml_rs.cases);
    (Rows.c_api, Impl_bactrian_c.cases);
    (Rows.ours, Impl_bactrian.cases);
  ]

let all = List.map fst with_cases
let ours = Rows.ours

let cases (row : Rows.t) =
  List.filter_map
    (fun (name, cases) ->
      List.find_opt (fun (case : Case.t) -> case.row = row.name) cases
      |> Option.map (fun case -> (name, case)))
    with_cases

exception Rust_panic of string

let set_up () =
  (* The name under which ocaml-interop looks for the exception that a panic becomes. *)
  Callback.register_exception "rust_panic_exn" (Rust_panic "");
  List.iter (fun (_, (noop : Case.t)) -> noop.check ()) (cases (Rows.find "noop"));
  Quiet.seal ()

(* ocaml-interop has no hook, and that of ocaml-rs takes no part in a row. *)
let turn_to name = Quiet.run_hook (name = ours)
