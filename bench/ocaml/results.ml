type measured = { machine : string; times : (string * float) list }

(* From the name of a row. *)
type t = (string * measured) list

let empty = []

let with_row ~machine (row : Rows.t) times t =
  (row.name, { machine; times }) :: List.remove_assoc row.name t

let measured t (row : Rows.t) = List.assoc_opt row.name t
let ns t row impl = Option.bind (measured t row) (fun m -> List.assoc_opt impl m.times)
let machine t row = Option.map (fun m -> m.machine) (measured t row)

let ratio t row impl ~to_ =
  let base =
    match (to_ : Rows.base) with
    | Column other -> ns t row other
    | Row other -> ns t (Rows.find other) impl
  in
  match (ns t row impl, base) with Some a, Some b -> Some (a /. b) | _ -> None

let header = "row\timplementation\tns\tmachine"

let save file t =
  Out_channel.with_open_text file @@ fun out ->
  Printf.fprintf out "%s\n" header;
  List.iter
    (fun (row : Rows.t) ->
      match measured t row with
      | None -> ()
      | Some { machine; times } ->
          List.iter
            (fun (impl, ns) ->
              Printf.fprintf out "%s\t%s\t%.2f\t%s\n" row.name impl ns machine)
            times)
    Rows.all

let add_line file t line =
  match String.split_on_char '\t' line with
  | [ row; impl; ns; machine ] when Option.is_some (float_of_string_opt ns) ->
      let times = match List.assoc_opt row t with Some m -> m.times | None -> [] in
      let times = times @ [ (impl, float_of_string ns) ] in
      (row, { machine; times }) :: List.remove_assoc row t
  | _ -> failwith (Printf.sprintf "%s: not a result: %s" file line)

let load file =
  if not (Sys.file_exists file) then empty
  else
    match In_channel.with_open_text file In_channel.input_lines with
    | first :: lines when first = header -> List.fold_left (add_line file) empty lines
    | _ -> failwith (Printf.sprintf "%s: the first line should be %S" file header)
