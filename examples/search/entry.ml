type kind =
  | Value
  | Type
  | Exception
  | Extension
  | Module
  | Module_type
  | Class
  | Class_type

type t = {
  path : string list;
  name : string;
  kind : kind;
  signature : string;
  doc : string;
  file : string;
  line : int;
}

let kinds = [ Value; Type; Module; Module_type; Exception; Class; Class_type; Extension ]

let kind_name = function
  | Value -> "value"
  | Type -> "type"
  | Exception -> "exception"
  | Extension -> "extension"
  | Module -> "module"
  | Module_type -> "module-type"
  | Class -> "class"
  | Class_type -> "class-type"

let kind_of_name word =
  match String.lowercase_ascii word with
  | "val" | "function" | "external" -> Some Value
  | "modtype" | "signature" -> Some Module_type
  | "exn" -> Some Exception
  | word -> List.find_opt (fun kind -> kind_name kind = word) kinds

let module_path t = String.concat "." t.path
let qualified t = String.concat "." (t.path @ [ t.name ])
