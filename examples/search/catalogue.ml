type hit = {
  path : string;
  name : string;
  kind : string;
  signature : string;
  synopsis : string;
  file : string;
  line : int;
}

type row = { hit : hit; doc : string; tokens : string }

let rec suffixes = function [] -> [] | _ :: rest as whole -> whole :: suffixes rest
let prefixes parts = List.map List.rev (suffixes (List.rev parts))
let dotted = String.concat "."

(* The words that an identifier is made of, if it is more than one. *)
let parts_of identifier =
  match List.filter (( <> ) "") (String.split_on_char '_' identifier) with
  | [ _ ] -> []
  | parts -> parts

let tokens (entry : Entry.t) =
  let parts = entry.path @ [ entry.name ] in
  let exact = List.map (fun path -> Query.exact_token (dotted path)) (suffixes parts) in
  let around = List.concat_map prefixes (suffixes entry.path) in
  let within = List.map (fun path -> Query.within_token (dotted path)) around in
  let inside = List.concat_map parts_of parts in
  let names = List.map Query.name_token (parts @ inside) in
  let shape = Option.to_list (Option.map Query.shape_token (Shape.of_entry entry)) in
  let all = (Query.kind_token entry.kind :: exact) @ within @ names @ shape @ inside in
  String.concat " " (List.sort_uniq String.compare all)

let row (entry : Entry.t) =
  {
    hit =
      {
        path = Entry.module_path entry;
        name = entry.name;
        kind = Entry.kind_name entry.kind;
        signature = entry.signature;
        synopsis = Text.synopsis entry.doc;
        file = entry.file;
        line = entry.line;
      };
    doc = entry.doc;
    tokens = tokens entry;
  }

let rows entries =
  let key (entry : Entry.t) = (Rank.modesty entry, entry.file, entry.line) in
  let keyed = List.map (fun entry -> (key entry, entry)) entries in
  List.map
    (fun (_, entry) -> row entry)
    (List.sort (fun (a, _) (b, _) -> compare a b) keyed)

let entry { path; name; kind; signature; synopsis; file; line } =
  {
    Entry.path = (if path = "" then [] else String.split_on_char '.' path);
    name;
    kind = Option.value (Entry.kind_of_name kind) ~default:Entry.Value;
    signature;
    doc = synopsis;
    file;
    line;
  }
