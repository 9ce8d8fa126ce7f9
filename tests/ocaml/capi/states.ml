(* Regions, sub-regions open, while exceptions, other languages, systhreads, domains and fibres come between. *)

open Core_support.Checks

external by_rust : ('a -> 'b) -> 'a -> 'b = "calls_by_rust"
external by_callback : ('a -> 'b) -> 'a -> 'b = "calls_by_callback"
external by_icaml : ('a -> 'b) -> 'a -> 'b = "calls_by_icaml"
external cxx_call : ('a -> 'b) -> 'a -> 'b = "cxx_call"
external of_rust : (int -> int) -> int -> int = "g_deep"
external locks_by_rust : unit -> int = "locks_by_rust"

let check_int = Alcotest.(check int)

(* Each calls its function from sub-regions: by C through three doors, by C++, by Rust. C calls three times, and gives the
   argument back when the function raises; the others raise. *)
let ways = [| by_rust; by_callback; by_icaml; cxx_call; of_rust |]

exception Up of int

let rec through depth f x =
  if depth = 0 then f x
  else ways.(depth mod Array.length ways) (fun x -> through (depth - 1) f x) x

let frames () =
  for depth = 0 to 7 do
    let compacted = ref false in
    check_int "a value" 8 (through depth succ 7);
    check_int "with collections" 8
      (through depth
         (fun x ->
           Gc.minor ();
           if depth land 3 = 3 && not !compacted then Gc.compact ();
           compacted := true;
           x + 1)
         7);
    match through depth (fun x -> raise (Up x)) 7 with
    | x -> check_int "given back" 7 x
    | exception Up x -> check_int "raised" 7 x
  done

(* Threads that switch while each has sub-regions open, and come back in another order. *)
let switching () =
  let wrong = Atomic.make 0 in
  let worker k () =
    for i = 1 to 20 do
      let f x =
        Thread.yield ();
        ignore (Sys.opaque_identity (String.make ((i * 37) + k) 'x'));
        Thread.yield ();
        x + 1
      in
      if through (1 + ((i + k) mod 5)) f i <> i + 1 then Atomic.incr wrong
    done
  in
  let threads = List.init 4 (fun k -> Thread.create (worker k) ()) in
  worker 4 ();
  List.iter Thread.join threads;
  check_int "wrong" 0 (Atomic.get wrong)

let rec nested depth x =
  by_icaml
    (fun x ->
      let inner () = if depth = 0 then through 5 succ x else nested (depth - 1) x in
      let domain = Domain.spawn inner in
      let here = through 2 succ x in
      assert (Domain.join domain = x + 1);
      here)
    x

let domains () = check_int "nested" 8 (nested 2 7)

(* A fibre that is started in a callback, and suspended there: no frame of C is in it, but regions are open around. It goes on
   elsewhere, later, or never. *)

type _ Effect.t += Wait : int Effect.t
type suspended = (int, int) Effect.Deep.continuation option ref

let start (suspended : suspended) f x =
  let open Effect.Deep in
  match_with f x
    {
      retc = Fun.id;
      exnc = raise;
      effc =
        (fun (type a) (e : a Effect.t) ->
          match e with
          | Wait ->
              Some
                (fun (k : (a, int) continuation) ->
                  suspended := Some k;
                  -1)
          | _ -> None);
    }

(* The ways that call once. *)
let once f x = cxx_call (of_rust f) x

let body x =
  (* Regions before, between and after, never across. *)
  let before = through 3 succ x in
  let answer = Effect.perform Wait in
  Gc.minor ();
  let after = through 4 (fun x -> x + answer) before in
  after + through 2 succ 0

let take (suspended : suspended) =
  match !suspended with
  | Some k ->
      suspended := None;
      k
  | None -> Alcotest.fail "nothing was suspended"

let resume k = Effect.Deep.continue k 10

let fibres () =
  let suspended = ref None in
  let suspend () =
    check_int "suspended" (-1) (through 1 (start suspended body) 1);
    take suspended
  in
  (* C calls three times: three are suspended, of which two never go on. *)
  check_int "here" 13 (resume (suspend ()));
  check_int "below other regions" 13 (through 3 (fun _ -> resume (suspend ())) 0);
  check_int "on another domain" 13
    (let k = suspend () in
     Domain.join (Domain.spawn (fun () -> once (fun _ -> resume k) 0)));
  let k = suspend () in
  let found = ref 0 in
  Thread.join (Thread.create (fun () -> found := resume k) ());
  check_int "on another systhread" 13 !found;
  (match Effect.Deep.discontinue (suspend ()) Exit with
  | _ -> Alcotest.fail "no exception"
  | exception Exit -> ());
  (* Below C, nobody handles it. *)
  let unhandled x =
    match through 3 (fun _ -> Effect.perform Wait) x with
    | x -> x
    | exception Effect.Unhandled Wait -> x
  in
  check_int "unhandled" 5 (start suspended unhandled 5);
  Gc.compact ()

let locks () =
  for _ = 1 to 10 do
    check_int "sums" 12 (locks_by_rust ())
  done

let cases =
  [
    ("frames of other languages", frames);
    ("systhreads that switch", switching);
    ("nested domains", domains);
    ("the lock taken by Rust", locks);
  ]
  (* Valgrind takes a switch to the stack of a fibre close by for a return, and what was left behind for free. *)
  @ if Sys.getenv_opt "CAPI_FIBRES" = Some "no" then [] else [ ("fibres", fibres) ]
