# `make demo` shows the product, `make test` proves it; both set everything up by themselves.
# Needed beforehand: Python 3.11 or newer (with venv), Rust, make. `make check` also uses apt-get when it is root.
PYTHON ?= python3
BIN := .venv/bin
PYTEST_ARGS ?=
BENCH_ARGS ?=
SCHEMA := docs/internals/ir.schema.json

.DEFAULT_GOAL := help
.PHONY: help demo test servers fuzz stateful chaos check benchmark bench bench-full bundle generated format build setup clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## Run the examples on an embedded Postgres and show what psql sees
	@$(BIN)/python -m examples.demo

test: build ## Run everything that proves the project: pytest and cargo test
	$(BIN)/pytest $(PYTEST_ARGS)
	cargo test --locked

servers: build ## The tests of the engine on PostgreSQL 16 and 15 (15: from Debian)
	WAYMARK_TEST_POSTGRES=16 $(BIN)/pytest -q tests/engine tests/operators tests/language tests/infra/test_migrations.py
	@.ci/tools
	WAYMARK_TEST_POSTGRES=15 $(BIN)/pytest -q tests/engine tests/operators tests/language tests/infra/test_migrations.py

fuzz: build ## Compare N (10000) random programs with CPython, cron expressions and a year of schedules with cronsim
	FUZZ=$(or $(N),10000) $(BIN)/pytest -q tests/fuzz

stateful: setup ## Drive the engine against its model for N (10000) steps, then everything side by side for SECONDS (60)
	STATEFUL=$(or $(N),10000) SIDE_BY_SIDE=$(or $(SECONDS),60) $(BIN)/pytest -q tests/stateful

chaos: build ## Kill and cut everything at random in TRIALS (20) trials; SEED=… repeats one
	$(BIN)/python -m tests.chaos $(if $(TRIALS),--trials $(TRIALS)) $(if $(SEED),--seed $(SEED))

check: setup ## Lints, formats, types, layers, generated files, PL/pgSQL bodies, compose file
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/lint-imports
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	RUSTFLAGS='--cfg tokio_unstable' cargo clippy --features console --locked -- -D warnings
	$(BIN)/python -m waymark.db.bundle check
	@$(BIN)/python -c "import pathlib, sys; from waymark.ir.schema import schema_text; \
		sys.exit(schema_text() != pathlib.Path('$(SCHEMA)').read_text() and '$(SCHEMA) is stale: run make generated')"
	@.ci/tools
	$(BIN)/python -m tests.plpgsql_check
	@.ci/compose config --quiet

benchmark: build ## Measure the main figures, and where the time goes (a minute; BENCH_TRACE=file: the daemon's loop as a Chrome trace)
	$(BIN)/python -m benchmarks --short $(BENCH_ARGS)

bench: .venv/.peers build ## Measure throughput, latency and cost on this machine, beside other systems (minutes), and draw plots
	$(BIN)/python -m benchmarks --output bench-results $(BENCH_ARGS)

bench-full: .venv/.peers build ## The same with sizes that take an hour
	$(BIN)/python -m benchmarks --full --output bench-results $(BENCH_ARGS)

# Without them the benchmarks say what they leave out.
.venv/.peers: .venv/.installed
	-$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

bundle: setup ## Make the newest migration's bundle from sql/
	$(BIN)/python -m waymark.db.bundle make

generated: bundle ## Make every generated file
	$(BIN)/python -m waymark.ir.schema

format: setup ## Format and fix Python and Rust
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	cargo fmt

build: setup ## Build the daemon into .venv
	@echo "Building the daemon (the first time takes a few minutes)"
	@cargo build --release --locked --quiet
	@install -C -m 755 target/release/start-workers $(BIN)/start-workers

setup: .venv/.installed ## Make .venv with the package (editable) and the tools

.venv/.installed: pyproject.toml packaging/scripts/waymark
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Waymark needs Python 3.11 or newer: set PYTHON=… to one."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "This Python cannot make virtual environments: apt-get install python3-venv"; exit 1; }
	@command -v cargo >/dev/null || { echo "Waymark needs Rust 1.88 or newer: https://rustup.rs"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean: ## Remove what was built, the demo's database included
	rm -rf .venv target dist .waymark .pytest_cache .ruff_cache .hypothesis
