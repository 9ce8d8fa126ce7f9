# Part of tools/setup: ways 3 and 4, packages of Debian or Ubuntu.

# A folder in front of the system's own, so that the tests have one of theirs.
SYSTEM=${BACTRIAN_SETUP_SYSTEM-}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
FORKY_SOURCE=$SYSTEM/etc/apt/sources.list.d/bactrian-forky.sources
FORKY_PIN=$SYSTEM/etc/apt/preferences.d/bactrian-forky
DEBIAN_MIRROR=http://deb.debian.org/debian

PACKAGES="ocaml ocaml-dune ocaml-findlib libcompiler-libs-ocaml-dev liblwt-ocaml-dev
  libalcotest-ocaml-dev libqcheck-ocaml-dev libeio-ocaml-dev libdomainslib-ocaml-dev
  libdomain-local-await-ocaml-dev ocamlformat"

export DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1

apt_get() {
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" </dev/null
}

# The lists have a lock of their own, for which apt-get does not wait: another
# apt-get (a machine's daily one) is given five minutes.
apt_update() {
  local try
  mkdir -p "$(dirname "$LOG")"
  for try in $(seq 30); do
    apt_get update "$@" >"$LOG" 2>&1
    grep -q 'Could not get lock' "$LOG" || break
    [ "$try" = 1 ] && say "another apt-get is at work: waiting, five minutes at most"
    sleep 10
  done
  # A source that fails is no reason to stop: whether OCaml is there is looked up next.
  grep -E '^(E:|Err:)' "$LOG" | sed 's/^/setup:   apt-get update: /' >&2
}

os_field() { sed -n "s/^$1=//p" "$SYSTEM/etc/os-release" 2>/dev/null | tr -d '"'; }

# The newest `ocaml` of the suites that apt installs from by itself (priority 500 or
# more), and so not of one that is pinned low.
ocaml_of_distribution() {
  apt-cache policy ocaml 2>/dev/null | awk '
    /^ (\*\*\*|   ) [^ ]/ { version = ($1 == "***") ? $2 : $1; next }
    /^  +-?[0-9]+ / && $1 >= 500 && $2 !~ /dpkg\/status/ { print version }' | sort -V | tail -n1
}

offer_distribution() {
  if ! has apt-get; then
    say "ways 3 and 4 (apt): this is not a Debian or an Ubuntu"
    return 1
  elif [ "$(id -u)" != 0 ]; then
    say "ways 3 and 4 (apt): only for root, and this is not (with sudo: sudo tools/setup)"
    return 1
  fi
  say "asking apt which OCaml there is"
  apt_update
  local version
  version=$(ocaml_of_distribution)
  if [ -z "$version" ] || ! at_least $OCAML_MIN "$version"; then
    say "way 3 (the configured suites): OCaml there is ${version:-missing}, not >= $OCAML_MIN"
    return 1
  fi
  say "way 3: OCaml $version from the configured suites"
}

take_distribution() { install_packages; }

offer_forky() {
  has apt-get && [ "$(id -u)" = 0 ] || return 1
  if [ "$(os_field ID)" != debian ]; then
    say "way 4 (the suite forky of Debian): only for Debian, and this is $(os_field ID)"
    return 1
  fi
  say "way 4: OCaml from the Debian suite forky"
}

take_forky() {
  local configured mirror
  configured=$(forky_of_apt)
  if [ -n "$configured" ]; then
    say "forky is among apt's sources already ($configured)"
  else
    # `uniq` keeps the order: the machine's own mirror first.
    for mirror in $(printf '%s\n' "$(mirror_of_apt)" $DEBIAN_MIRROR | uniq); do
      add_forky "$mirror" && break
    done
  fi
  if [ -z "$(forky_of_apt)" ]; then
    complain "forky could not be read from $mirror; its two files are removed again."
    rm -f "$FORKY_SOURCE" "$FORKY_PIN"
    return 1
  fi
  install_packages -t forky
}

add_forky() {
  say "adding ${FORKY_SOURCE#"$SYSTEM"} (forky from $1)"
  say "adding ${FORKY_PIN#"$SYSTEM"} (priority 100: nothing else comes from there by itself)"
  printf 'Types: deb\nURIs: %s\nSuites: forky\nComponents: main\nSigned-By: %s\n' \
    "$1" "$KEYRING" >"$FORKY_SOURCE" &&
    printf 'Package: *\nPin: release n=forky\nPin-Priority: 100\n' >"$FORKY_PIN" || return 1
  # Only this source: the others were read a moment ago.
  apt_update -o Dir::Etc::sourcelist="$FORKY_SOURCE" -o Dir::Etc::sourceparts=- \
    -o APT::Get::List-Cleanup=0
  [ -n "$(forky_of_apt)" ]
}

package_lists() { apt-get indextargets 'Created-By: Packages' 'Origin: Debian' --format "$1" 2>/dev/null; }
forky_of_apt() { package_lists '$(CODENAME) $(REPO_URI)' | sed -n 's/^forky //p' | head -n1; }
mirror_of_apt() { package_lists '$(LABEL) $(REPO_URI)' | sed -n 's/^Debian //p' | head -n1 | sed 's,/$,,'; }

# install_packages [-t SUITE]: says what changes, refuses to remove, installs.
install_packages() {
  local packages=$PACKAGES plan removed
  has cc || packages+=" gcc libc6-dev"
  has c++ || packages+=" g++"
  has make || packages+=" make"
  # It needs the symbols of the C library.
  has valgrind || packages+=" valgrind libc6-dbg"
  # Cargo downloads over TLS.
  [ -e "$SYSTEM/etc/ssl/certs/ca-certificates.crt" ] || packages+=" ca-certificates"
  if ! plan=$(apt_get -s install -y --no-install-recommends "$@" $packages 2>&1); then
    complain "apt-get cannot install what is needed:"
    grep -E '^(E:| )' <<<"$plan" | tail -n 12 >&2
    return 1
  fi
  removed=$(removals "$plan")
  if [ -n "$removed" ]; then
    complain "apt-get would remove packages for this: $removed. That is yours to decide:"
    complain "  apt-get install --no-install-recommends $* $(echo $packages)"
    return 1
  fi
  describe "$plan"
  say "installing takes about a minute; the log is .bactrian/setup.log"
  if ! apt_get install -y --no-install-recommends "$@" $packages >"$LOG" 2>&1; then
    complain "apt-get did not succeed; the end of .bactrian/setup.log:"
    tail -n 20 "$LOG" >&2
    return 1
  fi
}

# The packages that a plan takes away. One that comes back under another name is renamed,
# not removed: the 64-bit-time builds (libssl3 as libssl3t64), and OCaml's compiler library.
removals() {
  local name renamed
  for name in $(sed -n 's/^Remv \([^ ]*\).*/\1/p' <<<"$1"); do
    renamed=${name}t64
    [ "$name" = ocaml-compiler-libs ] && renamed=libcompiler-libs-ocaml-dev
    grep -q "^Inst $renamed " <<<"$1" || printf '%s ' "$name"
  done | sed 's/ $//'
}

# "Inst libc6 [2.36-9] (2.42-1 Debian:forky)": the brackets are what was there before.
describe() {
  local upgraded
  upgraded=$(sed -n 's/^Inst \([^ ]*\) \[\([^]]*\)\] (\([^ ]*\).*/\1 \2 -> \3/p' <<<"$1")
  say "new packages: $(grep -c '^Inst [^ ]* (' <<<"$1"), upgraded: $(grep -c . <<<"$upgraded")"
  [ -z "$upgraded" ] || sed 's/^/setup:   /' <<<"$upgraded"
}
