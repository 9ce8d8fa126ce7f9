(** An engine for Lwt's loop on Rust's reactor: one wait serves Lwt's descriptors and
    timers and what wakes Rust functions.

    {[
    let () = Lwt_engine.set (new Bactrian_lwt.Engine.t)
    ]}

    Without it Lwt's own engine watches the reactor's one descriptor, which costs two more
    system calls each time that another thread wakes a Rust function.

    A descriptor that the system cannot wait for, since its file never blocks or it is
    closed, counts as ready. A signal makes the wait return. The child of a [fork] cannot
    go on with this engine: it sets another one first. *)

type Lwt_engine.engine_id += Bactrian

class t : Lwt_engine.t
(** The engine of the domain that makes it, which is the one that runs Lwt's loop. One is
    in use at a time: a second one shares the waits of the first. *)
