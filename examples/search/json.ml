type t = String of string | Int of int | List of t list | Object of (string * t) list

let escape out text =
  let flush from upto =
    if upto > from then Buffer.add_substring out text from (upto - from)
  in
  let rec go from i =
    if i >= String.length text then flush from i
    else
      let replace length by =
        flush from i;
        Buffer.add_string out by;
        go (i + length) (i + length)
      in
      match text.[i] with
      | '"' -> replace 1 "\\\""
      | '\\' -> replace 1 "\\\\"
      | '\n' -> replace 1 "\\n"
      | '\t' -> replace 1 "\\t"
      | c when c < ' ' -> replace 1 (Printf.sprintf "\\u%04x" (Char.code c))
      | c when c < '\x80' -> go from (i + 1)
      | _ ->
          let decoded = String.get_utf_8_uchar text i in
          let length = Uchar.utf_decode_length decoded in
          if Uchar.utf_decode_is_valid decoded then go from (i + length)
          else replace length "\u{FFFD}"
  in
  Buffer.add_char out '"';
  go 0 0;
  Buffer.add_char out '"'

let rec write out = function
  | String text -> escape out text
  | Int n -> Buffer.add_string out (string_of_int n)
  | List items ->
      Buffer.add_char out '[';
      separated out (write out) items;
      Buffer.add_char out ']'
  | Object members ->
      let member (name, value) =
        escape out name;
        Buffer.add_char out ':';
        write out value
      in
      Buffer.add_char out '{';
      separated out member members;
      Buffer.add_char out '}'

and separated : 'a. Buffer.t -> ('a -> unit) -> 'a list -> unit =
 fun out one items ->
  List.iteri
    (fun i item ->
      if i > 0 then Buffer.add_char out ',';
      one item)
    items

let to_string json =
  let out = Buffer.create 4096 in
  write out json;
  Buffer.contents out
