(* Bounded channels, both ways and between fibres. *)

open Checks
module Stream = Bactrian.Stream
module Channel = Bactrian.Channel

external open_ : int -> int -> int Channel.sender = "c_open"
external receive : int -> int option Future.t = "c_receive"
external hang_up : int -> unit = "c_hang_up"
external collect : int -> (int list * string) Future.t = "c_collect"
external sent : unit -> int = "c_sent"
external produce : int -> int -> int -> (int * int) Stream.t = "c_produce"
external fail : int -> int Stream.t = "c_fail"
external semantics : unit -> int Future.t = "c_semantics"
external mix : int -> int -> int -> (int * int) Channel.sender = "c_mix"
external mixed : int -> int list option = "c_mixed"
external echo : int Stream.t -> int Stream.t = "c_echo"
external sum : int Stream.t -> bool -> int Future.t = "s_sum"

let closed name f = bool name true (failure f = Channel.Closed)

let send_upto sender n =
  for n = 1 to n do
    Channel.send sender n
  done;
  Channel.close sender

(* {1 From OCaml to Rust} *)

let test_sends host =
  let sender = open_ 1 3 in
  List.iter (Channel.send sender) [ 1; 2; 3 ];
  bool "full" false (Channel.try_send sender 4);
  let waits = Channel.send_future sender 4 in
  bool "it waits" true (Future.poll waits = None);
  bool "others come first" false (Channel.try_send sender 5);
  element "one" (Some 1) (Future.await (receive 1));
  Future.await waits;
  bool "full again" false (Channel.try_send sender 5);
  let seen = ref [] in
  host.Host.together
    [
      (fun () -> List.iter (Channel.send sender) [ 5; 6; 7 ]);
      (fun () ->
        for _ = 2 to 7 do
          seen := Option.get (Future.await (receive 1)) :: !seen
        done);
    ];
  ints "in order" [ 7; 6; 5; 4; 3; 2 ] !seen;
  (* One that is cancelled is not sent. *)
  List.iter (Channel.send sender) [ 8; 9; 10 ];
  let cancelled = Channel.send_future sender (-1) in
  let next = Channel.send_future sender 11 in
  Future.cancel cancelled;
  Channel.close sender;
  closed "whoever waits" (fun () -> Future.await next);
  closed "a new one" (fun () -> Channel.send sender 12);
  closed "at once" (fun () -> Channel.try_send sender 12);
  let all, ended = Future.await (collect 1) in
  ints "what was sent" [ 8; 9; 10 ] all;
  Alcotest.(check string) "and the end" "end" ended

exception Mine

let test_fails _ =
  let sender = open_ 2 8 in
  List.iter (Channel.send sender) [ 1; 2 ];
  Channel.fail sender Mine;
  Channel.fail sender Exit;
  Channel.close sender;
  closed "it has failed" (fun () -> Channel.send sender 3);
  element "what was sent" (Some 1) (Future.await (receive 2));
  element "all of it" (Some 2) (Future.await (receive 2));
  bool "the same exception" true (failure (fun () -> Future.await (receive 2)) == Mine);
  element "once" None (Future.await (receive 2));
  hang_up 2;
  let sender = open_ 3 8 in
  Channel.send sender 1;
  Channel.fail sender (Failure "no more");
  let all, ended = Future.await (collect 3) in
  ints "on tokio" [ 1 ] all;
  bool ended true (ended <> "end")

let test_hangs_up _ =
  let sender = open_ 4 1 in
  Channel.send sender 1;
  let waits = Channel.send_future sender 2 in
  hang_up 4;
  closed "whoever waits" (fun () -> Future.await waits);
  closed "a new one" (fun () -> Channel.send sender 3)

let test_collected _ =
  (* The last sender that is collected closes the channel. *)
  let[@inline never] send_some () =
    let sender = open_ 6 4 in
    List.iter (Channel.send sender) [ 1; 2; 3 ]
  in
  send_some ();
  let collected = collect 6 in
  let rec wait n =
    Gc.full_major ();
    match Future.await_timeout collected 0.01 with
    | Some (all, ended) ->
        ints "all" (upto 3) all;
        Alcotest.(check string) "the end" "end" ended
    | None -> if n = 0 then Alcotest.fail "still open" else wait (n - 1)
  in
  wait 200

(* {1 From Rust to OCaml} *)

let test_produced host =
  let before = sent () in
  let t = produce 5 1 1000 in
  host.Host.sleep 0.02;
  bool "no more than there is room for" true (sent () - before <= 5);
  for n = 0 to 99 do
    bool "in order" true (Stream.next t = Some (0, n));
    let ahead = sent () - before - n - 1 in
    bool (Printf.sprintf "%d ahead" ahead) true (ahead <= 5)
  done;
  Stream.close t;
  let after = sent () in
  host.sleep 0.01;
  bool "told" true (sent () - after <= 1);
  int "all of three" 300 (Stream.fold (fun n _ -> n + 1) 0 (produce 2 3 100));
  let t = fail 3 in
  ints "what was sent" (upto 3) (List.init 3 (fun _ -> Option.get (Stream.next t)));
  (match failure (fun () -> Stream.next t) with
  | Failure text -> Alcotest.(check string) "the error" "out of numbers" text
  | exn -> raise exn);
  element "and the end" None (Stream.next t)

let test_semantics _ =
  Alcotest.(check (option int))
    "as documented" (Some 42)
    (Future.await_timeout (semantics ()) 60.)

(* {1 OCaml's own} *)

let test_own host =
  let sender, t = Channel.create 2 in
  bool "empty" true (Stream.poll t = None);
  bool "one" true (Channel.try_send sender 1);
  element "received" (Some 1) (Stream.next t);
  Channel.send sender 2;
  Channel.send sender 3;
  bool "full" false (Channel.try_send sender 4);
  let waits = Channel.send_future sender 4 and cancelled = Channel.send_future sender 5 in
  let last = Channel.send_future sender 6 in
  Future.cancel cancelled;
  ints "in order" [ 2; 3; 4; 6 ] (List.init 4 (fun _ -> Option.get (Stream.next t)));
  Future.await waits;
  Future.await last;
  Channel.send sender 7;
  Channel.fail sender Mine;
  closed "failed" (fun () -> Channel.send sender 8);
  element "what was sent" (Some 7) (Stream.next t);
  bool "the exception" true (failure (fun () -> Stream.next t) == Mine);
  element "once" None (Stream.next t);
  (* Closed while somebody waits, on both sides. *)
  let sender, t = Channel.create 1 in
  let waits = Stream.next_future t in
  Channel.close sender;
  element "told" None (Future.await waits);
  let sender, t = Channel.create 1 in
  Channel.send sender 1;
  let waits = Channel.send_future sender 2 in
  Channel.close sender;
  closed "told" (fun () -> Future.await waits);
  ints "what was sent" [ 1 ] (Stream.to_list t);
  let sender, t = Channel.create 1 in
  Channel.send sender 1;
  let waits = Channel.send_future sender 2 in
  Stream.close t;
  closed "hung up" (fun () -> Future.await waits);
  closed "a new one" (fun () -> Channel.send sender 3);
  (match failure (fun () -> Channel.create 0) with
  | Invalid_argument _ -> ()
  | exn -> raise exn);
  (* More than there is room for. *)
  let n = if host.Host.moves then 300 else 2_000 in
  let sender, t = Channel.create 7 in
  let all = ref [] in
  host.Host.together
    [ (fun () -> send_upto sender n); (fun () -> all := Stream.to_list t) ];
  ints "all" (upto n) !all

let test_to_rust host =
  let n = if host.Host.moves then 100 else 500 in
  List.iter
    (fun elsewhere ->
      let sender, t = Channel.create 4 in
      let total = sum t elsewhere in
      host.Host.together
        [
          (fun () -> send_upto sender n);
          (fun () -> int "the sum" (n * (n + 1) / 2) (Future.await total));
        ])
    [ false; true ];
  (* Rust lets go of it. *)
  let sender, t = Channel.create 4 in
  let back = echo t in
  Channel.send sender 1;
  element "and back" (Some 1) (Stream.next back);
  Channel.fail sender Mine;
  bool "the exception too" true (failure (fun () -> Stream.next back) == Mine);
  element "the end" None (Stream.next back);
  let sender, t = Channel.create 4 in
  let back = echo t in
  Channel.send sender 1;
  element "one" (Some 1) (Stream.next back);
  Stream.close back;
  let rec until_closed n =
    match Channel.send sender n with
    | () -> if n < 5_000 then until_closed (n + 1) else Alcotest.fail "nobody said so"
    | exception Channel.Closed -> ()
  in
  until_closed 2

(* {1 All at once} *)

(* Some sends are cancelled: these may have been sent, from another domain than their own even after later ones. All others
   have been, in order. *)
let check_producer name count cancelled received =
  let received = List.filter (fun n -> not (Hashtbl.mem cancelled n)) received in
  let rec go expected = function
    | [] ->
        for n = expected to count - 1 do
          bool (Printf.sprintf "%s: %d is missing" name n) true (Hashtbl.mem cancelled n)
        done
    | n :: rest ->
        bool (Printf.sprintf "%s: %d after %d" name n (expected - 1)) true (n >= expected);
        for missing = expected to n - 1 do
          bool
            (Printf.sprintf "%s: %d is missing" name missing)
            true
            (Hashtbl.mem cancelled missing)
        done;
        go (n + 1) rest
  in
  go 0 received

let send_all sender producer count cancelled () =
  for n = 0 to count - 1 do
    match n mod 4 with
    | 0 -> Channel.send sender (producer, n)
    | 1 ->
        if not (Channel.try_send sender (producer, n)) then
          Channel.send sender (producer, n)
    | 2 -> (
        let future = Channel.send_future sender (producer, n) in
        if n mod 3 = 0 then Future.cancel future;
        match Future.await future with
        | () -> ()
        | exception Future.Cancelled -> Hashtbl.replace cancelled n ())
    | _ -> (
        let future = Channel.send_future sender (producer, n) in
        match Future.await_timeout future 0.0001 with
        | Some () -> ()
        | None -> (
            Future.cancel future;
            match Future.await future with
            | () -> ()
            | exception Future.Cancelled -> Hashtbl.replace cancelled n ()))
  done

let test_mixed host =
  (* Domainslib's own threads keep the lock while they look for work, and others wait for it. *)
  let count = if host.Host.moves then 40 else 400 in
  let cancelled = Array.init 8 (fun _ -> Hashtbl.create 16) in
  let mixed_in sender =
    let domains =
      List.init 2 (fun k ->
          Domain.spawn (send_all sender (6 + k) count cancelled.(6 + k)))
    in
    host.Host.together
      (List.init 3 (fun k -> send_all sender (3 + k) count cancelled.(3 + k)));
    List.iter Domain.join domains
  in
  let sender = mix 5 3 count in
  mixed_in sender;
  let rec received producer n =
    match mixed producer with
    | Some all when producer < 0 || producer > 2 || List.length all = count -> all
    | _ when n = 0 -> Alcotest.fail "it takes too long"
    | _ ->
        host.Host.sleep 0.002;
        received producer (n - 1)
  in
  for worker = 0 to 2 do
    ints "tokio's" (List.init count Fun.id) (received worker 5000)
  done;
  Channel.close sender;
  ignore (received (-1) 5000);
  for producer = 3 to 7 do
    check_producer
      (Printf.sprintf "to Rust, %d" producer)
      count cancelled.(producer) (received producer 0)
  done;
  (* The same through a channel of OCaml's, read by several fibres. *)
  Array.iter Hashtbl.reset cancelled;
  let sender, t = Channel.create 5 in
  let seen = Array.init 2 (fun _ -> []) in
  let domain =
    Domain.spawn (fun () -> Stream.iter (fun pair -> seen.(0) <- pair :: seen.(0)) t)
  in
  host.Host.together
    [
      (fun () -> Stream.iter (fun pair -> seen.(1) <- pair :: seen.(1)) t);
      (fun () ->
        let threads =
          List.init 2 (fun k ->
              Thread.create (send_all sender (6 + k) count cancelled.(6 + k)) ())
        in
        List.iter (fun k -> send_all sender k count cancelled.(k) ()) [ 3; 4; 5 ];
        while List.exists (fun k -> not (Channel.try_send sender (k, count))) [ 6 ] do
          host.Host.sleep 0.001
        done;
        List.iter Thread.join threads;
        Channel.close sender);
    ];
  Domain.join domain;
  for producer = 3 to 7 do
    let of_producer all =
      List.filter_map
        (fun (k, n) -> if k = producer && n < count then Some n else None)
        (List.rev all)
    in
    let first = of_producer seen.(0) and second = of_producer seen.(1) in
    bool "each reader in order" true
      (List.sort compare first = first && List.sort compare second = second);
    check_producer
      (Printf.sprintf "within OCaml, %d" producer)
      count cancelled.(producer)
      (List.merge compare first second)
  done

(* {1 Memory} *)

let test_memory host =
  let n = if host.Host.moves then 1_000 else 50_000 in
  flat "to Rust" (fun () ->
      let sender = open_ 7 64 in
      let all = collect 7 in
      send_upto sender n;
      int "all" n (List.length (fst (Future.await all))));
  flat "from Rust" (fun () ->
      int "all" n (Stream.fold (fun n _ -> n + 1) 0 (produce 64 2 (n / 2))));
  flat "within OCaml" (fun () ->
      let sender, t = Channel.create 64 in
      let count = ref 0 in
      host.Host.together
        [
          (fun () -> send_upto sender n); (fun () -> Stream.iter (fun _ -> incr count) t);
        ];
      int "all" n !count);
  flat "cancelled" (fun () ->
      let sender = open_ 8 1 in
      Channel.send sender 1;
      for n = 1 to 2_000 do
        Future.cancel (Channel.send_future sender n)
      done;
      hang_up 8)

let cases (host : Host.t) =
  let case name = Host.case host name in
  [
    ( host.name ^ ": channels",
      [
        case "OCaml sends" test_sends;
        case "failures" test_fails;
        case "the receiver goes" test_hangs_up;
        case "the senders are collected" test_collected;
        case "Rust sends" test_produced;
        case "as documented" test_semantics;
        case "OCaml's own" test_own;
        case "OCaml's own, to Rust" test_to_rust;
        case "many producers" test_mixed;
        case "flat memory" test_memory;
      ] );
  ]
