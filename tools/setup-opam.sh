# Part of tools/setup: way 2, a switch of the project's own.

offer_opam() {
  if ! has opam; then
    say "way 2 (opam): opam is not on PATH"
    return 1
  elif ! has cc; then
    say "way 2 (opam): opam is here, but compiles OCaml, and there is no C compiler (cc)"
    return 1
  fi
  say "way 2: opam $(opam --version 2>/dev/null) makes the folder _opam from the project's opam files"
}

take_opam() {
  local had_switch=no init=()
  mkdir -p "$(dirname "$LOG")"
  [ -d _opam ] && had_switch=yes
  if [ ! -e "${OPAMROOT:-${HOME-}/.opam}/config" ]; then
    say "opam was never used here: preparing it (no shell start-up file is touched)"
    # A container seldom allows the sandbox of opam, and is one itself.
    has bwrap && bwrap --bind / / true 2>/dev/null || init=(--disable-sandboxing)
    opam init --bare --no-setup --yes "${init[@]}" </dev/null >"$LOG" 2>&1 || {
      opam_failed
      return 1
    }
  fi
  say "building OCaml and the libraries takes some minutes; the log is .bactrian/setup.log"
  if {
    { [ $had_switch = yes ] || opam switch create . --empty --yes; } &&
      opam install --switch=. --yes "ocaml>=$OCAML_MIN" ocamlfind dune &&
      opam install --switch=. --yes --deps-only --with-test .
  } </dev/null >>"$LOG" 2>&1; then
    return 0
  fi
  opam_failed
  # A half-built switch would hide an OCaml that a later way brings.
  [ $had_switch = yes ] || rm -rf _opam
  return 1
}

opam_failed() {
  complain "opam did not succeed; the end of .bactrian/setup.log:"
  tail -n 15 "$LOG" >&2
}
