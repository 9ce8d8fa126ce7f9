(* Each case is a process of its own, which checked mode must stop with a message. See tests/rust/src/smuggling.rs and the page
   Soundness of the guide. *)

external into_look : string -> int = "smuggle_into_look"
external lend : (unit -> unit) -> unit = "smuggle_lend"
external into_released : unit -> int = "smuggle_into_released"
external into_call : unit -> int = "smuggle_into_call"

let cases =
  [
    ( "look",
      (fun () -> ignore (into_look "text")),
      [ "Region::string at "; "Region::look"; "Rule: " ] );
    ( "released",
      (fun () -> lend (fun () -> ignore (into_released ()))),
      [
        "Region::string at ";
        "this thread does not hold its domain's lock";
        "releasing_runtime";
        "Rule: nothing of OCaml is used while the domain's lock is released";
      ] );
    ( "call",
      (fun () -> lend (fun () -> ignore (into_call ()))),
      [
        "Region::string at ";
        "Region::call";
        "Rule: a region is disabled while OCaml runs";
      ] );
  ]

(* The child's end: a signal, and what it wrote to stderr. *)
let child name =
  let read, write = Unix.pipe ~cloexec:true () in
  let pid =
    Unix.create_process Sys.executable_name
      [| Sys.executable_name; "--run"; name |]
      Unix.stdin Unix.stdout write
  in
  Unix.close write;
  let message = In_channel.input_all (Unix.in_channel_of_descr read) in
  Unix.close read;
  let _, status = Unix.waitpid [] pid in
  (status, message)

let contains text part =
  let n = String.length part in
  let rec at i =
    i + n <= String.length text && (String.sub text i n = part || at (i + 1))
  in
  at 0

let stopped name parts () =
  let status, message = child name in
  if Sys.getenv_opt "SMUGGLING_SHOW" <> None then prerr_endline message;
  Alcotest.(check bool) "aborted" true (status = Unix.WSIGNALED Sys.sigabrt);
  List.iter
    (fun part ->
      Alcotest.(check bool) (part ^ " is in " ^ message) true (contains message part))
    parts

let () =
  match Sys.argv with
  | [| _; "--run"; name |] ->
      let _, run, _ = List.find (fun (n, _, _) -> n = name) cases in
      run ()
  | _ ->
      Alcotest.run "smuggling"
        [
          ( "stopped",
            List.map
              (fun (name, _, parts) ->
                Alcotest.test_case name `Quick (stopped name parts))
              cases );
        ]
