# Everything goes through the tools this file sets up: Python >= 3.11 with venv, and make, suffice.
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
RUN := .venv/bin
EXTRAS ?=
WORKSPACE ?= workspace
PLAN ?= plans/yangjiang
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv

.PHONY: setup run test lint types bench docs messages clean

$(UV):
	@echo "Setting up the package installer (once) ..."
	@$(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: uv.lock pyproject.toml | $(UV)
	@echo "Setting up the Python environment in .venv (about a minute the first time) ..."
	@$(UV) sync --frozen --quiet $(EXTRAS)
	@touch $@

setup: .venv/.ready

messages: setup
	@$(RUN)/python scripts/messages.py update
	@$(RUN)/python scripts/messages.py compile
	@$(RUN)/python scripts/messages.py check
