(* [Alcotest.check] writes, whatever comes of it, by a formatter of the program's, which is for one domain at a time: fibres of
   several domains compare alone. *)
module Alcotest = struct
  include Alcotest

  let check testable name expected actual =
    if not (equal testable expected actual) then
      let pp = pp testable in
      failwith (Fmt.str "%s: %a, and not %a" name pp actual pp expected)
end

module Future = Bactrian.Future

let int = Alcotest.(check int)
let bool = Alcotest.(check bool)
let string = Alcotest.(check string)
let ints = Alcotest.(check (list int))
let element = Alcotest.(check (option int))
let upto n = List.init n succ

let failure f =
  match f () with exception exn -> exn | _ -> Alcotest.fail "it did not fail"

let contains text part =
  let n = String.length part in
  let rec at i =
    i + n <= String.length text && (String.sub text i n = part || at (i + 1))
  in
  at 0

let eventually name test =
  let rec go n =
    if not (test ()) then
      if n = 0 then Alcotest.fail name
      else (
        Future.await (Future.sleep 0.002);
        go (n - 1))
  in
  go 2000

let live () =
  Gc.full_major ();
  Gc.full_major ();
  (Gc.stat ()).Gc.live_words

let flat name f =
  f ();
  let before = live () in
  f ();
  let grown = live () - before in
  bool (Printf.sprintf "%s: %d live words more" name grown) true (grown < 20_000)
