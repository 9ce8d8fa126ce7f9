(* The last place at or before [at] where a UTF-8 character starts. *)
let rec boundary text at =
  if at > 0 && Char.code text.[at] land 0xC0 = 0x80 then boundary text (at - 1) else at

let shorten ~limit text =
  if String.length text <= limit then text
  else
    let ellipsis = "…" in
    let keep = max 0 (limit - String.length ellipsis) in
    String.sub text 0 (boundary text keep) ^ ellipsis

let is_space c = c = ' ' || c = '\n' || c = '\t' || c = '\r'

(* Where the first blank line after some text begins. *)
let paragraph_end text =
  let length = String.length text in
  let rec scan i newlines seen =
    if i >= length then length
    else if text.[i] = '\n' then if newlines = 1 && seen then i else scan (i + 1) 1 seen
    else if is_space text.[i] then scan (i + 1) newlines seen
    else scan (i + 1) 0 true
  in
  scan 0 0 false

let on_one_line text =
  let out = Buffer.create (String.length text) in
  let pending = ref false in
  String.iter
    (fun c ->
      if is_space c then pending := Buffer.length out > 0
      else begin
        if !pending then Buffer.add_char out ' ';
        pending := false;
        Buffer.add_char out c
      end)
    text;
  Buffer.contents out

let synopsis ?(limit = 300) text =
  shorten ~limit (on_one_line (String.sub text 0 (paragraph_end text)))

let invalid_line text =
  let rec scan i line =
    if i >= String.length text then None
    else
      let decoded = String.get_utf_8_uchar text i in
      if not (Uchar.utf_decode_is_valid decoded) then Some line
      else
        scan
          (i + Uchar.utf_decode_length decoded)
          (if text.[i] = '\n' then line + 1 else line)
  in
  scan 0 1
