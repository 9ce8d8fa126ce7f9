(* The externals of tests/rust/src/owned.rs. *)

module Rust_value = Bactrian.Rust_value

type counter

external counter : int -> counter = "counter_new"
external get : counter -> int = "counter_get"
external incr : counter -> int -> int = "counter_incr"
external finish : counter -> int = "counter_finish"
external add_by : counter -> (int -> int) -> int = "counter_add_by"
external look : counter -> (int -> int) -> int = "counter_look"
external add : counter -> counter -> unit = "counter_add"
external same : counter -> counter -> bool = "counter_same"
external parse : string -> counter = "counter_parse"
external try_parse : string -> (counter, string) result = "counter_try_parse"
external positive : int -> counter option = "counter_positive"
external up_to : int -> counter list = "counter_up_to"

external six : counter -> int -> int -> int -> int -> int -> int
  = "o_counter_renamed_byte" "o_counter_renamed"

external panic : counter -> int = "counter_panics"
external on_thread : counter -> int -> int = "counter_on_thread"
external sum : counter list -> int = "o_sum"
external typed : counter -> counter = "o_typed"
external async : counter -> int -> int Lwt.t = "o_async"
external async_new : int -> counter Lwt.t = "o_async_new"
external race : counter -> int -> int -> int = "o_race"

type text

external text : string -> text = "o_text_new"
external text_push : text -> string -> unit = "o_text_push"
external text_get : text -> string = "o_text_get"
external box_value : string -> text = "o_box_value"

type local

external local : int -> local = "local_new"
external bump : local -> int = "local_bump"

type aligned

external aligned : float -> aligned = "o_aligned_new"
external aligned_get : aligned -> float = "o_aligned_get"

type unruly

external unruly : string -> unruly = "unruly_new"
external hold : unruly -> (unit -> unit) -> unit = "unruly_hold"

type late

external late : int -> late = "o_late_new"
external late_size : late -> int = "o_late_size"
external late_register : unit -> unit = "o_late_register"

type large

external large : int -> large = "large_new"
external large_length : large -> int = "large_length"

type tracked

external tracked : unit -> tracked = "o_tracked"
external keep : tracked -> unit = "o_keep"
external drop_kept_on_thread : unit -> unit = "o_drop_kept_on_thread"

type locking

external locking : unit -> locking = "o_locking"
external allocate_locked : int -> int = "o_allocate_locked"

type calling

external calling : int -> calling = "o_calling"

type joining

external joining : unit -> joining = "o_joining"
external made : unit -> int = "o_made"
external dropped : unit -> int = "o_dropped"
external sleep : int -> unit = "o_sleep"
external waste : int -> int = "o_waste"
