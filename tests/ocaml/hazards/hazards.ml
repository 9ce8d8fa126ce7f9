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
  run "hazards" [ ("threads", threads); ("values", values); ("recursion", recursion) ]
