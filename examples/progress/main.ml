(* The progress of a computation in Rust, read as it comes, by a plain thread. *)

open Primes
module Stream = Bactrian.Stream

let show { step; steps; primes } =
  Printf.printf "%3d%%: %d primes\n" (100 * step / steps) primes

(* Waits until the computations stand still: each step is much shorter than this. *)
let rec steps_begun () =
  let before = begun () in
  Thread.delay 0.2;
  if begun () = before then before else steps_begun ()

let () =
  Stream.iter show (count ~below:100_000 ~steps:5);

  (* Whoever has seen enough closes the stream, and the computation stops. *)
  let before = begun () in
  let long = count ~below:100_000_000 ~steps:100_000 in
  Option.iter show (Stream.next long);
  Option.iter show (Stream.next long);
  Stream.close long;
  Printf.printf "stopped early: %b\n" (steps_begun () - before < 10);

  match Stream.next (count ~below:1 ~steps:2) with
  | _ -> assert false
  | exception Failure message -> print_endline message
