(* What the collector sees: what is rooted lives, what is not dies, and all of it may be moved
   between any two steps. *)

open Core_support
open Support

external pair : 'a -> 'b -> 'a * 'b = "t_pair"
external identity : 'a -> 'a = "t_identity"
external reverse : 'a list -> 'a list = "t_reverse"
external region_calls : (int -> string) -> int -> string list = "t_region_calls"
external apply_ref : (int -> int) -> int -> (int, string) result = "t_apply_ref"
external functions : (int -> int) list -> int -> int = "t_functions"
external keep : string -> unit = "r_keep"
external kept : unit -> string list = "r_kept"
external forget : unit -> unit = "r_forget"
external boxroot : string -> int = "m_boxroot"
external region : string -> int = "m_region"
external stash : (unit -> unit) -> string = "x_stash"
external raise_stashed : unit -> unit = "x_raise_stashed"
external descend : (int -> string -> int) -> int -> int = "t_descend"

let check_int = Alcotest.(check int)
let check_bool = Alcotest.(check bool)
let fresh n = String.concat "" [ "fresh "; string_of_int n ]

(* Liveness, seen through weak pointers. *)

let alive weak =
  (* The runtime itself keeps the last exception, for its backtrace. *)
  (try raise Exit with Exit -> ());
  Gc.full_major ();
  Gc.full_major ();
  let n = ref 0 in
  for i = 0 to Weak.length weak - 1 do
    if Weak.check weak i then incr n
  done;
  !n

let[@inline never] watching n use =
  let weak = Weak.create n in
  for i = 0 to n - 1 do
    let value = fresh i in
    Weak.set weak i (Some value);
    use value
  done;
  weak

let boxed_roots () =
  let weak = watching 100 keep in
  check_int "alive while rooted" 100 (alive weak);
  check_int "all the same" 100 (List.length (kept ()));
  forget ();
  check_int "dead afterwards" 0 (alive weak);
  check_int "temporary roots" 0 (alive (watching 100 (fun s -> ignore (boxroot s))))

let regions () =
  check_int "dead when the region has ended" 0
    (alive (watching 100 (fun s -> ignore (region s))));
  check_int "arguments" 0 (alive (watching 100 (fun s -> ignore (pair s s))));
  check_int "roots given back" 0 (alive (watching 100 (fun s -> ignore (identity s))));
  check_int "lists of roots" 0 (alive (watching 100 (fun s -> ignore (reverse [ s; s ]))))

let closures () =
  check_int "what a closure captured" 0
    (alive
       (watching 100 (fun s -> ignore (functions [ (fun n -> n + String.length s) ] 1))));
  check_int "what its exception carries" 0
    (alive (watching 100 (fun s -> ignore (apply_ref (fun _ -> failwith s) 1))));
  let weak = watching 1 (fun s -> ignore (stash (fun () -> failwith s))) in
  check_int "an exception that Rust keeps" 1 (alive weak);
  (match raise_stashed () with
  | exception Failure _ -> ()
  | () -> Alcotest.fail "not raised");
  check_int "and gone" 0 (alive weak)

let finalisers () =
  let ran = ref 0 in
  for i = 1 to 100 do
    let value = fresh i in
    Gc.finalise (fun _ -> incr ran) value;
    keep value
  done;
  Gc.full_major ();
  check_int "none ran while rooted" 0 !ran;
  forget ();
  Gc.full_major ();
  Gc.full_major ();
  check_int "all ran" 100 !ran;
  (* Finalisers that call Rust, in the middle of calls to Rust. *)
  let good = ref 0 in
  for i = 1 to 100 do
    Gc.finalise
      (fun s ->
        if Echo.string (s ^ "!") = s ^ "!" && boxroot s = String.length s then incr good)
      (fresh i)
  done;
  let rec f n _ =
    if n mod 10 = 0 then Gc.full_major ();
    if n = 0 then 0 else descend f n
  in
  check_int "to and fro" 50 (descend f 50);
  Gc.full_major ();
  check_int "finalisers that call Rust" 100 !good

(* Everything may move between any two steps. *)

let moving () =
  let steps =
    [
      (fun i -> Echo.string (fresh i) = fresh i);
      (fun i -> Echo.string_list [ fresh i; fresh (i + 1) ] = [ fresh i; fresh (i + 1) ]);
      (fun i ->
        Echo.nested_list [ [ Some (i, fresh i); None ] ] = [ [ Some (i, fresh i); None ] ]);
      (fun i ->
        Echo.map_of_maps [ (fresh i, [ (i, fresh i) ]) ] = [ (fresh i, [ (i, fresh i) ]) ]);
      (fun i -> Echo.string_array (Array.init 300 fresh) = Array.init 300 fresh && i >= 0);
      (fun i ->
        let shape =
          Echo.Named { name = fresh i; inner = [ Circle (float i); Unknown ] }
        in
        Echo.shape shape = shape);
      (fun i ->
        let route = `post (fresh i, i, float i) in
        Echo.route route = route);
      (fun i -> region_calls fresh 3 = List.init 3 fresh && i >= 0);
      (fun i -> reverse [ fresh i; fresh 0 ] = [ fresh 0; fresh i ]);
    ]
  in
  for round = 1 to scaled 60 do
    List.iteri
      (fun k step ->
        if not (step round) then Alcotest.failf "step %d of round %d" k round;
        match (round + k) mod 3 with
        | 0 -> Gc.compact ()
        | 1 -> Gc.minor ()
        | _ -> scribble ())
      steps
  done

let callbacks_that_collect () =
  let collect n =
    (match n mod 4 with
    | 0 -> Gc.compact ()
    | 1 -> Gc.minor ()
    | 2 -> Gc.full_major ()
    | _ -> scribble ());
    fresh n
  in
  check_bool "roots of the region above" true
    (region_calls collect 200 = List.init 200 fresh)

let slices () =
  (* Collections that are cut in slices, with roots coming and going between. *)
  let settings = Gc.get () in
  Gc.set { settings with space_overhead = 20 };
  Fun.protect
    ~finally:(fun () -> Gc.set settings)
    (fun () ->
      for i = 1 to scaled 3000 do
        keep (fresh i);
        ignore (Gc.major_slice 50);
        if i mod 500 = 0 then begin
          check_bool "kept" true
            (List.for_all (fun s -> String.starts_with ~prefix:"fresh " s) (kept ()));
          forget ()
        end
      done;
      forget ())

let minor_heaps () =
  let settings = Gc.get () in
  List.iter
    (fun minor_heap_size ->
      Gc.set { settings with minor_heap_size };
      check_bool "after a change of the minor heap" true
        (Echo.list_of_size 5000 = List.init 5000 string_of_int))
    [ 512; 4096; 1_000_000; settings.minor_heap_size ];
  check_int "as before" settings.minor_heap_size (Gc.get ()).minor_heap_size

let profiled () =
  (* Allocation that the profiler samples still is what it was, and some of ours is seen. *)
  let seen = ref 0 in
  let count (info : Gc.Memprof.allocation) =
    seen := !seen + info.n_samples;
    None
  in
  let profile =
    Gc.Memprof.start ~sampling_rate:0.01 ~callstack_size:3
      { Gc.Memprof.null_tracker with alloc_minor = count; alloc_major = count }
  in
  let n = scaled 20_000 in
  let list = Fun.protect ~finally:Gc.Memprof.stop (fun () -> Echo.list_of_size n) in
  Gc.Memprof.discard profile;
  check_bool "the list" true (list = List.init n string_of_int);
  check_bool "samples" true (!seen > n / 100)

let statistics () =
  (* What Rust allocates is counted as what OCaml allocates. *)
  let allocated f =
    let before = Gc.minor_words () in
    let value = f () in
    let words = Gc.minor_words () -. before in
    ignore (Sys.opaque_identity value);
    words
  in
  let n = 1000 in
  let words = allocated (fun () -> Echo.list_of_size n) in
  check_bool "three words a cell and two a string, at least" true (words >= 5. *. float n);
  check_bool "and not much more" true (words < (5. *. float n) +. 500.)

let () =
  run "collector"
    [
      ( "lives and dies",
        [
          case "boxed roots" boxed_roots;
          case "regions and arguments" regions;
          case "closures and exceptions" closures;
          case "finalisers" finalisers;
        ] );
      ( "moves",
        [
          case "between steps" moving;
          case "in callbacks" callbacks_that_collect;
          case "in slices" slices;
          case "with other minor heaps" minor_heaps;
        ] );
      ("counts", [ case "samples of the profiler" profiled; case "words" statistics ]);
    ]
