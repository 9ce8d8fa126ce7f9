type counts = (string * int) list
type home

external count : string -> counts = "words_count"

external count_by_threads : string list -> int -> (int -> counts -> unit) -> unit
  = "words_count_by_threads"

external here : unit -> home = "words_here"
external at : home -> (unit -> unit) -> unit = "words_at"

let count_by_threads texts ~threads f = count_by_threads texts threads f
