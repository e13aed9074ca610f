# The commands of this repository; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
TABLE ?= routing_table.yaml
BIND ?= 127.0.0.1:5000
# What the lock is made of; SETUP is newer than both once the environment is complete.
SETUP := .venv/.complete

.DEFAULT_GOAL := help
.PHONY: help setup serve test test-postgresql test-deps lint format bench lock clean

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: $(SETUP)  ## Create .venv from the lock

$(SETUP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(SETUP)

serve: setup  ## Serve both applications on http://127.0.0.1:5000, with sample data
	@$(BIN)/python -m shared_models sample
	@printf '%s\n' '' '  Open     http://$(BIND)/' \
		'  Flip     edit one "to:" line in $(TABLE), or let it be done:' \
		'             $(BIN)/gateway flip chat modern' \
		'           and reload the page: it is answered by the other application.' ''
	@STREAM_PAUSE_MS=$${STREAM_PAUSE_MS:-15} exec $(BIN)/gateway serve --table $(TABLE) --bind $(BIND) --threads 32

# What measures how soon something is answered under load has the machine to itself.
BY_ITSELF := tests/reliability tests/journeys
SIDE_BY_SIDE := --parity-full --numprocesses 2 --dist loadfile $(addprefix --ignore ,$(BY_ITSELF))
test: setup  ## Run the whole test suite
	$(BIN)/python -m pytest $(or $(TESTS),$(SIDE_BY_SIDE))
	$(if $(TESTS),,$(BIN)/python -m pytest $(BY_ITSELF))

# What runs on every kind of database anyhow (test_turns.py), and what looks at pages only, is left out.
# They wait for the server more than they compute, so several run at once; the longest begin.
ON_POSTGRESQL := --numprocesses 3 --dist loadfile tests/journeys tests/legacy tests/modern \
	tests/parity_reference tests/reference \
	--ignore tests/journeys/test_accessibility.py --ignore tests/reference/test_turns.py
test-postgresql: setup  ## Run the applications' tests on a PostgreSQL server of their own
	$(BIN)/python -m tests.postgresql $(BIN)/python -m pytest $(or $(TESTS),$(ON_POSTGRESQL))

test-deps:  ## Install what tests need beyond Python (Chromium, PostgreSQL, Node), as root
	./tests/install_deps

lint: setup  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup  ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup  ## Measure speed, as ratios within one run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	$(BIN)/python -m benchmarks $(BENCH)

COMPILE := uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-annotate --no-header
LOCK := $(COMPILE) --all-extras --group dev pyproject.toml
lock:  ## Make the locks anew from pyproject.toml (needs uv)
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group bench --constraint requirements.lock --output-file requirements-bench.lock
	$(COMPILE) --no-deps --group sqlalchemy20 --output-file requirements-sqlalchemy20.lock

clean:  ## Remove the environment and all caches
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
