(* The program from the outside: its output, its exit status, and what its server answers. *)

let program = Filename.concat (Sys.getcwd ()) "../search.exe"

(* {1 Folders} *)

let write path text = Out_channel.with_open_bin path (fun out -> output_string out text)
let read path = In_channel.with_open_bin path In_channel.input_all

let rec remove path =
  if (Unix.lstat path).st_kind = S_DIR then begin
    Array.iter (fun name -> remove (Filename.concat path name)) (Sys.readdir path);
    Sys.rmdir path
  end
  else Sys.remove path

(* A folder of interfaces, two of them bad, beside one for everything else. *)
let in_folder f =
  let top = Filename.temp_dir "search" "" in
  let folder = Filename.concat top "interfaces" in
  Sys.mkdir folder 0o755;
  let file name text = write (Filename.concat folder name) text in
  file "stack_of_plates.mli"
    "(** Plates. *)\n\n\
     type t\n\n\
     val push_plate : t -> int -> t\n\
     (** Puts a plate on the pile. *)\n\n\
     val pop_plate : t -> (int * t) option\n\n\
     module Broken : sig\n\
    \  exception Dropped of string\n\
     end\n";
  file "queue_of_guests.mli"
    "val greet : name:string -> bytes -> char\nval ( >>> ) : int -> int -> int\n";
  file "latin.mli" "(** caf\xe9 *)\nval x : int\n";
  file "wrong.mli" "val x : int\nval y = 3\n";
  Fun.protect ~finally:(fun () -> remove top) (fun () -> f ~top ~folder)

(* {1 Running it} *)

let start ~top arguments =
  let file name =
    Unix.openfile (Filename.concat top name) [ O_WRONLY; O_CREAT; O_TRUNC ] 0o644
  in
  let out = file "out" and err = file "err" in
  let pid =
    Unix.create_process program (Array.of_list (program :: arguments)) Unix.stdin out err
  in
  Unix.close out;
  Unix.close err;
  pid

let output ~top = (read (Filename.concat top "out"), read (Filename.concat top "err"))

let wait ~top pid =
  match Unix.waitpid [] pid with
  | _, WEXITED code ->
      let out, err = output ~top in
      (code, out, err)
  | _, (WSIGNALED signal | WSTOPPED signal) -> Alcotest.failf "killed by signal %d" signal

let run ~top arguments = wait ~top (start ~top arguments)

let has part text =
  try
    ignore (Str.search_forward (Str.regexp part) text 0);
    true
  with Not_found -> false

let check_has part text =
  if not (has part text) then Alcotest.failf "%S is not in:\n%s" part text

let check_code expected (code, out, err) =
  if code <> expected then Alcotest.failf "exit status %d:\n%s%s" code out err

(* One clear line, and no backtrace. *)
let check_error part ((_, _, err) as result) =
  check_code 1 result;
  check_has part err;
  Alcotest.(check int)
    ("lines of " ^ err) 1
    (List.length (String.split_on_char '\n' (String.trim err)))

(* {1 Tests} *)

let demo () =
  in_folder (fun ~top ~folder ->
      let ((_, out, _) as result) =
        run ~top [ "demo"; "--folder"; folder; "--requests"; "500"; "--concurrency"; "8" ]
      in
      check_code 0 result;
      List.iter
        (fun part -> check_has part out)
        [
          "skipped latin.mli: line 1: not valid UTF-8";
          "skipped wrong.mli: line 2: ";
          "files +4\n";
          "skipped +2\n";
          "entries +9\n";
          "requests +500 ";
          "empty query +400 +[1-9]";
          "query not UTF-8 +400 +[1-9]";
          "unknown path +404 +[1-9]";
          "wrong method +405 +[1-9]";
          "OCaml raises +500 +[1-9]";
          "Rust panics +500 +[1-9]";
          "hangs up early +left +[1-9]";
          "hangs up late +left +[1-9]";
          "wrong or lost +0\n";
        ])

let kept_index () =
  in_folder (fun ~top ~folder ->
      let db = Filename.concat top "index.db" in
      let index () = run ~top [ "index"; "--folder"; folder; "--db"; db ] in
      let check_reused reused ((_, out, _) as result) =
        check_code 0 result;
        check_has "9 things in 4 interfaces" out;
        Alcotest.(check bool)
          ("reused: " ^ out) reused
          (has "as they were indexed before" out);
        check_has "skipped latin.mli" out
      in
      check_reused false (index ());
      check_reused true (index ());
      (* The index of a demo is the same one, and its probes hold. *)
      let arguments = [ "demo"; "--folder"; folder; "--db"; db; "--requests"; "300" ] in
      let ((_, out, _) as result) = run ~top arguments in
      check_code 0 result;
      check_has "kept from before" out;
      write (Filename.concat folder "more.mli") "val more : unit\n";
      let ((_, out, _) as result) = index () in
      check_code 0 result;
      check_has "11 things in 5 interfaces" out)

(* The answers that the demo expects are kept with the index, one a line: another name in one of
   them, of the same length, and the demo must fail. *)
let wrong_answer () =
  in_folder (fun ~top ~folder ->
      let db = Filename.concat top "index.db" in
      check_code 0 (run ~top [ "index"; "--folder"; folder; "--db"; db ]);
      let kept = Str.regexp_string "\tgreet\tvalue" and other = "\tgrump\tvalue" in
      let before = read db in
      let after = Str.global_replace kept other before in
      Alcotest.(check bool) "something is changed" false (before = after);
      write db after;
      let arguments = [ "demo"; "--folder"; folder; "--db"; db; "--requests"; "300" ] in
      let ((_, out, _) as result) = run ~top arguments in
      check_code 1 result;
      check_has "/hits/0/name is Some(\"greet\") instead of \"grump\"" out;
      check_has "NOT AS IT SHOULD BE: every answer is right" out)

let errors () =
  in_folder (fun ~top ~folder ->
      let missing = Filename.concat top "missing" in
      check_error "^search: .*missing: No such file or directory"
        (run ~top [ "demo"; "--folder"; missing ]);
      check_error "Not a directory"
        (run ~top [ "demo"; "--folder"; Filename.concat folder "latin.mli" ]);
      let empty = Filename.concat top "empty" in
      Sys.mkdir empty 0o755;
      check_error "there is no .mli below" (run ~top [ "demo"; "--folder"; empty ]);
      let not_db = Filename.concat folder "latin.mli" in
      check_error "latin.mli is not a SQLite database"
        (run ~top [ "index"; "--folder"; folder; "--db"; not_db ]);
      check_error "cannot open the database"
        (run ~top
           [ "index"; "--folder"; folder; "--db"; Filename.concat missing "index.db" ]);
      check_code 2 (run ~top [ "dance" ]);
      check_code 2 (run ~top [ "demo"; folder; folder ]);
      check_code 2 (run ~top [ "demo"; "--requests"; "0" ]);
      check_code 2 (run ~top []))

let busy_port () =
  in_folder (fun ~top ~folder ->
      let socket = Unix.socket PF_INET SOCK_STREAM 0 in
      Unix.bind socket (ADDR_INET (Unix.inet_addr_loopback, 0));
      Unix.listen socket 1;
      let port =
        match Unix.getsockname socket with
        | ADDR_INET (_, port) -> string_of_int port
        | ADDR_UNIX _ -> assert false
      in
      check_error
        ("^search: cannot listen on 127.0.0.1:" ^ port ^ ": ")
        (run ~top [ "serve"; "--folder"; folder; "--port"; port ]);
      check_error "cannot listen" (run ~top [ "demo"; folder; "--port"; port ]);
      Unix.close socket)

let rec find_port ~top attempts =
  let out, err = output ~top in
  match Str.search_forward (Str.regexp "http://127.0.0.1:\\([0-9]+\\)/") out 0 with
  | _ -> int_of_string (Str.matched_group 1 out)
  | exception Not_found ->
      if attempts = 0 then Alcotest.failf "it does not listen:\n%s%s" out err;
      Unix.sleepf 0.05;
      find_port ~top (attempts - 1)

let get port target =
  let address = Unix.ADDR_INET (Unix.inet_addr_loopback, port) in
  let input, output = Unix.open_connection address in
  Printf.fprintf output "GET %s HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n%!" target;
  let answer = In_channel.input_all input in
  Unix.shutdown_connection input;
  close_in input;
  answer

let serve () =
  in_folder (fun ~top ~folder ->
      let pid = start ~top [ "serve"; "--folder"; folder; "--port"; "0" ] in
      let port = find_port ~top 400 in
      let hit = get port "/search?q=greet" in
      check_has "^HTTP/1.1 200 OK\r\n" hit;
      check_has "\"module\":\"Queue_of_guests\",\"name\":\"greet\"" hit;
      check_has "\"name\":\">>>\"" (get port "/search?q=%3E%3E%3E");
      check_has "\"name\":\"push_plate\"" (get port "/search?q=plate+pile");
      check_has "\"name\":\"Dropped\""
        (get port "/search?q=kind:exn+module:Stack_of_plates");
      check_has "\"name\":\"greet\""
        (get port "/search?q=type:%22bytes-%3Estring-%3Echar%22");
      check_has "^HTTP/1.1 400 .*\r\n" (get port "/search?q=%ff");
      check_has "<form" (get port "/");
      (* What is only for the demo is not here. *)
      check_has "^HTTP/1.1 404 " (get port "/debug/panic");
      Unix.kill pid Sys.sigterm;
      check_code 0 (wait ~top pid))

(* Whatever is asked: an answer or a mistake of the client, and never one of the server. *)
let any_query () =
  in_folder (fun ~top ~folder ->
      let pid = start ~top [ "serve"; "--folder"; folder; "--port"; "0" ] in
      let port = find_port ~top 400 in
      let pieces =
        [|
          "greet";
          "*";
          "\"";
          "(";
          ")";
          " ";
          "AND";
          "NOT";
          "NEAR";
          ":";
          "^";
          "+";
          "-";
          "'";
          ".";
          "{";
          "zqn";
          "type:";
          "kind:type";
          "module:";
          "int -> ";
          "'a";
          "é";
          "\x00";
          "\xff";
          "&";
          "%";
          "_";
        |]
      in
      let random = Random.State.make_self_init () in
      for _ = 1 to 300 do
        let piece _ = pieces.(Random.State.int random (Array.length pieces)) in
        let query = String.concat "" (List.init (1 + Random.State.int random 6) piece) in
        let encode c = Printf.sprintf "%%%02x" (Char.code c) in
        let target =
          String.concat "" (List.map encode (List.of_seq (String.to_seq query)))
        in
        let answer = get port ("/search?q=" ^ target) in
        if not (has "^HTTP/1.1 \\(200\\|400\\) " answer) then
          Alcotest.failf "%S is answered by\n%s" query answer
      done;
      Unix.kill pid Sys.sigterm;
      check_code 0 (wait ~top pid))

let () =
  Alcotest.run "search.exe"
    [
      ( "program",
        [
          Alcotest.test_case "demo" `Quick demo;
          Alcotest.test_case "a kept index" `Quick kept_index;
          Alcotest.test_case "a wrong answer" `Quick wrong_answer;
          Alcotest.test_case "errors" `Quick errors;
          Alcotest.test_case "a busy port" `Quick busy_port;
          Alcotest.test_case "serve" `Quick serve;
          Alcotest.test_case "any query" `Quick any_query;
        ] );
    ]
