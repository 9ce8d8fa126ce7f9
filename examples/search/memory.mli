(** How much memory the program has, for saying that it does not grow. *)

type t = {
  rss_kib : int option;  (** resident, where the system tells in /proc *)
  live_words : int;  (** of OCaml's heap, after a full collection *)
}

val now : unit -> t

val growth : before:t -> after:t -> (string * bool) list
(** Lines for people, and whether each is within its bound: {!rss_bound_kib} and
    {!live_bound_words}. *)

val rss_bound_kib : int
val live_bound_words : int
