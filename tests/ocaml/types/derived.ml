(* Derived types: their shapes in memory, views of them, and types that Rust only passes on. *)

open Core_support
open Core_support.Checks
open Support
open Types

let check = Alcotest.check
let string = Alcotest.string
let int = Alcotest.int
let same what = check Alcotest.bool what true
let fresh text = String.concat "" [ text; "" ]

external speed_echo : speed -> string * speed = "x_speed"
external range_echo : range -> string * range = "x_range"
external wrapped_echo : wrapped -> string * wrapped = "x_wrapped"
external id_echo : id -> string * id = "x_id"
external label_echo : label -> string * label = "x_label"
external sole_echo : sole -> string * sole = "x_sole"
external metres_echo : metres -> string * metres = "x_metres"
external point_echo : point -> string * point = "x_point"

(* The value comes back equal, and both sides write it in the same way. *)
let there_and_back name text echo value =
  let seen, copy = echo value in
  scribble ();
  check string (name ^ ", as Rust sees it") (Text.string_of text value) seen;
  check string (name ^ ", back") (Text.string_of text value) (Text.string_of text copy);
  same (name ^ ", equal") (compare value copy = 0);
  copy

let tag value =
  let value = Obj.repr value in
  if Obj.is_block value then Obj.tag value else -1

let shapes =
  [
    case "flat records" (fun () ->
        let check_flat name text echo value =
          let copy = there_and_back name text echo value in
          check int "tag of OCaml's" Obj.double_array_tag (tag value);
          check int "tag of Rust's" Obj.double_array_tag (tag copy)
        in
        check_flat "point" Text.point point_echo { x = 1.; y = nan; z = -0. };
        check_flat "speed" Text.speed speed_echo
          { distance = 10.; time = { seconds = 4. } });
    case "records of hidden floats" (fun () ->
        let low = Abstract.of_float 1. and high = Abstract.of_float 2. in
        let copy = there_and_back "range" Text.range range_echo { low; high } in
        check int "tag" 0 (tag copy));
    case "unboxed types" (fun () ->
        let text = fresh "text" in
        let copy = there_and_back "wrapped" Text.wrapped wrapped_echo { text } in
        check int "wrapped" Obj.string_tag (tag copy);
        let copy = there_and_back "id" Text.id id_echo (Id 7) in
        check int "id" (-1) (tag copy);
        let copy =
          there_and_back "label" Text.label label_echo (Label { label = text })
        in
        check int "label" Obj.string_tag (tag copy);
        let copy = there_and_back "sole" Text.sole sole_echo (Sole { label = text }) in
        check int "sole" 0 (tag copy);
        let copy = there_and_back "metres" Text.metres metres_echo 1.5 in
        check int "metres" Obj.double_tag (tag copy));
    case "many constructors" (fun () ->
        let module M = struct
          external many : Many.many -> string * Many.many = "dv_many"

          external polymorphic : Many.many_polymorphic -> string * Many.many_polymorphic
            = "dv_many_polymorphic"
        end in
        let all = Many.constants @ Many.blocks in
        check int "constructors" 488 (List.length all);
        List.iter
          (fun (name, plain, polymorphic) ->
            let seen, copy = M.many plain in
            check string "plain" name seen;
            same name (copy = plain);
            let seen, copy = M.polymorphic polymorphic in
            check string "polymorphic" name seen;
            same name (copy = polymorphic))
          all);
    case "without values" (fun () ->
        let module N = struct
          external never : (int, never) result -> (int, never) result = "dv_never"
          external never_option : never option -> never option = "dv_never_option"
          external forged : (int, int) result -> 'a = "dv_never"
        end in
        same "Ok" (N.never (Ok 1) = Ok 1);
        same "None" (N.never_option None = None);
        invalid
          "dv_never: argument `value`: Never has no constant constructor number 3; do \
           the two definitions agree?" (fun () -> N.forged (Error 3)));
  ]

(* Views *)

external person_view : person -> string * int * float * int = "dv_person"
external point_view : point -> float -> float * float * float = "dv_point"
external speed_view : speed -> float = "dv_speed"
external triple_view : triple -> string * int = "dv_triple"
external labelled_view : string labelled -> string * int = "dv_labelled"
external count : counter -> string -> (unit -> unit) -> string = "dv_count"
external shape_view : shape -> string * int = "dv_shape"
external shape_of_int : int -> string * int = "dv_shape"
external colour_view : colour -> bool = "dv_colour"
external colour_of_int : int -> bool = "dv_colour"
external message_view : message -> string = "dv_message"
external message_of_other : [ `Other | `Others of int ] -> string = "dv_message"
external choice_view : (string, int) choice -> int = "dv_choice"
external world_view : world -> string * float = "dv_world"

let someone = { name = "Ada"; age = 36; height = 1.65; tags = [ "a"; "b" ] }

let views =
  [
    case "of records" (fun () ->
        same "person" (person_view someone = ("Ada", 36, 1.65, 2));
        let point = { x = 1.; y = 2.; z = 3. } in
        same "point" (point_view point 4. = (1., 2., 3.));
        check (Alcotest.float 0.) "written" 4. point.z;
        check (Alcotest.float 0.) "speed" 2.5
          (speed_view { distance = 5.; time = { seconds = 2. } });
        same "triple" (triple_view ("a", 1, 2.) = ("a", 1));
        same "labelled"
          (labelled_view { label = "l"; content = "c"; others = [ "o" ] } = ("c", 1));
        let world =
          {
            head = someone;
            place = point;
            moves = [ (`Quit, Some Empty) ];
            state = Ok (Id 1);
          }
        in
        same "world" (world_view world = ("Ada", 2.)));
    case "that write" (fun () ->
        let counters =
          Array.init 200 (fun i ->
              { count = 0; last = ""; name = "counter " ^ string_of_int i })
        in
        (* Old records, to which young strings are given. *)
        Gc.full_major ();
        let collect () = if tiny_heap then scribble () else Gc.minor () in
        for round = 1 to scaled 50 do
          Array.iteri
            (fun i counter ->
              let text = Printf.sprintf "%d %d" i round in
              check string "read again" text (count counter (string_of_int i) collect))
            counters;
          Array.iteri
            (fun i counter ->
              check int "count" round counter.count;
              check string "last" (Printf.sprintf "%d %d" i round) counter.last;
              check string "name" ("counter " ^ string_of_int i) counter.name)
            counters
        done);
    case "of variants" (fun () ->
        let view = Alcotest.(check (pair string int)) in
        view "Empty" ("Empty", 0) (shape_view Empty);
        view "Circle" ("Circle 1.5", 1) (shape_view (Circle 1.5));
        view "Rectangle" ("Rectangle 6", 2) (shape_view (Rectangle (2., 3.)));
        view "Unknown" ("Unknown", 3) (shape_view Unknown);
        view "Pair" ("pair", 4) (shape_view (Pair (1, "pair")));
        let inner = [ Circle 1.; Named { name = "inner"; inner = [ Unknown ] } ] in
        view "Named" ("outer", 23) (shape_view (Named { name = "outer"; inner }));
        check
          Alcotest.(list bool)
          "colours" [ false; true; false ]
          (List.map colour_view [ Red; Green; Blue ]);
        invalid
          "Shape has no constant constructor number 2; do the two definitions agree?"
          (fun () -> shape_of_int 2);
        invalid
          "Colour has no constant constructor number 3; do the two definitions agree?"
          (fun () -> colour_of_int 3);
        check
          Alcotest.(list int)
          "choices" [ 3; 13; -1 ]
          (List.map choice_view
             [
               First "abc";
               Both { value = "abc"; copies = [ [ 1; 2 ]; []; [ 7 ] ] };
               Neither;
             ]));
    case "of polymorphic variants" (fun () ->
        check
          Alcotest.(list string)
          "messages"
          [ "Quit"; "text"; "1 2"; "Blue"; "3+4" ]
          (List.map message_view
             [ `Quit; `Say "text"; `Move (1, 2); `write Blue; `Pair (3, 4) ]);
        List.iter
          (fun (other, name) ->
            let hash : int =
              Obj.magic
                (if name = "Other" then Obj.repr `Other else Obj.field (Obj.repr other) 0)
            in
            invalid
              (Printf.sprintf
                 "Message has no polymorphic variant whose tag has the hash %d" hash)
              (fun () -> message_of_other other))
          [ (`Other, "Other"); (`Others 1, "Others") ]);
    flat "of a record" (fun i -> ignore (point_view { x = 1.; y = 2.; z = float i } 3.));
    flat "of a variant" (fun _ -> ignore (shape_view (Named { name = "n"; inner = [] })));
  ]

(* Types that Rust only passes on *)

type _ gadt = Int : int -> int gadt | String : string -> string gadt
type extensible = ..
type extensible += Plain | Carrying of string
type 'a any = Any : 'a gadt -> 'a any [@@unboxed]

external token : Abstract.token -> Abstract.token * Abstract.token = "dv_token"
external tokens : Abstract.token list -> Abstract.token list = "dv_tokens"
external any : 'a -> 'a option = "dv_any"

let passed_on =
  [
    case "abstract types" (fun () ->
        let original = Abstract.token (fresh "t") in
        let a, b = token original in
        same "itself" (a == original && b == original);
        let all = List.init 100 (fun i -> Abstract.token (string_of_int i)) in
        let back = tokens all in
        scribble ();
        same "each" (List.for_all2 ( == ) all (List.rev back));
        check string "its name" "99" (Abstract.name (List.hd back)));
    case "GADTs" (fun () ->
        (match any (Int 1) with
        | Some (Int n) -> check int "Int" 1 n
        | None -> assert false);
        (match any (String (fresh "s")) with
        | Some (String s) -> check string "String" "s" s
        | None -> assert false);
        match any (Any (Int 2)) with
        | Some (Any (Int n)) -> check int "Any" 2 n
        | None -> assert false);
    case "extensible variants" (fun () ->
        same "Plain" (any Plain = Some Plain);
        match any (Carrying (fresh "text")) with
        | Some (Carrying text) -> check string "Carrying" "text" text
        | _ -> Alcotest.fail "another constructor");
  ]

let () =
  run "derived types" [ ("shapes", shapes); ("views", views); ("passed on", passed_on) ]
