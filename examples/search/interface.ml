open Parsetree

let module_name file =
  String.capitalize_ascii (Filename.remove_extension (Filename.basename file))

(* {1 Documentation} *)

let string_payload = function
  | PStr
      [
        {
          pstr_desc =
            Pstr_eval
              ( {
                  pexp_desc = Pexp_constant { pconst_desc = Pconst_string (text, _, _); _ };
                  _;
                },
                _ );
          _;
        };
      ] ->
      Some text
  | _ -> None

let texts ~named attributes =
  List.filter_map
    (fun { attr_name; attr_payload; _ } ->
      if attr_name.txt = named then string_payload attr_payload else None)
    attributes

let doc_of attributes =
  String.concat "\n\n" (List.map Markup.to_text (texts ~named:"ocaml.doc" attributes))

(* {1 Signatures} *)

(* What is printed is the declaration alone: without attributes, and without the bodies of
   signatures, whose items are entries of their own. *)
let bare =
  let super = Ast_mapper.default_mapper in
  let module_type self mty =
    match mty.pmty_desc with
    | Pmty_signature _ -> { mty with pmty_desc = Pmty_signature []; pmty_attributes = [] }
    | _ -> super.module_type self mty
  in
  { super with attributes = (fun _ _ -> []); module_type }

let sig_end = Str.regexp_string "sig end"

let print_item item =
  let item = bare.signature_item bare item in
  let text = Format.asprintf "%a" Pprintast.signature [ item ] in
  Str.global_replace sig_end "sig … end" (Text.on_one_line text)

let item loc desc = { psig_desc = desc; psig_loc = loc }

(* {1 Items} *)

type context = { file : string; mutable found : Entry.t list  (** the last one first *) }

(* What all declarations have: the item to print, and where and how it is documented. *)
let declare context path kind printed (loc : Location.t) attributes name =
  context.found <-
    {
      Entry.path;
      name;
      kind;
      signature = print_item printed;
      doc = doc_of attributes;
      file = context.file;
      line = loc.loc_start.pos_lnum;
    }
    :: context.found

let rec items context path signature = List.iter (one context path) signature

and one context path ({ psig_desc; psig_loc = loc } as whole) =
  let declare = declare context path in
  match psig_desc with
  | Psig_value { pval_name; pval_type; pval_attributes; _ } ->
      (* An [external] is shown as the value that it is to its users. *)
      let plain = Ast_helper.Val.mk ~loc pval_name pval_type in
      declare Value (item loc (Psig_value plain)) loc pval_attributes pval_name.txt
  | Psig_type (recursive, declarations) ->
      List.iter
        (type_declaration declare (fun d -> Psig_type (recursive, [ d ])))
        declarations
  | Psig_typesubst declarations ->
      List.iter (type_declaration declare (fun d -> Psig_typesubst [ d ])) declarations
  | Psig_typext { ptyext_constructors; _ } ->
      let each { pext_name; pext_loc; pext_attributes; _ } =
        declare Extension whole pext_loc pext_attributes pext_name.txt
      in
      List.iter each ptyext_constructors
  | Psig_exception
      { ptyexn_constructor = { pext_name; pext_attributes; _ }; ptyexn_attributes; _ } ->
      declare Exception whole loc (ptyexn_attributes @ pext_attributes) pext_name.txt
  | Psig_module declaration -> module_declaration context path whole declaration
  | Psig_recmodule declarations ->
      let each d = module_declaration context path (item loc (Psig_recmodule [ d ])) d in
      List.iter each declarations
  | Psig_modsubst { pms_name; pms_attributes; _ } ->
      declare Module whole loc pms_attributes pms_name.txt
  | Psig_modtype { pmtd_name; pmtd_type; pmtd_attributes; _ }
  | Psig_modtypesubst { pmtd_name; pmtd_type; pmtd_attributes; _ } ->
      declare Module_type whole loc pmtd_attributes pmtd_name.txt;
      Option.iter (body context (path @ [ pmtd_name.txt ])) pmtd_type
  | Psig_include { pincl_mod; _ } -> body context path pincl_mod
  | Psig_class declarations ->
      let each ({ pci_name; pci_attributes; pci_loc; _ } as d) =
        declare Class (item loc (Psig_class [ d ])) pci_loc pci_attributes pci_name.txt
      in
      List.iter each declarations
  | Psig_class_type declarations ->
      let each ({ pci_name; pci_attributes; pci_loc; _ } as d) =
        declare Class_type
          (item loc (Psig_class_type [ d ]))
          pci_loc pci_attributes pci_name.txt
      in
      List.iter each declarations
  | Psig_open _ | Psig_attribute _ | Psig_extension _ -> ()

and type_declaration declare desc ({ ptype_name; ptype_loc; ptype_attributes; _ } as d) =
  declare Entry.Type (item ptype_loc (desc d)) ptype_loc ptype_attributes ptype_name.txt

and module_declaration context path printed
    { pmd_name; pmd_type; pmd_attributes; pmd_loc; _ } =
  (* [module _ : S] declares nothing that could be found. *)
  let named name =
    declare context path Module printed pmd_loc pmd_attributes name;
    body context (path @ [ name ]) pmd_type
  in
  Option.iter named pmd_name.txt

and body context path { pmty_desc; _ } =
  match pmty_desc with
  | Pmty_signature signature -> items context path signature
  | Pmty_functor (_, result) -> body context path result
  | Pmty_with (constrained, _) -> body context path constrained
  | Pmty_ident _ | Pmty_typeof _ | Pmty_alias _ | Pmty_extension _ -> ()

(* The comment at the top of a file is about the module that the file is. *)
let rec preamble = function
  | { psig_desc = Psig_attribute ({ attr_name = { txt = "ocaml.text"; _ }; _ } as a); _ }
    :: _ ->
      String.concat "\n\n" (List.map Markup.to_text (texts ~named:"ocaml.text" [ a ]))
  | { psig_desc = Psig_attribute _ | Psig_open _; _ } :: rest -> preamble rest
  | _ -> ""

(* {1 Files} *)

let entries file signature =
  let name = module_name file in
  let context = { file; found = [] } in
  items context [ name ] signature;
  let whole =
    {
      Entry.path = [];
      name;
      kind = Module;
      signature = "module " ^ name ^ " : sig … end";
      doc = preamble signature;
      file;
      line = 1;
    }
  in
  whole :: List.rev context.found

let parse ~file text =
  match Text.invalid_line text with
  | Some line -> Error (Printf.sprintf "line %d: not valid UTF-8" line)
  | None -> Result.map (entries file) (Compiler.parse Parse.interface ~file text)
