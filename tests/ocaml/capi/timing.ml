(* The C API beside CAMLparam and CAMLlocal, in one run: [dune exec tests/ocaml/capi/timing.exe]. *)

external noop : 'a -> 'b -> 'a = "timing_noop"
external camlparam_pair : 'a -> 'b -> 'a * 'b = "mk_pair_c_impl"
external region_pair : 'a -> 'b -> 'a * 'b = "mk_pair"
external camlparam_triplet : 'a -> 'b -> 'c -> 'a * ('b * 'c) = "c_triplet"
external region_triplet : 'a -> 'b -> 'c -> 'a * ('b * 'c) = "mk_triplet"
external camlparam_fold : ('a -> 'b -> 'a) -> 'a -> 'b array -> 'a = "timing_fold"
external region_fold : ('a -> 'b -> 'a) -> 'a -> 'b array -> 'a = "fold_array"
external camlparam_roots : int -> int = "timing_locals"
external region_roots : int -> int = "timing_roots"

let time f =
  let start = Unix.gettimeofday () in
  f ();
  Unix.gettimeofday () -. start

(* In turns, so that both meet the same noise; the best of each. *)
let row name n c ours =
  let best_c = ref infinity and best_ours = ref infinity in
  for _ = 1 to 300 do
    best_c := min !best_c (time c);
    best_ours := min !best_ours (time ours)
  done;
  let per t = t *. 1e9 /. float n in
  Printf.printf "%-12s %8.2f ns %8.2f ns   ratio %.2f\n%!" name (per !best_c)
    (per !best_ours) (!best_ours /. !best_c)

let () =
  Printf.printf "%-12s %11s %11s\n" "" "CAMLparam" "region";
  let n = 50_000 in
  let loop f () =
    for i = 1 to n do
      ignore (Sys.opaque_identity (f i))
    done
  in
  row "noop" n (loop (fun i -> noop i i)) (loop (fun i -> noop i i));
  row "pair" n (loop (fun i -> camlparam_pair i i)) (loop (fun i -> region_pair i i));
  row "triplet" n
    (loop (fun i -> camlparam_triplet i i i))
    (loop (fun i -> region_triplet i i i));
  let array = Array.init 50_000 (fun i -> i) in
  row "fold_array" 50_000
    (fun () -> ignore (camlparam_fold ( + ) 0 array))
    (fun () -> ignore (region_fold ( + ) 0 array));
  row "roots" 1_000
    (fun () -> ignore (camlparam_roots 1_000))
    (fun () -> ignore (region_roots 1_000))
