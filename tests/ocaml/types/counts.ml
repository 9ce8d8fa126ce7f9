open Core_support

let all =
  Support.(
    setting "BACTRIAN_RANDOM"
      (if native then if tiny_heap then 5000 else 50_000 else 5000))

(* Large values are fewer: each holds many of other types. *)
let of_type ~heavy = if heavy then max 1 (all / 5) else all
