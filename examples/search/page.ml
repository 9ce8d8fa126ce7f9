let escape text =
  let out = Buffer.create (String.length text + 16) in
  String.iter
    (function
      | '<' -> Buffer.add_string out "&lt;"
      | '>' -> Buffer.add_string out "&gt;"
      | '&' -> Buffer.add_string out "&amp;"
      | '"' -> Buffer.add_string out "&quot;"
      | '\'' -> Buffer.add_string out "&#39;"
      | c -> Buffer.add_char out c)
    text;
  Buffer.contents out

let style =
  {|body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#222}
input{font:inherit;width:100%;padding:.5rem;box-sizing:border-box}
article{border-top:1px solid #ddd;padding:.6rem 0}
pre{background:#f6f6f4;padding:.4rem .6rem;margin:.3rem 0;white-space:pre-wrap}
small{color:#777}
.wrong{color:#a22}|}

let hit (_, (entry : Entry.t)) =
  Printf.sprintf "<article><b>%s</b> <small>%s, %s:%d</small><pre>%s</pre>%s</article>\n"
    (escape (Entry.qualified entry))
    (Entry.kind_name entry.kind) (escape entry.file) entry.line
    (escape (Text.shorten ~limit:600 entry.signature))
    (escape entry.doc)

let results query = function
  | Error message -> Printf.sprintf "<p class=\"wrong\">%s</p>\n" (escape message)
  | Ok [] when query = "" -> ""
  | Ok [] -> "<p>Nothing found.</p>\n"
  | Ok hits -> String.concat "" (List.map hit hits)

let render ~about ~query hits =
  String.concat ""
    [
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n";
      "<title>OCaml interfaces</title><style>";
      style;
      "</style></head>\n\
       <body><h1>OCaml interfaces</h1>\n\
       <form action=\"/\"><input name=\"q\" ";
      "autofocus placeholder=\"List.map, kind:type channel, type:&quot;int -&gt; \
       string&quot;\" ";
      Printf.sprintf "value=\"%s\"></form>\n<p><small>%s</small></p>\n" (escape query)
        (escape about);
      results query hits;
      "</body></html>\n";
    ]
