(* The child's end: a signal, and what it wrote to stderr. *)
let child index =
  let read, write = Unix.pipe ~cloexec:true () in
  let pid =
    Unix.create_process Sys.executable_name
      [| Sys.executable_name; "--run"; string_of_int index |]
      Unix.stdin Unix.stdout write
  in
  Unix.close write;
  let channel = Unix.in_channel_of_descr read in
  let message = In_channel.input_all channel in
  In_channel.close channel;
  let _, status = Unix.waitpid [] pid in
  (status, String.trim message)

let read path =
  In_channel.with_open_text path In_channel.input_all
  |> String.split_on_char '\n'
  |> List.filter_map (fun line ->
      match String.index_opt line '\t' with
      | Some i ->
          Some (String.sub line 0 i, String.sub line (i + 1) (String.length line - i - 1))
      | None -> None)

let expected = lazy (read "misuse.expected")

let one_line message =
  let prefix = "bactrian, checked mode: " in
  let message =
    if String.starts_with ~prefix message then
      let n = String.length prefix in
      String.sub message n (String.length message - n)
    else message
  in
  String.concat " " (List.map String.trim (String.split_on_char '\n' message))

(* For the guide: without the places of the misuses, whose functions are called f. *)
let placeless message =
  let replace pattern = Str.global_replace (Str.regexp pattern) in
  message
  |> replace "misuse\\.\\(c\\|rs\\):[0-9]+" "f.\\1:12"
  |> replace "that [a-z_]+ at" "that f at"
  |> replace "w_[a-z]+ at" "f at"

let row (name, message) =
  let words = String.map (function '_' -> ' ' | c -> c) name in
  Printf.sprintf "| %s | %s |" words (placeless message)

(* The page, with what stands between the comments that begin and end a language's table made anew. *)
let guide page tables =
  let text = In_channel.with_open_text page In_channel.input_all in
  let within = ref false in
  let line line =
    let table (language, path) =
      if line = Printf.sprintf "<!-- misuses of %s -->" language then (
        within := true;
        print_string "\n| misuse | message |\n|---|---|\n";
        List.iter (fun misuse -> print_endline (row misuse)) (read path);
        print_newline ())
    in
    if line = "<!-- end of the misuses -->" then within := false;
    if not !within then print_endline line;
    List.iter table tables
  in
  (* The last line ends the page. *)
  List.iter line (String.split_on_char '\n' (String.trim text))

let aborted = function Unix.WSIGNALED s -> s = Sys.sigabrt | _ -> false

let main ~count ~name ~run =
  let all f = List.init (count ()) (fun i -> f i (name i)) in
  let test index name =
    Alcotest.test_case name `Quick (fun () ->
        let status, message = child index in
        Alcotest.(check string)
          "message"
          (Option.value ~default:"(not in misuse.expected)"
             (List.assoc_opt name (Lazy.force expected)))
          (one_line message);
        Alcotest.(check bool) "aborted" true (aborted status))
  in
  match Array.to_list Sys.argv with
  | [ _; "--run"; index ] ->
      run (int_of_string index);
      print_endline "not caught"
  | [ _; "--table" ] ->
      ignore
        (all (fun index name ->
             Printf.printf "%s\t%s\n%!" name (one_line (snd (child index)))))
  | _ :: "--guide" :: page :: tables ->
      let table text =
        match String.split_on_char '=' text with
        | [ language; path ] -> (language, path)
        | _ -> failwith (text ^ ": this is not LANGUAGE=FILE")
      in
      guide page (List.map table tables)
  | [ _; "--times"; times ] ->
      let times = int_of_string times and wrong = ref 0 in
      let one index name =
        let status, message = child index in
        let message = one_line message in
        if
          (not (aborted status))
          || List.assoc_opt name (Lazy.force expected) <> Some message
        then (
          incr wrong;
          Printf.printf "%s: %s\n" name message)
      in
      for _ = 1 to times do
        ignore (all one)
      done;
      Printf.printf "%d misuses, each %d times: %d passed, %d failed\n" (count ()) times
        ((times * count ()) - !wrong)
        !wrong;
      if !wrong > 0 then exit 1
  | _ -> Alcotest.run "misuse" [ ("caught", all test) ]
