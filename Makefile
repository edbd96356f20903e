# Everything goes through the tools this file sets up: Python >= 3.11 with venv, and make, suffice.
#   make run            demonstration of the plan's city: import, analyse, print the table, serve
#   make run DATA=path  the same on real files        make run SERVE=0   stop after the table
#   make test           lint, types, import order, catalogues, all tests
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
EXTRAS ?=
PLAN ?= plans/yangjiang
SERVE ?= 1
PORT ?= 8000
DATA ?=
OBSERVATIONS ?= 10000000
WORKSPACE ?= workspace/$(if $(DATA),data,demonstration)
# Examples of one document build on each other: a file stays with one worker.
PYTEST_ARGS ?= -n 2 --dist loadfile
export UV_PYTHON_DOWNLOADS := never

.PHONY: setup run test lint types bench docs messages format clean

$(UV):
	@echo "Setting up the package installer in .tools (once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "luhai needs Python 3.11 or later: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# One stamp per set of extras: asking for more installs more, asking again costs nothing.
STAMP := .venv/.ready$(subst $() ,,$(subst -,_,$(EXTRAS)))

$(STAMP): uv.lock pyproject.toml | $(UV)
	@echo "Setting up the Python environment in .venv (a minute or two the first time) ..."
	@$(UV) sync --frozen --inexact --quiet --python $(PYTHON) $(EXTRAS)
	@touch $(STAMP)

setup: $(STAMP)

run: setup
	@echo "== Workspace $(WORKSPACE), plan $(PLAN)"
	@$(BIN)/luhai init $(WORKSPACE) --plan $(PLAN) $(if $(DATA),,--demonstration)
	@echo "== Importing $(or $(DATA),samples)"
	@$(BIN)/luhai import $(or $(DATA),samples) --workspace $(WORKSPACE) \
	  || { code=$$?; test $$code -eq 1 || exit $$code; \
	       echo "Some rows were returned; the reasons stand in the rejects files named above."; }
	@echo "== Analysing"
	@$(BIN)/luhai analyse --workspace $(WORKSPACE)
	@if [ "$(SERVE)" != "0" ]; then $(BIN)/luhai serve --workspace $(WORKSPACE) --port $(PORT); fi

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python scripts/messages.py check

types: setup
	@$(BIN)/mypy

test: lint types
	@$(BIN)/pytest $(PYTEST_ARGS)

bench: setup
	@echo "== Import of a wide file, beside what the engine needs to parse and write it"
	@$(BIN)/python benchmarks/import_speed.py
	@echo "== Annual classes of $(OBSERVATIONS) observations, beside a query written by hand"
	@$(BIN)/python benchmarks/synthetic.py bench-data --observations $(OBSERVATIONS)
	@$(BIN)/python benchmarks/annual_classes.py bench-data

docs: setup
	@$(BIN)/pytest README.md README.zh-CN.md docs tests/test_documentation.py

messages: setup
	@$(BIN)/python scripts/messages.py update
	@$(BIN)/python scripts/messages.py compile
	@$(BIN)/python scripts/messages.py check

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:
	@rm -rf .venv .tools build dist .mypy_cache .ruff_cache .pytest_cache
