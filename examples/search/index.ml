open Lwt.Syntax
open Search_core

type t = {
  store : Store.t;
  folder : string;
  files : int;
  skipped : Folder.skipped list;
  entries : int;
  known : Probe.known list;
  reused : bool;
  seconds : float;
}

(* As many queries at once: more than the cores would only wait for each other. *)
let connections = max 1 (min 4 (Domain.recommended_domain_count ()))

(* Changes when the rows of the same files would be others. *)
let version = "1, OCaml " ^ Sys.ocaml_version

let skipped_to_text skipped =
  let line { Folder.what; why } = String.escaped what ^ "\t" ^ why in
  String.concat "\n" (List.map line skipped)

let skipped_of_text text =
  let line text =
    match String.split_on_char '\t' text with
    | [ what; why ] -> Some { Folder.what = Scanf.unescaped what; why }
    | _ -> None
  in
  List.filter_map line (String.split_on_char '\n' text)

let parse folder files =
  let progress = Progress.start "parsing files" ~total:(List.length files) in
  let one i (file : Folder.file) =
    let result =
      Result.bind (Folder.read folder file) (Interface.parse ~file:file.name)
    in
    Progress.at progress (i + 1);
    match result with
    | Ok entries -> Either.Left entries
    | Error why -> Either.Right { Folder.what = file.name; why }
  in
  let entries, skipped = List.partition_map Fun.id (List.mapi one files) in
  Progress.finish progress;
  (List.concat entries, skipped)

let make store ~state ~folder files skipped =
  let entries, unparsed = parse folder files in
  let skipped = skipped @ unparsed and known = Probe.known entries in
  let rows = Catalogue.rows entries in
  let count = List.length rows in
  let meta =
    [
      ("state", state);
      ("entries", string_of_int count);
      ("skipped", skipped_to_text skipped);
      ("known", Probe.to_lines known);
    ]
  in
  let progress = Progress.start "indexing" ~total:count in
  let* () = Store.replace store rows ~meta ~progress:(Progress.at progress) in
  Progress.finish progress;
  Lwt.return (count, skipped, known)

(* What is kept with an index of this state of the folder. *)
let find store ~state =
  let* kept = Store.meta store "state" in
  if kept <> Some state then Lwt.return_none
  else
    let* entries = Store.meta store "entries" in
    let* skipped = Store.meta store "skipped" in
    let* known = Store.meta store "known" in
    match (Option.bind entries int_of_string_opt, skipped, known) with
    | Some entries, Some skipped, Some known ->
        Lwt.return_some (entries, skipped_of_text skipped, Probe.of_lines known)
    | _ -> Lwt.return_none

let real folder = try Unix.realpath folder with Unix.Unix_error _ -> folder

let prepare ?db ?folder () =
  let folder = match folder with Some folder -> folder | None -> Folder.default () in
  let start = Unix.gettimeofday () in
  match Folder.interfaces folder with
  | Error message -> Lwt.fail_with message
  | Ok ([], _) -> Lwt.fail_with (folder ^ ": there is no .mli below this folder")
  | Ok (files, skipped) ->
      let state = version ^ ", " ^ Folder.state (real folder) files in
      let store = Store.open_ ?file:db ~connections () in
      let* found = find store ~state in
      let* (entries, skipped, known), reused =
        match found with
        | Some found -> Lwt.return (found, true)
        | None ->
            Lwt.map (fun made -> (made, false)) (make store ~state ~folder files skipped)
      in
      let seconds = Unix.gettimeofday () -. start in
      let files = List.length files in
      Lwt.return { store; folder; files; skipped; entries; known; reused; seconds }

let about { folder; files; entries; _ } =
  Printf.sprintf "%d things in %d interfaces below %s" entries files folder
