(* Memory stays flat over a million calls of each kind: what is resident, and the live words
   of the OCaml heap. *)

open Core_support
open Support

external noop : unit -> unit = "t_noop"
external greet : string -> int -> string = "t_greet"
external pair : 'a -> 'b -> 'a * 'b = "t_pair"
external reverse : 'a list -> 'a list = "t_reverse"
external closure : (int -> int) -> int = "m_closure"
external caught : (int -> int) -> bool = "m_caught"
external boxroot : string -> int = "m_boxroot"
external region : string -> int = "m_region"
external region_constructors : 'a -> Obj.t = "t_region_constructors"
external failure : string -> int = "x_failure"
external call : (unit -> unit) -> unit = "x_call"
external unwind : exn -> int = "x_unwind"
external single : string -> unit = "x_single"
external panic : string -> unit = "x_panic"
external import_twice : int -> int = "t_import_twice"
external thread_exits : int -> int = "h_thread_exits"
external keep_on_thread : string -> unit = "r_keep_on_thread"
external release : int -> int = "t_release"

external add_int64 : (int64[@unboxed]) -> (int32[@unboxed]) -> (int64[@unboxed])
  = "t_add_int64_byte" "t_add_int64"

external seven : int -> int -> int -> int -> int -> int -> string -> string
  = "t_seven_byte" "t_seven"

let text = "some text of a length that is usual"
let list = List.init 20 Fun.id
let texts = List.init 5 string_of_int
let exit_ _ = raise Exit
let person : Echo.person = { name = "name"; age = 30; height = 1.8; tags = [ "a"; "b" ] }

let shape : Echo.shape =
  Named { name = "n"; inner = [ Circle 1.; Empty; Rectangle (1., 2.) ] }

let sink = ref (Obj.repr 0)
let use value = sink := Obj.repr value

let calls =
  [
    flat "noop" (fun _ -> noop ());
    flat "unboxed" (fun i -> use (add_int64 (Int64.of_int i) 1l));
    flat "a string there and back" (fun _ -> use (Echo.string text));
    flat "a borrowed string" (fun _ -> use (greet text 1));
    flat "seven arguments" (fun i -> use (seven i i i i i i text));
    flat "roots" (fun i -> use (pair text i));
    flat "an import" (fun i -> use (import_twice i));
    flat "releasing the lock" ~calls:100_000 (fun _ -> use (release 0));
  ]

let conversions =
  [
    flat "a list" (fun _ -> use (Echo.int_list list));
    flat "a list of strings" (fun _ -> use (Echo.string_list texts));
    flat "a list of roots" (fun _ -> use (reverse texts));
    flat "a record" (fun _ -> use (Echo.person person));
    flat "a variant" (fun _ -> use (Echo.shape shape));
    flat "a polymorphic variant" (fun _ -> use (Echo.message (`Say text)));
    flat "a map" ~calls:200_000 (fun _ -> use (Echo.btree_map [ (1, texts); (2, []) ]));
    flat "an array of the major heap" ~calls:20_000 (fun _ ->
        use (Echo.array_of_size 300));
    flat "a string of the major heap" ~calls:20_000 (fun _ ->
        use (Echo.string_of_size 5000));
  ]

let roots =
  [
    flat "a boxed root" (fun _ -> use (boxroot text));
    flat "a region" (fun _ -> use (region text));
    flat "a region with all it makes" (fun _ -> use (region_constructors text));
    flat "threads" ~calls:1000 (fun _ -> use (thread_exits 1));
    (* A pool of roots for each would be 24 MB. They are given back by major collections,
       which are not frequent here by themselves. *)
    flat "domains" ~calls:1500 ~noise:12_000_000 (fun i ->
        Domain.join
          (Domain.spawn (fun () ->
               keep_on_thread (String.make 10 'x');
               use (boxroot text)));
        if i mod 50 = 0 then Gc.full_major ());
  ]

let exceptions =
  [
    flat "a closure" (fun _ -> use (closure succ));
    flat "a closure that raises" (fun _ -> use (caught exit_));
    flat "an exception through Rust" ~calls:500_000 (fun _ ->
        try call exit_ with Exit -> ());
    flat "an exception that unwinds" ~calls:200_000 (fun _ ->
        try use (unwind Exit) with Exit -> ());
    flat "an error" (fun _ -> try use (failure "no") with Failure _ -> ());
    flat "a typed error" ~calls:500_000 (fun i ->
        try single (string_of_int i) with _ -> ());
    flat "a bad argument" ~calls:500_000 (fun _ ->
        try use (Echo.u8 256) with Invalid_argument _ -> ());
    case "a panic" (fun () ->
        quietly (fun () ->
            let _, _, run =
              flat "" ~calls:300_000 (fun _ ->
                  try panic "no" with Bactrian.Rust_panic _ -> ())
            in
            run ()));
    flat "an exception with its backtrace" ~calls:200_000 (fun i ->
        if i = 1 then Printexc.record_backtrace true;
        (try call exit_ with Exit -> ());
        if i = scaled 200_000 then Printexc.record_backtrace false);
  ]

let () =
  (* What a panic prints goes nowhere in this suite, and a backtrace would be most of its time. *)
  Unix.putenv "RUST_BACKTRACE" "0";
  Callback.register "test.twice" (fun x -> 2 * x);
  Callback.register "test.raises" (fun e -> raise e);
  run "memory"
    [
      ("calls", calls);
      ("conversions", conversions);
      ("roots", roots);
      ("exceptions", exceptions);
    ]
