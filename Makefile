# Every verb is one command of `socialcare`; make only builds the one environment first.
# Recipes that run for long are replaced by their command (exec), so that ending make ends them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCK   := requirements.lock
UV     := uv==0.13.9
READY  := $(VENV)/.ready-$(shell cksum < $(LOCK) | cut -d' ' -f1)
unexport PYTHONDONTWRITEBYTECODE

PUBLISHED ?=
SOURCES   ?=
Q         ?=
AS        :=# := because make has a variable AS of its own (the assembler); the command line still wins
export Q

.DEFAULT_GOAL := help
.PHONY: help env run up down status sql test check bench lock docs clean

help: ## what you can do here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

env: $(READY) ## build the one environment from requirements.lock

$(READY): $(LOCK) pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Building the environment in $(VENV) from $(LOCK) (once; about a minute) ..."
	@test -x $(BIN)/uv || { $(BIN)/python -m ensurepip >/dev/null && $(BIN)/python -m pip install --quiet --disable-pip-version-check "$(UV)"; }
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode $(LOCK)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.ready-*; touch $@

run: $(READY) ## one night, from nothing to published comparisons (PUBLISHED=<folder> or SOURCES=live)
	@exec $(BIN)/socialcare run --end-with-parent $(if $(PUBLISHED),--published "$(PUBLISHED)") $(if $(SOURCES),--sources $(SOURCES))

up: $(READY) ## keep it running on its schedule, with the Airflow page on loopback
	@exec $(BIN)/socialcare up $(if $(PUBLISHED),--published "$(PUBLISHED)") $(if $(SOURCES),--sources $(SOURCES))

down: $(READY) ## end what `make up` started
	@exec $(BIN)/socialcare down

status: $(READY) ## what is running, what is published, how old it is
	@exec $(BIN)/socialcare status

sql: $(READY) ## query the published tables: make sql Q="select ..." [AS=durham]
	@exec $(BIN)/socialcare sql $(if $(strip $(AS)),--as $(strip $(AS))) "$$Q"

test: $(READY) ## every test: no Docker, no network
	@exec $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(READY) ## lint, types, generated files
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/yamllint . && $(BIN)/socialcare generate-files --check

bench: $(READY) ## measure: each stage, peak memory, the scheduler's share
	@exec $(BIN)/python -m bench

docs: $(READY) ## build dbt's docs into var/docs
	@exec $(BIN)/socialcare docs

lock: $(READY) ## resolve pyproject.toml again into requirements.lock (no index address is written)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" pyproject.toml -o $(LOCK)

clean: ## remove the environment and everything a night made
	@test ! -x $(BIN)/socialcare || $(BIN)/socialcare down
	rm -rf $(VENV) var
