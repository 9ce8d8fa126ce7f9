exception Nonsense of string

val answer : nap:(float -> unit) -> string -> string
(** Computes a line in reverse Polish notation: [answer "3 4 + 2 *"] is ["14"]. The word
    [nap] sleeps for as many milliseconds as are on the top of the stack, by [nap], which
    is given seconds.

    @raise Nonsense if it has no result. *)
