let native = Sys.backend_type = Sys.Native
let tiny_heap = (Gc.get ()).minor_heap_size < 10_000
let few = Sys.getenv_opt "BACTRIAN_FEW" <> None
let scaled n = if native && not (tiny_heap || few) then n else max 1 (n / 10)

let setting name default =
  match Option.bind (Sys.getenv_opt name) int_of_string_opt with
  | Some n -> n
  | None -> default

external counts : unit -> int * int * int = "r_counts"

let scribble () =
  for i = 1 to (Gc.get ()).minor_heap_size / 2 do
    ignore (Sys.opaque_identity (ref i))
  done

(* A thread drops its own roots a little after it has been joined. *)
let rec settle expected tries =
  let stacked, _, boxed = counts () in
  if (stacked, boxed) = expected || tries = 0 then (stacked, boxed)
  else begin
    Unix.sleepf 0.01;
    settle expected (tries - 1)
  end

let checked ((name, speed, body) as test) =
  if Crowd.on then test
  else
    ( name,
      speed,
      fun argument ->
        let stacked, _, boxed = counts () in
        body argument;
        Alcotest.(check (pair int int))
          "roots on stacks and boxed roots, as before" (stacked, boxed)
          (settle (stacked, boxed) 200) )

let case name body = checked (Alcotest.test_case name `Quick body)

let raised f =
  match f () with exception e -> e | _ -> Alcotest.fail "no exception was raised"

let show = Printexc.to_string

let raises expected f =
  let e = raised f in
  Alcotest.(check string) "the exception" (show expected) (show e);
  if e <> expected then Alcotest.failf "another exception that prints as %s" (show e)

let invalid message f = raises (Invalid_argument message) f

let contains text part =
  let n = String.length text and m = String.length part in
  let rec at i = i + m <= n && (String.sub text i m = part || at (i + 1)) in
  at 0

let quietly f =
  if Crowd.on then f ()
  else begin
    flush stderr;
    let kept = Unix.dup Unix.stderr in
    let null = Unix.openfile Filename.null [ O_WRONLY ] 0 in
    Unix.dup2 null Unix.stderr;
    Unix.close null;
    Fun.protect f ~finally:(fun () ->
        flush stderr;
        Unix.dup2 kept Unix.stderr;
        Unix.close kept)
  end

let panics ?(like = "src/") message f =
  match quietly (fun () -> raised f) with
  | Bactrian.Rust_panic (text, location) ->
      Alcotest.(check string) "the message of the panic" message text;
      if not (contains location like) then
        Alcotest.failf "the panic happened at %S, not in %s" location like
  | e -> Alcotest.failf "no panic, but %s" (show e)

(* Bytes of this process in memory. *)
let resident () =
  let statm = In_channel.with_open_bin "/proc/self/statm" In_channel.input_all in
  Scanf.sscanf statm "%d %d" (fun _ pages -> pages * 4096)

let live_words () =
  Gc.compact ();
  (Gc.stat ()).live_words

(* The first round warms up; then there must not be more after each. A leak of as little as 8 bytes a call would be 8 MB
   natively, in every round; malloc keeps some of what others had freed before, in some. *)
let flat ?(calls = 1_000_000) ?(noise = 1_000_000) name f =
  Crowd.alone
  @@ case name (fun () ->
      let calls = scaled calls in
      let round () =
        for i = 1 to calls do
          f i
        done;
        let live = live_words () in
        (live, resident ())
      in
      let allowed = max noise (calls * 4) in
      let rec rounds left (live, bytes) =
        let ((live', bytes') as after) = round () in
        let more = live' - live > 1000 || bytes' - bytes > allowed in
        if more && left > 1 then rounds (left - 1) after
        else if more then
          Alcotest.failf "%d live words and %d bytes more after another %d calls"
            (live' - live) (bytes' - bytes) calls
      in
      rounds 4 (round ()))

(* Child processes: the program itself, told by its environment what to do. *)

let bodies : (string, unit -> unit) Hashtbl.t = Hashtbl.create 8
let in_child name body = Hashtbl.replace bodies name body
let variable = "BACTRIAN_TEST_CHILD"

let child ?(prefix = "") name =
  let command =
    Printf.sprintf "%s exec %s 2>&1" prefix (Filename.quote Sys.executable_name)
  in
  let environment =
    Array.append (Unix.environment ()) [| Printf.sprintf "%s=%s" variable name |]
  in
  let ((output, _, _) as channels) =
    Unix.open_process_args_full "/bin/sh" [| "sh"; "-c"; command |] environment
  in
  let text = In_channel.input_all output in
  (Unix.close_process_full channels, text)

let run name suites =
  Callback.register "test.minor" Gc.minor;
  Callback.register "test.compact" Gc.compact;
  Callback.register "test.scribble" scribble;
  match Option.bind (Sys.getenv_opt variable) (Hashtbl.find_opt bodies) with
  | Some body -> body ()
  | None ->
      let mode =
        if not native then "bytecode" else if tiny_heap then "tiny heap" else "native"
      in
      Crowd.run (Printf.sprintf "%s (%s)" name mode) suites
