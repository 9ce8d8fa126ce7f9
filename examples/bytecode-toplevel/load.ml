(* The libraries in an order in which each has what it needs: the threads library before
   whoever starts threads, the Rust library before the OCaml ones that call it. *)
#load "unix.cma"

#load "threads.cma"

#load "geometry_rust.cma"

#load "bactrian.cma"

#load "geometry.cma"
