(* Safe Rust must not be able to corrupt the OCaml heap: what once could. *)

open Core_support
open Support

external found : unit -> int = "h_found"
external destructor_of_foreign_thread : unit -> unit = "h_destructor_of_foreign_thread"
external destructor_after_domain : unit -> unit = "h_destructor_after_domain"
external look_after_domain : string -> unit = "h_look_after_domain"
external twice : 'a -> 'a array = "h_twice"
external metres : float -> float array = "h_metres"
external no_exception : unit -> unit = "h_no_exception"
external keep_without_lock : string option -> bool = "h_keep_without_lock"
external names : int -> int -> int -> int -> int -> int -> int = "h_names_byte" "h_names"
external shim : int -> int = "h_shim"
external down : (int -> int) -> string -> int -> int = "h_down"
external moves : int -> unit = "h_moves"
external drops : unit -> int = "h_drops"
external allocates : int -> int = "h_allocates"
external outlives_start : string -> (string -> int) -> int = "h_outlives_start"
external outlives_finish : unit -> string * int = "h_outlives_finish"
external panic : string -> unit = "x_panic"
external call : (unit -> unit) -> unit = "x_call"
external keep : string -> unit = "r_keep"
external kept : unit -> string list = "r_kept"
external forget : unit -> unit = "r_forget"

(* What the destructor found, once it has run. *)
let rec wait tries =
  match found () with
  | -1 when tries > 0 ->
      Thread.delay 0.01;
      wait (tries - 1)
  | found -> found

let check_int = Alcotest.(check int)

let threads =
  [
    Alcotest.test_case "a destructor after the stacks" `Quick (fun () ->
        destructor_of_foreign_thread ();
        check_int "stale roots" 0 (wait 500));
    Alcotest.test_case "a destructor after the domain" `Quick (fun () ->
        Domain.join
          (Domain.spawn (fun () -> Thread.join (Thread.create destructor_after_domain ())));
        check_int "stale roots" 0 (wait 1000));
    Alcotest.test_case "a domain's thread after the domain" `Quick (fun () ->
        quietly (fun () ->
            Domain.join (Domain.spawn (fun () -> look_after_domain (String.make 20 'x')));
            check_int "neither the lock nor a clone" 0 (wait 500)));
    case "one that outlives the domain it was started on" (fun () ->
        let text = "text of another domain" in
        let started =
          Domain.spawn (fun () ->
              outlives_start (String.concat "" [ text; "" ]) String.length)
        in
        check_int "before" (String.length text) (Domain.join started);
        scribble ();
        Gc.compact ();
        Alcotest.(check (pair string int))
          "after"
          (text, String.length text)
          (outlives_finish ()));
    case "a root kept without the lock" (fun () ->
        quietly (fun () ->
            Alcotest.(check bool) "refused" true (keep_without_lock (Some "x"))));
  ]

let values =
  [
    case "floats in an array of anything" (fun () ->
        Alcotest.(check (array string)) "others" [| "a"; "a" |] (twice "a");
        match twice 1.0 with
        | _ -> Alcotest.fail "an array that is not flat"
        | exception Invalid_argument message ->
            Alcotest.(check bool) "says so" true (contains message "OCamlFloatArray"));
    case "floats by another name" (fun () ->
        match metres 1.0 with
        | _ -> Alcotest.fail "an array that is not flat"
        | exception Invalid_argument _ -> ());
    case "no exception" (fun () ->
        Callback.register "test.not_an_exception" 42;
        match no_exception () with
        | () -> Alcotest.fail "nothing was raised"
        | exception Failure message ->
            Alcotest.(check bool) "named" true (contains message "test.not_an_exception"));
    case "names of the user's" (fun () ->
        check_int "all told apart" (1 + 4 + 12 + 20 + 30) (names 1 2 3 4 5 6);
        check_int "shim" 7 (shim 7));
  ]

(* A constructor of its own each time, on the heap: those of modules are static in native code. *)
let[@inline never] register_constructor () =
  let module M = struct
    exception Moves of int
  end in
  Callback.register_exception "test.moves" (M.Moves 0);
  function M.Moves n -> Some n | _ -> None

let exceptions =
  [
    case "a constructor that moves" (fun () ->
        for round = 1 to 20 do
          let number = register_constructor () in
          let raise_and_check n =
            match raised (fun () -> moves n) with
            | e when number e = Some n -> ()
            | e -> Alcotest.failf "round %d, %d: %s" round n (Printexc.to_string e)
          in
          raise_and_check 1;
          Gc.minor ();
          scribble ();
          raise_and_check 2;
          Gc.compact ();
          scribble ();
          raise_and_check 3
        done);
    case "a panic in a finaliser" (fun () ->
        let dies () =
          Gc.finalise (fun _ -> panic "in a finaliser") (ref (Sys.opaque_identity 1))
        in
        let is_panic = panics ~like:"src/exceptions.rs" "in a finaliser" in
        for _ = 1 to 3 do
          dies ();
          is_panic Gc.full_major;
          dies ();
          is_panic (fun () -> call Gc.full_major)
        done;
        (* A collection that Rust's allocation starts runs no finaliser before Rust is done. *)
        for _ = 1 to 20 do
          let before = drops () in
          dies ();
          Gc.minor ();
          is_panic (fun () ->
              ignore (allocates 50_000);
              Gc.full_major ());
          check_int "destructors run" (before + 1) (drops ())
        done);
  ]

(* After a fork the child has the domain that forked and its thread; roots are what they were. *)
let after_fork () =
  let text i = Printf.sprintf "text %d" i in
  List.iter (fun i -> keep (text i)) [ 1; 2; 3 ];
  let length = outlives_start (text 4) String.length in
  let same () = List.sort compare (kept ()) = List.map text [ 1; 2; 3 ] in
  match Unix.fork () with
  | 0 ->
      Gc.compact ();
      scribble ();
      let kept = same () in
      forget ();
      destructor_of_foreign_thread ();
      let stale = wait 500 in
      let panicked =
        match quietly (fun () -> panic "in the child") with
        | () -> false
        | exception Bactrian.Rust_panic ("in the child", _) -> true
      in
      Printf.printf "child: %b %d %b\n%!" kept stale panicked;
      Unix._exit 0
  | child ->
      let _, status = Unix.waitpid [] child in
      let text, length' = outlives_finish () in
      Printf.printf "parent: %b %s %b\n" (same ()) text (length = length');
      if status <> WEXITED 0 then print_endline "the child crashed"

let processes =
  [
    case "a fork" (fun () ->
        let status, text = child "fork" in
        Alcotest.(check string)
          "both go on" "child: true 0 true\nparent: true text 4 true\n" text;
        Alcotest.(check bool) "exit 0" true (status = WEXITED 0));
  ]

exception Bottom

(* Down through both languages, with collections on the way; at the bottom an exception, sometimes. *)
let rec descend n =
  if n mod 97 = 0 then Gc.minor ();
  if n mod 501 = 0 then Gc.compact ();
  if n <= 0 then if n = 0 then 0 else raise Bottom
  else down (fun n -> descend n) ("level " ^ string_of_int n) n

let recursion =
  [
    case "of both languages" (fun () ->
        List.iter
          (fun n -> check_int "depth" n (descend n))
          [ 1; 10; 300; scaled 3000; scaled 2000 ]);
    case "that ends in an exception" (fun () ->
        for n = 1 to 20 do
          match down (fun _ -> raise Bottom) "text" n with
          | _ -> Alcotest.fail "no exception"
          | exception Bottom -> ()
        done);
  ]

let () =
  in_child "fork" after_fork;
  run "hazards"
    [
      ("threads", threads);
      ("values", values);
      ("exceptions", exceptions);
      ("processes", processes);
      ("recursion", recursion);
    ]
