(* Run by `bactrian imports`: prints what an interface says, as S-expressions, with the compiler's own libraries.

   Arguments: the file, folders of other interfaces after -I, modules to open after -open.
   A mistake of the user's is one sentence on stderr, and the exit code 3. *)

open Types

let fail message =
  prerr_endline message;
  exit 3

(* {1 What is printed} *)

let out = Buffer.create 10_000

let string text =
  Buffer.add_string out " \"";
  String.iter
    (function
      | ('"' | '\\') as c ->
          Buffer.add_char out '\\';
          Buffer.add_char out c
      | c -> Buffer.add_char out c)
    text;
  Buffer.add_char out '"'

let list name body =
  Buffer.add_string out ("\n(" ^ name);
  body ();
  Buffer.add_char out ')'

let flag name set = if set then list name ignore

(* {1 Names}

   What the interface itself defines is known by identifiers that are no names of units: they are given the path that
   they have within the module. *)

let local : (string, string) Hashtbl.t = Hashtbl.create 100
let within prefix name = if prefix = "" then name else prefix ^ "." ^ name

(* `Library__Module` is how dune and others call the unit of `Library.Module`. *)
let unit_path name =
  let rec find i =
    if i + 2 >= String.length name then None
    else if name.[i] = '_' && name.[i + 1] = '_' && i > 0 then Some i
    else find (i + 1)
  in
  match find 0 with
  | None -> name
  | Some i -> (
      let library = String.sub name 0 i in
      let rest = String.sub name (i + 2) (String.length name - i - 2) in
      match (library, rest) with
      | "Dune", _ when String.length rest > 5 && String.sub rest 0 5 = "exe__" ->
          String.sub rest 5 (String.length rest - 5)
      | _ -> library ^ "." ^ String.capitalize_ascii rest)

type place = Local of string | Global of string | Nowhere

let rec place = function
  | Path.Pident id when Ident.is_predef id -> Global (Ident.name id)
  | Path.Pident id when Ident.global id ->
      let name = Ident.name id in
      Global (if name = "Dune__exe" then "" else unit_path name)
  | Path.Pident id -> (
      match Hashtbl.find_opt local (Ident.unique_name id) with
      | Some path -> Local path
      | None -> Nowhere)
  | Path.Pdot (path, name) -> (
      match place path with
      | Local path -> Local (within path name)
      | Global path -> Global (within path name)
      | Nowhere -> Nowhere)
  | _ -> Nowhere

(* {1 Documentation} *)

let literal expression =
  match Scanf.sscanf_opt (Pprintast.string_of_expression expression) "%S" Fun.id with
  | Some text -> text
  | None -> ""

let doc attributes =
  let text (attribute : Parsetree.attribute) =
    match (attribute.attr_name.txt, attribute.attr_payload) with
    | ("ocaml.doc" | "doc"), PStr [ { pstr_desc = Pstr_eval (expression, _); _ } ] ->
        Some (literal expression)
    | _ -> None
  in
  string (String.concat "\n\n" (List.filter_map text attributes))

(* {1 Types} *)

(*<5.4: let components types = types
  and labelled _ = false *)
let components types = List.map snd types
and labelled types = List.exists (fun (label, _) -> label <> None) types
(*>*)

let variables : (int, int) Hashtbl.t = Hashtbl.create 10
let environment = ref Env.empty

let variable ty =
  let id = get_id ty in
  match Hashtbl.find_opt variables id with
  | Some number -> number
  | None ->
      let number = Hashtbl.length variables in
      Hashtbl.add variables id number;
      number

(* What an abbreviation stands for, where its definition can be seen and is another name's. *)
let rec expansion path ty =
  match Ctype.expand_head_once !environment ty with
  | exception _ -> None
  | expanded -> (
      match get_desc expanded with
      | Tconstr (other, _, _) when place other = Global path ->
          if eq_type expanded ty then None else expansion path expanded
      | _ -> Some expanded)

(* The abbreviations around: a polymorphic variant may contain itself. *)
let expanding : string list ref = ref []

(* Deeper ones are cyclic, or as good as that. *)
let rec typ depth ty =
  let unsupported what = list "unsupported" (fun () -> string what) in
  let all = List.iter (typ (depth + 1)) in
  if depth > 60 then unsupported "a type that contains itself"
  else
    match get_desc ty with
    | Tvar _ | Tunivar _ -> list "var" (fun () -> string (string_of_int (variable ty)))
    | Ttuple types when labelled types -> unsupported "a tuple with labels"
    | Ttuple types -> list "tuple" (fun () -> all (components types))
    | Tarrow (label, argument, result, _) ->
        let name, text, argument =
          match label with
          | Nolabel -> ("none", "", argument)
          | Labelled text -> ("labelled", text, argument)
          | Optional text -> (
              match get_desc argument with
              | Tconstr (_, [ contents ], _) -> ("optional", text, contents)
              | _ -> ("optional", text, argument))
        in
        list "arrow" (fun () ->
            string name;
            string text;
            all [ argument; result ])
    | Tconstr (path, arguments, _) -> (
        match place path with
        | Nowhere -> unsupported ("the type " ^ Path.name path)
        | Local path ->
            list "local" (fun () ->
                string path;
                all arguments)
        | Global path -> (
            match expansion path ty with
            | Some expansion when not (List.mem path !expanding) ->
                list "alias" (fun () ->
                    string path;
                    list "arguments" (fun () -> all arguments);
                    let outer = !expanding in
                    expanding := path :: outer;
                    typ (depth + 1) expansion;
                    expanding := outer)
            | _ ->
                list "global" (fun () ->
                    string path;
                    all arguments)))
    | Tvariant row ->
        let fields = row_fields row in
        let exact (_, field) =
          match row_field_repr field with
          | Rpresent _ | Rabsent -> true
          | Reither _ -> false
        in
        if not (row_closed row && List.for_all exact fields) then
          unsupported "an open polymorphic variant"
        else
          list "tags" (fun () ->
              List.iter
                (fun (tag, field) ->
                  match row_field_repr field with
                  | Rpresent argument ->
                      list "tag" (fun () ->
                          string tag;
                          Option.iter (typ (depth + 1)) argument)
                  | _ -> ())
                fields)
    | Tpoly (ty, []) -> typ depth ty
    | Tpoly _ -> unsupported "a polymorphic field"
    | Tobject _ | Tfield _ | Tnil -> unsupported "an object"
    | Tpackage _ -> unsupported "a first-class module"
    | Tlink _ | Tsubst _ -> unsupported "a type that the compiler has not finished"

let typ = typ 0

let field label =
  list "field" (fun () ->
      string (Ident.name label.ld_id);
      flag "mutable" (label.ld_mutable = Mutable);
      doc label.ld_attributes;
      typ label.ld_type)

let arguments = function
  | Cstr_tuple types -> list "tuple" (fun () -> List.iter typ types)
  | Cstr_record fields -> list "record" (fun () -> List.iter field fields)

let constructor (constructor : constructor_declaration) =
  list "constructor" (fun () ->
      string (Ident.name constructor.cd_id);
      flag "gadt" (constructor.cd_res <> None);
      doc constructor.cd_attributes;
      arguments constructor.cd_args)

let declaration name declaration =
  Hashtbl.reset variables;
  list "type" (fun () ->
      string name;
      let named ty = match get_desc ty with Tvar _ -> true | _ -> false in
      string (string_of_int (List.length declaration.type_params));
      flag "private" (declaration.type_private = Private);
      flag "constrained" (not (List.for_all named declaration.type_params));
      List.iter (fun ty -> ignore (variable ty)) declaration.type_params;
      doc declaration.type_attributes;
      (match declaration.type_kind with
      | Type_record (fields, representation) ->
          flag "unboxed"
            (match representation with Record_unboxed _ -> true | _ -> false);
          flag "flat" (representation = Record_float);
          list "record" (fun () -> List.iter field fields)
      | Type_variant (constructors, representation) ->
          flag "unboxed" (representation = Variant_unboxed);
          list "variant" (fun () -> List.iter constructor constructors)
      | Type_open -> list "extensible" ignore
      | _ -> ());
      Option.iter (fun ty -> list "manifest" (fun () -> typ ty)) declaration.type_manifest)

(* {1 Modules} *)

let rec items prefix signature =
  let classes = Hashtbl.create 3 in
  let note id =
    Hashtbl.replace local (Ident.unique_name id) (within prefix (Ident.name id))
  in
  List.iter
    (fun item ->
      (match item with
      | Sig_class (id, _, _, _) | Sig_class_type (id, _, _, _) ->
          Hashtbl.replace classes (Ident.name id) ()
      | _ -> ());
      note (signature_item_id item))
    signature;
  let skipped what name why =
    list "skipped" (fun () ->
        string what;
        string name;
        string why)
  in
  let item item =
    let name = Ident.name (signature_item_id item) in
    match item with
    | _ when item_visibility item = Hidden -> ()
    | Sig_value (_, value, _) ->
        Hashtbl.reset variables;
        list "value" (fun () ->
            string name;
            doc value.val_attributes;
            typ value.val_type)
    | Sig_type (_, _, _, _) when Hashtbl.mem classes name || name.[0] = '#' -> ()
    | Sig_type (_, it, _, _) -> declaration name it
    | Sig_typext (_, constructor, Text_exception, _) ->
        Hashtbl.reset variables;
        list "exception" (fun () ->
            string name;
            doc constructor.ext_attributes;
            arguments constructor.ext_args)
    | Sig_typext _ -> skipped "extension" name "Rust has no extensible variants"
    | Sig_module (_, _, it, _, _) -> (
        match Mtype.scrape !environment it.md_type with
        | Mty_signature inner ->
            list "module" (fun () ->
                string name;
                doc it.md_attributes;
                items (within prefix name) inner)
        | Mty_functor _ -> skipped "module" name "it is a functor"
        | Mty_alias path ->
            let path =
              match place path with
              | Local path | Global path -> path
              | Nowhere -> Path.name path
            in
            skipped "module" name ("it is " ^ path ^ ": import that")
        | Mty_ident path ->
            skipped "module" name
              ("its type " ^ Path.name path
             ^ " is defined elsewhere, in an interface that was not found (use -I)"))
    | Sig_modtype _ -> skipped "module type" name "it has no values"
    | Sig_class _ -> skipped "class" name "Rust has no objects of OCaml"
    | Sig_class_type _ ->
        if
          not
            (List.exists
               (function Sig_class (id, _, _, _) -> Ident.name id = name | _ -> false)
               signature)
        then skipped "class type" name "Rust has no objects of OCaml"
  in
  List.iter item signature

(* {1 Files} *)

let read_magic file =
  match open_in_bin file with
  | exception Sys_error message -> fail ("cannot read " ^ message)
  | channel ->
      let size =
        min (String.length Config.cmi_magic_number) (in_channel_length channel)
      in
      let magic = really_input_string channel size in
      close_in channel;
      magic

let check_magic file expected =
  let kind magic = if String.length magic >= 9 then String.sub magic 0 9 else magic in
  let found = read_magic file in
  if not (List.mem found expected) then
    if List.mem (kind found) (List.map kind expected) then
      fail
        (Printf.sprintf
           "%s was made by another version of OCaml than the `ocaml` on PATH, which is \
            %s: build it again"
           file Sys.ocaml_version)
    else
      fail
        (Printf.sprintf
           "%s is damaged, or no file of the OCaml compiler's: it does not begin as one"
           file)

let folders = ref []
let opened = ref []

let prepare others =
  Clflags.include_dirs := List.rev_append !folders others;
  Clflags.open_modules := !opened;
  Compmisc.init_path ();
  match Compmisc.initial_env () with
  | env -> env
  | exception error ->
      Location.report_exception Format.str_formatter error;
      fail (String.trim (Format.flush_str_formatter ()))

(* Where the compiler ran. Dune has it write another folder, which is nowhere: then it is the folder around the file
   from which the source is where it was. *)
let build_folder file (cmt : Cmt_format.cmt_infos) =
  if Sys.file_exists cmt.cmt_builddir then cmt.cmt_builddir
  else
    let rec find folder =
      match cmt.cmt_sourcefile with
      | Some source when Sys.file_exists (Filename.concat folder source) -> folder
      | _ ->
          let parent = Filename.dirname folder in
          if parent = folder then cmt.cmt_builddir else find parent
    in
    let here = Sys.getcwd () in
    find
      (Filename.dirname
         (if Filename.is_relative file then Filename.concat here file else file))

let of_compiled file =
  let cmi = Filename.check_suffix file ".cmi" in
  (* A .cmti begins with what a .cmi has. *)
  check_magic file
    (Config.cmi_magic_number :: (if cmi then [] else [ Config.cmt_magic_number ]));
  let own = [ Filename.dirname file ] in
  match if cmi then (Some (Cmi_format.read_cmi file), None) else Cmt_format.read file with
  | exception _ -> fail (file ^ " is damaged: it cannot be read to its end")
  | _, Some cmt -> (
      let absolute folder =
        if Filename.is_relative folder then Filename.concat (build_folder file cmt) folder
        else folder
      in
      let others =
        List.map absolute (cmt.cmt_loadpath.visible @ cmt.cmt_loadpath.hidden)
      in
      let name = cmt.cmt_modname in
      match cmt.cmt_annots with
      | Interface it -> (name, it.sig_type, prepare (own @ others))
      | Implementation it -> (name, it.str_type, prepare (own @ others))
      | Packed (it, _) -> (name, it, prepare (own @ others))
      | _ -> fail (file ^ " is of a module that did not compile"))
  | Some cmi, None -> (cmi.cmi_name, cmi.cmi_sign, prepare own)
  | None, None -> fail (file ^ " holds no interface")

let of_source file =
  ignore (read_magic file : string);
  let env = prepare [ Filename.dirname file ] in
  let text = In_channel.with_open_bin file In_channel.input_all in
  let lexbuf = Lexing.from_string text in
  Location.init lexbuf file;
  Location.input_name := file;
  match Typemod.type_interface env (Parse.interface lexbuf) with
  | it ->
      ( String.capitalize_ascii (Filename.remove_extension (Filename.basename file)),
        it.sig_type,
        env )
  | exception error ->
      Location.report_exception Format.str_formatter error;
      fail (String.trim (Format.flush_str_formatter ()))

let () =
  let file = ref "" in
  Arg.parse
    [
      ("-I", Arg.String (fun folder -> folders := folder :: !folders), "");
      ("-open", Arg.String (fun name -> opened := name :: !opened), "");
    ]
    (fun argument -> file := argument)
    "";
  Warnings.parse_options false "-a" |> ignore;
  let name, signature, env =
    if Filename.check_suffix !file ".mli" then of_source !file else of_compiled !file
  in
  (environment := try Env.add_signature signature env with _ -> env);
  list "interface" (fun () ->
      string (unit_path name);
      items "" signature);
  print_string (Buffer.contents out)
