(* Every misuse of misuse.rs. See ../support/driver.mli for the arguments. *)

external count : unit -> int = "w_count"
external name : int -> string = "w_name"
external run : int -> (int -> unit) -> unit = "w_run"
external callback : (int -> unit) -> unit = "w_callback"
external stashes : string -> unit = "w_stashes"
external allocates : unit -> unit = "w_allocates" [@@noalloc]
external releases : unit -> unit = "w_releases" [@@noalloc]
external enters : unit -> unit = "w_enters" [@@noalloc]

(* These are wrong. *)
external text : int -> unit = "w_text"
external point : int * int * int -> int = "w_point"
external root : string -> float = "w_root"

let rec ask = function
  | 0 -> callback ask
  | 1 -> Thread.join (Thread.create callback ask)
  | 2 -> Domain.join (Domain.spawn (fun () -> callback ask))
  | 3 -> Gc.minor ()
  | 10 -> allocates ()
  | 11 -> releases ()
  | 12 -> enters ()
  | 13 -> stashes (String.make 3 'x')
  | 14 -> text 7
  | 15 -> ignore (point (1, 2, 3))
  | 16 -> ignore (root "no float")
  | n -> failwith (Printf.sprintf "asked for %d" n)

let () = Misuse_support.Driver.main ~count ~name ~run:(fun index -> run index ask)
