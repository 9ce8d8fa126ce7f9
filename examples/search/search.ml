open Lwt.Syntax

type options = {
  mutable folder : string option;
  mutable db : string option;
  mutable port : int option;
  mutable requests : int;
  mutable at_once : int;
}

let usage =
  "Full-text search over OCaml interfaces.\n\n\
   search.exe demo  [--port N] [--db FILE] [--requests N] [--concurrency N] [FOLDER]\n\
   search.exe serve [--port N] [--db FILE] [FOLDER]\n\
   search.exe index --db FILE [FOLDER]\n"

(* {1 Commands} *)

let most_skipped = 10

let show_skipped (index : Index.t) =
  let open Search_core.Folder in
  let one { what; why } = Printf.printf "skipped %s: %s\n" what why in
  List.iteri (fun i skipped -> if i < most_skipped then one skipped) index.skipped;
  let more = List.length index.skipped - most_skipped in
  if more > 0 then Printf.printf "skipped %d more\n" more

let prepare options =
  let* index = Index.prepare ?db:options.db ?folder:options.folder () in
  show_skipped index;
  Printf.printf "%s%s\n%!" (Index.about index)
    (if index.reused then ", as they were indexed before" else "");
  Lwt.return index

let demo options =
  let* index = prepare options in
  let port = Option.value options.port ~default:0 in
  let* ok = Demo.run index ~port ~requests:options.requests ~at_once:options.at_once in
  Store.close index.store;
  print_endline (if ok then "demo: everything was as it should be" else "demo: failed");
  Lwt.return (if ok then 0 else 1)

let serve options =
  let* index = prepare options in
  let handler = Demo.handler index ?others:None in
  let port = Option.value options.port ~default:8080 in
  let server = Server.start ~port ~handler ~failed:Demo.failed in
  Printf.printf "listening on http://127.0.0.1:%d/ (stop with Ctrl-C)\n%!"
    (Server.port server);
  let stopped, stop = Lwt.wait () in
  let on signal =
    ignore
      (Lwt_unix.on_signal signal (fun _ ->
           if Lwt.is_sleeping stopped then Lwt.wakeup stop ()))
  in
  List.iter on [ Sys.sigint; Sys.sigterm ];
  let* () = stopped in
  Server.stop server;
  Store.close index.store;
  Lwt.return 0

let index options =
  let* index = prepare options in
  Printf.printf "%.2f s\n" index.seconds;
  Store.close index.store;
  Lwt.return 0

(* {1 The command line} *)

let specification options =
  let positive set name =
    Arg.Int
      (fun n -> if n > 0 then set n else raise (Arg.Bad (name ^ " must be positive")))
  in
  let port n =
    if n >= 0 && n < 65536 then options.port <- Some n
    else raise (Arg.Bad "--port must be from 0 to 65535")
  in
  [
    ( "--folder",
      Arg.String (fun dir -> options.folder <- Some dir),
      "DIR  where the interfaces are, as FOLDER (default: OCaml's own libraries)" );
    ( "--db",
      Arg.String (fun file -> options.db <- Some file),
      "FILE  keep the index there (default: in memory)" );
    ("--port", Arg.Int port, "N  listen there (serve: 8080 unless told; 0: any free port)");
    ( "--requests",
      positive (fun n -> options.requests <- n) "--requests",
      "N  demo: how many in all (default 20000)" );
    ( "--concurrency",
      positive (fun n -> options.at_once <- n) "--concurrency",
      "N  demo: how many at once (default 32)" );
  ]

let parse () =
  let options =
    { folder = None; db = None; port = None; requests = 20_000; at_once = 32 }
  in
  let command = ref None in
  let word = function
    | "demo" when Option.is_none !command -> command := Some demo
    | "serve" when Option.is_none !command -> command := Some serve
    | "index" when Option.is_none !command -> command := Some index
    | folder when Option.is_some !command && options.folder = None ->
        options.folder <- Some folder
    | other -> raise (Arg.Bad ("there is no command " ^ other))
  in
  let specification = Arg.align (specification options) in
  Arg.parse specification word usage;
  match !command with
  | Some command -> fun () -> command options
  | None ->
      Arg.usage specification usage;
      exit 2

let complain message =
  prerr_endline ("search: " ^ message);
  1

let () =
  (* A client that hangs up is an error of that connection, not the end of the program. *)
  Sys.set_signal Sys.sigpipe Sys.Signal_ignore;
  let command = parse () in
  let code =
    match Lwt_main.run (command ()) with
    | code -> code
    | exception Failure message -> complain message
    | exception Sys_error message -> complain message
    | exception Invalid_argument message -> complain message
    | exception Unix.Unix_error (error, _, argument) ->
        complain (argument ^ ": " ^ Unix.error_message error)
  in
  exit code
