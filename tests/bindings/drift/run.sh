# drift SED: type-checks the bindings with a domain.ml that was changed so, and prints OCaml's message.
# The libraries that the bindings use are stubs here: only their types matter.

export OCAML_COLOR=never
mkdir types && cd types || exit 1
cp ../domain.ml original.ml
cp ../maths.ml .
cat > bactrian.ml <<'END'
let check_imports (_ : string) = ()
module Future = struct type 'a t end
module Stream = struct type 'a t end
module Channel = struct type 'a sender end
END
printf 'type +%st\n' "'a " | tee lwt.ml > lwt_stream.ml
cp ../expected/engine.ml ../expected/engine.mli .
ocamlc -c bactrian.ml lwt.ml lwt_stream.ml maths.ml

drift() {
  sed -E "$1" original.ml > domain.ml
  if [ -n "$1" ] && cmp -s domain.ml original.ml; then
    echo "nothing was changed by: $1"
    return
  fi
  ocamlc -c domain.ml && ocamlc -w +a-4-40..42-44-45-70 -c engine.mli engine.ml 2>&1
}
