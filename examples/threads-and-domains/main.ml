(* Counts the words of the files on its command line, or of texts that it makes up: on
   domains, on threads of OCaml in each of them, on threads of Rust, and on all at once. *)

(* All of them add to one table, so it has a lock. *)
type totals = { lock : Mutex.t; table : (string, int) Hashtbl.t; mutable texts : int }

let make_totals () = { lock = Mutex.create (); table = Hashtbl.create 100; texts = 0 }

let add totals counts =
  Mutex.protect totals.lock (fun () ->
      totals.texts <- totals.texts + 1;
      List.iter
        (fun (word, n) ->
          let before = Option.value (Hashtbl.find_opt totals.table word) ~default:0 in
          Hashtbl.replace totals.table word (before + n))
        counts)

let sorted totals =
  List.sort
    (fun (a, n) (b, m) -> compare (m, a) (n, b))
    (List.of_seq (Hashtbl.to_seq totals.table))

(* How many texts a domain has counted: each has its own number, and others cannot see it. *)
let counted = Domain.DLS.new_key (fun () -> Atomic.make 0)

(* Two domains, with two threads each: while one thread is in Rust, the other one has the lock.
   In the end each domain is asked for its number, while it waits for the end. *)
let by_domains texts totals =
  let next = Atomic.make 0 and stop = Atomic.make false in
  let rec work () =
    let i = Atomic.fetch_and_add next 1 in
    if i < Array.length texts then begin
      add totals (Word_counts.count texts.(i));
      Atomic.incr (Domain.DLS.get counted);
      work ()
    end
  in
  let domain home () =
    let thread = Thread.create work () in
    work ();
    Thread.join thread;
    Atomic.set home (Some (Word_counts.here ()));
    while not (Atomic.get stop) do
      Thread.yield ()
    done
  in
  let homes = List.init 2 (fun _ -> Atomic.make None) in
  let domains = List.map (fun home -> Domain.spawn (domain home)) homes in
  let rec ask home =
    match Atomic.get home with
    | Some home ->
        let answer = ref 0 in
        Word_counts.at home (fun () -> answer := Atomic.get (Domain.DLS.get counted));
        !answer
    | None ->
        Thread.delay 0.001;
        ask home
  in
  let answers = List.map ask homes in
  Atomic.set stop true;
  List.iter Domain.join domains;
  assert (List.fold_left ( + ) 0 answers = Array.length texts)

(* Threads that Rust starts. They call this function with the first domain's lock. *)
let by_threads_of_rust texts totals =
  Word_counts.count_by_threads (Array.to_list texts) ~threads:4 (fun _ counts ->
      add totals counts)

(* The made up texts: the same ones each time. *)
let made_up n =
  let words =
    [|
      "camel"; "hump"; "sand"; "oasis"; "caravan"; "star"; "well"; "Silk"; "road"; "salt";
    |]
  in
  let text i =
    let state = ref (i + 1) in
    let word _ =
      state := !state * 48271 mod 0x7fffffff;
      (* The smaller of two: the words are not equally frequent. *)
      words.(min (!state mod 10) (!state / 10 mod 10))
    in
    String.concat " " (List.init (500 + (i * 7 mod 300)) word)
  in
  Array.init n text

let read file = In_channel.with_open_bin file In_channel.input_all

let () =
  let texts =
    match Array.to_list Sys.argv with
    | _ :: (_ :: _ as files) -> Array.of_list (List.map read files)
    | _ -> made_up 120
  in
  (* What is right: one after another. *)
  let expected = make_totals () in
  Array.iter (fun text -> add expected (Word_counts.count text)) texts;
  let check name f =
    let totals = make_totals () in
    f texts totals;
    let same = sorted totals = sorted expected in
    Printf.printf "%s: %d texts, %s\n%!" name totals.texts
      (if same then "the same counts" else "OTHER COUNTS");
    if not same then exit 1
  in
  check "two domains, two threads each" by_domains;
  check "four threads of Rust" by_threads_of_rust;
  check "all of them at once" (fun texts totals ->
      let half = Array.length texts / 2 in
      let one = Array.sub texts 0 half in
      let other = Array.sub texts half (Array.length texts - half) in
      let thread = Thread.create (fun () -> by_domains one totals) () in
      by_threads_of_rust other totals;
      Thread.join thread);
  List.iteri
    (fun i (word, n) -> if i < 5 then Printf.printf "%6d %s\n" n word)
    (sorted expected)
