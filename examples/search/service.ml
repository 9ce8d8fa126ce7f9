type request = { meth : string; path : string; query : string }
type response = { status : int; content_type : string; allow : string; body : string }

let json_type = "application/json"

let json status members =
  { status; content_type = json_type; allow = ""; body = Json.to_string (Object members) }

let error status ~kind message =
  json status [ ("error", Object [ ("kind", String kind); ("message", String message) ]) ]

(* {1 Encodings} *)

let percent_decode text =
  let out = Buffer.create (String.length text) in
  let digit i =
    if i >= String.length text then None
    else
      match text.[i] with
      | '0' .. '9' as c -> Some (Char.code c - Char.code '0')
      | 'a' .. 'f' as c -> Some (Char.code c - Char.code 'a' + 10)
      | 'A' .. 'F' as c -> Some (Char.code c - Char.code 'A' + 10)
      | _ -> None
  in
  let rec go i =
    if i >= String.length text then Ok (Buffer.contents out)
    else
      match text.[i] with
      | '%' -> (
          match (digit (i + 1), digit (i + 2)) with
          | Some high, Some low ->
              Buffer.add_char out (Char.chr ((16 * high) + low));
              go (i + 3)
          | _ ->
              Error
                (Printf.sprintf "byte %d: %% without two hexadecimal digits after it" i))
      | '+' ->
          Buffer.add_char out ' ';
          go (i + 1)
      | c ->
          Buffer.add_char out c;
          go (i + 1)
  in
  go 0

let percent_encode text =
  let out = Buffer.create (String.length text * 2) in
  String.iter
    (function
      | ('a' .. 'z' | 'A' .. 'Z' | '0' .. '9' | '-' | '.' | '_' | '~') as c ->
          Buffer.add_char out c
      | c -> Printf.bprintf out "%%%02X" (Char.code c))
    text;
  Buffer.contents out

(* The raw value of a parameter: the first of its name. *)
let parameter name query =
  let prefix = name ^ "=" in
  let value field =
    if String.starts_with ~prefix field then
      let from = String.length prefix in
      Some (String.sub field from (String.length field - from))
    else None
  in
  List.find_map value (String.split_on_char '&' query)

(* {1 Searching} *)

let longest_query = 1000
let largest_limit = 100
let ( let* ) = Result.bind

let decode ~what raw =
  match percent_decode raw with
  | Error message -> Error ("bad_encoding", what ^ ": " ^ message)
  | Ok text when not (String.is_valid_utf_8 text) ->
      Error ("not_utf8", what ^ " is not valid UTF-8")
  | Ok text -> Ok text

let query_kind = function
  | Query.Empty -> "empty_query"
  | Unknown_kind _ | Without_value _ | Bad_type _ -> "bad_query"

let query_of request =
  let raw = Option.value (parameter "q" request.query) ~default:"" in
  let* text = decode ~what:"q" raw in
  if String.length text > longest_query then
    Error ("bad_query", Printf.sprintf "q is longer than %d bytes" longest_query)
  else
    match Query.parse text with
    | Ok query -> Ok (text, query)
    | Error error -> Error (query_kind error, Query.describe error)

let limit_of request =
  match parameter "limit" request.query with
  | None -> Ok 10
  | Some digits -> (
      match int_of_string_opt digits with
      | Some limit when limit >= 1 && limit <= largest_limit -> Ok limit
      | _ ->
          Error
            ( "bad_limit",
              Printf.sprintf "limit must be a number from 1 to %d" largest_limit ))

let hit (score, (entry : Entry.t)) =
  Json.Object
    [
      ("module", String (Entry.module_path entry));
      ("name", String entry.name);
      ("kind", String (Entry.kind_name entry.kind));
      ("signature", String (Text.shorten ~limit:600 entry.signature));
      ("doc", String entry.doc);
      ("file", String entry.file);
      ("line", Int entry.line);
      ("score", Int score);
    ]

let search find query ~limit =
  Lwt.map (Rank.rank query ~limit) (find (Query.stages query))

let search_json find request =
  let asked =
    let* text, query = query_of request in
    let* limit = limit_of request in
    Ok (text, query, limit)
  in
  match asked with
  | Error (kind, message) -> Lwt.return (error 400 ~kind message)
  | Ok (text, query, limit) ->
      let open Lwt.Syntax in
      let* hits = search find query ~limit in
      Lwt.return (json 200 [ ("query", String text); ("hits", List (List.map hit hits)) ])

let page ~about find request =
  let html status ~query hits =
    {
      status;
      content_type = "text/html; charset=utf-8";
      allow = "";
      body = Page.render ~about ~query hits;
    }
  in
  if parameter "q" request.query = None then Lwt.return (html 200 ~query:"" (Ok []))
  else
    match query_of request with
    | Error ("empty_query", _) -> Lwt.return (html 200 ~query:"" (Ok []))
    | Error (_, message) -> Lwt.return (html 400 ~query:"" (Error message))
    | Ok (text, query) ->
        let open Lwt.Syntax in
        let* hits = search find query ~limit:20 in
        Lwt.return (html 200 ~query:text (Ok hits))

(* {1 Paths} *)

let handler ~about ~entries ~find ?(others = []) request =
  let answer =
    match request.path with
    | "/" -> Some (fun () -> page ~about find request)
    | "/search" -> Some (fun () -> search_json find request)
    | "/healthz" ->
        let health = json 200 [ ("status", String "ok"); ("entries", Int entries) ] in
        Some (fun () -> Lwt.return health)
    | path -> List.assoc_opt path others
  in
  match (answer, request.meth) with
  | Some answer, ("GET" | "HEAD") -> answer ()
  | Some _, meth ->
      let wrong =
        error 405 ~kind:"method_not_allowed"
          (Printf.sprintf "%s does not take %s" request.path meth)
      in
      Lwt.return { wrong with allow = "GET, HEAD" }
  | None, _ ->
      Lwt.return
        (error 404 ~kind:"not_found"
           (Printf.sprintf "there is nothing at %s; try /search?q=List.map" request.path))
