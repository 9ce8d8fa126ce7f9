What a library says of itself.

  $ ./bactrian.exe inspect rust/libengine.a
  made with bactrian-runtime 0.1.0
  
  crate engine
  
    functions that OCaml calls
      deposit : engine::domain::Account -> int -> engine::domain::Currency -> engine::domain::Account
      pass : engine::domain::Token -> engine::domain::Token
      greet : string -> int -> string
      nothing : unit -> unit
      add : (float[@unboxed]) -> (float[@unboxed]) -> (float[@unboxed])
      mix : (int64[@unboxed]) -> (int32[@unboxed]) -> (int[@untagged]) -> (int64[@unboxed])
      six : int -> int -> int -> int -> int -> int -> int
      method_ : int -> int -> int
      finish : int -> int
      split : text:string -> ?separator:char -> ?max:int -> unit -> string list
      parse : string -> int
      checked : string -> (int, string) result
      swap : 'a * 'b -> 'b * 'a
      apply : (int -> string -> float option) -> int -> float option
      adder : int -> (int -> int -> int)
      collections : (int * string option) list -> float array -> int32 list array -> int
      sum : (float, Bigarray.float64_elt, Bigarray.c_layout) Bigarray.Array1.t -> float
      later : int -> string Lwt.t
      countdown : int -> int Lwt_stream.t
      letters : string -> char Bactrian.Stream.t
      lines : int -> string Bactrian.Channel.sender
      count_letters : char Bactrian.Stream.t -> int Bactrian.Future.t
      Index.open_ : string -> (int, string) result
      Index.Cursor.step : int -> int
      call_twice : int -> int
      call_join : string -> string list -> string
      call_negate : bool -> (bool, string) result
      Counter.create : int -> engine::owned::Counter
      Counter.get : engine::owned::Counter -> int
      Counter.add : engine::owned::Counter -> by:int -> unit
      Counter.copy : engine::owned::Counter -> engine::owned::Counter option
      total : engine::owned::Counter -> engine::owned::Counter -> int
      older : engine::types::Person -> engine::types::Person
      area : engine::types::Shape -> engine::types::Meters
      level : int -> engine::types::Level
      wrap : engine::types::Both -> engine::types::Wrapped engine::types::Tagged
      count : engine::types::Tree -> int
      list : engine::types::List -> engine::types::List
      fail : int -> unit
  
    types
      account = Domain.account = { owner : string; mutable balance : int; state : engine::domain::State }
      state = Domain.state = Open | Frozen of string | Closed of { by : string; at : float }
      currency = Domain.currency = [ `Euro | `Other of string ]
      token = Domain.token = abstract
      Counter.t = abstract
      person = { name : string; age : int; mutable mail : string option; type_ : engine::types::Kind }
      kind = Member | Guest
      point = { x : float; y : float }
      shape = Circle of engine::types::Point * float | Polygon of engine::types::Point list | Label of { text : string; at : engine::types::Point } | Nothing_at_all | Group of engine::types::Shape list
      level = [ `Low | `in_between of int * int | `High of string ]
      meters = float
      wrapped = { inner : int }
      both = int * string
      tagged = { tag : string; value : 'a }
      tree = Leaf of int | Node of engine::types::Branches
      branches = { left : engine::types::Tree; right : engine::types::Tree }
      list_ = { length : int; of_ : string }
  
    exceptions
      Missing of string
      Bad_line of { line : int; column : int }
      Closed
  
    OCaml values that Rust uses
      Maths.half : int -> int
      Maths.twice : int -> int
      Maths.join : separator:string -> string list -> string
      Maths.Deep.negate : bool -> bool
  $ ./bactrian.exe inspect rust/dllengine.so > shared
  $ ./bactrian.exe inspect rust/libengine.a | diff - shared

One function, by its name in OCaml, in Rust, or as a symbol.

  $ ./bactrian.exe inspect rust/libengine.a --function mix
  mix : (int64[@unboxed]) -> (int32[@unboxed]) -> (int[@untagged]) -> (int64[@unboxed])
    Rust       engine::functions::mix (tests/bindings/rust/src/functions.rs:37:4)
    symbol     mix
    bytecode   mix_byte
    noalloc    it neither allocates on the OCaml heap nor raises
    argument 1 a : int64
    argument 2 b : int32
    argument 3 c : int
  $ ./bactrian.exe inspect rust/libengine.a --function Index.Cursor.step --json
  [
    {
      "name": "Index.Cursor.step",
      "type": "int -> int",
      "symbol": "index_cursor_step",
      "bytecode": null,
      "noalloc": false,
      "raises": false,
      "arguments": [
        {
          "name": "by",
          "label": null,
          "optional": false,
          "type": "int"
        }
      ],
      "rust": "engine::functions::step",
      "file": "tests/bindings/rust/src/functions.rs",
      "line": 170,
      "doc": "In a module within."
    }
  ]
  $ ./bactrian.exe inspect rust/libengine.a --function end_it > a
  $ ./bactrian.exe inspect rust/libengine.a --function finish | diff a -
  $ ./bactrian.exe inspect rust/libengine.a --function engine_end_symbol | diff a -
  $ ./bactrian.exe inspect rust/libengine.a --function nope
  bactrian: the library has no function `nope`; `bactrian inspect` without --function lists the 39 that it has
  [1]

All of it for programs.

  $ ./bactrian.exe inspect rust/libengine.a --json > all.json
  $ head -12 all.json
  {
    "version": 1,
    "libraries": [
      {
        "name": "bactrian-runtime",
        "version": "0.1.0"
      }
    ],
    "functions": [
      {
        "name": "deposit",
        "type": "engine::domain::Account -> int -> engine::domain::Currency -> engine::domain::Account",
  $ grep -c '"name": ' all.json
  128

What is no such library is the same error as for `bindings`.

  $ ./bactrian.exe inspect missing.a
  bactrian: cannot read missing.a: No such file or directory (os error 2)
  [1]
  $ ./bactrian.exe inspect bactrian.exe
  bactrian: bactrian.exe: this library says nothing about its functions: it was not made with Bactrian, or its section `bactrian_schema` was stripped
  [1]
  $ head -c 200000 rust/libengine.a > cut.a
  $ ./bactrian.exe inspect cut.a
  bactrian: cut.a: this library is damaged: it ends within a member
  [1]
