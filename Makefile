# Everything that is done with Countersign, one word each: `make help`.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
PYTEST_ARGS ?= -n 2

bin := .venv/bin
bundle := app/web/static/dist/manifest.json
bundled := $(shell find frontend/src frontend/bundling frontend/build.mjs frontend/package.json -type f)
catalogues := $(wildcard app/web/translations/*/LC_MESSAGES/*.po)
translations := $(catalogues:.po=.mo)

.DELETE_ON_ERROR:
.PHONY: run test check lint types contracts format migration clean help

run: .venv/product $(bundle) $(translations) ## Serve the sample bureau on http://127.0.0.1:8000 (HOST=… PORT=…)
	@echo "→ preparing the database"
	@$(bin)/python -m app.cli migrate
	@echo "→ loading the sample bureau, if it is not there yet"
	@$(bin)/python -m app.cli load-sample
	@echo "→ starting the server (Ctrl-C stops it)"
	@exec $(bin)/python -m app.cli serve --host $(HOST) --port $(PORT)

test: .venv/development $(bundle) $(translations) ## Run every test on SQLite, PostgreSQL and in Chromium (PYTEST_ARGS=…)
	@echo "→ looking for PostgreSQL and Chromium"
	@$(bin)/python tools/programs.py --install
	@echo "→ running the tests"
	@$(bin)/pytest $(PYTEST_ARGS)

check: lint types contracts test ## All that must hold before a change is accepted

lint: .venv/development ## Style of the Python files
	@echo "→ checking style"
	@$(bin)/ruff check --quiet
	@$(bin)/ruff format --quiet --check

types: .venv/development ## Types of the Python files
	@echo "→ checking types"
	@$(bin)/mypy -p app -p tools

contracts: .venv/development ## Which room may import which
	@echo "→ checking the contracts between the rooms"
	@$(bin)/lint-imports --no-logo

format: .venv/development ## Format the Python files
	@$(bin)/ruff check --quiet --fix-only
	@$(bin)/ruff format

migration: .venv/development ## Write the next migration from the models: make migration m="Add deputies"
	@tools/write-migration "$(m)"

clean: ## Remove everything that can be made again; the data in var/ stays
	@rm -rf .venv frontend/node_modules app/web/static/dist build *.egg-info test-results
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@rm -f $(translations)
	@find app tests tools migrations -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

# What follows makes files, each only when something that it is made from has changed.

.venv/pip:
	@tools/require $(PYTHON) 3.11 "from python.org, or Debian's packages python3 and python3-venv"
	@echo "→ making the Python environment in .venv"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/product: .venv/pip setup.cfg pyproject.toml
	@echo "→ installing Python packages (about 30 s the first time)"
	@$(bin)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/development: .venv/product
	@echo "→ installing Python packages for tests and checks (about 30 s the first time)"
	@$(bin)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# npm writes this file last.
frontend/node_modules/.package-lock.json: frontend/package-lock.json frontend/package.json
	@tools/require node 20 "from nodejs.org, or a package nodejs of your system that is new enough"
	@tools/require npm 8 "it comes with Node.js, or as Debian's package npm"
	@echo "→ installing browser packages (about 20 s the first time)"
	@cd frontend && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier >/dev/null
	@touch $@

$(bundle): frontend/node_modules/.package-lock.json $(bundled)
	@echo "→ building the browser bundle"
	@cd frontend && npm run --silent build
	@touch $@

%.mo: %.po
	@echo "→ compiling the translation $<"
	@$(bin)/pybabel --quiet compile --input-file $< --output-file $@

$(translations): | .venv/product
