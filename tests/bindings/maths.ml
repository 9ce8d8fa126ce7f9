let twice n = 2 * n
let half n = n / 2
let join ~separator words = String.concat separator words

module Deep = struct
  let negate = not
end
