(** From the text of a [.mli] to its entries. *)

val parse : file:string -> string -> (Entry.t list, string) result
(** [parse ~file text] gives the entries in the order of the text; the first is the module
    that the file is. Nested modules, literal [include sig … end]s, module types and the
    results of functors are gone through; parameters of functors are shown and not gone
    through.

    [Error reason] if the text is not valid UTF-8 or not an interface; the reason is one
    line and says where. Not for use in two domains at once: the compiler's parser has
    global state. *)

val module_name : string -> string
(** The name of the module that a file makes: [List] for ["std/list.mli"]. *)
