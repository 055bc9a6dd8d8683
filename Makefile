# One word each; `make` alone prints this manual.
.DEFAULT_GOAL := help
.PHONY: help run test check lint types imports web bench migrate generate docs
BIN := .venv/bin

help: ## print this manual
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1@\2/p' Makefile | column -t -s @ 2>/dev/null \
		|| sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1: \2/p' Makefile

run: ## start the whole platform on this machine and print its address (Ctrl-C stops it)
	@tools/environment.sh run
	@exec $(BIN)/tradewind up

test: ## all that must hold: check, web client tests, browser tests, pytest
	@tools/environment.sh dev
	@$(MAKE) --no-print-directory check
	@tools/web-tests.sh
	@tools/browser-tests.sh
	@$(BIN)/python -m pytest --ignore tests/architecture

check: lint types imports ## lint, types, import rules, generated pages, tidiness, SQL against the schema, web lint
	@$(BIN)/python -m tools.generate --check
	@tools/web-lint.sh
	@$(BIN)/python -m pytest -q tests/architecture

lint: ## style of the Python code (ruff) and spelling (typos)
	@tools/environment.sh dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/typos

types: ## types of the Python code (pyrefly, strict)
	@tools/environment.sh dev
	$(BIN)/pyrefly check

imports: ## who may import whom (import-linter)
	@tools/environment.sh dev
	$(BIN)/lint-imports

web: ## build the web client and run its checks and unit tests
	@tools/environment.sh dev
	@$(BIN)/tradewind web
	@tools/web-lint.sh
	@tools/web-tests.sh

bench: ## measure speed on this machine
	@tools/environment.sh dev
	$(BIN)/python -m bench

migrate: ## bring the database of the data folder up to date
	@tools/environment.sh run
	@$(BIN)/tradewind migrate

generate: ## write docs/reference and the web client's API (openapi.json, schema.ts) anew
	@tools/environment.sh dev
	$(BIN)/python -m tools.generate

docs: ## build the documentation
	@tools/environment.sh dev
	@$(BIN)/uv sync --quiet --frozen --inexact --group docs
	$(BIN)/zensical build --clean
