(* Mixed calls from several domains, each with several threads, for a while: no crash, every answer right, and
   in the end as many drops as values were made and as many roots as at the start.

   stress.exe [--seconds N] [--domains N] [--threads N]; the environment's BACTRIAN_SECONDS is the default of the
   first. *)

open Core_support

external keep : int -> string -> unit = "s_keep"
external take : unit -> (int * string) option = "s_take_back"
external apply : (int -> int) -> int -> int = "s_apply"
external apply_or_unwind : (int -> int) -> int -> int = "s_apply_or_unwind"
external panic : int -> int = "s_panics"
external error : int -> int = "s_error"
external on_a_thread : (int -> int) -> int -> int = "s_on_a_thread"
external released_panic : int -> int = "s_released_panic"
external regions : string -> int -> (int * string) list = "s_regions"

type tally

external tally : int -> tally = "s_tally_new"
external tally_get : tally -> int = "s_tally_get"
external tally_add_by : tally -> (int -> int) -> int = "s_tally_add_by"
external tally_keep : tally -> unit = "s_tally_keep"
external tally_kept : unit -> tally option = "s_tally_kept"

type int_to_int = int -> int

external closure : int -> int_to_int = "s_closure"
external lend : (int -> int) -> int_to_int = "s_lend"
external counts : unit -> int * int = "s_counts"

exception Mine of int

let text number = Printf.sprintf "the text of %d" number
let wrong name = failwith (name ^ ": a wrong answer")
let expect name condition = if not condition then wrong name

(* Each does one thing with a number, and raises when the answer is not the right one. *)

let roots n =
  keep n (text n);
  if n mod 3 = 0 then
    match take () with
    | None -> ()
    | Some (m, s) -> expect "a root of any domain" (s = text m)

let callbacks n =
  let rec down k = if k = 0 then n else apply (fun k -> down (k - 1)) k in
  expect "nested callbacks" (down (1 + (n mod 40)) = n)

let exceptions n =
  let mine = Mine n in
  let raising _ = raise mine in
  let through call =
    match apply (fun k -> call raising k) n with
    | _ -> wrong "an exception"
    | exception e -> expect "the same exception" (e == mine)
  in
  through apply;
  through apply_or_unwind

let errors n =
  match error n with
  | m -> expect "no error" (n = 2 * m)
  | exception Failure message ->
      expect "an error" (message = Printf.sprintf "odd: %d" n && n land 1 = 1)

let panics call n =
  match call n with
  | m -> expect "no panic" (n = 2 * m)
  | exception Bactrian.Rust_panic (message, _) ->
      expect "a panic" (message = Printf.sprintf "odd: %d" n && n land 1 = 1)

let foreign n =
  let f k = if k mod 5 = 0 then raise Exit else k + String.length (text k) in
  let expected = if n mod 5 = 0 then -1 else f n in
  expect "a foreign thread" (on_a_thread f n = expected)

let values n =
  let person : Echo.person =
    { name = text n; age = n land 127; height = float n; tags = [ text (n + 1); "" ] }
  in
  expect "a record" (Echo.person person = person);
  let shape : Echo.shape =
    Named { name = text n; inner = [ Circle (float n); Empty; Rectangle (1., 2.) ] }
  in
  expect "a variant" (Echo.shape shape = shape)

let regions n =
  let list = regions (text n) (n mod 50) in
  expect "regions"
    (List.length list = n mod 50
    && List.for_all (fun (_, s) -> s = text n) list
    && List.rev_map fst list = List.init (n mod 50) Fun.id)

let owned n =
  let t = tally n in
  expect "an exclusive borrow" (tally_add_by t (fun sum -> sum + 1) = (2 * n) + 1);
  (match tally_add_by t (fun _ -> tally_get t) with
  | _ -> wrong "two borrows"
  | exception Invalid_argument _ -> ());
  expect "a shared borrow" (tally_get t = (2 * n) + 1);
  if n mod 3 = 0 then tally_keep t
  else if n mod 3 = 1 then
    match Bactrian.Rust_value.close t with
    | () -> expect "closed" (Bactrian.Rust_value.is_closed t)
    | exception Invalid_argument _ -> wrong "a close"

(* What another domain made, and whichever lets go of it last. *)
let handles _ =
  match tally_kept () with
  | None -> ()
  | Some t -> expect "a value of any domain" (tally_get t land 1 = 1)

let closures n =
  let f = closure n in
  expect "a closure" (f 1 = n + 1 && f 1 = n + 2);
  let mine = Mine n in
  let g = lend (fun k -> if k = n then raise mine else f k - 1) in
  expect "a closure of both" (g (n + 1) = (2 * n) + 2);
  match g n with
  | _ -> wrong "an exception"
  | exception e -> expect "the same exception" (e == mine)

let operations =
  [|
    ("roots", 1, roots);
    ("callbacks", 2, callbacks);
    ("exceptions", 2, exceptions);
    ("errors", 1, errors);
    ("panics", 10, panics panic);
    ("panics without the lock", 10, panics released_panic);
    ("foreign threads", 40, foreign);
    ("values", 2, values);
    ("regions", 2, regions);
    ("owned values", 1, owned);
    ("handles", 2, handles);
    ("closures", 2, closures);
  |]

(* How often each was done by one thread: the dear ones come up less often. *)
let work ~deadline ~seed =
  let random = Random.State.make [| seed |] in
  let done_ = Array.make (Array.length operations) 0 in
  (* Each once at least, however slow the machine is. *)
  Array.iteri
    (fun which (_, _, operation) ->
      operation (Random.State.int random 1_000_000);
      done_.(which) <- 1)
    operations;
  let rec go n =
    if n land 15 <> 0 || Unix.gettimeofday () < deadline then begin
      let which = Random.State.int random (Array.length operations) in
      let _, cost, operation = operations.(which) in
      if Random.State.int random cost = 0 then begin
        operation (Random.State.int random 1_000_000);
        done_.(which) <- done_.(which) + 1
      end;
      go (n + 1)
    end
  in
  go 1;
  done_

let one_domain ~deadline ~threads ~seed =
  let results = Array.make threads (Error "it did not end") in
  let run k () =
    results.(k) <-
      (match work ~deadline ~seed:(seed + k) with
      | done_ -> Ok done_
      | exception e -> Error (Printexc.to_string e))
  in
  let others = List.init (threads - 1) (fun k -> Thread.create (run (k + 1)) ()) in
  run 0 ();
  List.iter Thread.join others;
  Array.to_list results

let seconds = ref (Support.setting "BACTRIAN_SECONDS" 60)
let domains = ref 2
let threads = ref 4

let () =
  Arg.parse
    [
      ("--seconds", Arg.Set_int seconds, "N how long (60)");
      ("--domains", Arg.Set_int domains, "N how many domains (2)");
      ("--threads", Arg.Set_int threads, "N how many threads each of them has (4)");
    ]
    (fun extra -> raise (Arg.Bad ("not understood: " ^ extra)))
    "stress [--seconds N] [--domains N] [--threads N]";
  let before = Support.counts () in
  let deadline = Unix.gettimeofday () +. float !seconds in
  let compacting =
    Thread.create
      (fun () ->
        while Unix.gettimeofday () < deadline do
          Thread.delay 0.1;
          Gc.compact ()
        done)
      ()
  in
  let results =
    Support.quietly (fun () ->
        let others =
          List.init (!domains - 1) (fun k ->
              Domain.spawn (fun () ->
                  one_domain ~deadline ~threads:!threads ~seed:(100 * (k + 1))))
        in
        let mine = one_domain ~deadline ~threads:!threads ~seed:0 in
        mine @ List.concat_map Domain.join others)
  in
  Thread.join compacting;
  let total = Array.make (Array.length operations) 0 in
  let failures =
    List.filter_map
      (function
        | Ok done_ ->
            Array.iteri (fun i n -> total.(i) <- total.(i) + n) done_;
            None
        | Error message -> Some message)
      results
  in
  Array.iteri
    (fun i (name, _, _) -> Printf.printf "%-24s %9d\n" name total.(i))
    operations;
  (* One that is dropped may have held the root of another. *)
  let rec settled tries =
    Gc.full_major ();
    ignore (Bactrian.Rust_value.drain ());
    let made, dropped = counts () in
    if made = dropped || tries = 0 then (made, dropped) else settled (tries - 1)
  in
  let made, dropped = settled 10 in
  Gc.full_major ();
  let before_stacks, _, before_boxes = before in
  let stacks, boxes = Support.settle (before_stacks, before_boxes) 100 in
  Printf.printf "%-24s %9d made, %d dropped\n%-24s %9d on stacks, %d boxed\n%!"
    "values of Rust" made dropped "roots left" (stacks - before_stacks)
    (boxes - before_boxes);
  let failures =
    failures
    @ (if Array.exists (fun n -> n = 0) total then [ "something was never done" ] else [])
    @ (if made <> dropped then [ "a value of Rust was lost" ] else [])
    @
    if (stacks, boxes) <> (before_stacks, before_boxes) then [ "a root was lost" ] else []
  in
  List.iter (Printf.printf "FAILED: %s\n") failures;
  Printf.printf "stress: %d s, %d domains, %d threads each: %s\n" !seconds !domains
    !threads
    (if failures = [] then "all right" else "FAILED");
  exit (if failures = [] then 0 else 1)
