# dafeng. `make run` and `make test` do everything on a machine with Python 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
OUT ?= dafeng-out
export PYTHONUTF8 := 1

.PHONY: run test lint bench docs clean system

run: $(VENV)/.run
	$(BIN)/dafeng run --out $(OUT)

test: $(VENV)/.test system lint
	$(BIN)/python -m pytest

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench
	$(BIN)/python -m pytest benchmarks --benchmark-only -o addopts=

docs: $(VENV)/.test
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

# Chromium for the page tests needs root; elsewhere those tests are skipped with a printed reason.
system:
	@PYTHON=$(BIN)/python sh scripts/install_system.sh

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml requirements.lock
	$(PIP) install --constraint requirements.lock --editable .
	touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml requirements.lock
	$(PIP) install --constraint requirements.lock --editable ".[test,lint,docs]"
	touch $@ $(VENV)/.run

$(VENV)/.bench: $(VENV)/bin/python pyproject.toml requirements.lock
	$(PIP) install --constraint requirements.lock --editable ".[test,bench]"
	touch $@

clean:
	rm -rf $(VENV) dafeng-out build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis
