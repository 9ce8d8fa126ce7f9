(* [Alcotest.check] writes by a formatter of the program's, which is for one domain at a time: many threads compare alone. *)
module Alcotest = struct
  include Alcotest

  let check testable name expected actual =
    if not Crowd.on then check testable name expected actual
    else if not (equal testable expected actual) then
      failwith
        (Fmt.str "%s: %a, and not %a" name (pp testable) actual (pp testable) expected)
end

(* OCaml 5.4 itself crashes in [Gc.compact] while another thread is in a callback from C within a fibre (ARCHITECTURE.md, Known
   limits), which the tests of regions do on purpose: in a crowd nobody compacts. *)
module Gc = struct
  include Gc

  let compact () = if Crowd.on then full_major () else compact ()
end
