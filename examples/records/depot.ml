(* What both sides know. In a module of its own, since OCaml warns of fields that only Rust reads when it sees all uses. *)

type position = { latitude : float; longitude : float }
type item = { what : string; kilos : int }
type depot = { name : string; place : position; items : item list; note : string option }
type visitor = { id : string; mutable visits : int; history : string list }

external merge : depot -> depot -> depot = "records_merge"
external visit : visitor -> string = "records_visit"
