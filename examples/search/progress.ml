type t = { label : string; total : int; fancy : bool; mutable shown : int }

let width = 30
let parts t = if t.fancy then 100 else 4

let show t n =
  if t.fancy then begin
    let filled = width * n / max 1 t.total in
    let bar = String.make filled '#' ^ String.make (width - filled) '.' in
    Printf.printf "\r%-14s [%s] %d/%d%!" t.label bar n t.total
  end
  else Printf.printf "%s: %d/%d\n%!" t.label n t.total

let at t n =
  let part = parts t * n / max 1 t.total in
  if part > t.shown then begin
    t.shown <- part;
    show t n
  end

let start label ~total =
  let t = { label; total; fancy = Unix.isatty Unix.stdout; shown = 0 } in
  if t.fancy then show t 0;
  t

let finish t =
  if t.shown < parts t then show t t.total;
  if t.fancy then print_newline ()
