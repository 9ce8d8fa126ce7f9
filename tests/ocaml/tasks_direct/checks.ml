(* [Alcotest.check] writes, whatever comes of it, by a formatter of the program's, which is for one domain at a time: fibres of
   several domains compare alone. *)
module Alcotest = struct
  include Alcotest

  let check testable name expected actual =
    if not (equal testable expected actual) then
      let pp = pp testable in
      failwith (Fmt.str "%s: %a, and not %a" name pp actual pp expected)
end
