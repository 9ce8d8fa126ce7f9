(** Asynchronous Rust functions in the tasks of Domainslib.

    {[
    module Task = Domainslib.Task

    external fetch : string -> string Bactrian.Future.t = "fetch"

    let sizes urls =
      let pool = Task.setup_pool ~num_domains:3 () in
      Fun.protect ~finally:(fun () -> Task.teardown_pool pool) @@ fun () ->
      Bactrian_domainslib.run pool @@ fun () ->
      List.map
        (fun url -> Task.async pool (fun () -> Bactrian.Future.await (fetch url)))
        urls
      |> List.map (Task.await pool)
      |> List.map String.length
    ]}

    A task that waits is suspended alone: the domain goes on with other tasks, and the
    task goes on later, perhaps on another domain. *)

val run : Domainslib.Task.pool -> (unit -> 'a) -> 'a
(** As [Domainslib.Task.run]; meanwhile {!Bactrian.Future.await} suspends the calling task
    alone, in every task of every pool.

    Rust's side of each domain in which something has to wait is run by a thread of that
    domain, which starts then and sleeps until there is something to do. When it is woken,
    a task that computes lets it go first where it next allocates or polls. Functions that
    are exported with [#[export(parallel)]] run on threads of Rust's.

    A Rust function whose future is not [Send] raises [Failure] here: a task's thread may
    not be there when it goes on. *)
