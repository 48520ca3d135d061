# Rekindle. `make help` lists what there is; `make run` and `make test` need Python 3.11 and make, nothing else.

PYTHON ?= python3
VENV   := .venv/bin
SETUP  := $(PYTHON) tools/bootstrap.py

PORT      ?= 8080
RUN       ?=
TESTS     ?= tests
ARGS      ?=
DURATION  ?= 600

.DEFAULT_GOAL := help
.PHONY: help setup run test check format lock documents dashboard screenshots bench bench-large chaos doctor clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-11s %s\n", $$1, $$2}'
	@printf '\n  Variables: PYTHON=python3.11  PORT=8080 RUN="--data DIR" (run)  TESTS=tests/unit ARGS="-x -k name" (test)  DURATION=600 (chaos, seconds)\n'

setup: ## Install everything into .venv, as the lock says
	@$(SETUP)

run: setup ## Start PostgreSQL, Kafka and all services with a demo; Ctrl-C stops them
	@$(VENV)/rekindle up --demo --port $(PORT) $(RUN)

test: setup ## Run all tests, on data folders and ports of their own
	@$(VENV)/python -m pytest $(if $(filter tests,$(TESTS)),-n 2) $(ARGS) $(TESTS)

check: setup ## Format, lint, types, architecture, documents, compose file, lock file, dashboard
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/python -m tools.documents --check
	$(VENV)/python -m tools.compose
	$(VENV)/python -m tools.requirements --check
	$(VENV)/python -m tools.dashboard

format: setup ## Format the code and repair what the linter can
	@$(VENV)/ruff check --fix-only --quiet .
	@$(VENV)/ruff format .
	@$(VENV)/python -m tools.dashboard --format

lock: setup ## Resolve pyproject.toml anew into requirements.lock (UPGRADE=1 takes newer versions)
	@$(VENV)/python -m tools.requirements $(if $(UPGRADE),--upgrade)

documents: setup ## Write the OpenAPI and AsyncAPI documents anew
	@$(VENV)/python -m tools.documents

dashboard: setup ## Build the dashboard now; `make run` does it too, when its sources changed
	@$(VENV)/python -m rekindle.embedded.dashboard

screenshots: setup ## Make the pictures of docs/pictures anew, of the dashboard with the demo
	@$(VENV)/python -m tools.screenshots

bench: setup ## Measure, and print a table and JSON
	@$(VENV)/python -m benchmarks $(ARGS)

bench-large: setup ## The figures of analytics at up to ten million facts (an hour and more)
	@$(VENV)/python -m benchmarks --only analytics --rounds 3 --facts 10000000 $(ARGS)

chaos: setup ## Kill everything at random for DURATION seconds, live through a simulated year, compare with oracles
	@$(VENV)/python -m tests.chaos --duration $(DURATION) $(ARGS)
	@$(VENV)/python -m tests.chaos.year --duration $(DURATION)

doctor: setup ## Check the running stack and say what to do
	@$(VENV)/rekindle doctor

clean: ## Remove .venv and caches; the data in .rekindle stays
	rm -rf .venv .venv.lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
