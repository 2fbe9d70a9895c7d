# `make` prints this help. Everything is installed into .venv; nothing outside this folder is changed.

PYTHON ?= python3
# Two processes for each core: tests wait for other processes half of their time. Who runs which tests, and in what
# order, is said in tests/conftest.py.
PYTEST_FLAGS ?= --numprocesses=$(shell echo $$(( $$(nproc) * 2 ))) --no-loadscope-reorder
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Tests start programs by the hundred, and pytest rewrites every test file; neither compiles all of it again each time.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check coverage bench kernel-test wheel lock docs clean

help:  ## this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(INSTALLED)  ## make .venv with everything that development needs

$(INSTALLED): setup.cfg requirements/agent.lock requirements/dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python cannot make a virtual environment here: sudo apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/agent.lock -r requirements/dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## a store counter in your browser: press, cut the wire, pull the plug, kill the power
	@$(BIN)/ansim-sim demo

test: setup  ## all tests that need no special kernel
	@$(BIN)/pytest $(PYTEST_FLAGS)

check: setup  ## what must hold before a change lands: lint, types, import contracts, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

coverage: setup  ## all tests, and which lines and branches they do not reach
	@$(MAKE) --no-print-directory test PYTEST_FLAGS="--cov --cov-report=term:skip-covered"

bench: setup  ## latency, memory, start time, durability, the office; each beside a floor in the same run
	@$(BIN)/python -m bench

kernel-test: setup  ## the real agent, gpiozero and lgpio on the kernel's simulated GPIO chip (qemu, no KVM needed)
	@tests/kernel/run.sh

wheel: setup  ## the program in one file, for an SD card: dist/ansim_edge-*.whl
	@$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

lock: setup  ## pin the newest allowed versions again, with hashes
	$(BIN)/pip-compile --quiet --generate-hashes --no-strip-extras --no-header --no-emit-index-url --no-emit-find-links \
		--allow-unsafe --output-file requirements/agent.lock setup.cfg
	$(BIN)/pip-compile --quiet --generate-hashes --no-strip-extras --no-header --no-emit-index-url --no-emit-find-links \
		--allow-unsafe --extra sim --extra provisioning --extra dev --constraint requirements/agent.lock \
		--output-file requirements/dev.lock setup.cfg

docs: setup  ## write the generated pages again
	$(BIN)/python -m device.config.reference > docs/configuration.md
	$(BIN)/python -m sim.scenario.reference > docs/scenarios.md

clean:  ## remove .venv and everything that was generated
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
