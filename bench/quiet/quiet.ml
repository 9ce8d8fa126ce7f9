external silence : unit -> unit = "bench_silence_panics"
external seal : unit -> unit = "bench_seal_panic_hook"
external run_hook : bool -> unit = "bench_run_panic_hook" [@@noalloc]

let () = silence ()
