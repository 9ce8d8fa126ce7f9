(** A suite that many threads run at once.

    With [BACTRIAN_CROWD] in the environment, two domains of four systhreads each run the
    whole suite, each thread from another test on, so that different tests meet. What a
    test asks about the whole process (how many roots there are, what is in memory, who
    gets a signal) has no answer then: such tests are {!alone}. *)

val on : bool
(** Whether this is a crowd. *)

val alone : 'a Alcotest.test_case -> 'a Alcotest.test_case
(** A test that is left out of a crowd. *)

val run : string -> (string * unit Alcotest.test_case list) list -> unit
(** [Alcotest.run], or the suite in a crowd. *)
