(* A server on two domains of OCaml, and a client that asks it. *)

module Future = Bactrian.Future

let domains = 2
let connections = 8

(* What each connection asks: sums, one that naps, and one that is wrong. *)
let lines =
  List.init 24 (fun n -> Printf.sprintf "%d %d +" n n) @ [ "2 nap 3 4 + 2 *"; "oasis" ]

(* Each domain has a loop of its own, and a table of its own, without a lock. *)
let serve server () =
  Eio_main.run @@ fun env ->
  Bactrian_eio.run @@ fun () ->
  let clock = Eio.Stdenv.clock env in
  let domain = Domain.self () in
  let seen = Hashtbl.create 30 in
  let handler line =
    assert (Domain.self () = domain);
    Hashtbl.replace seen line (1 + Option.value (Hashtbl.find_opt seen line) ~default:0);
    (* In a fibre: while it naps, the others are answered. *)
    Calculator.answer ~nap:(Eio.Time.sleep clock) line
  in
  let served = Future.await (Tcp_server.serve server handler) in
  (served, Hashtbl.find seen "oasis")

let () =
  let server = Tcp_server.Server.listen ~domains in
  let serving = List.init domains (fun _ -> Domain.spawn (serve server)) in
  let port = Tcp_server.Server.port server in
  let heard = Future.await (Tcp_server.ask ~port ~connections lines) in
  Tcp_server.Server.stop server;
  List.iteri
    (fun n domain ->
      let (served : Tcp_server.served), oases = Domain.join domain in
      Printf.printf "domain %d: %d connections, %d answers, %d of them to nonsense\n" n
        served.connections served.answers oases)
    serving;
  Printf.printf "the client has heard %d in all, and %d errors\n" heard.sum heard.errors;
  assert (heard.sum = connections * ((23 * 24) + 14))
