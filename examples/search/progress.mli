(** How far a long job is, for who waits: a bar on a terminal, a few lines elsewhere. *)

type t

val start : string -> total:int -> t
(** [start "parsing files" ~total]. *)

val at : t -> int -> unit
(** So many of [total] are done. *)

val finish : t -> unit
