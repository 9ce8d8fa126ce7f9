(* A program that OCaml starts has nothing for Rust to start. *)

external init : unit -> (unit, string) result = "u_init"
external init_persistent : unit -> (unit, string) result = "u_init_persistent"
external on_thread : (int -> int) -> string * int = "u_on_thread"

let refusal =
  "this program was started by OCaml, whose runtime runs already: OCamlRuntime::init is \
   for programs that Rust starts"

let outcome = Alcotest.(result unit string)

let init_is_refused () =
  Alcotest.check outcome "first" (Error refusal) (init ());
  Alcotest.check outcome "again" (Error refusal) (init ())

let persistent_is_content () =
  Alcotest.check outcome "first" (Ok ()) (init_persistent ());
  Alcotest.check outcome "again" (Ok ()) (init_persistent ())

let on_another_thread () =
  Alcotest.(check (pair string int))
    "error and result" (refusal, 40)
    (on_thread (fun n -> 2 * n))

let () =
  let case name f = Alcotest.test_case name `Quick f in
  Alcotest.run "startup"
    [
      ( "driven by OCaml",
        [
          case "init is refused" init_is_refused;
          case "init_persistent is content" persistent_is_content;
          case "on another thread" on_another_thread;
        ] );
    ]
