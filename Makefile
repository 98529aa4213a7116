# Everything a newcomer needs: `make run` and `make test`. Both set up .venv/ by themselves.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

OUT ?= build/demo
PYTEST_ARGS ?=
UI_ARGS ?=
BIN := .venv/bin

.PHONY: help setup run demo test check check-ui bench torture screenshots clean

help: ## Show what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: ## Set up .venv/ and the system libraries of the window
	@tools/setup.sh window

run: ## Open the worked example; without a display build and sign its report in build/demo
	@tools/run.sh

demo: ## Build the worked example, its report, signature and verification in OUT=build/demo
	@tools/setup.sh headless
	@$(BIN)/asl demo "$(OUT)"

test: ## Run every test
	@tools/setup.sh tests
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: ## Formatting, lint, import contracts, types, schemas, wheel
	@tools/setup.sh tests
	@tools/check.sh

check-ui: ## Use the window as people do and measure it (half an hour); writes build/ui.json
	@tools/setup.sh tests
	@$(BIN)/python -m ui_checks --out build/ui.json $(UI_ARGS)

bench: ## Measure against named references; writes build/bench.json
	@tools/setup.sh tests
	@$(BIN)/python -m benchmarks --out build/bench.json

torture: ## Kill, cut the power, fill the disk, attack; writes build/torture.json
	@tools/setup.sh tests
	@$(BIN)/python -m torture --scale full --out build/torture.json

screenshots: ## Draw every page in both themes into build/screenshots
	@tools/setup.sh tests
	@QT_QPA_PLATFORM=offscreen $(BIN)/python tools/screenshots.py build/screenshots

clean: ## Remove what was built; keeps .venv/
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	@find . -name __pycache__ -not -path './.venv/*' -type d -prune -exec rm -rf {} +
