(* Calls from threads of all kinds: systhreads, domains, threads of Rust.

   BACTRIAN_SECONDS says how long the mixed load lasts (3 if unset). *)

open Core_support
open Support

external nested_lock_here : unit -> unit = "t_nested_lock"
external release : int -> int = "t_release"

external foreign_threads : (int -> string -> int) -> int -> int -> int * int
  = "h_foreign_threads"

external lock_again : (int -> int) -> int -> int = "h_lock_again"
external nested_lock : unit -> string * int = "h_nested_lock"
external panic_with_lock : unit -> string * bool * int = "h_panic_with_lock"
external thread_exits : int -> int = "h_thread_exits"
external work : (int -> string -> string) -> int -> (string, string) result = "h_work"
external open_gate : bool -> unit = "h_open_gate"
external wait_for_gate : unit -> bool = "h_wait_for_gate"
external domain_id : unit -> int = "h_domain_id"
external lock_held : unit -> bool * bool = "r_lock_held"
external panic : string -> unit = "x_panic"
external call : (unit -> unit) -> unit = "x_call"
external person : Echo.person -> Echo.person = "e_person"
external descend : (int -> string -> int) -> int -> int = "t_descend"

let check_int = Alcotest.(check int)
let check_bool = Alcotest.(check bool)

let refusal =
  "OCamlRuntime::with_domain_lock: this thread holds its domain's lock already; pass the \
   `&mut OCamlRuntime` on instead"

(* The lock *)

let nested () =
  panics ~like:"src/" refusal nested_lock_here;
  check_bool "on a foreign thread, which goes on" true (quietly nested_lock = (refusal, 6));
  check_bool "held here and nowhere else" true (lock_held () = (true, false))

let again () =
  let f n =
    Gc.minor ();
    n + 1
  in
  check_int "on the first thread" 12 (lock_again f 10);
  let result = ref 0 in
  Thread.join (Thread.create (fun () -> result := lock_again f 20) ());
  check_int "on a systhread" 22 !result;
  check_int "on a domain" 32 (Domain.join (Domain.spawn (fun () -> lock_again f 30)));
  check_int "on a systhread of a domain" 42
    (Domain.join
       (Domain.spawn (fun () ->
            Thread.join (Thread.create (fun () -> result := lock_again f 40) ());
            !result)))

let panic_lets_go () =
  check_bool "the panic, and afterwards" true
    (quietly panic_with_lock = ("with the lock", false, 7))

let released () =
  (* Another systhread opens the gate for which this one waits in Rust. *)
  open_gate false;
  let opener = Thread.create (fun () -> open_gate true) () in
  check_bool "another systhread runs" true (wait_for_gate ());
  Thread.join opener;
  (* The wait of one does not stop the count of another. *)
  let stop = Atomic.make false and turns = ref 0 in
  let counter =
    Thread.create
      (fun () ->
        while not (Atomic.get stop) do
          incr turns;
          if !turns mod 1000 = 0 then Thread.yield ()
        done)
      ()
  in
  check_int "it returns" 100 (release 100);
  Atomic.set stop true;
  Thread.join counter;
  check_bool "the other one counted" true (!turns > 1000);
  (* Nor does it stop the collector of another domain. *)
  let collections =
    Domain.spawn (fun () ->
        for _ = 1 to 20 do
          Gc.full_major ()
        done;
        open_gate true)
  in
  open_gate false;
  check_bool "another domain collects" true (wait_for_gate ());
  Domain.join collections

(* Foreign threads *)

let foreign () =
  let calls = scaled 3000 in
  let f i name =
    if i mod 100 = 0 then Gc.minor ();
    if i mod 10 = 9 then failwith name else i
  in
  let sum =
    List.fold_left
      (fun sum i -> if i mod 10 = 9 then sum else sum + i)
      0 (List.init calls Fun.id)
  in
  check_bool "four at once" true (foreign_threads f 4 calls = (4 * sum, 4 * (calls / 10)));
  check_bool "while systhreads run" true
    (let threads =
       List.init 2 (fun _ ->
           Thread.create (fun () -> ignore (List.init 100_000 string_of_int)) ())
     in
     let result = foreign_threads f 2 calls in
     List.iter Thread.join threads;
     result = (2 * sum, 2 * (calls / 10)));
  check_bool "started by a domain, called in the first" true
    (Domain.join (Domain.spawn (fun () -> foreign_threads f 2 100))
    = foreign_threads f 2 100)

let exits () =
  let _, _, before = counts () in
  check_int "all read their root" 200 (thread_exits 200);
  check_bool "which was dropped when they ended" true
    (settle (0, before) 200 = (0, before));
  Gc.compact ();
  check_int "and again" 50 (thread_exits 50)

(* All at once *)

let one_round i =
  let s = string_of_int i in
  (match
     work
       (fun n text ->
         if n mod 50 = 0 then Gc.minor ();
         text ^ "!")
       i
   with
  | Ok text when text = s ^ "!" -> ()
  | Ok text -> failwith ("the answer is " ^ text)
  | Error e -> failwith e);
  (match work (fun n _ -> if n mod 2 = 0 then failwith "even" else "odd") i with
  | Error "Failure(\"even\")" when i mod 2 = 0 -> ()
  | Ok "odd" when i mod 2 = 1 -> ()
  | Ok text | Error text -> failwith ("raising gave " ^ text));
  let p : Echo.person =
    { name = s; age = i land 255; height = float i; tags = [ s; s ] }
  in
  if person p <> p then failwith "another person";
  (match call (fun () -> raise (Failure s)) with
  | exception Failure t when t = s -> ()
  | exception e -> raise e
  | () -> failwith "no exception");
  if i mod 20 = 0 then
    begin match panic s with
    | exception Bactrian.Rust_panic (t, _) when t = s -> ()
    | exception e -> raise e
    | () -> failwith "no panic"
    end;
  if i mod 100 = 0 then begin
    let rec f n _ = if n = 0 then 0 else descend f n in
    if descend f 50 <> 50 then failwith "the depth"
  end

let until deadline () =
  let rec go i =
    if i land 15 <> 0 || Unix.gettimeofday () < deadline then begin
      one_round i;
      go (i + 1)
    end
    else i
  in
  go 1

let catching f () =
  match f () with n -> Ok n | exception e -> Error (Printexc.to_string e)

let all_at_once () =
  let seconds = setting "BACTRIAN_SECONDS" 3 in
  let rounds =
    quietly (fun () ->
        let deadline = Unix.gettimeofday () +. float seconds in
        let results = Array.make 5 (Error "it did not end") in
        let in_thread k =
          Thread.create (fun () -> results.(k) <- catching (until deadline) ()) ()
        in
        let threads = List.init 3 in_thread in
        let domain =
          Domain.spawn (fun () ->
              let thread = in_thread 3 in
              let mine = catching (until deadline) () in
              Thread.join thread;
              mine)
        in
        let another = Domain.spawn (catching (until deadline)) in
        let sum, raised =
          foreign_threads
            (fun i name -> if i mod 7 = 6 then failwith name else String.length name)
            2 (scaled 700)
        in
        results.(4) <-
          (if sum > 0 && raised = 2 * (scaled 700 / 7) then Ok 1
           else Error "foreign threads");
        List.iter Thread.join threads;
        let domains = [ Domain.join domain; Domain.join another ] in
        Array.to_list results @ domains)
  in
  List.iter
    (function
      | Ok n -> check_bool "it made progress" true (n > 0) | Error e -> Alcotest.fail e)
    rounds;
  Printf.printf "rounds: %s\n"
    (String.concat ", "
       (List.map (function Ok n -> string_of_int n | Error e -> e) rounds))

let ids () =
  check_int "the first" 0 (domain_id ());
  let ids = List.init 3 (fun _ -> Domain.join (Domain.spawn domain_id)) in
  check_bool "each has its own" true (List.length (List.sort_uniq compare (0 :: ids)) = 4);
  check_bool "as Domain.self says" true
    (Domain.join (Domain.spawn (fun () -> domain_id () = (Domain.self () :> int))))

let () =
  run "threads"
    [
      ( "lock",
        [
          case "nested" nested;
          case "taken again" again;
          case "let go by a panic" panic_lets_go;
          case "released" released;
        ] );
      ("foreign threads", [ case "call" foreign; case "end" exits ]);
      ("domains", [ case "numbers" ids ]);
      ("load", [ case "all at once" all_at_once ]);
    ]
