open Search_core

let check = Alcotest.check
let string = Alcotest.string
let strings = Alcotest.(list string)

let contains part text =
  match Str.search_forward (Str.regexp_string part) text 0 with
  | _ -> true
  | exception Not_found -> false

let parse text =
  match Interface.parse ~file:"dir/sample.mli" text with
  | Ok entries -> entries
  | Error reason -> Alcotest.failf "does not parse: %s" reason

let find qualified entries =
  match List.filter (fun e -> Entry.qualified e = qualified) entries with
  | [ entry ] -> entry
  | found -> Alcotest.failf "%d entries are %s" (List.length found) qualified

(* {1 Interfaces} *)

let every_kind () =
  let entries =
    parse
      {|
val f : ?x:int -> string -> unit
external g : int -> int = "g_byte" "g" [@@noalloc]
type t = A | B of int and u = { mutable x : t }
type t += Other of int | More
exception Bad of string
module M : sig val inner : int end
module type S = sig type elt end
class c : object method m : int end
class type ct = object end
module N = M
|}
  in
  let line e = Entry.kind_name e.Entry.kind ^ " " ^ Entry.qualified e in
  check strings "entries"
    [
      "module Sample";
      "value Sample.f";
      "value Sample.g";
      "type Sample.t";
      "type Sample.u";
      "extension Sample.Other";
      "extension Sample.More";
      "exception Sample.Bad";
      "module Sample.M";
      "value Sample.M.inner";
      "module-type Sample.S";
      "type Sample.S.elt";
      "class Sample.c";
      "class-type Sample.ct";
      "module Sample.N";
    ]
    (List.map line entries);
  let signature name = (find name entries).signature in
  check string "value" "val f : ?x:int -> string -> unit" (signature "Sample.f");
  check string "external" "val g : int -> int" (signature "Sample.g");
  check string "type" "type u = { mutable x: t }" (signature "Sample.u");
  check string "module" "module M : sig … end" (signature "Sample.M");
  check Alcotest.int "line" 4 (find "Sample.t" entries).line

let documentation () =
  let entries =
    parse
      {|(** About {e everything}. *)

(** Adds. See {!List.map} and [[ 1; 2 ]].

    @since 1.0 *)
val add : int -> int

val after : int
(** Comes after. *)

type t = A  (** of the constructor *)
(** of the type *)

exception E
(** failed *)
|}
  in
  let doc name = (find name entries).doc in
  check string "file" "About everything." (doc "Sample");
  check string "before" "Adds. See List.map and [ 1; 2 ].\n\n    @since 1.0"
    (doc "Sample.add");
  check string "after" "Comes after." (doc "Sample.after");
  check string "type" "of the type" (doc "Sample.t");
  check string "exception" "failed" (doc "Sample.E");
  check string "synopsis" "Adds. See List.map and [ 1; 2 ]."
    (Text.synopsis (doc "Sample.add"))

let functors () =
  let entries =
    parse
      {|
module type OrderedType = sig type t val compare : t -> t -> int end
module Make (Ord : OrderedType) (X : sig val hidden : int end) : sig
  type key = Ord.t
  module Sub : sig val deep : key end
end with type key = Ord.t
include sig val included : int end
module rec A : sig val a : int end and B : sig val b : int end
module _ : OrderedType
|}
  in
  let names = List.map Entry.qualified entries in
  let has name = check Alcotest.bool name true (List.mem name names) in
  List.iter has
    [
      "Sample.OrderedType.compare";
      "Sample.Make";
      "Sample.Make.key";
      "Sample.Make.Sub.deep";
      "Sample.included";
      "Sample.A.a";
      "Sample.B.b";
    ];
  check Alcotest.bool "parameters are not gone through" false
    (List.exists (String.ends_with ~suffix:"hidden") names);
  (* Compilers differ in where they put the arrow of a functor. *)
  let signature = (find "Sample.Make" entries).signature in
  let is_part part =
    check Alcotest.bool (part ^ " in " ^ signature) true (contains part signature)
  in
  List.iter is_part
    [ "(Ord : OrderedType)"; "(X : sig … end)"; "sig … end with type key = Ord.t" ]

let bad_files () =
  let reason text =
    match Interface.parse ~file:"x.mli" text with
    | Ok _ -> Alcotest.fail "parses"
    | Error reason -> reason
  in
  check string "latin 1" "line 2: not valid UTF-8"
    (reason "(** ok *)\n(** caf\xe9 *)\nval x : int");
  check string "syntax" "line 2: Syntax error"
    (String.sub (reason "val x : int\nval y =") 0 20);
  check string "lexer" "line 1: Illegal character"
    (String.sub (reason "val \x01 : int") 0 25);
  check string "comment" "line 1: Comment not terminated" (reason "(* never closed");
  check Alcotest.int "an empty file is a module" 1 (List.length (parse ""))

let interface =
  [
    Alcotest.test_case "every kind of item" `Quick every_kind;
    Alcotest.test_case "documentation" `Quick documentation;
    Alcotest.test_case "functors, includes, recursive modules" `Quick functors;
    Alcotest.test_case "files that are no interfaces" `Quick bad_files;
  ]

(* {1 Shapes} *)

let shape text =
  match Shape.of_string text with
  | Ok shape -> shape
  | Error reason -> Alcotest.failf "%s: %s" text reason

let same_shapes () =
  let exact a b = check string a (Shape.exact (shape b)) (Shape.exact (shape a)) in
  exact "'k -> f:('k -> 'v) -> ?z:int -> 'v" "'a -> ('a -> 'b) -> int -> 'b";
  exact "'x. 'x -> 'x" "'a -> 'a";
  exact "_ -> _" "'a -> 'b";
  let loose a b same =
    check Alcotest.bool
      (a ^ " and " ^ b)
      same
      (Shape.loose (shape a) = Shape.loose (shape b))
  in
  loose "'a list -> ('a -> 'b) -> 'b list" "('x -> 'y) -> 'x list -> 'y list" true;
  loose "int -> string" "string -> int" false;
  loose "int -> string -> t" "string -> int -> t" true;
  check Alcotest.bool "not a type" true (Result.is_error (Shape.of_string "int ->"))

let shapes = [ Alcotest.test_case "types that are the same" `Quick same_shapes ]

(* {1 Queries} *)

let query text =
  match Query.parse text with
  | Ok query -> query
  | Error error -> Alcotest.failf "%s: %s" text (Query.describe error)

let words text =
  List.map
    (fun { Query.text; prefix } -> if prefix then text ^ "*" else text)
    (query text).words

let query_syntax () =
  check strings "words" [ "fold"; "left" ] (words "  fold\tleft ");
  check strings "quotes" [ "binary search tree"; "x" ] (words {|"binary search tree" x|});
  check strings "not closed" [ "a b" ] (words {|"a b|});
  check strings "prefix" [ "ma*"; "*"; "a*" ] (words {|ma* * "a"*|});
  check strings "operators" [ ">>="; "@@"; "|>" ] (words ">>= @@ |>");
  let all = query {|map module:.Lwt_unix. kind:val KIND:modtype type:"'k -> int"|} in
  check strings "modules" [ "Lwt_unix" ] all.modules;
  check strings "kinds" [ "value"; "module-type" ] (List.map Entry.kind_name all.kinds);
  check
    Alcotest.(option string)
    "type" (Some "'a -> int")
    (Option.map Shape.exact all.shape);
  let error text =
    match Query.parse text with
    | Ok _ -> Alcotest.failf "%s is a query" text
    | Error Empty -> "empty"
    | Error (Unknown_kind kind) -> "kind " ^ kind
    | Error (Without_value filter) -> "without " ^ filter
    | Error (Bad_type _) -> "type"
  in
  check strings "errors"
    [
      "empty"; "empty"; "kind x"; "without kind"; "without module"; "without type"; "type";
    ]
    (List.map error [ ""; " \"\" "; "kind:x"; "kind:"; "module:.."; "type:"; "type:)" ])

let expressions () =
  check strings "a name" [ "zqx6d6170"; "zqnmap"; "\"Map\"" ] (Query.stages (query "Map"));
  check strings "only a filter" [ "zqkmoduletype" ] (Query.stages (query "kind:modtype"));
  check string "a dotted name" "(\"List.ma\"* OR (zqnlist AND zqnma *)) AND zqx3e3e3d"
    (List.nth (Query.stages (query "List.ma* >>=")) 2)

let pick items = QCheck2.Gen.(map (List.nth items) (int_bound (List.length items - 1)))

let printable_query =
  let open QCheck2.Gen in
  let name =
    string_size ~gen:(pick [ 'a'; 'Z'; '_'; '\''; '.'; '*'; ':'; '>'; '"'; '9' ]) (1 -- 6)
  in
  let quoted = map (fun s -> "\"" ^ s ^ "\"") (string_size ~gen:printable (0 -- 8)) in
  let star s = map (fun b -> if b then s ^ "*" else s) bool in
  let filter =
    pick
      [
        "module:Lwt";
        "module:\"A.B\"";
        "kind:type";
        "kind:exn";
        "type:int";
        {|type:"'b -> 'a"|};
      ]
  in
  map (String.concat " ")
    (list_size (1 -- 5) (oneof [ name >>= star; quoted >>= star; filter ]))

let print_then_parse =
  QCheck2.Test.make ~name:"a printed query is read as the same" ~count:2000
    ~print:(Printf.sprintf "%S") printable_query (fun text ->
      match Query.parse text with
      | Error _ -> QCheck2.assume_fail ()
      | Ok query ->
          let printed = Query.to_string query in
          Query.parse printed = Ok query
          || QCheck2.Test.fail_reportf "printed as %S" printed)

(* Quotes that are closed, with nothing between them that could end them. *)
let well_formed expression =
  let rec outside i depth =
    if i >= String.length expression then depth = 0
    else
      match expression.[i] with
      | '"' -> inside (i + 1) depth
      | '(' -> outside (i + 1) (depth + 1)
      | ')' -> depth > 0 && outside (i + 1) (depth - 1)
      | 'a' .. 'z' | 'A' .. 'Z' | '0' .. '9' | '_' | '\x80' .. '\xff' | ' ' | '*' ->
          outside (i + 1) depth
      | _ -> false
  and inside i depth =
    if i >= String.length expression then false
    else if expression.[i] <> '"' then inside (i + 1) depth
    else if i + 1 < String.length expression && expression.[i + 1] = '"' then
      inside (i + 2) depth
    else outside (i + 1) depth
  in
  outside 0 0

let any_text =
  QCheck2.Test.make
    ~name:"any text is a query or an error, and its expressions are well-formed"
    ~count:2000 ~print:(Printf.sprintf "%S")
    QCheck2.Gen.(oneof [ string_size ~gen:char (0 -- 40); printable_query ])
    (fun text ->
      match Query.parse text with
      | Error error -> Query.describe error <> ""
      | Ok query ->
          let stages = Query.stages query in
          stages <> [] && List.for_all well_formed stages)

let queries =
  [
    Alcotest.test_case "syntax" `Quick query_syntax;
    Alcotest.test_case "expressions for the index" `Quick expressions;
    QCheck_alcotest.to_alcotest print_then_parse;
    QCheck_alcotest.to_alcotest any_text;
  ]

(* {1 Ranking} *)

let entry_gen =
  let open QCheck2.Gen in
  let module_ = pick [ "List"; "Map"; "Hashtbl"; "Lwt_list"; "S"; "Make" ] in
  let name =
    pick [ "map"; "map2"; "fold_left"; "find"; "find_opt"; "t"; ">>="; "rev_map" ]
  in
  let kind = pick Entry.kinds in
  let doc = pick [ ""; "maps a list"; "finds it"; "the fold" ] in
  let file = pick [ "list.mli"; "lwt/lwt_list.mli"; "a/b/c.mli" ] in
  let+ path = list_size (0 -- 3) module_
  and+ name = name
  and+ kind = kind
  and+ doc = doc
  and+ file = file
  and+ line = 1 -- 50 in
  {
    Entry.path;
    name;
    kind;
    signature = "val " ^ name ^ " : int -> string";
    doc;
    file;
    line;
  }

let query_gen =
  pick
    (List.map query
       [
         "map";
         "List.map";
         "list map";
         "find*";
         "fold";
         ">>=";
         "type:\"int -> string\" map";
         "lwt";
       ])

let print_case (query, entries) =
  Query.to_string query ^ " over " ^ String.concat ", " (List.map Entry.qualified entries)

let case = QCheck2.Gen.(pair query_gen (list_size (0 -- 30) entry_gen))
let property name = QCheck2.Test.make ~name ~count:500 ~print:print_case case

let sorted_part =
  property "the answer is a part of the hits, the best first" (fun (query, entries) ->
      let ranked = Rank.rank query ~limit:10 entries in
      let scores = List.map fst ranked in
      List.length ranked = min 10 (List.length entries)
      && List.for_all (fun (_, e) -> List.mem e entries) ranked
      && List.sort (fun a b -> Int.compare b a) scores = scores
      && List.for_all
           (fun e ->
             List.exists (fun (_, f) -> e = f) ranked
             || List.for_all (fun s -> s >= Rank.score query e) scores)
           entries)

let order_does_not_matter =
  property "the order of the hits does not matter" (fun (query, entries) ->
      let all = List.length entries in
      Rank.rank query ~limit:all entries = Rank.rank query ~limit:all (List.rev entries))

let limit_cuts =
  property "a smaller limit gives the beginning of the same answer"
    (fun (query, entries) ->
      let five = Rank.rank query ~limit:5 entries in
      let two = Rank.rank query ~limit:2 entries in
      List.filteri (fun i _ -> i < 2) five = two)

let qualified_name_wins =
  QCheck2.Test.make ~name:"a qualified name beats all that is called otherwise" ~count:500
    ~print:(fun (entry, others) ->
      Entry.qualified entry ^ " over "
      ^ String.concat ", " (List.map Entry.qualified others))
    QCheck2.Gen.(pair entry_gen (list_size (0 -- 30) entry_gen))
    (fun (entry, others) ->
      QCheck2.assume (entry.name <> ">>=");
      let wanted = Entry.qualified entry in
      match Rank.rank (query wanted) ~limit:1 (entry :: others) with
      | [ (_, best) ] -> Entry.qualified best = wanted
      | _ -> false)

let more_documentation =
  property "to be found in one more place never costs anything" (fun (query, entries) ->
      List.for_all
        (fun (e : Entry.t) ->
          let words = String.concat " " (List.map (fun w -> w.Query.text) query.words) in
          Rank.score query { e with doc = e.doc ^ " " ^ words } >= Rank.score query e)
        entries)

let ranking =
  List.map QCheck_alcotest.to_alcotest
    [
      sorted_part;
      order_does_not_matter;
      limit_cuts;
      qualified_name_wins;
      more_documentation;
    ]

(* {1 The service} *)

let sample =
  parse
    {|
val map : ('a -> 'b) -> 'a list -> 'b list
(** Maps <b>. *)

val iter : ('a -> unit) -> 'a list -> unit
|}

let asked = ref []

let answer ?(meth = "GET") ?(query = "") path =
  let find stages =
    asked := stages;
    Lwt.return sample
  in
  let others = [ ("/other", fun () -> Lwt.fail Exit) ] in
  Lwt_main.run
    (Service.handler ~about:"two & more" ~entries:2 ~find ~others { meth; path; query })

let has_part what part text =
  check Alcotest.bool (what ^ ": " ^ text) true (contains part text)

let statuses () =
  let status ?meth ?query path expected =
    let name = Printf.sprintf "%s?%s" path (Option.value query ~default:"") in
    check Alcotest.int name expected (answer ?meth ?query path).status
  in
  status "/" 200;
  status "/" ~query:"q=" 200;
  status "/" ~query:"q=map" 200;
  status "/" ~query:"q=kind%3Anone" 400;
  status "/search" ~query:"q=map" 200;
  status "/search" ~meth:"HEAD" ~query:"q=map" 200;
  status "/search" ~query:"limit=100&q=map" 200;
  status "/healthz" 200;
  status "/search" 400;
  status "/search" ~query:"q=+" 400;
  status "/search" ~query:"q=%ff" 400;
  status "/search" ~query:"q=%f" 400;
  status "/search" ~query:"q=map&limit=101" 400;
  status "/search" ~query:("q=" ^ String.make 1001 'a') 400;
  status "/Search" ~query:"q=map" 404;
  status "/search" ~meth:"PUT" ~query:"q=map" 405;
  check string "methods" "GET, HEAD" (answer ~meth:"PUT" "/").allow;
  Alcotest.check_raises "what another path raises is not hidden" Exit (fun () ->
      ignore (answer "/other"))

let bodies () =
  let body = (answer ~query:"q=Sample.map&limit=1" "/search").body in
  has_part "hit" {|"hits":[{"module":"Sample","name":"map","kind":"value"|} body;
  check Alcotest.bool "limit" false (contains "iter" body);
  check Alcotest.bool "stages" true (!asked = Query.stages (query "Sample.map"));
  has_part "error" {|{"error":{"kind":"empty_query","message":"|} (answer "/search").body;
  let page = (answer ~query:"q=%3Cmap" "/").body in
  has_part "field" {|value="&lt;map"|} page;
  has_part "documentation" "Maps &lt;b&gt;." page;
  has_part "about" "two &amp; more" page

let encoding_round_trip =
  QCheck2.Test.make ~name:"what is encoded is decoded" ~count:500
    ~print:(Printf.sprintf "%S")
    QCheck2.Gen.(string_size ~gen:char (0 -- 50))
    (fun text -> Service.percent_decode (Service.percent_encode text) = Ok text)

let json_is_utf_8 =
  QCheck2.Test.make ~name:"JSON is valid UTF-8 without control characters" ~count:500
    ~print:(Printf.sprintf "%S")
    QCheck2.Gen.(string_size ~gen:char (0 -- 50))
    (fun text ->
      let json = Json.to_string (String text) in
      String.is_valid_utf_8 json && String.for_all (fun c -> c >= ' ') json)

let json_text () =
  check string "json" {|{"a":["\"\\\n\u0001é�",-1],"b":{}}|}
    (Json.to_string
       (Object [ ("a", List [ String "\"\\\n\x01é\xff"; Int (-1) ]); ("b", Object []) ]))

let service =
  [
    Alcotest.test_case "statuses" `Quick statuses;
    Alcotest.test_case "bodies" `Quick bodies;
    Alcotest.test_case "JSON" `Quick json_text;
    QCheck_alcotest.to_alcotest encoding_round_trip;
    QCheck_alcotest.to_alcotest json_is_utf_8;
  ]

(* {1 The catalogue and its probes} *)

let rows_and_back () =
  let rows = Catalogue.rows sample in
  let back = List.map (fun r -> Catalogue.entry r.Catalogue.hit) rows in
  check strings "the best come first"
    [ "Sample.map"; "Sample"; "Sample.iter" ]
    (List.map Entry.qualified back);
  let map = List.find (fun r -> r.Catalogue.hit.name = "map") rows in
  let tokens = String.split_on_char ' ' map.tokens in
  let has token = check Alcotest.bool token true (List.mem token tokens) in
  List.iter has
    Query.
      [
        exact_token "Map";
        exact_token "sample.map";
        within_token "Sample";
        name_token "sample";
        name_token "map";
        kind_token Value;
        shape_token (shape "('x -> 'y) -> 'x list -> 'y list");
      ]

(* Every probe must hold over the whole list of entries: the index gives no more than that. *)
let probes_hold () =
  let entries = sample @ parse "module Deep : sig val only_here : bytes -> char end" in
  let known = Probe.known entries in
  let shown =
    List.map (fun r -> Catalogue.entry r.Catalogue.hit) (Catalogue.rows entries)
  in
  check Alcotest.bool "there are some" true (List.length known >= 3);
  List.iter
    (fun (known : Probe.known) ->
      match Rank.rank (query known.query) ~limit:1 shown with
      | [ (_, best) ] ->
          check string known.query (known.path ^ "." ^ known.name) (Entry.qualified best)
      | _ -> Alcotest.failf "%s finds nothing" known.query)
    known;
  check Alcotest.bool "kept" true (Probe.of_lines (Probe.to_lines known) = known)

let catalogue =
  [
    Alcotest.test_case "rows and back" `Quick rows_and_back;
    Alcotest.test_case "probes hold" `Quick probes_hold;
  ]

(* {1 Texts and folders} *)

let texts () =
  check string "synopsis" "one two" (Text.synopsis "\n one\n   two\n  \n three");
  check string "shorten" "aé…" (Text.shorten ~limit:6 "aéé plus");
  check string "not in the middle" "a…" (Text.shorten ~limit:5 "aéé plus");
  check string "markup" "b c List.map [x] code"
    (Markup.to_text "{b b} {i c} {!List.map} [[x]] {[code]}");
  check string "headings and lists" "Title\none"
    (Markup.to_text "{1:label Title}\n{ul {- one}}")

let in_temporary_folder f =
  let folder = Filename.temp_dir "search" "" in
  let rec remove path =
    if (Unix.lstat path).st_kind = S_DIR then begin
      Array.iter (fun name -> remove (Filename.concat path name)) (Sys.readdir path);
      Sys.rmdir path
    end
    else Sys.remove path
  in
  Fun.protect ~finally:(fun () -> remove folder) (fun () -> f folder)

let write path text = Out_channel.with_open_bin path (fun out -> output_string out text)

let folders () =
  in_temporary_folder (fun folder ->
      let below = Filename.concat folder in
      Sys.mkdir (below "b") 0o755;
      write (below "z.mli") "val z : int";
      write (below "z.ml") "let z = 1";
      write (below "b/a.mli") "val a : int";
      Unix.symlink folder (below "b/loop");
      Unix.symlink (below "nowhere") (below "b/gone.mli");
      match Folder.interfaces folder with
      | Error message -> Alcotest.fail message
      | Ok (files, skipped) ->
          check strings "files" [ "b/a.mli"; "z.mli" ]
            (List.map (fun f -> f.Folder.name) files);
          check strings "skipped" [ "b/gone.mli" ]
            (List.map (fun s -> s.Folder.what) skipped);
          let state = Folder.state folder files in
          write (below "z.mli") "val z : float";
          let again =
            match Folder.interfaces folder with
            | Ok (f, _) -> f
            | Error e -> Alcotest.fail e
          in
          check Alcotest.bool "state" false (state = Folder.state folder again));
  check Alcotest.bool "missing" true
    (Result.is_error (Folder.interfaces "/nowhere/at/all"))

let files =
  [ Alcotest.test_case "texts" `Quick texts; Alcotest.test_case "folders" `Quick folders ]

let () =
  Alcotest.run "search"
    [
      ("interface", interface);
      ("shape", shapes);
      ("query", queries);
      ("rank", ranking);
      ("service", service);
      ("catalogue", catalogue);
      ("files", files);
    ]
