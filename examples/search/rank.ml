(* A query and its entries are compared in lower case, and again as written for the ties. *)
let lower = String.lowercase_ascii

let contains ~part text =
  let n = String.length part in
  let rec same i k = k = n || (text.[i + k] = part.[k] && same i (k + 1)) in
  let rec from i = i + n <= String.length text && (same i 0 || from (i + 1)) in
  from 0

let is_end_of_path ~suffix path =
  path = suffix || String.ends_with ~suffix:("." ^ suffix) path

(* Where the words of a query, as a dotted name, meet the whole qualified name. *)
let as_a_name query entry =
  match query with
  | "" -> 0
  | wanted ->
      let qualified = Entry.qualified entry in
      if qualified = wanted then 1000
      else
        let wanted = lower wanted and qualified = lower qualified in
        if qualified = wanted then 950
        else if is_end_of_path ~suffix:wanted qualified then 700
        else 0

let in_signature_or_doc text entry =
  if contains ~part:text (lower entry.Entry.signature) then 10
  else if contains ~part:text (lower entry.doc) then 5
  else 0

let one_word entry ({ text; _ } : Query.word) =
  let word = lower text and name = lower entry.Entry.name in
  let path = lower (Entry.module_path entry) in
  if entry.name = text then 100
  else if name = word then 90
  else if is_end_of_path ~suffix:word (path ^ "." ^ name) then 80
  else if String.starts_with ~prefix:word name then 60
  else if List.mem word (String.split_on_char '_' name) then 50
  else if contains ~part:word name then 40
  else if is_end_of_path ~suffix:word path then 30
  else if contains ~part:word path then 15
  else in_signature_or_doc word entry

let is_of_type shape entry =
  match Shape.of_entry entry with
  | Some found -> Shape.exact found = Shape.exact shape
  | None -> false

let rec index_of kind at = function
  | [] -> at
  | one :: rest -> if one = kind then at else index_of kind (at + 1) rest

let modesty entry =
  let folders = List.length (String.split_on_char '/' entry.Entry.file) - 1 in
  (3 * List.length entry.path)
  + (4 * folders)
  + (if entry.doc = "" then 2 else 0)
  + index_of entry.kind 0 Entry.kinds

let score (query : Query.t) entry =
  let words = List.fold_left (fun sum word -> sum + one_word entry word) 0 query.words in
  let typed =
    match query.shape with Some shape when is_of_type shape entry -> 200 | _ -> 0
  in
  as_a_name (Query.name_of query.words) entry + words + typed - modesty entry

let rank query ~limit entries =
  let key entry = (Entry.qualified entry, entry.Entry.file, entry.line, entry) in
  let better (a, x) (b, y) =
    if a <> b then Int.compare b a else compare (key x) (key y)
  in
  let scored = List.map (fun entry -> (score query entry, entry)) entries in
  List.filteri (fun i _ -> i < limit) (List.sort better scored)
