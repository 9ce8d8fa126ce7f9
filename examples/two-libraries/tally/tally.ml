external add : string -> unit = "tally_add"
external on_new : (string -> unit) -> unit = "tally_on_new"
external top : int -> (string * int) list = "tally_top"
external sample : unit -> string option = "tally_sample"
