(* On Unix, [Unix.file_descr] is [int]. This is the only [Obj] of the library. *)
let of_int : int -> Unix.file_descr = Obj.magic
let to_int : Unix.file_descr -> int = Obj.magic
