# Part of tests/setup/run: made-up machines. Each fake appends what it was called with
# to the machine's file `calls`; files such as `opam-fails` make it behave so.

# new_machine NAME: a folder with the plain tools, a copy of the project's tools, and
# nothing else.
new_machine() {
  name=$1 machine=$work/$((++machines))
  bin=$machine/bin
  mkdir -p "$machine"/{home,libraries,after} "$bin" "$machine/project" \
    "$machine"/etc/apt/{sources.list.d,preferences.d}
  cp -R tools .ocamlformat "$machine/project/"
  : >"$machine/calls"
  local tool
  for tool in bash sh env cat cp rm mkdir touch chmod dirname basename sed grep awk sort uniq \
    head tail tr seq date; do
    ln -s "$(command -v $tool)" "$bin/$tool"
  done
  # Waiting for locks must not make the test slow.
  fake sleep ''
}
machines=0

# fake COMMAND SCRIPT: a command of the machine.
fake() {
  mkdir -p "$bin"
  printf '#!%s\nmachine=%q project=%q\necho "%s $*" >>"$machine/calls"\n%s\n' \
    "$(command -v bash)" "$machine" "$machine/project" "$1" "$2" >"$bin/$1"
  chmod +x "$bin/$1"
}

setup() {
  env -i PATH="$machine/bin" HOME="$machine/home" BACTRIAN_SETUP_SYSTEM="$machine" \
    ${BACTRIAN_SETUP+BACTRIAN_SETUP="$BACTRIAN_SETUP"} \
    "$machine/project/tools/setup" "$@" >"$machine/output" 2>&1 </dev/null
  status=$?
}

rust() { fake cargo "echo 'cargo $1 (0123abcd 2026-01-01)'"; }

c_tools() { fake cc '' && fake c++ '' && fake make ''; }

# ocaml VERSION: a complete one.
ocaml() {
  local library
  for library in unix threads compiler-libs.common lwt lwt.unix domain-local-await domainslib eio_main alcotest \
    qcheck-core qcheck-alcotest; do
    touch "$machine/libraries/$library"
  done
  fake dune 'echo 3.24.1'
  fake ocamlfind '
    case $1 in
      query) [ -e "$machine/libraries/$2" ] ;;
      ocamlopt) [ ! -e "$machine/bytecode-only" ] && echo '"$1"' ;;
      *) echo '"$1"' ;;
    esac'
}

# An opam that makes a switch with OCaml 5.3.0.
opam() {
  bin=$machine/after/opam ocaml 5.3.0
  fake opam '
    case "$1 $2" in
      "--version "*) echo 2.1.2 ;;
      "switch create") mkdir -p "$project/_opam" ;;
      install*)
        [ ! -e "$machine/opam-fails" ] || { echo "no solution" >&2; exit 1; }
        mkdir -p "$project/_opam/bin" && cp "$machine/after/opam/"* "$project/_opam/bin/" ;;
    esac'
}

# debian [ID]: which distribution, and that we are root.
debian() {
  printf 'NAME="Some Linux"\nID=%s\n' "${1-debian}" >"$machine/etc/os-release"
  fake id 'echo 0'
}

# apt VERSION|forky|nowhere: the OCaml that its suites have. `forky` stands for a
# Debian 12, which has 4.13.1, where forky can be added; `nowhere`, where it cannot.
apt() {
  local version=$1 new=$1
  case $1 in
    forky) version=4.13.1-4 new=5.4.1 ;;
    nowhere) version=4.13.1-4 new=5.4.1 && touch "$machine/mirror-without-forky" "$machine/no-forky" ;;
  esac
  local before=$bin
  bin=$machine/after/apt
  ocaml "$new" && c_tools && fake ocamlformat 'echo 0.29.0'
  bin=$before
  fake apt-cache "
    echo ocaml:
    echo '  Version table:'
    [ ! -e \"\$machine/forky-known\" ] || printf '     5.4.1-1 100\n        100 http://x forky/main amd64 Packages\n'
    printf '     $version 500\n        500 http://mirror.example/debian suite/main amd64 Packages\n'"
  fake apt-get '
    case "$*" in
      *indextargets*LABEL*) echo "Debian-Security http://security.example/"; echo "Debian http://mirror.example/debian/" ;;
      *indextargets*CODENAME*)
        echo "suite http://mirror.example/debian/"
        [ ! -e "$machine/forky-known" ] || echo "forky http://mirror.example/debian/" ;;
      *update*Dir::Etc::sourcelist=*)
        if [ ! -e "$machine/no-forky" ] && { [ ! -e "$machine/mirror-without-forky" ] ||
          grep -q deb.debian.org "$machine/etc/apt/sources.list.d/bactrian-forky.sources"; }; then
          touch "$machine/forky-known"
        fi ;;
      *update*) [ ! -e "$machine/source-fails" ] || { echo "E: Failed to fetch http://third.example" >&2; exit 100; } ;;
      *"-s install"*)
        echo "Inst libc6 [2.36-9] (2.43-7 Debian:forky [amd64])"
        echo "Inst ocaml (5.4.1-1 Debian:forky [amd64])"
        [ ! -e "$machine/plan" ] || cat "$machine/plan" ;;
      *install*)
        [ ! -e "$machine/install-fails" ] || { echo "E: no space left" >&2; exit 100; }
        cp "$machine/after/apt/"* "$machine/bin/" ;;
    esac'
}
