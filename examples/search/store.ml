open Lwt.Syntax
open Search_core

type t = int

let close = Rust.store_close
let meta = Rust.store_meta
let open_ ?file ~connections () = Rust.store_open file connections

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
        let* () = Rust.store_add store some in
        let done_ = done_ + List.length some in
        progress done_;
        add done_ rest
  in
  let* () = Rust.store_begin store in
  let* () = add 0 rows in
  Rust.store_finish store meta

let query store stages ~limit =
  Lwt.map (List.map Catalogue.entry) (Rust.store_query store stages ~limit)
