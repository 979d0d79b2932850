# Needs only make and Python 3.11 or newer. Everything else is installed into .venv, from the lock files, hashes checked.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
UP ?=
TEST ?= -n 2
# No registry address may stand in a lock file: it installs from wherever pip is told to look.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header --no-annotate --extra local pyproject.toml

.PHONY: help run test prove check fix bench look messages lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile

run: $(VENV)/.ready-to-run ## everything on one machine: server, worker, mail catcher, samples
	@$(BIN)/vip up $(UP)

test: $(VENV)/.ready-to-test ## all tests
	$(BIN)/python -m pytest $(TEST)

prove: $(VENV)/.ready-to-test ## what takes long to prove, most of an hour: kills under load, made-up requests, moving in, deployments
	$(BIN)/python -m pytest proofs
	$(BIN)/python -m pytest tests/workflows --whole

check: $(VENV)/.ready-to-test ## lint, format, types, import directions
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy --strict
	$(BIN)/lint-imports

fix: $(VENV)/.ready-to-test ## repair what lint and format can repair by themselves
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

bench: $(VENV)/.ready-to-test ## the benchmarks
	$(BIN)/python -m benchmarks

look: $(VENV)/.ready-to-look ## pictures of all letters and pages, accessibility, spam scores: needs chromium, spamassassin
	$(BIN)/python -m benchmarks.look

messages: $(VENV)/.ready-to-test ## bring the catalogues of all languages up to the sentences of the templates
	$(BIN)/python -m gateway.translating

lock: $(VENV)/.ready-to-test ## resolve the dependencies anew and write the lock files
	UV_PYTHON_DOWNLOADS=never $(COMPILE) --group install --output-file requirements.lock
	UV_PYTHON_DOWNLOADS=never $(COMPILE) --group install --group dev --constraints requirements.lock --output-file requirements-dev.lock
	UV_PYTHON_DOWNLOADS=never $(COMPILE) --group install --group look --constraints requirements-dev.lock --output-file requirements-look.lock

clean: ## remove what was installed and built; data of `make run` stays
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	    "$$python" -c 'import ensurepip, venv' 2>/dev/null || \
	        { echo "$$python has no venv module: install it (Debian: apt install python3-venv)" >&2; exit 1; }; \
	    echo "$$("$$python" --version) makes $(VENV)"; \
	    exec "$$python" -m venv $(VENV); \
	done; \
	echo "Python 3.11 or newer is needed, and none was found; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1

$(VENV)/.ready-to-run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-to-test: requirements-dev.lock requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(VENV)/.ready-to-run $@

$(VENV)/.ready-to-look: requirements-look.lock $(VENV)/.ready-to-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-look.lock
	@touch $@
