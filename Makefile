# Everything a checkout can do. Each target works as root and as an ordinary user, in any path, and needs no Node.
# ARGS is passed on: make demo ARGS=--reset; make test ARGS='-k journal'.
# The environment made here is .venv in the checkout; scripts/setup.sh makes it and says what is missing.

SHELL := /bin/sh
.DEFAULT_GOAL := help
ARGS ?=
BIN := .venv/bin
# What a user's shell may carry over would change what is installed and imported, or would have every process read the
# whole source anew instead of what the last one compiled (two seconds of processor each).
CLEAN := env -u PYTHONPATH -u PYTHONHOME -u PYTHONDONTWRITEBYTECODE -u PIP_USER -u PIP_TARGET -u PIP_PREFIX \
	PYTHONNOUSERSITE=1
RUN := $(CLEAN) $(BIN)/python -m
COUNTERFOIL := $(CLEAN) $(BIN)/counterfoil
# One worker per processor: a test is independent of every other one. Each begins with a part of the files, so that
# what a file shares is made once; who is done takes work from the other.
WORKERS ?= auto
SPREAD := -n $(WORKERS) --dist worksteal

.PHONY: help demo test test-slow gates style types layers mutants bench soak texts lock fmt clean setup setup-test

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: setup ## Open a seeded post office in the browser (ARGS=--reset starts anew)
	@$(COUNTERFOIL) demo $(ARGS)

test: gates ## The gates and every quick test
	@$(RUN) pytest $(SPREAD) -m "not slow" $(ARGS)

test-slow: setup-test ## The long tests
	@$(RUN) pytest $(SPREAD) -m slow $(ARGS)

gates: setup-test ## Style, types and layers, without the tests
	@$(MAKE) --no-print-directory --jobs 2 --keep-going --output-sync=target types style layers

# What `gates` runs side by side: the longest first, and each says its whole before the next.
types:
	@$(RUN) mypy src tests $(wildcard verifier/*.py scripts/*.py)

style:
	@$(RUN) ruff check --output-format concise
	@$(RUN) ruff format --check --output-format concise

layers:
	@$(CLEAN) $(BIN)/lint-imports --no-cache

mutants: setup-test ## Plant known bugs: each must turn a named test red
	@$(CLEAN) $(BIN)/python scripts/mutants.py $(ARGS)

bench: setup-test ## Measure; the results belong in docs/performance.md
	@$(COUNTERFOIL) bench $(ARGS)

soak: setup-test ## The randomized tests, longer and with new seeds
	@$(CLEAN) HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest $(SPREAD) -m hypothesis $(ARGS)

texts: setup-test ## Take marked texts into the catalogs and compile them (exits 1 while a translation is missing)
	@$(CLEAN) $(BIN)/python scripts/texts.py $(ARGS)

lock: ## Write both lock files anew from pyproject.toml (UPGRADE=--upgrade takes newer versions; needs uv)
	@scripts/lock.sh

fmt: setup-test ## Put the code in the project's form
	@$(RUN) ruff check --fix-only --quiet
	@$(RUN) ruff format

clean: ## Remove what make has made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

setup:
	@scripts/setup.sh demo

setup-test:
	@scripts/setup.sh test
