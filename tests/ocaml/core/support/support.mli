(** What the suites share: the mode they run in, and checks around each test. *)

(** {1 The mode} *)

val native : bool
(** Whether this is native code, as against bytecode. *)

val tiny_heap : bool
(** Whether the minor heap is tiny ([OCAMLRUNPARAM=s=512]), so that nearly every
    allocation of Rust may collect. *)

val scaled : int -> int
(** A number of repetitions: as given natively, a tenth of it in bytecode, with a tiny
    heap, or with [BACTRIAN_FEW] in the environment. *)

val setting : string -> int -> int
(** [setting name default]: a number from the environment. *)

(** {1 Tests} *)

val case : string -> (unit -> unit) -> unit Alcotest.test_case
(** A test after which there must be as many roots as before. *)

val checked : 'a Alcotest.test_case -> 'a Alcotest.test_case
(** The same for a test that was made by somebody else. *)

val run : string -> (string * unit Alcotest.test_case list) list -> unit
(** A suite, after registering what the Rust functions import. *)

val invalid : string -> (unit -> _) -> unit
(** The call raises [Invalid_argument] with this message. *)

val raised : (unit -> _) -> exn
(** What the call raises; it is a failure when it does not. *)

val raises : exn -> (unit -> _) -> unit
(** The call raises an exception that is equal to this one. *)

val panics : ?like:string -> string -> (unit -> _) -> unit
(** The call raises {!Bactrian.Rust_panic} with this message, at a place in the file
    [like] (by default somewhere below [src/]). *)

val quietly : (unit -> 'a) -> 'a
(** Without what is written to the standard error meanwhile: the messages of panics. *)

val contains : string -> string -> bool
(** [contains text part] *)

val counts : unit -> int * int * int
(** Roots on stacks, those of them that the next minor collection looks at, boxed roots.
*)

val settle : int * int -> int -> int * int
(** [settle expected tries]: the roots on stacks and the boxed ones, as soon as they are
    as expected, and at the latest after so many tries of 10 ms. *)

val scribble : unit -> unit
(** Writes over the whole minor heap, so that a stale pointer into it shows. *)

(** {1 Memory} *)

val resident : unit -> int
(** Bytes of this process in memory. *)

val live_words : unit -> int
(** Live words of the OCaml heap, after a compaction. *)

val flat : ?calls:int -> ?noise:int -> string -> (int -> unit) -> unit Alcotest.test_case
(** [flat name f]: neither grows over a million calls of [f] ([calls], scaled), once there
    have been as many. [noise] is how many bytes more are allowed at least. *)

(** {1 Child processes} *)

val in_child : string -> (unit -> unit) -> unit
(** [in_child name body] registers a body for {!child}; to be called before {!run}. *)

val child : ?prefix:string -> string -> Unix.process_status * string
(** Runs this program again, doing only that body; its status, and its standard output and
    error. [prefix] is shell code to run before, such as [ulimit]. *)
