(* Roots of every kind, under a collector that moves what they hold. *)

open Core_support
open Support

external region_survives : int -> bool -> bool = "r_region_survives"
external young_after_minor : int -> int * int = "r_young_after_minor"
external minor_with_roots : int -> int * int * int = "r_minor_with_roots"
external subregions : int -> int * int = "r_subregions"
external watermark_lowered : int -> bool = "r_watermark_lowered"
external watermark_in_subregions : int -> int -> bool = "r_watermark_in_subregions"
external young_below_a_left_chunk : int -> int -> bool = "r_young_below_a_left_chunk"

external arguments : string -> string list -> string -> string * string list * string
  = "r_arguments"

external keep : string -> unit = "r_keep"
external kept : unit -> string list = "r_kept"
external forget : unit -> unit = "r_forget"
external forget_elsewhere : unit -> unit = "r_forget_elsewhere"
external replace : int -> bool = "r_replace"
external replace_shared : string -> unit = "r_replace_shared"
external clone_shared : unit -> int = "r_clone_shared"
external clone_elsewhere : string -> string = "r_clone_elsewhere"
external root_elsewhere : unit -> string = "r_root_elsewhere"
external keep_on_thread : string -> unit = "r_keep_on_thread"
external churn : int -> int = "r_churn"
external boxed_live : int -> bool = "r_boxed_live"
external remote_churn : int -> int -> int = "r_remote_churn"
external foreign_thread : (int -> int) -> int -> int = "r_foreign_thread"
external lock_held : unit -> bool * bool = "r_lock_held"
external panic_in_region : unit -> unit = "r_panic_in_region"
external tuples : int -> (string * (float * string) * string list) list = "r_tuples"
external fresh_pairs : int -> bool = "r_fresh_pairs"
external nested_options : int -> bool = "r_nested_options"

let check_int = Alcotest.(check int)
let check_bool = Alcotest.(check bool)
let check_strings = Alcotest.(check (list string))

let boxed () =
  let _, _, n = counts () in
  n

(* Regions *)

let regions () =
  (* 1024 slots are in the first chunk, twice as many in the next. *)
  List.iter
    (fun n ->
      check_bool "with minor collections" true (region_survives n false);
      check_bool "with compactions" true (region_survives (min n 3000) true))
    [ 0; 1; 340; 341; 342; 1024; 1025; 3072; scaled 50_000 ]

let sub_regions () =
  let n = scaled 20_000 in
  let total, most = subregions n in
  check_int "what was carried out"
    (String.length (String.concat "" (List.init n string_of_int)))
    total;
  check_bool "one root each, and those of one sub-region" true (most <= 4)

let arguments_are_roots () =
  let string = String.concat "" [ "argu"; "ment" ] in
  let check n =
    let a = string ^ string_of_int n and b = List.init n string_of_int in
    check_bool "all three" true (arguments a b (a ^ "c") = (a, b, a ^ "c"))
  in
  List.iter check [ 0; 1; 10; 1000 ]

let panics () =
  for _ = 1 to 3 do
    Support.panics "in a region" panic_in_region;
    let stacked, young, _ = counts () in
    check_int "no root is left" 0 (stacked + young)
  done;
  check_bool "and regions work" true (region_survives 2000 false)

(* The watermark *)

let watermark () =
  List.iter
    (fun n ->
      let before, after = young_after_minor n in
      check_int "none of them is young" 0 before;
      check_int "but for the one made since" 1 after)
    [ 0; 1; 1024; 1025; 10_000; 100_000; 1_000_000 ]

let watermark_is_cheap () =
  let _, after, empty = minor_with_roots 0 in
  check_int "none" 0 after;
  let before, after, full = minor_with_roots 100_000 in
  if not tiny_heap then check_bool "some were young" true (before > 0);
  check_int "none is any more" 0 after;
  (* Scanning 100,000 roots takes 200 µs and more. *)
  if full > empty + 60_000 then
    Alcotest.failf "a minor collection: %d ns with 100,000 roots live, %d ns without" full
      empty

let watermark_is_lowered () =
  check_bool "by leaving a region" true (watermark_lowered 20);
  (* Sub-regions that start near the end of a chunk, and end in the next. *)
  List.iter
    (fun chunk ->
      check_bool "by leaving a sub-region" true (watermark_in_subregions chunk 3))
    [ 0; 1000; 1023; 1024; 1025; 2000; 3071; 3072; 5000 ]

let watermark_of_other_chunks () =
  List.iter
    (fun below ->
      List.iter
        (fun above -> check_bool "below" true (young_below_a_left_chunk below above))
        [ 0; 1; 30; 3000; 10_000 ])
    [ 1; 500; 1000; 1020; 1023; 1024; 3000; 7000 ]

(* Words that are roots only while something is made of them *)

let conversions () =
  let n = scaled 200_000 in
  let made = tuples n in
  List.iteri
    (fun i value ->
      let s = string_of_int in
      if value <> (s i, (float i, s (i * 2)), [ s (i * 3) ]) then
        Alcotest.failf "tuple %d" i)
    made;
  check_bool "pairs" true (fresh_pairs (scaled 200_000));
  check_bool "options" true (nested_options (scaled 500_000))

(* Boxed roots *)

let boxes () =
  let n = scaled 30_000 in
  let model =
    (* The same churn, without roots. *)
    let items = ref [||] and length = ref 0 in
    let push i =
      if !length = Array.length !items then
        items := Array.append !items (Array.make (max 16 !length) 0);
      !items.(!length) <- i;
      incr length
    in
    for i = 0 to n - 1 do
      push i;
      if i mod 3 = 0 then begin
        let k = i * 7919 mod !length in
        decr length;
        !items.(k) <- !items.(!length)
      end
    done;
    Array.fold_left ( + ) 0 (Array.sub !items 0 !length)
  in
  check_int "churn" model (churn n);
  check_bool "replaced" true (replace 200);
  check_bool "many, live" true (boxed_live (scaled 100_000));
  check_int "all dropped" 0 (boxed ())

let shared () =
  let texts = List.init 5000 (fun i -> String.concat " " [ "text"; string_of_int i ]) in
  List.iter keep texts;
  check_int "one root each" 5000 (boxed ());
  Gc.minor ();
  scribble ();
  check_strings "after a minor collection" texts (kept ());
  Gc.compact ();
  check_strings "after a compaction" texts (kept ());
  replace_shared "new ";
  scribble ();
  check_strings "replaced" (List.map (( ^ ) "new ") texts) (kept ());
  check_int "cloned" 10_000 (clone_shared ());
  check_int "two roots each" 10_000 (boxed ());
  scribble ();
  check_int "all kept" 10_000 (List.length (kept ()));
  forget ();
  check_int "no root" 0 (boxed ())

let dropped_elsewhere () =
  for _ = 1 to 5 do
    for i = 1 to 5000 do
      keep (string_of_int i)
    done;
    forget_elsewhere ();
    check_int "collected by the owner" 0 (boxed ())
  done;
  let n = scaled 2000 in
  check_int "while others are made" (40 * n) (remote_churn 40 n);
  check_int "collected by the owner" 0 (boxed ())

let without_the_lock () =
  Alcotest.(check string)
    "cloned" "BoxRoot::clone on a thread that does not hold its domain's lock"
    (quietly (fun () -> clone_elsewhere (String.make 3 'x')));
  Alcotest.(check string)
    "made"
    "a root was made on a thread that does not hold its domain's lock: use \
     OCamlRuntime::with_domain_lock"
    (quietly root_elsewhere);
  check_bool "is it held?" true (lock_held () = (true, false))

let foreign () =
  let n = scaled 2000 in
  check_int "calls" (n * (n - 1)) (foreign_thread (fun x -> x * 2) n);
  check_int "that raise" (-n) (foreign_thread (fun _ -> raise Exit) n)

(* Domains *)

let in_domain f = Domain.join (Domain.spawn f)

let other_domains () =
  let texts = List.init 3000 (fun i -> String.concat " " [ "text"; string_of_int i ]) in
  in_domain (fun () -> List.iter keep texts);
  scribble ();
  check_strings "read after their domain has ended" texts (kept ());
  Gc.compact ();
  scribble ();
  check_strings "and after a compaction" texts (kept ());
  replace_shared "new ";
  scribble ();
  check_strings "replaced" (List.map (( ^ ) "new ") texts) (kept ());
  forget ();
  check_int "dropped by the first domain" 0 (boxed ());
  (* Made here, replaced and read there. *)
  List.iter keep texts;
  let seen =
    in_domain (fun () ->
        replace_shared "there ";
        scribble ();
        kept ())
  in
  check_strings "read there" (List.map (( ^ ) "there ") texts) seen;
  scribble ();
  check_strings "read here" seen (kept ());
  in_domain forget;
  check_int "dropped by another domain" 0 (boxed ());
  (* Made there, dropped elsewhere, and by a thread without any domain. *)
  in_domain (fun () -> List.iter keep texts);
  in_domain (fun () ->
      scribble ();
      forget ());
  in_domain (fun () -> List.iter keep texts);
  forget_elsewhere ();
  Gc.full_major ();
  check_int "dropped" 0 (boxed ())

let domains_in_turn () =
  (* The same indices, used again. *)
  for round = 1 to 20 do
    let texts = List.init 100 (fun i -> string_of_int (round * i)) in
    in_domain (fun () ->
        List.iter keep texts;
        keep_on_thread (String.make 10 'x');
        Gc.minor ());
    if round mod 5 = 0 then begin
      scribble ();
      Gc.compact ()
    end
  done;
  check_int "all kept" 2000 (List.length (kept ()));
  check_int "what they are"
    (100 * 99 / 2 * 210)
    (List.fold_left (fun sum s -> sum + int_of_string s) 0 (kept ()));
  forget ();
  check_bool "no root" true (settle (0, 0) 200 = (0, 0))

let domains_at_once () =
  (* Domains that make, exchange, replace and drop roots while others collect. *)
  let work () =
    for i = 1 to scaled 200 do
      for k = 1 to 20 do
        keep (string_of_int (i * k))
      done;
      if i mod 7 = 0 then replace_shared "";
      if i mod 10 = 0 then ignore (kept ());
      if i mod 20 = 0 then Gc.minor ();
      if i mod 50 = 0 then forget ()
    done
  in
  let domains = List.init 2 (fun _ -> Domain.spawn work) in
  work ();
  List.iter Domain.join domains;
  check_bool "all are numbers" true
    (List.for_all (fun s -> int_of_string_opt s <> None) (kept ()));
  forget ();
  Gc.full_major ();
  check_int "no root" 0 (boxed ())

(* The pool of a domain that has ended belongs to the first one: a domain that gets the same
   index drops roots of it while the first makes and drops its own there. *)
let indices_used_again () =
  let texts = List.init 1500 string_of_int in
  let n = 300 in
  let expected = churn n in
  for _ = 1 to scaled 300 do
    in_domain (fun () -> List.iter keep texts);
    let dropper = Domain.spawn forget in
    for _ = 1 to 4 do
      check_int "churn" expected (churn n)
    done;
    Domain.join dropper
  done;
  Gc.full_major ();
  check_int "no root" 0 (boxed ())

let () =
  run "roots"
    [
      ( "regions",
        [
          case "over chunks and collections" regions;
          case "sub-regions" sub_regions;
          case "arguments" arguments_are_roots;
          case "panics" panics;
        ] );
      ( "watermark",
        [
          case "set by a minor collection" watermark;
          case "makes one cheap" watermark_is_cheap;
          case "lowered" watermark_is_lowered;
          case "of other chunks" watermark_of_other_chunks;
        ] );
      ("conversions", [ case "root what they keep" conversions ]);
      ( "boxed roots",
        [
          case "made and dropped" boxes;
          case "shared" shared;
          case "dropped elsewhere" dropped_elsewhere;
          case "without the lock" without_the_lock;
          case "on foreign threads" foreign;
        ] );
      ( "domains",
        [
          case "roots of others" other_domains;
          case "one after the other" domains_in_turn;
          case "at once" domains_at_once;
          case "whose indices are used again" indices_used_again;
        ] );
    ]
