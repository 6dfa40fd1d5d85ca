# make demo    a quarter of an agency with two clients, offline; the reports are left in agency-report
# make test    every check that needs nothing but this machine
# make live    the suites against real servers on this machine; make live-install fetches and compiles those alone
# make chaos   kills, lost answers and pauses at every step of publishing; one seed again: see what a failure prints
# make bench   what socialkit costs beside httpx, in minutes; some of it: make bench BENCH="page call"
# make evidence    what is known of each operation, written anew (LIVE=1 asks the real servers first)
# Elsewhere than in .venv: make test ENV=/tmp/environment PYTHON=python3.13

PYTHON ?= python3
ENV ?= .venv
WORKERS ?= 2
BIN := $(ENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
READY := $(ENV)/.ready
DEMO := $(ENV)/.demo
TOGETHER := $(if $(filter output-sync,$(.FEATURES)),--output-sync)
# Many tests start processes of their own, which would read all sources anew.
COMPILED := PYTHONDONTWRITEBYTECODE=
CODE := $(wildcard src tests examples benchmarks docs/_extensions .ci)
# (pyright --verifytypes finds the environment through PATH alone)
PYRIGHT := PATH="$(abspath $(BIN)):$$PATH" PYRIGHT_PYTHON_IGNORE_WARNINGS=1 pyright

.DEFAULT_GOAL := test
.DELETE_ON_ERROR:
.PHONY: demo env test check-format check-lint check-mypy check-pyright check-completeness check-static
.PHONY: check-licences check-vulnerabilities
.PHONY: check-tests check-docs live live-install chaos evidence format docs bench clean

define step
@printf '\n==> %s\n' "$(1)"
endef

demo: $(DEMO)
	$(call step,a quarter of an agency with two clients)
	@$(BIN)/python -m examples.agency_quarter

env: $(READY)

$(READY): requirements-dev.txt pyproject.toml
	$(call step,environment in $(ENV))
	@$(PYTHON) -m venv $(ENV)
	@$(PIP) install --no-compile --requirement requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(DEMO) $@

$(DEMO): requirements-dev.txt pyproject.toml
	$(call step,environment in $(ENV))
	@$(PYTHON) -m venv $(ENV)
	@$(PIP) install --constraint requirements-dev.txt hatchling editables
	@$(PIP) install --constraint requirements-dev.txt --no-build-isolation --editable .
	@touch $@

test: check-licences check-format check-lint
	@$(MAKE) --no-print-directory --jobs $(WORKERS) $(TOGETHER) check-static
	@$(MAKE) --no-print-directory check-tests
	$(call step,all checks passed)

check-static: check-mypy check-completeness check-docs

check-licences: $(READY)
	$(call step,licences of what is installed)
	@$(BIN)/python .ci/licences.py

check-vulnerabilities: $(READY)
	$(call step,known vulnerabilities of what is installed)
	@$(BIN)/python .ci/vulnerabilities.py

check-format: $(READY)
	$(call step,ruff format)
	@$(BIN)/ruff format --check .

check-lint: $(READY)
	$(call step,ruff check)
	@$(BIN)/ruff check .

check-mypy: $(READY)
	$(call step,mypy --strict)
	@$(BIN)/mypy --strict $(CODE)

check-pyright: $(READY)
	$(call step,pyright)
	@$(PYRIGHT) $(CODE)

check-completeness: check-pyright  # its first run on a machine fetches what both need
	$(call step,type completeness of the public interface)
	@$(PYRIGHT) --verifytypes socialkit --ignoreexternal --outputjson | $(BIN)/python .ci/type_completeness.py

check-tests: $(READY)
	$(call step,pytest)
	@$(COMPILED) $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

check-docs: $(READY)
	$(call step,mkdocs build --strict)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

live-install: $(READY)
	$(call step,servers for the live suites)
	@$(BIN)/python -m tests.live.servers

live: $(READY)
	$(call step,suites against real servers)
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal tests/live -m live

chaos: $(READY)
	$(call step,publishing while everything breaks)
	@$(BIN)/python -m pytest -q -n $(WORKERS) -m chaos $(or $(CHAOS),tests/chaos tests/story)

evidence: $(READY)
	$(call step,evidence of every operation)
	@$(BIN)/python -m tests.truth.evidence $(if $(LIVE),--live)

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(READY)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --strict

bench: $(READY)
	$(call step,what socialkit costs)
	@$(BIN)/python -m benchmarks $(BENCH)

clean:
	@rm -rf $(ENV) site build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find src tests examples benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
