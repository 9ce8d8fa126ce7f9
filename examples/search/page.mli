(** The page for people. *)

val render :
  about:string -> query:string -> ((int * Entry.t) list, string) result -> string
(** [render ~about ~query hits] is a whole HTML page: a search field that holds [query], a
    line [about] what is searched, and the hits or what is wrong with the query. All texts
    are escaped. *)
