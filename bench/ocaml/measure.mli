(** Times one row in all its implementations, in turn. *)

exception Wrong of string
(** An implementation gave a wrong result; the message names it. *)

val row : columns:string list -> Rows.t -> (string * float) list
(** The time of one call in nanoseconds for each of these implementations that takes part;
    no name stands for all of them.

    They are timed in turn, round after round of about 2 ms each, every round from an
    empty minor heap. The answer is the lower quintile of an implementation's rounds: it
    leaves out the rounds that other work of the machine disturbed, and no single lucky
    one decides. The loop around the calls is included. Results are checked before and
    after.
    @raise Wrong if they are not what they should be. *)
