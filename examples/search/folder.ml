type file = { name : string; size : int; modified : float }
type skipped = { what : string; why : string }

let output_of_command program arguments =
  match Unix.open_process_args_in program (Array.of_list (program :: arguments)) with
  | exception Unix.Unix_error _ -> None
  | channel -> (
      let text = String.trim (In_channel.input_all channel) in
      match Unix.close_process_in channel with
      | Unix.WEXITED 0 when text <> "" -> Some text
      | _ -> None)

(* [ocamlfind] says on stderr what it misses: that is no news for the user of this program. *)
let ocamlfind arguments =
  output_of_command "/bin/sh" [ "-c"; "exec ocamlfind " ^ arguments ^ " 2>/dev/null" ]

let real path = try Some (Unix.realpath path) with Unix.Unix_error _ -> None

let default () =
  let compiler =
    Option.value (ocamlfind "ocamlc -where") ~default:Config.standard_library
  in
  match (Option.bind (ocamlfind "printconf destdir") real, real compiler) with
  | Some site, Some inside when String.starts_with ~prefix:(site ^ "/") inside -> site
  | _ -> compiler

let interfaces folder =
  let files = ref [] and skipped = ref [] in
  let skip what error = skipped := { what; why = Unix.error_message error } :: !skipped in
  let below parent name = if parent = "" then name else parent ^ "/" ^ name in
  let on_disk name = if name = "" then folder else Filename.concat folder name in
  let rec visit name =
    match Sys.readdir (on_disk name) with
    | exception Sys_error _ when name <> "" -> skip name Unix.EACCES
    | inside ->
        Array.sort String.compare inside;
        Array.iter (fun one -> look (below name one)) inside
  and look name =
    match Unix.lstat (on_disk name) with
    | _ when not (String.is_valid_utf_8 name) ->
        skipped :=
          { what = String.escaped name; why = "its name is not UTF-8" } :: !skipped
    | exception Unix.Unix_error (error, _, _) -> skip name error
    | { st_kind = S_DIR; _ } -> visit name
    | { st_kind = S_REG | S_LNK; _ } when Filename.check_suffix name ".mli" -> (
        match Unix.stat (on_disk name) with
        | { st_kind = S_REG; st_size = size; st_mtime = modified; _ } ->
            files := { name; size; modified } :: !files
        | _ -> ()
        | exception Unix.Unix_error (error, _, _) -> skip name error)
    | _ -> ()
  in
  match visit "" with
  | () -> Ok (List.rev !files, List.rev !skipped)
  | exception Sys_error message -> Error message

let read folder { name; _ } =
  match In_channel.with_open_bin (Filename.concat folder name) In_channel.input_all with
  | text -> Ok text
  | exception Sys_error message -> Error message

let state folder files =
  let text = Buffer.create 65536 in
  let add { name; size; modified } =
    Printf.bprintf text "%S %d %.6f\n" name size modified
  in
  Buffer.add_string text (folder ^ "\n");
  List.iter add files;
  Digest.to_hex (Digest.string (Buffer.contents text))
