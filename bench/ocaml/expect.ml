open Samples

exception Wrong of { call : string; expected : string; got : string }

let () =
  Printexc.register_printer (function
    | Wrong { call; expected; got } ->
        Some (Printf.sprintf "%s should be %s, but is %s" call expected got)
    | _ -> None)

let check show call got expected =
  if got <> expected then raise (Wrong { call; expected = show expected; got = show got })

let unit = check (fun () -> "()")
let int = check string_of_int
let float = check (Printf.sprintf "%h")

let shown_string s =
  Printf.sprintf "%S" (if String.length s <= 60 then s else String.sub s 0 60)

let string = check shown_string

let pair =
  check (fun (a, b) -> Printf.sprintf "(%s, %s)" (shown_string a) (shown_string b))

let triplet =
  check (fun (a, (b, c)) ->
      Printf.sprintf "(%s, (%s, %s))" (shown_string a) (shown_string b) (shown_string c))

let ints =
  check (fun l ->
      Printf.sprintf "a list of %d that sums to %d" (List.length l)
        (List.fold_left ( + ) 0 l))

let strings =
  check (fun l ->
      Printf.sprintf "a list of %d: %s" (List.length l)
        (shown_string (String.concat " " l)))

let person =
  check (fun { name; age; weight } -> Printf.sprintf "{ %S; %d; %h }" name age weight)

let variant =
  check (function
    | A -> "A"
    | B n -> Printf.sprintf "B %d" n
    | C (s, x) -> Printf.sprintf "C (%S, %h)" s x)

let calls_once call f =
  let calls = ref 0 in
  f (fun () -> incr calls);
  int ("the number of calls " ^ call) !calls 1

let raises ?(like = fun _ -> true) call f =
  match f () with
  | _ -> raise (Wrong { call; expected = "an exception"; got = "a result" })
  | exception exn when like exn -> ()
  | exception exn ->
      raise (Wrong { call; expected = "another exception"; got = Printexc.to_string exn })
