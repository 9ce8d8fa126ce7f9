(** Types brought to one form, so that two that say the same are the same string.

    Type variables are renamed in the order in which they appear, labels are dropped (and
    with them which arguments are optional), and attributes disappear. *)

type t

val of_core_type : Parsetree.core_type -> t
(** The shape of a type as the parser gives it. *)

val of_string : string -> (t, string) result
(** The shape of a type as a user writes it. [Error] says what is wrong with it, on one
    line. *)

val of_entry : Entry.t -> t option
(** The shape of a value's type, read from its signature; [None] for what is not a value.
*)

val exact : t -> string
(** The type itself: [('a -> 'b) -> 'a list -> 'b list]. Parsing it gives the same shape
    again. *)

val loose : t -> string
(** A key that is the same for types that differ only in the order of their arguments and
    in which type variables are equal. *)
