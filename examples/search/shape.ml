open Parsetree

type t = { exact : string; loose : string }

let exact t = t.exact
let loose t = t.loose

(* Labels and attributes go; what is done with the name of a variable is the caller's. *)
let map_variables rename =
  let super = Ast_mapper.default_mapper in
  let typ self ty =
    let ty = super.typ self { ty with ptyp_attributes = [] } in
    match ty.ptyp_desc with
    | Ptyp_var name -> { ty with ptyp_desc = rename name }
    | Ptyp_any -> { ty with ptyp_desc = rename "_" }
    | Ptyp_arrow (_, argument, result) ->
        { ty with ptyp_desc = Ptyp_arrow (Nolabel, argument, result) }
    | Ptyp_poly (_, body) -> body
    | _ -> ty
  in
  { super with typ; attributes = (fun _ _ -> []) }

let print ty = Text.on_one_line (Format.asprintf "%a" Pprintast.core_type ty)

let letters index =
  let letter = String.make 1 (Char.chr (Char.code 'a' + (index mod 26))) in
  if index < 26 then letter else letter ^ string_of_int (index / 26)

let in_order_of_appearance () =
  let known = Hashtbl.create 8 in
  fun name ->
    let letter =
      match Hashtbl.find_opt known name with
      | Some letter when name <> "_" -> letter
      | _ ->
          let letter = letters (Hashtbl.length known) in
          Hashtbl.add known name letter;
          letter
    in
    Ptyp_var letter

let rec arguments ty =
  match ty.ptyp_desc with
  | Ptyp_arrow (_, argument, result) ->
      let rest, last = arguments result in
      (argument :: rest, last)
  | _ -> ([], ty)

let of_core_type ty =
  let named = map_variables (in_order_of_appearance ()) in
  let nameless = map_variables (fun _ -> Ptyp_any) in
  let given, result = arguments (nameless.typ nameless ty) in
  let given = List.sort String.compare (List.map print given) in
  {
    exact = print (named.typ named ty);
    loose = String.concat " & " given ^ " => " ^ print result;
  }

(* Only where a value is declared may a type begin with its variables: ['a. 'a -> 'a]. *)
let of_string text =
  match Compiler.parse Parse.interface ~file:"type" ("val x : " ^ text) with
  | Ok [ { psig_desc = Psig_value { pval_type; pval_prim = []; _ }; _ } ] ->
      Ok (of_core_type pval_type)
  | Ok _ -> Error "more than a type"
  | Error _ as error -> error

let before_type = Str.regexp_string " : "

let of_entry { Entry.kind; signature; _ } =
  match (kind, Str.bounded_split_delim before_type signature 2) with
  | Entry.Value, [ _; written ] -> Result.to_option (of_string written)
  | _ -> None
