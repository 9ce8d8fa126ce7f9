(* Requests of hyper's in fibres of Eio: many at once, in time or not, the first of two. *)

module Future = Bactrian.Future

exception Refused of int

let requests = 8

let () =
  Eio_main.run @@ fun env ->
  Bactrian_eio.run @@ fun () ->
  let clock = Eio.Stdenv.clock env in
  let server = Http_client.Server.start ~together:requests in
  let get path =
    Future.await (Http_client.get (Http_client.Server.address server path))
  in
  let text path =
    match get path with
    | { status = 200; body; _ } -> body
    | { status; _ } -> raise (Refused status)
  in
  (* What Rust was doing for a fibre that is gone: the server sees the connection close. *)
  let given_up n = Future.await (Http_client.given_up server n) in

  (* The fibres wait, each for its own request, and Eio's loop goes on: one after the other they would wait for ever. *)
  let answers = Array.make requests "" in
  Eio.Fiber.all (List.init requests (fun n () -> answers.(n) <- text "/together"));
  assert (Array.for_all (( = ) "all are here") answers);
  Printf.printf "%d requests, all at once\n" requests;
  List.init 3 (fun n -> Printf.sprintf "/camels/%d" (n + 1))
  |> Eio.Fiber.List.map text |> List.iter print_endline;

  (* A time-out cancels the fibre, which drops the request. *)
  (match Eio.Time.with_timeout clock 0.05 (fun () -> Ok (text "/slow")) with
  | Ok _ -> assert false
  | Error `Timeout -> print_endline "too slow");
  given_up 1;

  (* The first answer of two servers; the other request is dropped. *)
  let first = Eio.Fiber.first (fun () -> text "/slow") (fun () -> text "/camels/4") in
  Printf.printf "%s was quicker\n" first;
  given_up 2;

  (* When one fibre of a switch fails, its others are cancelled. *)
  (match
     Eio.Fiber.both (fun () -> ignore (text "/slow")) (fun () -> ignore (text "/lost"))
   with
  | () -> assert false
  | exception Refused status -> Printf.printf "refused: %d\n" status);
  given_up 3;

  (* Errors are exceptions of the library. *)
  (match get "/camels/5" with
  | { content_type = Some kind; _ } -> print_endline kind
  | _ -> assert false);
  (match Future.await (Http_client.get "gopher://camels") with
  | _ -> assert false
  | exception Http_client.Bad_address text -> Printf.printf "no address: %s\n" text);
  let gone = Http_client.Server.address server "/camels/6" in
  Bactrian.Rust_value.close server;
  let rec refused () =
    match Future.await (Http_client.get gone) with
    | _ -> refused ()
    | exception Http_client.Broken _ -> print_endline "nobody is there any more"
  in
  refused ()
