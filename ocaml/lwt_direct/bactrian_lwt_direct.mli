(** {!Bactrian.Future.await} in direct-style sections of Lwt, those of [Lwt_direct.spawn].

    {[
    external fetch : string -> string Bactrian.Future.t = "fetch"

    let () =
      Bactrian_lwt_direct.run (fun () ->
          print_endline (Bactrian.Future.await (fetch "http://localhost/")))
    ]}

    It suspends the section alone: other sections and Lwt's promises go on. Elsewhere in
    the thread of Lwt's loop, where there is nothing to suspend, it blocks the thread. *)

val run : (unit -> 'a) -> 'a
(** Runs the function as a direct-style section, in [Lwt_main.run]. *)

val using : (unit -> 'a) -> 'a
(** What {!run} does around [Lwt_main.run], for a program that calls that itself. *)
