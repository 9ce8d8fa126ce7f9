let is_tag_char c = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')

(* Up to where the opening of a markup at [i] goes: "{b ", "{!", "{1:label ", "{- ". *)
let after_opening text i =
  let length = String.length text in
  let rec skip_while p j = if j < length && p text.[j] then skip_while p (j + 1) else j in
  let skip_blanks = skip_while (fun c -> c = ' ') in
  if i + 1 >= length then length
  else
    match text.[i + 1] with
    | '-' | '^' | '_' -> skip_blanks (i + 2)
    | '!' | ':' | '{' -> i + 2
    | c when is_tag_char c ->
        let j = skip_while is_tag_char (i + 1) in
        let is_label = j < length && text.[j] = ':' in
        skip_blanks
          (if is_label then skip_while (fun c -> c <> ' ' && c <> '\n') j else j)
    | _ -> i + 1

(* What is between these is kept as it is. *)
let verbatim = [ ("{[", "]}"); ("{v", "v}"); ("{%", "%}") ]

let to_text text =
  let length = String.length text in
  let out = Buffer.create length in
  let at i part =
    i + String.length part <= length && String.sub text i (String.length part) = part
  in
  let keep i = Buffer.add_char out text.[i] in
  let rec plain i =
    if i < length then
      match List.find_opt (fun (opening, _) -> at i opening) verbatim with
      | Some (_, closing) -> until closing (i + 2)
      | None -> (
          match text.[i] with
          | '\\' when i + 1 < length && String.contains "{}[]@\\" text.[i + 1] ->
              keep (i + 1);
              plain (i + 2)
          | '{' -> plain (after_opening text i)
          | '}' -> plain (i + 1)
          | '[' -> code 0 (i + 1)
          | _ ->
              keep i;
              plain (i + 1))
  and until closing i =
    if i < length then
      if at i closing then plain (i + 2)
      else begin
        keep i;
        until closing (i + 1)
      end
  and code depth i =
    if i < length then
      match text.[i] with
      | ']' when depth = 0 -> plain (i + 1)
      | c ->
          keep i;
          code
            (if c = '[' then depth + 1 else if c = ']' then depth - 1 else depth)
            (i + 1)
  in
  plain 0;
  String.trim (Buffer.contents out)
