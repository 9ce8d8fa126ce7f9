open Numbers

let throw darts =
  (* OCaml keeps this reference in a register. *)
  let state = ref 88172645463325252L and hits = ref 0 in
  for _ = 1 to darts do
    let a = next !state in
    let b = next a in
    state := b;
    if inside (unit a) (unit b) then incr hits
  done;
  !hits

let () =
  let darts = 200_000 in
  let before = Gc.minor_words () in
  let hits = throw darts in
  let words = Gc.minor_words () -. before in
  Printf.printf "pi is about %.2f\n" (4. *. float hits /. float darts);
  (* Bytecode boxes its numbers; native code has them in registers. *)
  assert (Sys.backend_type <> Sys.Native || words < 1000.);
  Printf.printf "%x\n" (hash "camel")
