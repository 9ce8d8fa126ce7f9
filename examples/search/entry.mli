(** One thing that an interface file declares. *)

(** What kind of thing it is. *)
type kind =
  | Value
  | Type
  | Exception
  | Extension  (** a constructor added to an extensible type *)
  | Module
  | Module_type
  | Class
  | Class_type

type t = {
  path : string list;
      (** the modules around it, outermost first; none for a file's own module *)
  name : string;
  kind : kind;
  signature : string;  (** on one line *)
  doc : string;  (** plain text, without odoc's markup; may be empty *)
  file : string;  (** relative to the folder that was indexed *)
  line : int;  (** from 1 *)
}

val kinds : kind list
(** Every kind, in the order in which equally good hits are shown. *)

val kind_name : kind -> string
(** The word that stands for a kind in queries ([kind:module-type]) and in JSON. *)

val kind_of_name : string -> kind option
(** The inverse of {!kind_name}; also takes a few words that users try first, such as
    [val]. *)

val module_path : t -> string
(** The modules around it, joined by dots: [""] at the top. *)

val qualified : t -> string
(** {!module_path} and the name, joined by dots. *)
