external on_another_thread : (unit -> string) -> string = "driven_on_another_thread"
external sleep : float -> unit = "driven_sleep"
