type token = string
type state = Open | Frozen of string | Closed of { by : string; at : float }
type account = { owner : string; mutable balance : int; state : state }
type currency = [ `Euro | `Other of string ]
