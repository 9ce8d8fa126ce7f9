Types that OCaml defined first, changed behind Rust's back: each is an error of the OCaml compiler that names the
Rust type. The types are those of domain.ml beside this file.

  $ . drift/run.sh

Without drift.

  $ drift ''

A field has another name.

  $ drift 's/owner : string/holder : string/'
  File "engine.mli", lines 9-10, characters 0-43:
   9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
  10 | [@@bactrian.rust "engine::domain::Account"]
  Error: This variant or record definition does not match that of type
           Domain.account
         Fields have different names, holder and owner.
  [2]

Fields in another order.

  $ drift 's/owner : string; mutable balance : int/mutable balance : int; owner : string/'
  File "engine.mli", lines 9-10, characters 0-43:
   9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
  10 | [@@bactrian.rust "engine::domain::Account"]
  Error: This variant or record definition does not match that of type
           Domain.account
         Fields balance and owner have been swapped.
  [2]

A field of another type.

  $ drift 's/balance : int/balance : float/'
  File "engine.mli", lines 9-10, characters 0-43:
   9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
  10 | [@@bactrian.rust "engine::domain::Account"]
  Error: This variant or record definition does not match that of type
           Domain.account
         Fields do not match:
           mutable balance : float;
         is not the same as:
           mutable balance : int;
         The type float is not equal to the type int
  [2]

A field is no longer mutable.

  $ drift 's/mutable balance/balance/'
  File "engine.mli", lines 9-10, characters 0-43:
   9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
  10 | [@@bactrian.rust "engine::domain::Account"]
  Error: This variant or record definition does not match that of type
           Domain.account
         Fields do not match:
           balance : int;
         is not the same as:
           mutable balance : int;
         This is mutable and the original is not.
  [2]

A field has become mutable.

  $ drift 's/owner : string; m/mutable owner : string; m/'
  File "engine.mli", lines 9-10, characters 0-43:
   9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
  10 | [@@bactrian.rust "engine::domain::Account"]
  Error: This variant or record definition does not match that of type
           Domain.account
         Fields do not match:
           mutable owner : string;
         is not the same as:
           owner : string;
         The original is mutable and this is not.
  [2]

A field more.

  $ drift 's/state : state \}/state : state; opened : float }/'
  File "engine.mli", lines 9-10, characters 0-43:
   9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
  10 | [@@bactrian.rust "engine::domain::Account"]
  Error: This variant or record definition does not match that of type
           Domain.account
         An extra field, opened, is provided in the original definition.
  [2]

A field less.

  $ drift 's/owner : string; //'
  File "engine.mli", lines 9-10, characters 0-43:
   9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
  10 | [@@bactrian.rust "engine::domain::Account"]
  Error: This variant or record definition does not match that of type
           Domain.account
         A field, owner, is missing in the original definition.
  [2]

A field of another type of the same module.

  $ drift 's/state : state \}/state : token }/'
  File "engine.mli", lines 9-10, characters 0-43:
   9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
  10 | [@@bactrian.rust "engine::domain::Account"]
  Error: This variant or record definition does not match that of type
           Domain.account
         Fields do not match:
           state : Domain.token;
         is not the same as:
           state : state;
         The type Domain.token = string is not equal to the type
           state = Domain.state
  [2]

No record any more.

  $ drift 's/^type account = .*/type account = string * int * state/'
  File "engine.mli", lines 9-10, characters 0-43:
   9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
  10 | [@@bactrian.rust "engine::domain::Account"]
  Error: This variant or record definition does not match that of type
           Domain.account
         The original is abstract, but this is a record.
  [2]

Abstract now.

  $ drift 's/^type account = .*/type account/'
  File "engine.mli", lines 9-10, characters 0-43:
   9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
  10 | [@@bactrian.rust "engine::domain::Account"]
  Error: This variant or record definition does not match that of type
           Domain.account
         The original is abstract, but this is a record.
  [2]

Private now.

  $ drift 's/^type account = /type account = private /'
  File "engine.mli", lines 9-10, characters 0-43:
   9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
  10 | [@@bactrian.rust "engine::domain::Account"]
  Error: This variant or record definition does not match that of type
           Domain.account
         A private record constructor would be revealed.
  [2]

With a parameter.

  $ drift "s/^type account = /type 'a account = /"
  File "engine.mli", line 9, characters 15-29:
  9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
                     ^^^^^^^^^^^^^^
  Error: The type constructor Domain.account expects 1 argument(s),
         but is here applied to 0 argument(s)
  [2]

Gone.

  $ drift 's/^type account/type bank_account/'
  File "engine.mli", line 9, characters 15-29:
  9 | type account = Domain.account = { owner : string; mutable balance : int; state : state }
                     ^^^^^^^^^^^^^^
  Error: Unbound type constructor Domain.account
  [2]

A constructor has another name.

  $ drift 's/Frozen of/Blocked of/'
  File "engine.mli", lines 3-7, characters 0-41:
  3 | type state = Domain.state =
  4 |   | Open
  5 |   | Frozen of string
  6 |   | Closed of { by : string; at : float }
  7 | [@@bactrian.rust "engine::domain::State"]
  Error: This variant or record definition does not match that of type
           Domain.state
         Constructors have different names, Blocked and Frozen.
  [2]

Constructors in another order.

  $ drift 's/Open \| Frozen of string/Frozen of string | Open/'
  File "engine.mli", lines 3-7, characters 0-41:
  3 | type state = Domain.state =
  4 |   | Open
  5 |   | Frozen of string
  6 |   | Closed of { by : string; at : float }
  7 | [@@bactrian.rust "engine::domain::State"]
  Error: This variant or record definition does not match that of type
           Domain.state
         Constructors Frozen and Open have been swapped.
  [2]

A constructor more.

  $ drift 's/Open \|/Open | Pending |/'
  File "engine.mli", lines 3-7, characters 0-41:
  3 | type state = Domain.state =
  4 |   | Open
  5 |   | Frozen of string
  6 |   | Closed of { by : string; at : float }
  7 | [@@bactrian.rust "engine::domain::State"]
  Error: This variant or record definition does not match that of type
           Domain.state
         An extra constructor, Pending, is provided in the original definition.
  [2]

A constructor less.

  $ drift 's/Open \| //'
  File "engine.mli", lines 3-7, characters 0-41:
  3 | type state = Domain.state =
  4 |   | Open
  5 |   | Frozen of string
  6 |   | Closed of { by : string; at : float }
  7 | [@@bactrian.rust "engine::domain::State"]
  Error: This variant or record definition does not match that of type
           Domain.state
         A constructor, Open, is missing in the original definition.
  [2]

An argument of another type.

  $ drift 's/Frozen of string/Frozen of bytes/'
  File "engine.mli", lines 3-7, characters 0-41:
  3 | type state = Domain.state =
  4 |   | Open
  5 |   | Frozen of string
  6 |   | Closed of { by : string; at : float }
  7 | [@@bactrian.rust "engine::domain::State"]
  Error: This variant or record definition does not match that of type
           Domain.state
         Constructors do not match:
           Frozen of bytes
         is not the same as:
           Frozen of string
         The type bytes is not equal to the type string
  [2]

An argument more.

  $ drift 's/Frozen of string/Frozen of string * int/'
  File "engine.mli", lines 3-7, characters 0-41:
  3 | type state = Domain.state =
  4 |   | Open
  5 |   | Frozen of string
  6 |   | Closed of { by : string; at : float }
  7 | [@@bactrian.rust "engine::domain::State"]
  Error: This variant or record definition does not match that of type
           Domain.state
         Constructors do not match:
           Frozen of string * int
         is not the same as:
           Frozen of string
         They have different arities.
  [2]

An argument where there was none.

  $ drift 's/Open \|/Open of int |/'
  File "engine.mli", lines 3-7, characters 0-41:
  3 | type state = Domain.state =
  4 |   | Open
  5 |   | Frozen of string
  6 |   | Closed of { by : string; at : float }
  7 | [@@bactrian.rust "engine::domain::State"]
  Error: This variant or record definition does not match that of type
           Domain.state
         Constructors do not match:
           Open of int
         is not the same as:
           Open
         They have different arities.
  [2]

No argument where there was one.

  $ drift 's/Frozen of string/Frozen/'
  File "engine.mli", lines 3-7, characters 0-41:
  3 | type state = Domain.state =
  4 |   | Open
  5 |   | Frozen of string
  6 |   | Closed of { by : string; at : float }
  7 | [@@bactrian.rust "engine::domain::State"]
  Error: This variant or record definition does not match that of type
           Domain.state
         Constructors do not match:
           Frozen
         is not the same as:
           Frozen of string
         They have different arities.
  [2]

The record of a constructor has another field.

  $ drift 's/at : float/on : float/'
  File "engine.mli", lines 3-7, characters 0-41:
  3 | type state = Domain.state =
  4 |   | Open
  5 |   | Frozen of string
  6 |   | Closed of { by : string; at : float }
  7 | [@@bactrian.rust "engine::domain::State"]
  Error: This variant or record definition does not match that of type
           Domain.state
         Constructors do not match:
           Closed of { by : string; on : float; }
         is not the same as:
           Closed of { by : string; at : float; }
         Fields have different names, on and at.
  [2]

The record of a constructor has become a tuple.

  $ drift 's/Closed of \{ by : string; at : float \}/Closed of string * float/'
  File "engine.mli", lines 3-7, characters 0-41:
  3 | type state = Domain.state =
  4 |   | Open
  5 |   | Frozen of string
  6 |   | Closed of { by : string; at : float }
  7 | [@@bactrian.rust "engine::domain::State"]
  Error: This variant or record definition does not match that of type
           Domain.state
         Constructors do not match:
           Closed of string * float
         is not the same as:
           Closed of { by : string; at : float; }
         This uses inline records and the original doesn't.
  [2]

A tag more.

  $ drift 's/`Euro/`Euro | `Dollar/'
  File "engine.ml", line 15, characters 22-35:
  15 |  fun rust_Currency -> rust_Currency
                             ^^^^^^^^^^^^^
  Error: The value rust_Currency has type Domain.currency
         but an expression was expected of type [ `Euro | `Other of string ]
         The second variant type does not allow tag(s) `Dollar
  [2]

A tag less.

  $ drift 's/`Euro \| //'
  File "engine.ml", line 15, characters 22-35:
  15 |  fun rust_Currency -> rust_Currency
                             ^^^^^^^^^^^^^
  Error: The value rust_Currency has type Domain.currency
         but an expression was expected of type [ `Euro | `Other of string ]
         The first variant type does not allow tag(s) `Euro
  [2]

A tag has another name.

  $ drift 's/`Other/`Another/'
  File "engine.ml", line 15, characters 22-35:
  15 |  fun rust_Currency -> rust_Currency
                             ^^^^^^^^^^^^^
  Error: The value rust_Currency has type Domain.currency
         but an expression was expected of type [ `Euro | `Other of string ]
         The first variant type does not allow tag(s) `Other
  [2]

A tag with another argument.

  $ drift 's/`Other of string/`Other of int/'
  File "engine.ml", line 15, characters 22-35:
  15 |  fun rust_Currency -> rust_Currency
                             ^^^^^^^^^^^^^
  Error: The value rust_Currency has type
           Domain.currency = [ `Euro | `Other of int ]
         but an expression was expected of type [ `Euro | `Other of string ]
         Types for tag `Other are incompatible
  [2]

A tag without its argument.

  $ drift 's/`Other of string/`Other/'
  File "engine.ml", line 15, characters 22-35:
  15 |  fun rust_Currency -> rust_Currency
                             ^^^^^^^^^^^^^
  Error: The value rust_Currency has type Domain.currency
         but an expression was expected of type [ `Euro | `Other of string ]
         Types for tag `Other are incompatible
  [2]

No polymorphic variant any more.

  $ drift 's/^type currency = .*/type currency = Euro | Other of string/'
  File "engine.ml", line 15, characters 22-35:
  15 |  fun rust_Currency -> rust_Currency
                             ^^^^^^^^^^^^^
  Error: The value rust_Currency has type Domain.currency
         but an expression was expected of type [ `Euro | `Other of string ]
  [2]
