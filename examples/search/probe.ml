type conduct = Ask | Hang_up_early | Hang_up_late

type t = {
  what : string;
  conduct : conduct;
  meth : string;
  target : string;
  status : int;
  fields : (string * string) list;
  contains : string list;
}

(* {1 Searches} *)

type known = { query : string; path : string; name : string; kind : string }

let classics =
  [
    ("List.map", "List.map", Entry.Value);
    ("list map", "List.map", Entry.Value);
    ("hashtbl find_opt", "Hashtbl.find_opt", Entry.Value);
    ("fold_left module:Array", "Array.fold_left", Entry.Value);
    ("Buffer.add_string", "Buffer.add_string", Entry.Value);
    ("kind:exception Queue.Empty", "Queue.Empty", Entry.Exception);
    ("Map.OrderedType", "Map.OrderedType", Entry.Module_type);
    ("OrderedType kind:module-type module:Map", "Map.OrderedType", Entry.Module_type);
    ("hashtbl kind:module", "Hashtbl", Entry.Module);
    ("compare_lengths", "List.compare_lengths", Entry.Value);
    ("type:\"('b -> 'c) -> 'b list -> 'c list\"", "List.map", Entry.Value);
    ("type:\"'x list -> ('x -> 'y) -> 'y list\"", "List.map", Entry.Value);
    ("type:\"bytes -> string\" to_string", "Bytes.to_string", Entry.Value);
    ("\"number of bindings\" module:Map", "Map.S.cardinal", Entry.Value);
    ("@@ module:Stdlib", "Stdlib.@@", Entry.Value);
  ]

let count table key =
  let seen = Option.value (Hashtbl.find_opt table key) ~default:0 in
  Hashtbl.replace table key (seen + 1)

let rec suffixes = function [] -> [] | _ :: rest as whole -> whole :: suffixes rest
let lower_dotted parts = String.lowercase_ascii (String.concat "." parts)

(* What each dotted name, whole or the end of one, and each type stands for how often. *)
let census entries =
  let names = Hashtbl.create 4096 and types = Hashtbl.create 4096 in
  let one (entry : Entry.t) =
    let add parts = count names (lower_dotted parts) in
    List.iter add (suffixes (entry.path @ [ entry.name ]));
    Option.iter (fun shape -> count types (Shape.loose shape)) (Shape.of_entry entry)
  in
  List.iter one entries;
  (names, types)

let is_word text =
  text <> "" && String.for_all (fun c -> Query.is_searchable c || c = '_') text

let make query (entry : Entry.t) =
  {
    query;
    path = Entry.module_path entry;
    name = entry.name;
    kind = Entry.kind_name entry.kind;
  }

(* The ways to ask for an entry that nothing else answers as well. *)
let ways (names, types) (entry : Entry.t) =
  let parts = entry.path @ [ entry.name ] in
  let once table key = Hashtbl.find_opt table key = Some 1 in
  let by_name =
    if entry.path <> [] && List.for_all is_word parts && once names (lower_dotted parts)
    then
      let inside = Entry.module_path entry and kind = Entry.kind_name entry.kind in
      [
        Entry.qualified entry;
        String.lowercase_ascii (String.concat " " parts);
        Printf.sprintf "%s module:%s kind:%s" (Entry.qualified entry) inside kind;
      ]
    else []
  in
  let by_type =
    match Shape.of_entry entry with
    | Some shape
      when once types (Shape.loose shape) && String.length (Shape.exact shape) < 200 ->
        [ Query.to_string { words = []; modules = []; kinds = []; shape = Some shape } ]
    | _ -> []
  in
  List.map (fun query -> make query entry) (by_name @ by_type)

let samples = 200

let known entries =
  let census = census entries in
  let by_name = Hashtbl.create 4096 in
  List.iter (fun e -> Hashtbl.add by_name (Entry.qualified e, e.Entry.kind) e) entries;
  let has_stdlib = List.exists (fun e -> Entry.qualified e = "Stdlib") entries in
  let classic (query, qualified, kind) =
    match Hashtbl.find_all by_name (qualified, kind) with
    | [ entry ] when has_stdlib -> Some (make query entry)
    | _ -> None
  in
  let step = max 1 (List.length entries / samples) in
  let spread = List.filteri (fun i _ -> i mod step = 0) entries in
  let one_way i entry =
    match ways census entry with
    | [] -> None
    | ways -> Some (List.nth ways (i mod List.length ways))
  in
  List.filter_map classic classics @ List.filter_map Fun.id (List.mapi one_way spread)

let to_lines known =
  let line { query; path; name; kind } = String.concat "\t" [ query; path; name; kind ] in
  String.concat "\n" (List.map line known)

let of_lines text =
  let line text =
    match String.split_on_char '\t' text with
    | [ query; path; name; kind ] -> Some { query; path; name; kind }
    | _ -> None
  in
  List.filter_map line (String.split_on_char '\n' text)

let ask ?(meth = "GET") ?(fields = []) ?(contains = []) what target status =
  { what; conduct = Ask; meth; target; status; fields; contains }

let search { query; path; name; kind } =
  ask "search"
    ("/search?limit=5&q=" ^ Service.percent_encode query)
    200
    ~fields:
      [
        ("/query", query);
        ("/hits/0/module", path);
        ("/hits/0/name", name);
        ("/hits/0/kind", kind);
      ]

(* {1 Everything else} *)

let pages =
  [
    ask "page" "/" 200 ~contains:[ "<form"; "</html>" ];
    ask "page" "/?q=%3Cscript%3E" 200 ~contains:[ "value=\"&lt;script&gt;\"" ];
    ask "health" "/healthz" 200 ~fields:[ ("/status", "ok") ];
    ask "no hit" "/search?q=zqxjkvbnm" 200 ~contains:[ "\"hits\":[]" ];
  ]

let mistake what ?meth target status kind =
  ask what ?meth target status ~fields:[ ("/error/kind", kind) ]

let mistakes =
  [
    mistake "empty query" "/search" 400 "empty_query";
    mistake "empty query" "/search?q=%20+" 400 "empty_query";
    mistake "query not UTF-8" "/search?q=caf%e9" 400 "not_utf8";
    mistake "query not UTF-8" "/search?q=%c3%28" 400 "not_utf8";
    mistake "bad query" "/search?q=%4" 400 "bad_encoding";
    mistake "bad query" "/search?q=kind%3Awombat" 400 "bad_query";
    mistake "bad query" "/search?q=type%3A%22%28int%22" 400 "bad_query";
    mistake "bad query" "/search?q=map&limit=0" 400 "bad_limit";
    mistake "unknown path" "/nowhere" 404 "not_found";
    mistake "unknown path" "/search/%ff" 404 "not_found";
    mistake "wrong method" ~meth:"POST" "/search?q=map" 405 "method_not_allowed";
    mistake "wrong method" ~meth:"DELETE" "/" 405 "method_not_allowed";
  ]

let raise_path = "/debug/raise"
let panic_path = "/debug/panic"
let slow_path = "/debug/slow"

let troubles =
  let hang_up what conduct = { (ask what slow_path 0) with conduct } in
  [
    ask "OCaml raises" raise_path 500
      ~fields:[ ("/error/kind", "exception") ]
      ~contains:[ "raised on purpose" ];
    ask "Rust panics" panic_path 500
      ~fields:[ ("/error/kind", "rust_panic") ]
      ~contains:[ "panicked on purpose" ];
    hang_up "hangs up early" Hang_up_early;
    hang_up "hangs up late" Hang_up_late;
  ]
