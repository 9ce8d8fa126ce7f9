(** Words of a text, by Rust. *)

val split : string -> string list
(** The words of a text: runs of letters and digits. *)

val each : string -> (string -> unit) -> unit
(** Calls a function with each word. Its exceptions go through. *)

val pad :
  string ->
  width:int ->
  before:string ->
  after:string ->
  centre:bool ->
  upper:bool ->
  string
(** A word in a field of some width. *)
