let after_error text =
  match Str.search_forward (Str.regexp_string "Error: ") text 0 with
  | at -> Str.string_after text (at + String.length "Error: ")
  | exception Not_found -> text

(* The compiler's own words, without the place and the excerpt around them. *)
let reason exn =
  match Location.error_of_exn exn with
  | Some (`Ok report) ->
      let text = Format.asprintf "%a" Location.print_report report in
      let text = Text.synopsis (after_error text) in
      Printf.sprintf "line %d: %s" report.main.loc.loc_start.pos_lnum text
  | Some `Already_displayed -> "a syntax error"
  | None -> Text.synopsis (Printexc.to_string exn)

let parse entry ~file text =
  let lexbuf = Lexing.from_string text in
  Location.init lexbuf file;
  match Warnings.without_warnings (fun () -> entry lexbuf) with
  | parsed -> Ok parsed
  | exception Stack_overflow -> Error "nested too deeply"
  | exception (Out_of_memory as exn) -> raise exn
  | exception exn -> Error (reason exn)
