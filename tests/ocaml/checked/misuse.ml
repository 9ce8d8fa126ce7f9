(* Runs every misuse of misuse.c in a process of its own, and compares its message with misuse.expected.
   [misuse.exe --table] writes that file, [misuse.exe --guide] the table of
   guide/src/debugging-a-gc-bug.md from it, which [misuse.exe --check-guide] looks for, and
   [misuse.exe --times N] runs each misuse N times. *)

external count : unit -> int = "misuse_count"
external name : int -> string = "misuse_name"
external run : int -> (bool -> unit) -> unit = "misuse_run"
external callback : bool -> unit = "misuse_callback"

let f = function true -> Thread.join (Thread.create callback false) | _ -> callback true
let in_a_domain f = Domain.join (Domain.spawn (fun () -> f false))
let () = Callback.register "misuse.in_a_domain" in_a_domain

(* The child's end: a signal, and what it wrote to stderr. *)
let child index =
  let read, write = Unix.pipe ~cloexec:true () in
  let pid =
    Unix.create_process Sys.executable_name
      [| Sys.executable_name; "--run"; string_of_int index |]
      Unix.stdin Unix.stdout write
  in
  Unix.close write;
  let message = In_channel.input_all (Unix.in_channel_of_descr read) in
  Unix.close read;
  let _, status = Unix.waitpid [] pid in
  (status, String.trim message)

let expected =
  lazy
    (In_channel.with_open_text "misuse.expected" In_channel.input_all
    |> String.split_on_char '\n'
    |> List.filter_map (fun line ->
        match String.index_opt line '\t' with
        | Some i ->
            Some
              (String.sub line 0 i, String.sub line (i + 1) (String.length line - i - 1))
        | None -> None))

let one_line message =
  let prefix = "bactrian, checked mode: " in
  let message =
    if String.starts_with ~prefix message then
      let n = String.length prefix in
      String.sub message n (String.length message - n)
    else message
  in
  String.concat " " (List.map String.trim (String.split_on_char '\n' message))

(* For the guide: without the places of misuse.c, whose functions are called f. *)
let placeless message =
  let message = Str.global_replace (Str.regexp "misuse\\.c:[0-9]+") "f.c:12" message in
  Str.global_replace (Str.regexp "that [a-z_]+ at") "that f at" message

let words name = String.map (function '_' -> ' ' | c -> c) name
let aborted = function Unix.WSIGNALED s -> s = Sys.sigabrt | _ -> false
let all f = List.init (count ()) (fun i -> f i (name i))

let test index name =
  Alcotest.test_case name `Quick (fun () ->
      let status, message = child index in
      Alcotest.(check string)
        "message"
        (Option.value ~default:"(not in misuse.expected)"
           (List.assoc_opt name (Lazy.force expected)))
        (one_line message);
      Alcotest.(check bool) "aborted" true (aborted status))

let () =
  match Array.to_list Sys.argv with
  | [ _; "--run"; index ] ->
      run (int_of_string index) f;
      print_endline "not caught"
  | [ _; "--table" ] ->
      ignore
        (all (fun index name ->
             Printf.printf "%s\t%s\n%!" name (one_line (snd (child index)))))
  | [ _; "--guide" ] ->
      print_endline "| misuse | message |\n|---|---|";
      ignore
        (all (fun _ name ->
             match List.assoc_opt name (Lazy.force expected) with
             | Some message ->
                 Printf.printf "| %s | %s |\n" (words name) (placeless message)
             | None -> ()))
  | [ _; "--check-guide"; page ] ->
      let text = In_channel.with_open_text page In_channel.input_all in
      let lines = String.split_on_char '\n' text in
      let missing =
        List.filter
          (fun (name, message) ->
            not
              (List.mem
                 (Printf.sprintf "| %s | %s |" (words name) (placeless message))
                 lines))
          (Lazy.force expected)
      in
      List.iter (fun (name, _) -> Printf.printf "not in %s: %s\n" page name) missing;
      if missing <> [] then exit 1
  | [ _; "--times"; times ] ->
      let wrong = ref 0 in
      for _ = 1 to int_of_string times do
        ignore
          (all (fun index name ->
               let status, message = child index in
               if
                 (not (aborted status))
                 || List.assoc_opt name (Lazy.force expected) <> Some (one_line message)
               then incr wrong))
      done;
      Printf.printf "%d passed, %d failed\n"
        ((int_of_string times * count ()) - !wrong)
        !wrong;
      if !wrong > 0 then exit 1
  | _ -> Alcotest.run "misuse" [ ("caught", all test) ]
