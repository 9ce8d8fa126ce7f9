type t = { rss_kib : int option; live_words : int }

let rss_kib () =
  let number line = Scanf.sscanf_opt line "VmRSS: %d kB" Fun.id in
  match In_channel.with_open_bin "/proc/self/status" In_channel.input_all with
  | text -> List.find_map number (String.split_on_char '\n' text)
  | exception Sys_error _ -> None

let now () =
  Gc.full_major ();
  { rss_kib = rss_kib (); live_words = (Gc.stat ()).live_words }

let rss_bound_kib = 16 * 1024
let live_bound_words = 256 * 1024
let mib kib = float_of_int kib /. 1024.
let kilowords words = float_of_int words /. 1000.

let growth ~before ~after =
  let live = after.live_words - before.live_words in
  let live_line =
    Printf.sprintf "OCaml live %.0f -> %.0f kwords (%+.1f; may grow %.0f)"
      (kilowords before.live_words) (kilowords after.live_words) (kilowords live)
      (kilowords live_bound_words)
  in
  let rss_line before after =
    let rss = after - before in
    ( Printf.sprintf "resident %.1f -> %.1f MiB (%+.1f; may grow %.0f)" (mib before)
        (mib after) (mib rss) (mib rss_bound_kib),
      rss <= rss_bound_kib )
  in
  let rss =
    match (before.rss_kib, after.rss_kib) with
    | Some before, Some after -> [ rss_line before after ]
    | _ -> []
  in
  rss @ [ (live_line, live <= live_bound_words) ]
