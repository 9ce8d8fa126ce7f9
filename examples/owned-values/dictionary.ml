type t

external of_text : string -> t = "dictionary_of_text"
external count : t -> string -> int = "dictionary_count"
external completions : t -> string -> string list = "dictionary_completions"
external merge : t -> t -> unit = "dictionary_merge"
external iter : t -> (string -> int -> unit) -> unit = "dictionary_iter"
external learn : t -> string -> int = "dictionary_learn"

let close (t : t) = Bactrian.Rust_value.close t
let show (t : t) = Bactrian.Rust_value.show t
