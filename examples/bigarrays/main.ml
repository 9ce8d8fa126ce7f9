open Bigarray
open Images

let () =
  let image = gradient 100 50 in
  Gc.compact ();
  Printf.printf "%d x %d, %d at the end\n" (Array2.dim1 image) (Array2.dim2 image)
    image.{99, 49};
  let counts = histogram image in
  Printf.printf "%ld pixels of shade 49\n" counts.{49};
  invert image 3;
  Printf.printf "%d at the beginning, %d at the end\n" image.{0, 0} image.{99, 49};
  (* A row is a part of the same memory. *)
  let row = Array2.slice_left image 0 in
  Array1.fill row 7;
  Printf.printf "%ld pixels of shade 7\n" (histogram image).{7};
  let fortran = Array2.create Int8_unsigned Fortran_layout 2 2 in
  match invert (Obj.magic fortran) 1 with
  | () -> assert false
  | exception Invalid_argument message -> print_endline message
