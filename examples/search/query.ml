type word = { text : string; prefix : bool }

type t = {
  words : word list;
  modules : string list;
  kinds : Entry.kind list;
  shape : Shape.t option;
}

type error =
  | Empty
  | Unknown_kind of string
  | Without_value of string
  | Bad_type of string

let describe = function
  | Empty -> "the query is empty: give a word, a name or a filter, as in ?q=List.map"
  | Unknown_kind word ->
      Printf.sprintf "there is no kind %S; kinds are %s" word
        (String.concat ", " (List.map Entry.kind_name Entry.kinds))
  | Without_value filter -> Printf.sprintf "%s: needs a value after it" filter
  | Bad_type reason -> "the type after type: cannot be read: " ^ reason

(* {1 Reading} *)

(* What the index's tokenizer makes words of. *)
let is_searchable c =
  match c with
  | 'a' .. 'z' | 'A' .. 'Z' | '0' .. '9' | '\x80' .. '\xff' -> true
  | _ -> false

let is_blank c = c <= ' ' || c = '\x7f'

(* A piece of the query: [key:"value"*] with each part but the value optional. *)
type piece = { key : string option; value : string; starred : bool }

let filters = [ "module"; "kind"; "type" ]

let pieces text =
  let length = String.length text in
  let rec index_from p i =
    if i < length && not (p text.[i]) then index_from p (i + 1) else i
  in
  let sub from upto = String.sub text from (upto - from) in
  let quoted key i =
    let close = index_from (fun c -> c = '"') (i + 1) in
    let next = min length (close + 1) in
    let starred = next < length && text.[next] = '*' in
    let value = String.map (fun c -> if is_blank c then ' ' else c) (sub (i + 1) close) in
    ({ key; value; starred }, if starred then next + 1 else next)
  in
  let bare key i =
    let stop = index_from is_blank i in
    let value = sub i stop in
    let stem = if value = "" then "" else String.sub value 0 (String.length value - 1) in
    if String.ends_with ~suffix:"*" value && String.exists is_searchable stem then
      ({ key; value = stem; starred = true }, stop)
    else ({ key; value; starred = false }, stop)
  in
  let value key i = if i < length && text.[i] = '"' then quoted key i else bare key i in
  let key_at i =
    List.find_opt
      (fun key ->
        let stop = i + String.length key in
        stop < length && text.[stop] = ':' && String.lowercase_ascii (sub i stop) = key)
      filters
  in
  let rec go found i =
    let i = index_from (fun c -> not (is_blank c)) i in
    if i >= length then List.rev found
    else
      let piece, next =
        match key_at i with
        | Some key -> value (Some key) (i + String.length key + 1)
        | None -> value None i
      in
      go (piece :: found) next
  in
  go [] 0

let trim_dots path =
  String.concat "." (List.filter (( <> ) "") (String.split_on_char '.' path))

let add query { key; value; starred } =
  let value = String.trim value in
  match key with
  | None ->
      if value = "" then Ok query
      else
        Ok
          {
            query with
            words =
              { text = value; prefix = starred && String.exists is_searchable value }
              :: query.words;
          }
  | Some "module" -> (
      match trim_dots value with
      | "" -> Error (Without_value "module")
      | path -> Ok { query with modules = path :: query.modules })
  | Some "kind" -> (
      match Entry.kind_of_name value with
      | Some kind -> Ok { query with kinds = kind :: query.kinds }
      | None -> Error (if value = "" then Without_value "kind" else Unknown_kind value))
  | Some filter -> (
      if value = "" then Error (Without_value filter)
      else
        match Shape.of_string value with
        | Ok shape when not (String.contains (Shape.exact shape) '"') ->
            Ok { query with shape = Some shape }
        | Ok _ -> Error (Bad_type "it has a string in it")
        | Error reason -> Error (Bad_type reason))

let parse text =
  let none = { words = []; modules = []; kinds = []; shape = None } in
  let rec go query = function
    | [] ->
        let { words; modules; kinds; shape } = query in
        if words = [] && modules = [] && kinds = [] && shape = None then Error Empty
        else
          let in_order = List.rev in
          Ok
            {
              query with
              words = in_order words;
              modules = in_order modules;
              kinds = in_order kinds;
            }
    | piece :: rest -> Result.bind (add query piece) (fun query -> go query rest)
  in
  go none (pieces text)

(* {1 Writing} *)

let is_plain text =
  text <> ""
  && String.for_all (fun c -> is_searchable c || c = '_' || c = '\'' || c = '.') text

(* What holds a quote was not in quotes when it was read. *)
let quote text =
  if is_plain text || String.contains text '"' then text else "\"" ^ text ^ "\""

let to_string { words; modules; kinds; shape } =
  let word { text; prefix } = if prefix then quote text ^ "*" else quote text in
  String.concat " "
    (List.map word words
    @ List.map (fun path -> "module:" ^ quote path) modules
    @ List.map (fun kind -> "kind:" ^ Entry.kind_name kind) kinds
    @ Option.to_list (Option.map (fun s -> "type:\"" ^ Shape.exact s ^ "\"") shape))

(* {1 For the index} *)

let lower = String.lowercase_ascii

let hex text =
  let out = Buffer.create (2 * String.length text) in
  String.iter (fun c -> Printf.bprintf out "%02x" (Char.code c)) text;
  Buffer.contents out

(* No word of any text begins so; each sort of token has its own letter after it. *)
let token letter text = "zq" ^ letter ^ text
let exact_token name = token "x" (hex (lower name))
let within_token path = token "w" (hex (lower path))
let shape_token shape = token "s" (Digest.to_hex (Digest.string (Shape.loose shape)))
let is_letter c = is_searchable c || c = '_'

let kind_token kind =
  token "k" (String.concat "" (String.split_on_char '-' (Entry.kind_name kind)))

let name_token word =
  token "n"
    (lower
       (String.concat ""
          (List.map (String.make 1)
             (List.filter is_letter (List.of_seq (String.to_seq word))))))

let both = String.concat " AND "
let either = String.concat " OR "
let in_parentheses text = "(" ^ text ^ ")"
let starred { prefix; _ } = if prefix then "*" else ""

let phrase ({ text; _ } as word) =
  let doubled = String.concat "\"\"" (String.split_on_char '"' text) in
  "\"" ^ doubled ^ "\"" ^ starred word

let is_name word = String.for_all (fun c -> is_letter c || c = '\'' || c = '.') word.text

(* A word among the names; each part of [List.map] is one. *)
let among_names word =
  if not (String.exists is_searchable word.text) then exact_token word.text
  else if not (is_name word) then phrase word
  else
    let parts = String.split_on_char '.' word.text in
    let parts = List.filter (String.exists is_letter) parts in
    both (List.map name_token parts) ^ if word.prefix then " *" else ""

(* A word anywhere; one that the tokenizer would drop, such as [>>=], is a name. *)
let anywhere word =
  if not (String.exists is_searchable word.text) then exact_token word.text
  else if String.for_all is_letter word.text then phrase word
  else in_parentheses (either [ phrase word; in_parentheses (among_names word) ])

let name_of words =
  let dotted { text; _ } =
    if String.exists is_searchable text then trim_dots text else text
  in
  String.concat "." (List.map dotted words)

let stages { words; modules; kinds; shape } =
  let kinds =
    match kinds with
    | [] -> []
    | [ kind ] -> [ kind_token kind ]
    | kinds -> [ in_parentheses (either (List.map kind_token kinds)) ]
  in
  let filters =
    Option.to_list (Option.map shape_token shape) @ List.map within_token modules @ kinds
  in
  match words with
  | [] -> [ both filters ]
  | words ->
      let all one = both (List.map one words @ filters) in
      [ both (exact_token (name_of words) :: filters); all among_names; all anywhere ]
