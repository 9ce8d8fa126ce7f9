type alignment = Left | Right
type column = { title : string; alignment : alignment }

let pp_cell ppf (column, width, text) =
  match column.alignment with
  | Left -> Format.fprintf ppf "%-*s" width text
  | Right -> Format.fprintf ppf "%*s" width text

(** Columns under their titles, as wide as they must be. *)
let table columns rows =
  let width index column =
    List.fold_left
      (fun width row -> max width (String.length (List.nth row index)))
      (String.length column.title) rows
  in
  let widths = List.mapi width columns in
  let pp_row ppf cells =
    let cell column width text = (column, width, text) in
    let cells = List.map2 (fun f text -> f text) (List.map2 cell columns widths) cells in
    let space ppf () = Format.pp_print_string ppf "  " in
    Format.pp_print_list ~pp_sep:space pp_cell ppf cells
  in
  let titles = List.map (fun column -> column.title) columns in
  let rule = List.map (fun width -> String.make width '-') widths in
  Format.asprintf "@[<v>%a@]" (Format.pp_print_list pp_row) (titles :: rule :: rows)

let () = Callback.register "Report.table" table
