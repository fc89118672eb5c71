# What you can do with a checkout. `make` alone lists it.

PYTHON := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run demo test test-senders check bench soak

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

run: ## Install what is missing and serve Tocsin with its own PostgreSQL
	@tools/bootstrap run
	@exec .venv/bin/tocsin serve $(ARGS)

demo: ## Watch an alert page people and climb its policy, in this terminal
	@tools/bootstrap run
	@exec .venv/bin/tocsin demo $(ARGS)

test: ## Install what tests need and run them all
	@tools/bootstrap dev
	@tools/browser
	@.venv/bin/pytest -n auto --dist worksteal $(ARGS)

test-senders: ## Install the senders that people have, and drive them at a Tocsin of its own
	@tools/bootstrap dev
	@$(PYTHON) -m senders $(ARGS)

check: ## Lint, formatting, types and import rules
	@tools/bootstrap dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: ## Measure, and print a table
	@tools/bootstrap dev
	@$(PYTHON) -m benchmarks $(ARGS)

soak: ## Run real processes under load and faults, and check that nothing is lost, late or twice
	@tools/bootstrap dev
	@$(PYTHON) -m soak $(ARGS)
