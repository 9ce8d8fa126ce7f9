type 'a t = { front : 'a list; back : 'a list }

let empty = { front = []; back = [] }
let is_empty = function { front = []; back = [] } -> true | _ -> false
let push element t = { t with back = element :: t.back }
let push_first element t = { t with front = element :: t.front }
let to_list t = t.front @ List.rev t.back

let pop t =
  match t with
  | { front = element :: front; _ } -> Some (element, { t with front })
  | { front = []; back } -> (
      match List.rev back with
      | [] -> None
      | element :: front -> Some (element, { front; back = [] }))

let filter keep t = { front = List.filter keep t.front; back = List.filter keep t.back }
