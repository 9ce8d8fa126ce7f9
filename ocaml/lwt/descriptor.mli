(** Descriptors as Rust knows them. *)

val of_int : int -> Unix.file_descr
(** The descriptor of this number. It must be open as long as it is used. *)

val to_int : Unix.file_descr -> int
(** The number of a descriptor. *)
