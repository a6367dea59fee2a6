# The front door. `make demo` shows the whole loop, `make test` runs every test; both do their own set-up, into target/ only.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CARGO_DENY_VERSION := 0.20.2
CARGO_FUZZ_VERSION := 0.13.2
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
TOOLS := $(TARGET)/tools
TESTBED := $(TARGET)/testbed/bin
DEMO_ARGS ?=
BENCH_ARGS ?=
FUZZ_SECONDS ?= 600
FUZZ_TARGETS ?= request release template policy output

# What the machine has comes first; what was built here fills the gaps.
export PATH := $(PATH):$(TESTBED)

.PHONY: help demo test bench release fuzz lint deny fmt prerequisites terraform

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: prerequisites terraform ## the whole loop on an example, from a request with a mistake to signed evidence (DEMO_ARGS="--dir DIR --exit")
	@cargo build --locked --bin goldpath
	@"$(TARGET)/debug/goldpath" demo $(DEMO_ARGS)

test: prerequisites terraform ## all tests (TEST_ARGS="--test it story::" for some)
	@cargo test --locked $(TEST_ARGS)

bench: prerequisites ## how fast what `make release` made is, as whole processes beside their peers (BENCH_ARGS="diff snapshot" for some)
	@test -x "$(TARGET)/goldpath" || $(MAKE) release
	@GOLDPATH="$(TARGET)/goldpath" cargo bench --locked --bench speed -- $(BENCH_ARGS)

# Two builds of about ten minutes: one that counts what runs, and one that is made by what was counted.
release: prerequisites ## the fastest binary, built by what it does on examples: target/goldpath
	@benches/guided/build "$(TARGET)/goldpath"

# It needs a nightly compiler, for its instruments alone: `rustup toolchain install nightly`.
fuzz: prerequisites $(TOOLS)/cargo-fuzz-$(CARGO_FUZZ_VERSION) ## files of any bytes, ten minutes of each kind (FUZZ_SECONDS=60 FUZZ_TARGETS="policy output")
	@for target in $(FUZZ_TARGETS); do PATH="$(TOOLS)/bin:$$PATH" fuzz/run "$$target" $(FUZZ_SECONDS); done

lint: prerequisites deny ## formatting, clippy, dependencies
	@cargo fmt --check
	@cargo clippy --locked --all-targets -- -D warnings

# The advisories are not among these checks: their database is fetched from GitHub, and a check that fails without a network says
# nothing about the code. Where there is one, `cargo deny check advisories` asks for them.
deny: $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION) ## the licences, sources and bans of the dependencies
	@"$<" --locked --log-level error check bans licenses sources

fmt: ## format the sources
	@cargo fmt

prerequisites:
	@command -v cargo >/dev/null || { echo "error: cargo is missing: install Rust 1.95 or newer from https://rustup.rs" >&2; exit 2; }
	@command -v git >/dev/null || { echo "error: git is missing: install it with the packages of your system" >&2; exit 2; }
	@command -v cc >/dev/null || { echo "error: a C compiler is missing: install gcc or clang with the packages of your system" >&2; exit 2; }

terraform:
	@case "$$(command -v terraform || command -v tofu || true)" in \
	  "" | "$(TESTBED)"/*) tests/testbed/build opentofu github.com/opentofu/opentofu/cmd/tofu "$(TESTBED)/tofu" ;; \
	esac

# A debug build: it is made in two minutes instead of fourteen, and is fast enough.
$(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION):
	@mkdir -p "$(TOOLS)"
	@if [ "$$(cargo deny --version 2>/dev/null || true)" = "cargo-deny $(CARGO_DENY_VERSION)" ]; then \
	  ln -s "$$(command -v cargo-deny)" "$@"; \
	else \
	  echo "building cargo-deny $(CARGO_DENY_VERSION) into $(TOOLS) (once, about two minutes)" >&2; \
	  env -u CARGO_TARGET_DIR cargo install --quiet --debug --locked --root "$(TOOLS)" --version "$(CARGO_DENY_VERSION)" cargo-deny; \
	  mv "$(TOOLS)/bin/cargo-deny" "$@"; \
	fi

$(TOOLS)/cargo-fuzz-$(CARGO_FUZZ_VERSION):
	@mkdir -p "$(TOOLS)"
	@if [ "$$(cargo fuzz --version 2>/dev/null || true)" = "cargo-fuzz $(CARGO_FUZZ_VERSION)" ]; then \
	  ln -s "$$(command -v cargo-fuzz)" "$@"; \
	else \
	  echo "building cargo-fuzz $(CARGO_FUZZ_VERSION) into $(TOOLS) (once, about a minute)" >&2; \
	  env -u CARGO_TARGET_DIR cargo install --quiet --debug --locked --root "$(TOOLS)" --version "$(CARGO_FUZZ_VERSION)" cargo-fuzz; \
	  ln -s "$(TOOLS)/bin/cargo-fuzz" "$@"; \
	fi
