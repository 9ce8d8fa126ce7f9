(* From each side: together a hundred thousand values of each type, in every mode. *)
let of_each_type = Core_support.Support.setting "BACTRIAN_RANDOM" 50_000
