(* What Bactrian.Inspect says of values: shapes.expected. *)

type kind = Camel | Dromedary | Other of string * int | Hybrid of { mother : animal }
and animal = { name : string; mutable age : int; kind : kind; weights : float array }

type ring = { mutable next : ring option; label : string }
type position = { x : float; y : float }
type id = Id of string [@@unboxed]

exception Escaped of string * int

(* Engine is a module of another program here. *)
external create : int -> Obj.t = "counter_create"

let show name value =
  Printf.printf "%s\n" name;
  Bactrian.Inspect.print value

let () =
  show "immediates" (3, false, (), 'a', [], None, Dromedary, `Halt);
  show "numbers" (1.5, 2l, 3L, 4n, max_int, { x = 1.; y = Float.infinity });
  show "texts" ("", "two\nhumps", Bytes.of_string "\255\000", String.make 100 'x', Id "a");
  let bo =
    { name = "Bo"; age = 3; kind = Other ("llama", 7); weights = [| 600.; 610. |] }
  in
  show "a record" bo;
  show "a constructor" (Hybrid { mother = bo });
  show "shared" [ bo; bo ];
  let ring = { next = None; label = "ring" } in
  ring.next <- Some ring;
  show "a circle" ring;
  let rec ones = 1 :: ones in
  show "a circle of lists" ones;
  show "functions" (List.map, fun x -> x + bo.age);
  show "lazy" (lazy (Sys.opaque_identity bo.age), Lazy.from_val [ 1 ]);
  print_endline "an exception";
  Bactrian.Inspect.print ~depth:1 (Escaped ("Bo", 3));
  show "a polymorphic variant" (`March 3);
  show "many fields" (Array.init 22 Fun.id);
  show "a Bigarray" (Bigarray.Array1.create Int32 C_layout 3);
  show "a value of Rust's" (create 1);
  print_endline "not deep";
  Bactrian.Inspect.print ~depth:1 [ [ 1 ]; [ 2 ] ];
  Bactrian.Inspect.print ~depth:0 [ 1 ];
  Bactrian.Inspect.print ~depth:(-1) 5;
  Format.printf "within a line: @[%a@]@." Bactrian.Inspect.pp (1, "two");
  (* A million blocks end, and leave nothing. *)
  let long = List.init 1_000_000 (fun i -> [ i ]) in
  let text = Bactrian.Inspect.to_string ~depth:max_int long in
  Printf.printf "%d bytes or fewer: %b\n" 4_000_000 (String.length text < 4_000_000);
  let rec deep n inner = if n = 0 then inner else deep (n - 1) (Some (Obj.repr inner)) in
  let text = Bactrian.Inspect.to_string ~depth:max_int (deep 100_000 None) in
  Printf.printf "deep: %b\n" (String.length text > 1000)
