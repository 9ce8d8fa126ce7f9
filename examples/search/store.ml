open Lwt.Syntax
open Search_core

type t = int

external rust_open : string option -> int -> t = "search_store_open"
external close : t -> unit = "search_store_close"
external meta : t -> string -> string option Lwt.t = "search_store_meta"
external rust_begin : t -> unit Lwt.t = "search_store_begin"
external rust_add : t -> Catalogue.row list -> unit Lwt.t = "search_store_add"
external rust_finish : t -> (string * string) list -> unit Lwt.t = "search_store_finish"

external rust_query : t -> string list -> int -> Catalogue.hit list Lwt.t
  = "search_store_query"

let open_ ?file ~connections () = rust_open file connections

let rec take n = function
  | first :: rest when n > 0 ->
      let taken, left = take (n - 1) rest in
      (first :: taken, left)
  | rest -> ([], rest)

let batch = 500

let replace store rows ~meta ~progress =
  let rec add done_ rows =
    match take batch rows with
    | [], _ -> Lwt.return_unit
    | some, rest ->
        let* () = rust_add store some in
        let done_ = done_ + List.length some in
        progress done_;
        add done_ rest
  in
  let* () = rust_begin store in
  let* () = add 0 rows in
  rust_finish store meta

let query store stages ~limit =
  Lwt.map (List.map Catalogue.entry) (rust_query store stages limit)
