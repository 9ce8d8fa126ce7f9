(** What the HTTP server answers, without the HTTP server.

    {v
    GET /            the page; with ?q=… also the hits
    GET /search?q=…  the hits as JSON; &limit=… from 1 to 100, 10 unless told
    GET /healthz     {"status":"ok","entries":…}
    v}

    Everything else, and everything that is wrong, is [{"error":{"kind":…,"message":…}}]
    with the status that fits. *)

type request = {
  meth : string;
  path : string;  (** as it came, percent-encoded *)
  query : string;  (** what is after the question mark, as it came; [""] if nothing *)
}

type response = {
  status : int;
  content_type : string;
  allow : string;  (** the methods that would do, with status 405; else [""] *)
  body : string;
}

val handler :
  about:string ->
  entries:int ->
  find:(string list -> Entry.t list Lwt.t) ->
  ?others:(string * (unit -> response Lwt.t)) list ->
  request ->
  response Lwt.t
(** The service over an index: [find] gives the hits for {!Query.stages}; [others] are
    more paths. Rejected only if [find] or one of the others is. *)

val error : int -> kind:string -> string -> response
(** [error status ~kind message]. *)

val percent_decode : string -> (string, string) result
(** Decodes [%41] and [+] as forms write them. [Error] says what cannot be decoded. *)

val percent_encode : string -> string
(** Encodes all but letters, digits and [-._~]. *)
