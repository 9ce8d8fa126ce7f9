# Bactrian: `make help` lists what there is. Every target finds or installs the
# toolchain first (tools/setup); nothing has to be installed by hand but Rust.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

ENV   := . tools/env;
DUNE  := dune build --root . --display=quiet
SAY   := @printf '\n== %s\n'

# cargo-nextest, where it is installed, runs each test in a process of its own.
CARGO_TEST := if cargo nextest --version >/dev/null 2>&1; \
  then NEXTEST_NO_TESTS=pass cargo nextest run --workspace --no-fail-fast; \
  else cargo test --workspace --lib --bins --tests --no-fail-fast; fi

SEARCH := _build/default/examples/search/search.exe

.PHONY: help setup demo serve test test-setup test-rust test-ocaml test-checked test-codegen test-crowd test-c test-guide test-new sanitize guide misuses stress bench lint fmt doc clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## find or install OCaml and what else is needed
	@tools/setup

demo: search.exe ## index this machine's OCaml interfaces, serve, drive the server [FOLDER= DB= PORT=]
	$(SAY) 'search demo'
	@$(ENV) $(SEARCH) demo $(search_options)

serve: search.exe ## the same server, left open [FOLDER= DB= PORT=]
	$(SAY) 'search server'
	@$(ENV) $(SEARCH) serve $(search_options)

# Read by the shell, so that a path may hold spaces.
export FOLDER DB PORT
search_options = $${DB:+--db "$$DB"} $${PORT:+--port "$$PORT"} $${FOLDER:+"$$FOLDER"}

.PHONY: search.exe
search.exe: setup
	$(SAY) 'building the search example (the first time takes some minutes)'
	@$(ENV) $(DUNE) --profile release ./examples/search/search.exe

test: setup test-setup test-rust test-ocaml test-checked test-codegen test-crowd test-c test-guide test-new ## all tests
	$(SAY) 'all tests passed'

test-setup:
	$(SAY) 'tools/setup against made-up machines'
	@tests/setup/run
	$(SAY) 'the tests that tests/HAZARDS.md names'
	@tests/check-hazards

test-rust: setup
	$(SAY) 'Rust: units, and what the compiler must reject'
	@$(ENV) $(CARGO_TEST)
	$(SAY) 'Rust: examples in the documentation'
	@$(ENV) cargo test --workspace --doc

# Each alias runs every OCaml suite: natively, natively with a minor heap of 512 words,
# and as bytecode. See tests/README.md.
test-ocaml: setup
	$(SAY) 'OCaml: every suite natively, with a tiny minor heap, and as bytecode'
	@$(ENV) $(DUNE) --force @runtest @tiny-heap @bytecode
	$(SAY) 'OCaml: a project in a path with spaces'
	@$(ENV) tests/spaces

# The suites again with Rust in checked mode, and every misuse a hundred times.
test-checked: setup
	$(SAY) 'OCaml: the suites in checked mode, and misuses'
	@$(ENV) $(DUNE) --force @checked

# The code of release mode, in Rust.
test-codegen: setup
	$(SAY) 'Rust: what release mode compiles to'
	@$(ENV) tests/rust-codegen

# Two domains of four threads each, each of which runs the whole suite.
test-crowd: setup
	$(SAY) 'OCaml: the suites by many threads at once'
	@$(ENV) $(DUNE) --force @crowd

# The second time from what the first has written.
misuses: setup ## write what checked mode says of each misuse, to the tests and to the guide
	$(SAY) 'every misuse'
	@$(ENV) $(DUNE) --force --auto-promote @tests/ocaml/checked/misuses || $(DUNE) --force --auto-promote @tests/ocaml/checked/misuses || \
	  $(DUNE) --force @tests/ocaml/checked/misuses

# The C API beyond its suites: the code of release mode, the guide's snippets, an installed copy, sanitizers.
test-c: setup
	$(SAY) 'C: generated code, snippets, an installed copy'
	@$(ENV) tests/capi-codegen
	@$(ENV) tests/capi-guide
	@$(ENV) tests/capi-example
	$(SAY) 'C: AddressSanitizer and valgrind'
	@$(ENV) tests/capi-sanitize

sanitize: setup ## the suites of C and Rust under AddressSanitizer and valgrind: some minutes
	$(SAY) 'AddressSanitizer and valgrind'
	@$(ENV) tests/capi-sanitize --all

# What is written in the guide is compiled and run.
test-guide: setup
	$(SAY) "the guide: its snippets, its links, and ocaml-interop's names"
	@$(ENV) cargo run --quiet --package bactrian-guide-check

# Projects made by `bactrian new`, in a path with a space.
test-new: setup
	$(SAY) 'projects made by bactrian new'
	@$(ENV) tests/new/run

guide: setup ## build the guide into target/book, and run its snippets
	$(SAY) 'the guide, in target/book'
	@$(ENV) if command -v mdbook >/dev/null; then mdbook build guide; \
	  else cargo run --quiet --package bactrian-guide-check -- book target/book; fi
	@$(ENV) cargo run --quiet --package bactrian-guide-check

# Read by the shell, as above.
export SECONDS_EACH := $(or $(SECONDS),60)
stress: setup ## domains, threads and compactions at once, a minute each way [SECONDS=60 SUITE=]
	$(SAY) 'stress: $(or $(SUITE),all), $(SECONDS_EACH) s each way'
	@$(ENV) BACTRIAN_SECONDS=$(SECONDS_EACH) $(DUNE) --force --no-buffer @$(if $(SUITE),tests/ocaml/$(SUITE)/)stress

bench: setup ## the benchmarks beside their peers; ROWS=noop,pair picks some
	$(SAY) 'benchmarks$(if $(ROWS), ($(ROWS)))'
	@$(ENV) $(if $(ROWS),ROWS='$(ROWS)') bench/run

lint: ## formatting and clippy, warnings as errors
	@tools/setup --lint
	$(SAY) 'cargo fmt --check'
	@$(ENV) cargo fmt --all --check
	$(SAY) 'cargo clippy'
	@$(ENV) cargo clippy --workspace --all-targets -- -D warnings
	$(SAY) 'dune build @fmt'
	@$(ENV) $(DUNE) @fmt

fmt: ## format all sources
	@tools/setup --lint
	@$(ENV) cargo fmt --all
	@$(ENV) dune fmt --root . 2>/dev/null || $(DUNE) @fmt # it fails when it changed a file

doc: setup ## the reference of the Rust crates, in target/doc
	@$(ENV) cargo doc --workspace --no-deps

clean: ## remove what was built (not the toolchain)
	@rm -rf _build target bench/target
