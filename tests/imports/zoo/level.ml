type t = int

let zero = 0
let up = succ
let to_int = Fun.id

module Far = struct
  type t = int
end
