(** What values are made of, to be read by people: for test programs, when a Rust type and
    an OCaml type do not agree.

    {[
      # Bactrian.Inspect.print { name = "Bo"; age = 3; weights = [| 600.; 610. |] };;
      block, tag 0, 3 fields
        0: string, 2 bytes: "Bo"
        1: 3 (immediate)
        2: flat floats, 2: [600.0; 610.0]
    ]}

    An immediate is shown as an integer, whatever its type: [false], ['\000'], [[]] and
    the first constant constructor are all [0 (immediate)], and a polymorphic variant is
    its hash. A block is shown with its tag, which for a variant is the number of the
    constructor among those with arguments. A block that is met more than once is
    numbered, and shown the first time only: [#1, as above]. So a value that contains
    itself is shown as it is.

    Nothing is allocated before the text is. Long strings and blocks with many fields end
    in an ellipsis, and so does a value of more than 4096 blocks. *)

val to_string : ?depth:int -> 'a -> string
(** The value, a line for each immediate and block. Blocks within more than [depth] others
    are left out; it is 10 unless told, and 200 at most. *)

val pp : Format.formatter -> 'a -> unit
(** Prints the same, for [%a] and for the toplevel. *)

val print : ?depth:int -> 'a -> unit
(** Prints the same on the standard output, and flushes it. *)
