(* Streams of Rust's that OCaml reads, and of OCaml's that Rust reads. *)

open Checks
module Stream = Bactrian.Stream

external drops : unit -> int = "s_drops"
external made : unit -> int = "s_made"
external count : int -> int Stream.t = "s_count"
external yield : int -> int Stream.t = "s_yield"
external sleep : int -> int -> int Stream.t = "s_sleep"
external words : string -> string Stream.t = "s_words"
external spawned : int -> int Stream.t = "s_spawned"
external refuse : int -> bool -> int Stream.t = "s_refuse"
external results : int -> (int, string) result Stream.t = "s_results"
external panic : int -> bool -> int Stream.t = "s_panic"
external too_large : unit -> int Stream.t = "s_too_large"
external lost : unit -> int Stream.t = "s_lost"
external fed : int -> int Stream.t = "s_fed"
external feed : int -> int -> bool = "s_feed"
external feed_later : int -> int -> unit = "s_feed_later"
external feed_end : int -> unit = "s_feed_end"
external strays : unit -> int = "s_strays"
external stays : int -> int Stream.t = "s_stays"
external asking : (int -> int) -> int -> int Stream.t = "s_asking"
external streams : unit -> int = "s_streams"
external bound : int -> int Future.t = "s_bound"
external sum : int Stream.t -> bool -> int Future.t = "s_sum"
external first_error : int Stream.t -> int Future.t = "s_first_error"
external take : int Stream.t -> int -> int list Future.t = "s_take"
external impatient : int Stream.t -> bool -> int list Future.t = "s_impatient"

(* When all that earlier cases left behind is collected. *)
let drops_now () =
  let rec settle n =
    Gc.full_major ();
    Future.await (Future.sleep 0.002);
    if drops () = n then n else settle (drops ())
  in
  settle (drops ())

(* {1 Reading} *)

let test_elements _ =
  ints "at once" (upto 10) (Stream.to_list (count 10));
  ints "one turn each" (upto 100) (Stream.to_list (yield 100));
  ints "some time each" (upto 4) (Stream.to_list (sleep 4 2));
  Alcotest.(check (list string))
    "strings" [ "a"; "few"; "words" ]
    (Stream.to_list (words "a few words"));
  ints "spawned by it" (upto 50) (Stream.to_list (spawned 50));
  ints "none" [] (Stream.to_list (count 0));
  int "folded" 55 (Stream.fold ( + ) 0 (yield 10));
  let seen = ref [] in
  Stream.iter (fun n -> seen := n :: !seen) (count 3);
  ints "iterated" [ 3; 2; 1 ] !seen;
  ints "mapped" [ 2; 4; 6 ] (Stream.to_list (Stream.map (fun n -> 2 * n) (yield 3)));
  Alcotest.(check (list (result int string)))
    "results" [ Ok 1; Error "2"; Ok 3 ]
    (Stream.to_list (results 3));
  let t = count 2 in
  ignore (Stream.to_list t);
  element "ended" None (Stream.next t);
  element "for ever" None (Stream.next t)

let test_seq _ =
  let seq = Stream.to_seq (yield 5) in
  ints "all" (upto 5) (List.of_seq seq);
  let before = made () in
  ints "only what is wanted" [ 2; 4 ]
    (List.of_seq (Seq.take 2 (Seq.map (fun n -> 2 * n) (Stream.to_seq (count 1000)))));
  int "two were made" (before + 2) (made ())

let test_back_pressure host =
  let before = made () in
  let t = count 1000 in
  host.Host.sleep 0.005;
  int "none is made in advance" before (made ());
  for n = 1 to 10 do
    element "next" (Some n) (Stream.next t);
    host.Host.sleep 0.0005;
    int "no more than asked for" (before + n) (made ())
  done;
  Stream.close t

let test_poll host =
  let t = fed 100 in
  bool "nothing yet" true (Stream.poll t = None);
  bool "and still nothing" true (Stream.poll t = None);
  bool "fed" true (feed 100 7);
  let rec wait n =
    match Stream.poll t with
    | Some outcome -> outcome
    | None when n > 0 ->
        host.Host.sleep 0.001;
        wait (n - 1)
    | None -> Alcotest.fail "it never came"
  in
  bool "there" true (wait 2000 = Ok (Some 7));
  feed_end 100;
  element "the end" None (Stream.next t);
  bool "at once" true (Stream.poll t = Some (Ok None))

(* {1 Ends} *)

let test_errors _ =
  List.iter
    (fun later ->
      let t = refuse 7 later in
      let next () =
        match Stream.next t with exception Failure text -> Error text | v -> Ok v
      in
      Alcotest.(check (list (result (option int) string)))
        "each third"
        [
          Ok (Some 1);
          Ok (Some 2);
          Error "3 is refused";
          Ok (Some 4);
          Ok (Some 5);
          Error "6 is refused";
          Ok (Some 7);
          Ok None;
          Ok None;
        ]
        (List.init 9 (fun _ -> next ())))
    [ false; true ];
  let t = too_large () in
  element "first" (Some 1) (Stream.next t);
  (match failure (fun () -> Stream.next t) with
  | Invalid_argument text -> bool text true (contains text "9223372036854775807")
  | exn -> raise exn);
  element "it goes on" (Some 3) (Stream.next t);
  element "and ends" None (Stream.next t)

let test_panic _ =
  List.iter
    (fun later ->
      let before = drops_now () in
      let t = panic 2 later in
      element "one" (Some 1) (Stream.next t);
      element "two" (Some 2) (Stream.next t);
      (match failure (fun () -> Stream.next t) with
      | Bactrian.Rust_panic (text, place) ->
          Alcotest.(check string) "message" "no more than 2" text;
          bool place true (contains place "tasks_streams.rs")
      | exn -> raise exn);
      eventually "dropped" (fun () -> drops () = before + 1);
      element "ended" None (Stream.next t);
      element "for ever" None (Stream.next t))
    [ false; true ]

let test_lost _ =
  let before = drops_now () in
  (* The element is lost, and with it what would have made others. *)
  match failure (fun () -> Stream.next (lost ())) with
  | Bactrian.Dropped what ->
      Alcotest.(check string) "what" "s_lost" what;
      eventually "dropped" (fun () ->
          Gc.full_major ();
          drops () = before + 1)
  | exn -> raise exn

let test_close _ =
  let before = drops_now () in
  let t = fed 110 in
  let future = Stream.next_future t in
  Stream.close t;
  element "whoever waits is told" None (Future.await future);
  element "ended" None (Stream.next t);
  eventually "dropped" (fun () -> drops () = before + 1);
  bool "nobody listens" false (feed 110 1);
  Stream.close t;
  let t = count 10 in
  element "one" (Some 1) (Stream.next t);
  Stream.close t;
  element "closed" None (Stream.next t);
  eventually "dropped too" (fun () -> drops () = before + 2);
  Stream.close (yield 2);
  eventually "never read" (fun () -> drops () = before + 3)

let test_closed_by_itself _ =
  (* What makes an element closes the stream, and asks it. *)
  let before = drops_now () in
  let itself = ref None in
  let t =
    asking
      (fun n ->
        if n = 2 then Option.iter Stream.close !itself;
        n)
      5
  in
  itself := Some t;
  element "one" (Some 1) (Stream.next t);
  element "closed meanwhile" None (Stream.next t);
  element "ended" None (Stream.next t);
  eventually "dropped" (fun () -> drops () = before + 1);
  let asked = ref None in
  let t =
    asking
      (fun n ->
        if n = 1 then asked := Option.map (fun t -> Stream.next_future t) !itself;
        10 * n)
      2
  in
  itself := Some t;
  element "one" (Some 10) (Stream.next t);
  element "its own" (Some 20) (Future.await (Option.get !asked));
  element "the end" None (Stream.next t);
  itself := None

let[@inline never] read_some n =
  let t = count 1000 in
  for _ = 1 to n do
    ignore (Stream.next t)
  done;
  let t = fed 120 in
  ignore (Stream.poll t)

let test_collected _ =
  let before = drops_now () in
  read_some 3;
  eventually "both are dropped" (fun () ->
      Gc.full_major ();
      drops () = before + 2);
  (* One that somebody waits for is not. *)
  let waiting = Stream.next_future (fed 121) in
  Gc.full_major ();
  Gc.full_major ();
  bool "fed" true (feed 121 5);
  element "it was there" (Some 5) (Future.await waiting);
  feed_end 121

(* {1 Cancelling} *)

let test_cancel _ =
  let t = fed 130 in
  let one = Stream.next_future t and two = Stream.next_future t in
  Future.cancel one;
  bool "one" true (feed 130 1);
  element "for the other" (Some 1) (Future.await two);
  let three = Stream.next_future t in
  Future.cancel three;
  bool "two" true (feed 130 2);
  bool "three" true (feed 130 3);
  bool "cancelled" true (failure (fun () -> Future.await three) = Future.Cancelled);
  (* It comes while nobody waits. *)
  Future.await (Future.sleep 0.005);
  element "kept" (Some 2) (Stream.next t);
  element "next" (Some 3) (Stream.next t);
  feed_end 130;
  element "the end" None (Stream.next t)

let test_nothing_lost host =
  (* Elements come from another thread while those who wait change their minds. *)
  let n = if host.Host.moves then 300 else 3_000 in
  let t = fed 131 in
  feed_later 131 n;
  let seen = ref [] in
  let rec go k =
    let future = Stream.next_future t in
    if k mod 3 = 0 then Future.cancel future
    else if k mod 3 = 1 then ignore (Future.await_timeout future 0.00005);
    if k mod 3 <> 2 then Future.cancel future;
    if k mod 16 = 0 then Future.await (Future.sleep 0.0005);
    match Future.await future with
    | Some n ->
        seen := n :: !seen;
        go (k + 1)
    | None -> ()
    | exception Future.Cancelled -> go (k + 1)
  in
  go 0;
  ints "each once, in order" (upto n) (List.rev !seen)

(* {1 Threads and domains} *)

let test_together host =
  let n = if host.Host.moves then 300 else 2_000 in
  let t = fed 140 in
  feed_later 140 n;
  let seen = Array.init 4 (fun _ -> []) in
  host.Host.together
    (List.init 4 (fun k () ->
         Stream.iter
           (fun n ->
             (match seen.(k) with
             | last :: _ -> bool "in order" true (last < n)
             | [] -> ());
             seen.(k) <- n :: seen.(k))
           t));
  ints "each once" (upto n) (List.sort compare (List.concat (Array.to_list seen)))

let test_elsewhere _ =
  let t = yield 100 in
  element "here" (Some 1) (Stream.next t);
  let domain = Domain.spawn (fun () -> List.init 50 (fun _ -> Stream.next t)) in
  (* Its own domain has to have its turn. *)
  eventually "read there" (fun () -> made () > 0 && Stream.next t <> None);
  ignore (Stream.fold (fun n _ -> n + 1) 0 t);
  ignore (Domain.join domain);
  element "ended" None (Stream.next t);
  let before = drops_now () in
  let t = fed 141 in
  Domain.join (Domain.spawn (fun () -> Stream.close t));
  eventually "closed elsewhere" (fun () -> drops () = before + 1)

let test_not_send host =
  if host.Host.moves then
    match stays 3 with
    | exception Failure message -> bool message true (contains message "not Send")
    | _ -> Alcotest.fail "accepted"
  else (
    ints "read" (upto 20) (Stream.to_list (stays 20));
    let t = stays 60 in
    let sum = Atomic.make 0 in
    let read () = Stream.iter (fun n -> ignore (Atomic.fetch_and_add sum n)) t in
    let others = List.init 3 (fun _ -> Thread.create read ()) in
    read ();
    List.iter Thread.join others;
    int "read by four threads" (60 * 61 / 2) (Atomic.get sum);
    let before = drops_now () in
    let t = stays 10 in
    element "one" (Some 1) (Stream.next t);
    let thread = Thread.create (fun () -> Stream.close t) () in
    eventually "closed by another thread" (fun () -> drops () = before + 1);
    Thread.join thread);
  int "none strayed" 0 (strays ())

let test_domain_end host =
  let before = drops_now () in
  let t, waiting =
    Domain.join
      (Domain.spawn (fun () ->
           let t = fed 142 in
           let waiting = Stream.next_future t in
           let idle = count 10 in
           ignore (Stream.next idle);
           (idle, waiting)))
  in
  (match failure (fun () -> Future.await waiting) with
  | Bactrian.Dropped what -> Alcotest.(check string) "what" "s_fed" what
  | exn -> raise exn);
  element "the other has ended" None (Stream.next t);
  if host.Host.moves then eventually "both" (fun () -> drops () = before + 2)
  else int "both are dropped" (before + 2) (drops ())

let test_thread_end host =
  (* A thread ends with a future and a stream that it alone could poll. *)
  if not host.Host.moves then (
    let future = ref (Future.return 0) and stream = ref (Stream.of_seq Seq.empty) in
    Thread.join
      (Thread.create
         (fun () ->
           (try future := bound 150 with Failure _ -> ());
           try stream := stays 5 with Failure _ -> ())
         ());
    match Future.await_timeout !future 10. with
    | Some 0 -> () (* Such futures are refused in other threads than the host's. *)
    | Some _ | None -> Alcotest.fail "it is still pending"
    | exception Bactrian.Dropped what -> (
        Alcotest.(check string) "what" "s_bound" what;
        match Stream.next !stream with
        | None -> ()
        | Some _ -> Alcotest.fail "who made it?"
        | exception Bactrian.Dropped _ -> ()))

(* {1 Rust reads} *)

exception Mine

let test_rust_reads _ =
  List.iter
    (fun elsewhere ->
      int "a sequence" 55
        (Future.await (sum (Stream.of_seq (List.to_seq (upto 10))) elsewhere));
      int "Rust's own" 55 (Future.await (sum (yield 10) elsewhere));
      let left = ref 20 in
      let later () =
        decr left;
        if !left < 0 then Future.return None
        else Future.map (fun () -> Some 1) (Future.sleep 0.0005)
      in
      int "that waits" 20 (Future.await (sum (Stream.from later) elsewhere));
      int "an error each third"
        (1 + 2 + 1000 + 4 + 5 + 1000 + 7)
        (Future.await (sum (refuse 7 true) elsewhere));
      let seen = ref 0 in
      let numbers =
        Stream.from (fun () ->
            incr seen;
            Future.return (Some !seen))
      in
      ints "impatient" (upto 30) (Future.await (impatient (sleep 30 1) elsewhere));
      ints "three" (upto 3) (Future.await (take numbers 3));
      int "and no more" 3 !seen)
    [ false; true ];
  let t = Stream.from (fun () -> raise Mine) in
  bool "the same exception" true (failure (fun () -> Future.await (first_error t)) == Mine)

let test_rust_lets_go _ =
  let closed = ref false in
  let numbers = Seq.ints 1 in
  let rest = ref numbers in
  let t =
    Stream.from
      ~close:(fun () -> closed := true)
      (fun () ->
        match !rest () with
        | Seq.Nil -> Future.return None
        | Seq.Cons (n, others) ->
            rest := others;
            Future.return (Some n))
  in
  ints "some" (upto 5) (Future.await (take t 5));
  eventually "closed" (fun () -> !closed);
  element "ended" None (Stream.next t);
  let before = drops_now () in
  ints "of Rust's" (upto 2) (Future.await (take (count 10) 2));
  eventually "dropped" (fun () -> drops () = before + 1)

(* {1 Memory} *)

let test_memory host =
  (* Where each one that waits goes from domain to domain, and what is collected waits for
     the domain that made it to do something. *)
  let few = if host.Host.moves then 1_000 else 5_000 in
  flat "elements" (fun () ->
      int "count" 100_000 (Stream.fold (fun n _ -> n + 1) 0 (count 100_000)));
  flat "elements that wait" (fun () ->
      int "count" few (Stream.fold (fun n _ -> n + 1) 0 (yield few)));
  let before = streams () in
  flat "streams" (fun () ->
      for _ = 1 to few / 3 do
        ignore (Stream.to_list (count 2))
      done);
  flat "streams that are closed" (fun () ->
      for _ = 1 to few / 3 do
        let t = fed 160 in
        ignore (Stream.poll t);
        Stream.close t
      done;
      (* Whoever drives drops what was asked for. *)
      Future.await (Future.sleep 0.02));
  int "none is left" before (streams ());
  flat "read by Rust" (fun () ->
      int "sum" 50_005_000 (Future.await (sum (count 10_000) false)))

let cases (host : Host.t) =
  let case name = Host.case host name in
  [
    ( host.name ^ ": streams",
      [
        case "elements" test_elements;
        case "sequences" test_seq;
        case "back-pressure" test_back_pressure;
        case "polled" test_poll;
        case "errors" test_errors;
        case "panics" test_panic;
        case "out of reach" test_lost;
        case "closed" test_close;
        case "closed and asked by itself" test_closed_by_itself;
        case "collected" test_collected;
        case "cancelled" test_cancel;
        case "nothing is lost" test_nothing_lost;
        case "four readers" test_together;
        case "other domains" test_elsewhere;
        case "not Send" test_not_send;
        case "domains that end" test_domain_end;
        case "threads that end" test_thread_end;
        case "read by Rust" test_rust_reads;
        case "read in part by Rust" test_rust_lets_go;
        case "flat memory" test_memory;
      ] );
  ]
