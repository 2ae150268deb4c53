# A menu; the logic lives in Python (pipeline/, samples/) and in scripts/.
# Only Python 3.11 or newer, pip, make and git are needed: everything else goes into .venv.

PYTHON ?= python3
DATA ?=
LOGS ?=
TRUSTED_PROXIES ?=
CATALOGUE ?=
LOG_FORMAT ?=
PULL ?=
LABELS ?=
ARGS ?=

# Python keeps what it compiled: packages are installed uncompiled, and each of the many processes of a run or of the
# tests would otherwise compile up to 1,300 modules again, for one to three seconds each.
unexport PYTHONDONTWRITEBYTECODE

# A misspelt option would be passed over, and its default used: other logs, another directory than was meant.
OPTIONS := LOGS DATA LOG_FORMAT TRUSTED_PROXIES CATALOGUE LABELS PULL ARGS REGISTRY URL PYTHON
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
UNKNOWN := $(filter-out $(OPTIONS) PULLHOUSE_% MAKE%,$(GIVEN))
ifneq ($(UNKNOWN),)
$(error $(shell $(PYTHON) scripts/unknown_options.py "$(OPTIONS)" $(foreach name,$(UNKNOWN),'$(name)')))
endif

VENV := .venv
BIN := $(VENV)/bin
# What is published must be readable by the DuckDB that most tools have: a test opens it with that one.
OLD_DUCKDB := .venv-duckdb-1.4

# Settings given on the command line of make win over pullhouse.toml; empty ones are not passed on.
ifneq ($(strip $(DATA)),)
export PULLHOUSE_DATA := $(DATA)
endif
ifneq ($(strip $(LOGS)),)
export PULLHOUSE_LOGS := $(LOGS)
endif
ifneq ($(strip $(TRUSTED_PROXIES)),)
export PULLHOUSE_TRUSTED_PROXIES := $(TRUSTED_PROXIES)
endif
ifneq ($(strip $(CATALOGUE)),)
export PULLHOUSE_CATALOGUE := $(CATALOGUE)
endif
# An nginx log_format is full of $$: make must not read $$remote_addr as a variable of its own.
ifneq ($(value LOG_FORMAT),)
override LOG_FORMAT := $(value LOG_FORMAT)
export PULLHOUSE_LOG_FORMAT := $(value LOG_FORMAT)
endif
ifneq ($(strip $(LABELS)),)
export PULLHOUSE_LABELS := $(LABELS)
endif

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run report export docs doctor status check totals explain calibrate definitions dashboard dbt expire airflow test test-live test-browser conformance bench bench-history lint format lock reference coverage check-gateway up down clean

help: ## this menu
	@echo "Pullhouse: who pulls your container images. Targets:"
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 16
	@echo "Options:"
	@echo "  LOGS=<file, folder, glob, s3://…, cloudwatch://… or kafka://…>"
	@echo "  DATA=<directory>  TRUSTED_PROXIES=<cidr,…>  CATALOGUE=<json>"
	@echo "  LOG_FORMAT=<name or log_format>  and those named above"

setup: $(VENV)/run.stamp ## install what `make run` needs into .venv

setup-dev: $(VENV)/dev.stamp $(OLD_DUCKDB)/run.stamp ## install the developer's tools too

$(VENV)/run.stamp: requirements.lock scripts/setup
	@PYTHON="$(PYTHON)" scripts/setup requirements.lock $@

$(VENV)/dev.stamp: requirements-dev.lock scripts/setup
	@PYTHON="$(PYTHON)" scripts/setup requirements-dev.lock $@

$(OLD_DUCKDB)/run.stamp: requirements-duckdb-1.4.lock scripts/setup
	@PYTHON="$(PYTHON)" scripts/setup requirements-duckdb-1.4.lock $@

$(VENV)/dashboard.stamp: requirements-dashboard.lock scripts/setup
	@PYTHON="$(PYTHON)" scripts/setup requirements-dashboard.lock $@

run: setup ## replay the bundled sample, or load LOGS into DATA; show results
	@$(BIN)/python -m pipeline run

report: setup ## one HTML file to send, and the digest of the week; show results
	@$(BIN)/python -m pipeline report

doctor: setup ## what a sample of LOGS can answer, what to change in the gateway
	@$(BIN)/python -m pipeline doctor

export: setup ## for other programs: tags to keep, badges, metrics, public counts
	@$(BIN)/python -m pipeline export

docs: setup ## dbt's documentation of the marts as one page
	@$(BIN)/python -m pipeline docs

status: setup ## freshness, gaps, refused objects, disk, next step; ARGS=--json
	@$(BIN)/python -m pipeline status $(ARGS)

check: setup ## what needs a look, told to the alert_urls too; for cron
	@$(BIN)/python -m pipeline check

totals: setup ## registries' public totals of pulls (registry_totals_urls)
	@$(BIN)/python -m pipeline totals

explain: setup ## one session, and why it was judged so; PULL=<pull_id>
	@$(BIN)/python -m pipeline explain "$(PULL)"

calibrate: setup ## how right environments are on networks you know; LABELS=<csv>
	@$(BIN)/python -m pipeline calibrate

dashboard: $(VENV)/dashboard.stamp ## the page over the marts, on 127.0.0.1:8501; ARGS=--port=8600
	@$(BIN)/python -m dashboard $(ARGS)

dbt: setup ## dbt on your warehouse: make dbt ARGS="test"
	@$(BIN)/python -m pipeline dbt $(ARGS)

expire: setup ## delete what must not be kept any longer
	@$(BIN)/python -m pipeline expire

airflow: setup ## Airflow with its scheduler and page on 127.0.0.1:8080
	@$(BIN)/python -m pipeline airflow

test: setup-dev ## all tests that need no root and no Debian packages
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

test-live: setup-dev ## the gateway before real registries, with real clients (as root)
	@scripts/debian-packages nginx-light libnginx-mod-http-js libnginx-mod-http-lua lua-nginx-redis redis-server tini docker-compose postgresql docker-registry docker.io containerd runc podman buildah skopeo charliecloud-builders charliecloud-runtime mmdebstrap apache2-utils jq
	@scripts/live-clients $(BIN)/python
	@$(BIN)/python -m pytest -m live $(ARGS)

test-browser: setup-dev ## every page and the report in Chromium: screenshots/
	@scripts/debian-packages chromium
	@$(BIN)/python -m pytest -m browser $(ARGS)

conformance: setup-dev ## how right the counts are; ARGS=--write for the docs
	@$(BIN)/python -m tests.conformance $(ARGS)

bench: setup ## CPU seconds per million lines; ARGS="--lines 200000 400000"
	@$(BIN)/python -m bench $(ARGS)

bench-history: setup ## CPU seconds of a day after a year of days; ARGS="--lines 5000"
	@$(BIN)/python -m bench.history $(ARGS)

lint: setup-dev ## ruff, mypy, sqlfluff
	@scripts/lint $(BIN)

format: setup-dev ## let ruff and sqlfluff rewrite what they can
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format . && $(BIN)/sqlfluff fix dbt_project

definitions: setup-dev ## dbt_project/definitions made into a macro and a page
	@$(BIN)/python scripts/definitions.py

lock: setup-dev ## resolve the dependencies of pyproject.toml again
	@scripts/lock $(BIN)

reference: setup ## make the bundled address ranges again (npm and the network)
	@$(BIN)/python -m pipeline.reference.bundle

coverage: setup ## how many addresses have a country and an operator
	@$(BIN)/python -m pipeline coverage $(ARGS)

check-gateway: setup ## try a pull through a gateway; URL=https://…/team/app:1.0
	@$(BIN)/python -m gateway probe "$(URL)"

up: setup ## gateway, Airflow and the page in containers; REGISTRY=https://…
	@scripts/compose version > /dev/null
	@$(BIN)/python scripts/make_env.py "$(REGISTRY)"
	@scripts/compose up --build --detach

down: ## stop the containers; the volumes stay
	@scripts/compose down

clean: ## delete .venv and caches; never DATA
	@rm -rf $(VENV) $(OLD_DUCKDB) .live .mypy_cache .ruff_cache .pytest_cache screenshots dbt_project/target dbt_project/logs
