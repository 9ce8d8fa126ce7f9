(* Streams and channels of Rust's under Lwt, and between Lwt and direct style. *)

open Lwt.Syntax
module Future = Bactrian.Future
module Stream = Bactrian.Stream
module Channel = Bactrian.Channel

external drops : unit -> int = "s_drops"
external count : int -> bool -> int Lwt_stream.t = "l_count"
external refuse : int -> string Lwt_stream.t = "l_refuse"
external panic : unit -> int Lwt_stream.t = "l_panic"
external fed : unit -> int Lwt_stream.t = "l_fed"
external feed : int option -> bool = "l_feed"
external sum : int Lwt_stream.t -> bool -> int Lwt.t = "l_sum"
external collect : int -> (int Channel.sender -> unit) -> int Lwt_stream.t = "l_collect"
external streams : unit -> int = "s_streams"
external direct : int -> int Stream.t = "s_yield"
external sleep : int -> int Future.t = "f_sleep"
external wait : int -> int Future.t = "f_wait"
external signal : int -> int -> bool = "f_signal"
external f_drops : unit -> int = "f_drops"

let run promise = Lwt_main.run (Lwt_unix.with_timeout 60. promise)
let int = Alcotest.(check int)
let bool = Alcotest.(check bool)
let ints = Alcotest.(check (list int))
let element = Alcotest.(check (option int))
let upto n = List.init n succ

let rejection promise =
  Lwt.try_bind promise (fun _ -> Alcotest.fail "fulfilled, not rejected") Lwt.return

let rec eventually name n test =
  if test () then Lwt.return_unit
  else if n = 0 then Alcotest.fail name
  else
    let* () = Lwt_unix.sleep 0.002 in
    eventually name (n - 1) test

let eventually name test = eventually name 2000 test

(* {1 Reading} *)

let test_elements () =
  let* () =
    Lwt_list.iter_s
      (fun later ->
        let+ all = Lwt_stream.to_list (count 100 later) in
        ints "all" (upto 100) all)
      [ false; true ]
  in
  let t = count 2 true in
  let* one = Lwt_stream.get t in
  let* two = Lwt_stream.get t in
  let* none = Lwt_stream.get t in
  let+ again = Lwt_stream.get t in
  Alcotest.(check (list (option int)))
    "each"
    [ Some 1; Some 2; None; None ]
    [ one; two; none; again ]

let test_errors () =
  let t = refuse 4 in
  let next () =
    Lwt.try_bind
      (fun () -> Lwt_stream.get t)
      (fun v -> Lwt.return (Ok v))
      (function Failure text -> Lwt.return (Error text) | exn -> Lwt.reraise exn)
  in
  let* all = Lwt_list.map_s next [ (); (); (); (); (); () ] in
  Alcotest.(check (list (result (option string) string)))
    "each third"
    [
      Ok (Some "1"); Ok (Some "2"); Error "3 is refused"; Ok (Some "4"); Ok None; Ok None;
    ]
    all;
  let before = drops () in
  let t = panic () in
  let* one = Lwt_stream.get t in
  element "one" (Some 1) one;
  let* exn = rejection (fun () -> Lwt_stream.get t) in
  (match exn with Bactrian.Rust_panic ("no more", _) -> () | exn -> raise exn);
  int "dropped" (before + 1) (drops ());
  let+ none = Lwt_stream.get t in
  element "ended" None none

let test_cancel () =
  let t = fed () in
  let first = Lwt_stream.get t in
  let* () = Lwt.pause () in
  Lwt.cancel first;
  let* exn = rejection (fun () -> first) in
  bool "cancelled" true (exn = Lwt.Canceled);
  bool "fed" true (feed (Some 1) && feed (Some 2));
  let* one = Lwt_stream.get t in
  element "nothing is lost" (Some 1) one;
  let* picked =
    Lwt.pick
      [
        Lwt_stream.next t;
        (let+ () = Lwt_unix.sleep 5. in
         0);
      ]
  in
  int "two" 2 picked;
  let* late =
    Lwt.pick
      [
        Lwt_stream.next t;
        (let+ () = Lwt_unix.sleep 0.005 in
         0);
      ]
  in
  int "too late" 0 late;
  bool "fed" true (feed (Some 3));
  let* three = Lwt_stream.get t in
  element "three" (Some 3) three;
  ignore (feed None);
  let+ none = Lwt_stream.get t in
  element "the end" None none

let[@inline never] read_some () =
  let t = count 1000 true in
  let clone = Lwt_stream.clone t in
  let* five = Lwt_stream.nget 5 t in
  let+ two = Lwt_stream.nget 2 clone in
  ints "five" (upto 5) five;
  ints "two" (upto 2) two

let test_collected () =
  Gc.full_major ();
  let before = drops () in
  let* () = read_some () in
  let* () =
    eventually "dropped" (fun () ->
        Gc.full_major ();
        drops () = before + 1)
  in
  let t = count 10 true in
  let clone = Lwt_stream.clone t in
  let* one = Lwt_stream.get t in
  element "one" (Some 1) one;
  Gc.full_major ();
  let+ all = Lwt_stream.to_list clone in
  ints "the clone has all" (upto 10) all

let test_memory () =
  let live () =
    Gc.full_major ();
    Gc.full_major ();
    (Gc.stat ()).Gc.live_words
  in
  let pass () =
    let* n = Lwt_stream.fold (fun _ n -> n + 1) (count 50_000 true) 0 in
    int "all" 50_000 n;
    Lwt_list.iter_s
      (fun n -> Lwt_stream.junk_while (fun _ -> true) (count n false))
      (List.init 1_000 (fun n -> n mod 3))
  in
  let* () = pass () in
  let before = live () and open_ = streams () in
  let+ () = pass () in
  int "streams" open_ (streams ());
  let grown = live () - before in
  bool (Printf.sprintf "%d live words more" grown) true (grown < 20_000)

(* {1 Rust reads, and sends} *)

let test_rust_reads () =
  Lwt_list.iter_s
    (fun elsewhere ->
      let* n = sum (Lwt_stream.of_list (upto 10)) elsewhere in
      int "a list" 55 n;
      let* n = sum (count 10 true) elsewhere in
      int "Rust's own" 55 n;
      let t, push = Lwt_stream.create () in
      let total = sum t elsewhere in
      let* () =
        Lwt_list.iter_s
          (fun n ->
            push (Some n);
            Lwt_unix.sleep 0.0005)
          (upto 20)
      in
      push None;
      let+ n = total in
      int "pushed" 210 n)
    [ false; true ]

let test_channel () =
  let sender = ref None in
  let t = collect 3 (fun s -> sender := Some s) in
  let sender = Option.get !sender in
  let sending =
    let* () = Lwt_list.iter_s (Bactrian_lwt.send sender) (upto 200) in
    Channel.close sender;
    rejection (fun () -> Bactrian_lwt.send sender 1)
  in
  let* () = Lwt_unix.sleep 0.02 in
  bool "it waits for room" true (Lwt.is_sleeping sending);
  let* all = Lwt_stream.to_list t in
  ints "all" (upto 200) all;
  let+ exn = sending in
  bool "closed" true (exn = Channel.Closed)

(* {1 Conversions} *)

let test_of_future () =
  let* n = Bactrian_lwt.of_future (Future.return 1) in
  int "settled" 1 n;
  let* n = Bactrian_lwt.of_future (sleep 2) in
  int "later" 2 n;
  let* exn = rejection (fun () -> Bactrian_lwt.of_future (Future.fail Exit)) in
  bool "failed" true (exn = Exit);
  let future, resolve = Future.make () in
  let thread =
    Thread.create
      (fun () ->
        Thread.delay 0.005;
        ignore (resolve (Ok 3)))
      ()
  in
  let* n = Bactrian_lwt.of_future future in
  Thread.join thread;
  int "by another thread" 3 n;
  let future, resolve = Future.make () in
  let domain = Domain.spawn (fun () -> ignore (resolve (Error Exit))) in
  let* exn = rejection (fun () -> Bactrian_lwt.of_future future) in
  Domain.join domain;
  bool "by another domain" true (exn = Exit);
  (* Cancelled, on either side. *)
  let before = f_drops () in
  let promise = Bactrian_lwt.of_future (wait 900) in
  Lwt.cancel promise;
  let* exn = rejection (fun () -> promise) in
  bool "cancelled" true (exn = Lwt.Canceled);
  int "and dropped" (before + 1) (f_drops ());
  bool "nobody listens" false (signal 900 1);
  let future, _ = Future.make () in
  let promise = Bactrian_lwt.of_future future in
  Future.cancel future;
  let+ exn = rejection (fun () -> promise) in
  bool "the other way" true (exn = Lwt.Canceled)

let test_to_future () =
  let settled future =
    let rec go n =
      match Future.poll future with
      | Some outcome -> Lwt.return outcome
      | None when n = 0 -> Alcotest.fail "it is still pending"
      | None ->
          let* () = Lwt_unix.sleep 0.001 in
          go (n - 1)
    in
    go 2000
  in
  let check name expected future =
    let+ outcome = settled future in
    bool name true (outcome = expected)
  in
  let* () = check "settled" (Ok 1) (Bactrian_lwt.to_future (Lwt.return 1)) in
  let* () = check "failed" (Error Exit) (Bactrian_lwt.to_future (Lwt.fail Exit)) in
  let later =
    let+ () = Lwt_unix.sleep 0.002 in
    2
  in
  let* () = check "later" (Ok 2) (Bactrian_lwt.to_future later) in
  let promise, _ = Lwt.task () in
  let future = Bactrian_lwt.to_future promise in
  Lwt.cancel promise;
  let* () = check "cancelled" (Error Future.Cancelled) future in
  let promise, _ = Lwt.task () in
  Future.cancel (Bactrian_lwt.to_future promise);
  bool "the other way" true (Lwt.state promise = Lwt.Fail Lwt.Canceled);
  let promise, _ = Lwt.task () in
  let future = Bactrian_lwt.to_future promise in
  let domain = Domain.spawn (fun () -> Future.cancel future) in
  let* exn = rejection (fun () -> promise) in
  Domain.join domain;
  bool "from another domain" true (exn = Lwt.Canceled);
  (* There and back, and awaited by another thread. *)
  let promise, resolver = Lwt.wait () in
  let future = Bactrian_lwt.to_future promise in
  let back = Bactrian_lwt.of_future future in
  let domain = Domain.spawn (fun () -> Future.await future) in
  Lwt.wakeup_later resolver 5;
  let+ n = back in
  int "there and back" 5 n;
  int "elsewhere" 5 (Domain.join domain)

let test_streams () =
  let* all = Lwt_stream.to_list (Bactrian_lwt.of_stream (direct 50)) in
  ints "in direct style" (upto 50) all;
  let sender, t = Channel.create 3 in
  let sending =
    let+ () = Lwt_list.iter_s (Bactrian_lwt.send sender) (upto 100) in
    Channel.close sender
  in
  let* all = Lwt_stream.to_list (Bactrian_lwt.of_stream t) in
  let* () = sending in
  ints "a channel" (upto 100) all;
  let t = Bactrian_lwt.to_stream (Lwt_stream.of_list (upto 5)) in
  let rec all_of t =
    let* next = Bactrian_lwt.of_future (Stream.next_future t) in
    match next with
    | None -> Lwt.return []
    | Some n ->
        let+ rest = all_of t in
        n :: rest
  in
  let+ all = all_of t in
  ints "there and back" (upto 5) all

let () =
  let case name test = Alcotest.test_case name `Quick (fun () -> run test) in
  Alcotest.run "streams_lwt"
    [
      ( "streams",
        [
          case "elements" test_elements;
          case "errors" test_errors;
          case "cancelled" test_cancel;
          case "collected" test_collected;
          case "flat memory" test_memory;
          case "read by Rust" test_rust_reads;
          case "channels" test_channel;
        ] );
      ( "direct style",
        [
          case "of futures" test_of_future;
          case "to futures" test_to_future;
          case "streams and channels" test_streams;
        ] );
    ]
