(** Runs misuses, each in a process of its own, and compares what each says with a file.
*)

val main : count:(unit -> int) -> name:(int -> string) -> run:(int -> unit) -> unit
(** What the program [misuse.exe] does, by its arguments:

    - none: a test for each misuse, against [misuse.expected] here;
    - [--run N]: misuse number N, which does not return;
    - [--table]: all messages, as [misuse.expected] has them;
    - [--times N]: each misuse N times;
    - [--guide PAGE LANGUAGE=FILE ...]: the page, with the table of each language made
      from that file.

    [run] makes the misuse with this number. *)
