external split : string -> string list = "words_split"
external each : string -> (string -> unit) -> unit = "words_each"

external pad :
  string ->
  width:int ->
  before:string ->
  after:string ->
  centre:bool ->
  upper:bool ->
  string = "words_pad_byte" "words_pad"
