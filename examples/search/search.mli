(** The program: see [search.exe --help]. *)
