(* The C API: the listings, the whole indirect family, exceptions, threads and domains. *)

open Core_support
open Core_support.Checks

external mk_pair_c_impl : 'a -> 'b -> 'a * 'b = "mk_pair_c_impl"
external mk_pair_desugared : 'a -> 'b -> 'a * 'b = "mk_pair_desugared"
external c_triplet : 'a -> 'b -> 'c -> 'a * ('b * 'c) = "c_triplet"
external caml_triplet : 'a -> 'b -> 'c -> 'a * ('b * 'c) = "caml_triplet"
external aliased : 'a -> 'b -> 'c -> 'a * ('b * 'c) = "caml_triplet_aliased"
external mk_pair : 'a -> 'b -> 'a * 'b = "mk_pair"
external mk_triplet : 'a -> 'b -> 'c -> 'a * ('b * 'c) = "mk_triplet"
external mk_pair_explicit : 'a -> 'b -> 'a * 'b = "mk_pair_explicit"
external sort_items : 'a array -> ('a -> 'a -> int) -> 'a array = "sort_items"
external fold_array : ('a -> 'b -> 'a) -> 'a -> 'b array -> 'a = "fold_array"
external event_loop : (string -> int) array -> int -> int = "event_loop"
external released_section : (int -> unit) -> int -> int = "released_section"
external family : unit -> unit = "family"
external keep_globally : 'a -> 'a = "keep_globally"
external kept_globally : unit -> 'a = "kept_globally"

external seven :
  'a -> 'b -> 'c -> 'd -> 'e -> 'f -> 'g -> 'a * 'b * 'c * 'd * 'e * 'f * 'g
  = "seven_byte" "seven"

external many_roots : int -> (unit -> unit) -> int = "many_roots"
external at_the_border : (unit -> unit) -> int = "at_the_border"
external raise_in_subregions : int -> int = "raise_in_subregions"
external leave_early : int -> Obj.t = "leave_early"
external jumps : unit -> unit = "jumps_over_a_region"
external height_restored : ('a -> 'b) -> 'a -> bool = "calls_and_checks_height"
external call_n : 'f -> 'a array -> 'r = "call_n"
external call_method : < .. > -> string -> 'a = "call_method"
external call_with_count : ('a -> 'b) -> int -> 'b = "call_with_count"
external too_large : int -> int -> 'a = "too_large"
external large : unit -> unit = "large"
external jumps_over_parameters : string -> unit = "jumps_over_parameters"
external jumps_over_none : string -> unit = "jumps_over_none"
external survives_jumps : (string -> unit) -> int -> int = "survives_jumps"
external memory_of_dead_roots : unit -> bool = "memory_of_dead_roots"
external cxx_too_large : int -> string = "cxx_too_large"
external cxx_throw_long : int -> 'a = "cxx_throw_long"
external cxx_throw_in_array : string -> string = "cxx_throw_in_array"
external call_named : string -> 'a -> 'b = "call_named"
external on_a_thread_of_c : (int -> int) -> int -> int = "on_a_thread_of_c"
external cxx_triplet : 'a -> 'b -> 'c -> 'a * ('b * 'c) = "cxx_triplet"
external cxx_alive : unit -> int = "cxx_alive"
external cxx_call : ('a -> 'b) -> 'a -> 'b = "cxx_call"
external cxx_throw : string -> 'a = "cxx_throw"
external cxx_released : (int -> int) -> int -> int = "cxx_released"
external cxx_late : unit -> unit * unit = "cxx_late"
external cxx_late_sum : unit -> int = "cxx_late_sum"
external rust_call : (int -> int) -> int -> int = "g_call"
external counts : unit -> int * int * int = "r_counts"

let stacked () =
  let n, _, _ = counts () in
  n

exception Local of string

(* The sanitizers take their time, and so do crowds. *)
let share n =
  match Sys.getenv_opt "CAPI_SHARE" with
  | Some share -> n / int_of_string share
  | None -> if Crowd.on then n / 50 else n

let check = Alcotest.(check bool)
let string n = String.make 3 (Char.chr (97 + (n mod 26)))

(* Nothing may stay on the stacks of roots. *)
let balanced f () =
  let before = stacked () in
  f ();
  if not Crowd.on then Alcotest.(check int) "roots left behind" before (stacked ())

let pairs () =
  for i = 1 to share 100_000 do
    let a = string i and b = i in
    assert (mk_pair a b = (a, b));
    assert (mk_pair_explicit a b = (a, b));
    assert (mk_pair_c_impl a b = (a, b));
    assert (mk_pair_desugared a b = (a, b));
    let t = (a, (b, [ a ])) in
    assert (mk_triplet a b [ a ] = t);
    assert (c_triplet a b [ a ] = t);
    assert (caml_triplet a b [ a ] = t);
    assert (aliased a b [ a ] = t);
    assert (cxx_triplet a b [ a ] = t)
  done

let sorting () =
  let allocating a b =
    ignore (Sys.opaque_identity (List.init 10 string_of_int));
    compare a b
  in
  let input = Array.init 2_000 (fun i -> string_of_int (i * 7919 mod 2_003)) in
  let expected = Array.copy input in
  Array.sort compare expected;
  check "sorted" true (sort_items input allocating = expected);
  let calls = ref 0 in
  let raising _ _ =
    incr calls;
    if !calls = 100 then raise (Local (string !calls)) else 0
  in
  (match sort_items input raising with
  | exception Local s -> Alcotest.(check string) "exception" (string 100) s
  | _ -> Alcotest.fail "no exception");
  Alcotest.(check int) "not called again" 100 !calls

let folding () =
  let most = ref 0 and i = ref 0 in
  let f sum x =
    incr i;
    if !i land 0xffff = 0 then most := max !most (stacked ());
    sum +. x
  in
  let n = share 1_000_000 in
  let array = Array.init n (fun i -> Some (float (i land 7))) in
  let sum = fold_array (fun s x -> f s (Option.get x)) 0. array in
  check "sum" true (sum = Array.fold_left (fun s x -> s +. Option.get x) 0. array);
  check "constant memory" true (Crowd.on || !most <= 300);
  match fold_array (fun s _ -> if s = 1000 then raise Exit else s + 1) 0 array with
  | exception Exit -> ()
  | _ -> Alcotest.fail "no exception"

let events () =
  let seen = Buffer.create 100 in
  let handler next s =
    Buffer.add_string seen s;
    Buffer.add_char seen ';';
    next
  in
  let handlers = [| handler 1; handler 2; handler (-1) |] in
  Alcotest.(check int) "events" 3 (event_loop handlers 0);
  Alcotest.(check string) "order" "event 0;event 1;event 2;" (Buffer.contents seen);
  let n = share 200_000 in
  let left = ref n in
  let h _ =
    decr left;
    if !left = 0 then -1 else !left
  in
  Alcotest.(check int) "many" n (event_loop [| h; h |] 1);
  match event_loop [| (fun _ -> raise (Local "loop")) |] 0 with
  | exception Local "loop" -> ()
  | _ -> Alcotest.fail "no exception"

let released () =
  let committed = ref [] in
  ignore (released_section (fun i -> committed := i :: !committed) 100);
  check "all" true (List.rev !committed = List.init 100 Fun.id);
  (match released_section (fun i -> if i = 3 then raise (Local "commit")) 10 with
  | exception Local "commit" -> ()
  | _ -> Alcotest.fail "no exception");
  Alcotest.(check int) "C++" 4950 (cxx_released Fun.id 100);
  (match cxx_released (fun i -> if i = 3 then raise Exit else i) 10 with
  | exception Exit -> ()
  | _ -> Alcotest.fail "no exception");
  Alcotest.(check int) "destructors" 0 (cxx_alive ())

let exceptions () =
  (match raise_in_subregions 3_000 with
  | exception Failure s -> Alcotest.(check string) "message" "deep" s
  | _ -> Alcotest.fail "no exception");
  List.iter (fun how -> ignore (leave_early how)) [ 0; 1; 2; 3 ];
  check "early" true (Obj.obj (leave_early 2) = "early");
  (* OCaml, C++, OCaml, Rust, OCaml, C, OCaml: the exception goes through all of them. *)
  let rec deep n x =
    if n = 0 then raise (Local (string x))
    else
      cxx_call
        (fun x ->
          rust_call (fun x -> fold_array (fun _ _ -> deep (n - 1) x) 0 [| 1; 2 |]) x)
        x
  in
  for n = 0 to 10 do
    (match deep n n with
    | exception Local s -> Alcotest.(check string) "exception" (string n) s
    | _ -> Alcotest.fail "no exception");
    Alcotest.(check int) "destructors" 0 (cxx_alive ())
  done;
  match cxx_throw "from C++" with
  | exception Failure s -> Alcotest.(check string) "message" "from C++" s
  | _ -> Alcotest.fail "no exception"

(* Checked mode forbids this. *)
let jumped () = check "height" true (height_restored jumps ())

(* Those also end the regions that the exception jumped over. *)
let jumps_at_the_top () =
  let jump f = match f (string 3) with exception Failure _ -> () | () -> assert false in
  let before = stacked () in
  let most = ref 0 in
  for _ = 1 to 1_000 do
    jump jumps_over_parameters;
    jump jumps_over_none;
    assert (mk_pair 1 2 = (1, 2));
    most := max !most (stacked ())
  done;
  check "nothing piles up" true (!most - before <= 20);
  (* The roots of regions of callers are still theirs. *)
  let pairs text =
    jump jumps_over_parameters;
    jump jumps_over_none;
    assert (mk_triplet text 1 text = (text, (1, text)));
    Gc.minor ();
    assert (mk_pair_explicit text text = (text, text));
    assert (cxx_triplet text 1 text = (text, (1, text)))
  in
  for kind = 0 to 2 do
    Alcotest.(check int) "roots of callers" 0 (survives_jumps pairs kind)
  done;
  let f n text =
    pairs text;
    n + 1
  in
  Alcotest.(check int) "folded" 100 (fold_array f 0 (Array.init 100 string));
  ignore (mk_pair 1 2);
  Alcotest.(check int) "and left" before (stacked ())

let memory checked () =
  large ();
  let out_of_memory f =
    match f () with
    | exception Out_of_memory -> ()
    | exception e -> Alcotest.failf "raised %s" (Printexc.to_string e)
    | _ -> Alcotest.fail "there was memory"
  in
  let before = stacked () in
  let huge = 1 lsl 53 in
  let sizes = if checked then [ huge ] else [ huge; 1 lsl 60; -1; -8; -16; min_int ] in
  for which = 0 to 8 do
    if not (checked && which = 8) then
      List.iter (fun size -> out_of_memory (fun () -> too_large which size)) sizes
  done;
  List.iter (fun size -> out_of_memory (fun () -> cxx_too_large size)) sizes;
  Alcotest.(check int) "destructors" 0 (cxx_alive ());
  (match cxx_throw_long 100_000 with
  | exception Failure s -> check "long" true (s = String.make 100_000 'x')
  | _ -> Alcotest.fail "no exception");
  Alcotest.(check string) "through the API" "text" (cxx_throw_in_array "text");
  (* Below a caller whose roots stay. *)
  let f n text =
    out_of_memory (fun () -> too_large 4 huge);
    out_of_memory (fun () -> cxx_too_large huge);
    assert (mk_pair text n = (text, n));
    n + 1
  in
  Alcotest.(check int) "folded" 100 (fold_array f 0 (Array.init 100 string));
  if not (checked || Crowd.on) then begin
    ignore (mk_pair 1 2);
    Alcotest.(check int) "roots left behind" before (stacked ())
  end

let methods () =
  let o =
    object
      method answer = string 42
      method raises : string = raise (Local "method")
    end
  in
  Alcotest.(check string) "called" (string 42) (call_method o "answer");
  (match call_method o "raises" with
  | exception Local "method" -> ()
  | _ -> Alcotest.fail "no exception");
  match call_method o "nothing" with
  | exception Not_found -> ()
  | _ -> Alcotest.fail "no exception"

let counts_of_arguments () =
  List.iter
    (fun count ->
      match call_with_count Fun.id count with
      | exception Invalid_argument _ -> ()
      | _ -> Alcotest.fail "no exception")
    [ 0; -1; 257; 100_000; max_int ]

let calls () =
  for n = 1 to 12 do
    let rec f k sum =
      if k = 0 then Obj.repr sum else Obj.repr (fun x -> f (k - 1) (sum + x))
    in
    check "calls" true (call_n (f n 0) (Array.init n succ) = n * (n + 1) / 2)
  done;
  Callback.register "test.succ" succ;
  Alcotest.(check int) "named" 4 (call_named "test.succ" 3);
  match call_named "test.nothing" 3 with
  | exception Not_found -> ()
  | _ -> Alcotest.fail "no exception"

let globals () =
  ignore (keep_globally (ref (string 5)));
  Gc.compact ();
  check "kept" true (kept_globally () = ref (string 5));
  check "seven" true
    (seven "a" 1 2. 'd' [ 5 ] (Some 6) (string 7)
    = ("a", 1, 2., 'd', [ 5 ], Some 6, string 7))

let work () =
  for i = 1 to share 200 do
    assert (mk_triplet i (string i) [ i ] = (i, (string i, [ i ])));
    let array = Array.init 50 string in
    let allocating a b =
      if i land 15 = 0 then Thread.yield ();
      compare (String.cat a "") b
    in
    let expected = Array.copy array in
    Array.sort compare expected;
    assert (sort_items array allocating = expected);
    ignore (released_section (fun _ -> if i land 31 = 0 then Gc.minor ()) 2);
    match raise_in_subregions 10 with exception Failure _ -> () | _ -> assert false
  done

let threads () =
  let failed = Atomic.make 0 in
  let guarded () =
    try work ()
    with e ->
      prerr_endline (Printexc.to_string e);
      Atomic.incr failed
  in
  let four () = List.iter Thread.join (List.init 4 (fun _ -> Thread.create guarded ())) in
  let other = Domain.spawn four in
  four ();
  Domain.join other;
  Alcotest.(check int) "failures" 0 (Atomic.get failed)

(* A destructor of a thread that ends makes roots: they are seen by collections. *)
let late () =
  (* Joining waits for the OCaml part of the thread only. *)
  let rec sum tries =
    match cxx_late_sum () with
    | 0 when tries > 0 ->
        Thread.delay 0.01;
        sum (tries - 1)
    | n -> n
  in
  let expected = 20_000 * 19_999 / 2 in
  Thread.join (Thread.create (fun () -> ignore (cxx_late ())) ());
  Alcotest.(check int) "sum" expected (sum 1_000)

let foreign () = Alcotest.(check int) "sum" 9900 (on_a_thread_of_c (fun x -> x * 2) 100)

let () =
  let checked = Sys.getenv_opt "CAPI_CHECKED" <> None in
  let case name f = Alcotest.test_case name `Quick (balanced f) in
  (* In checked mode slots of regions that were left stay for a while. *)
  let loose name f = Alcotest.test_case name `Quick (if checked then f else balanced f) in
  Crowd.run "capi"
    [
      ( "listings",
        [
          loose "pairs and triplets" pairs;
          loose "qsort_r" sorting;
          loose "fold_array" folding;
          loose "event loop" events;
          loose "released section" released;
        ] );
      ( "family",
        [
          loose "every function" family;
          loose "calls" calls;
          loose "methods" methods;
          loose "memory" (memory checked);
          loose "global roots" globals;
          loose "many roots" (fun () ->
              Alcotest.(check int) "wrong" 0 (many_roots 20_000 Gc.compact));
          loose "at the border of chunks" (fun () ->
              Alcotest.(check int) "minor" 0 (at_the_border Gc.minor);
              Alcotest.(check int) "major" 0 (at_the_border Gc.compact));
        ] );
      ( "control",
        [ loose "exceptions" exceptions ]
        @ (if checked then []
           else
             [
               case "a jump over a region" jumped;
               (* On a thread that has seen no jump of the kind above, which stays counted. *)
               Crowd.alone
                 (case "jumps over all regions" (fun () ->
                      (* Bytecode has local roots of its own around all that a domain runs, so
                         that nobody sees there that OCaml is at the top. *)
                      if Sys.backend_type = Native then
                        Domain.join (Domain.spawn jumps_at_the_top)));
               case "numbers of arguments" counts_of_arguments;
             ])
        @ [
            Alcotest.test_case "threads and domains" `Quick threads;
            Alcotest.test_case "a thread of C" `Quick foreign;
            Crowd.alone (Alcotest.test_case "a destructor after the roots" `Quick late);
            Crowd.alone
              (Alcotest.test_case "memory of dead roots" `Quick (fun () ->
                   check "used again" true (memory_of_dead_roots ())));
          ] );
      ("states", List.map (fun (name, f) -> loose name f) States.cases);
    ]
