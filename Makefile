# Ambassadors: `make demo` and `make test` need nothing but Python 3.11, 3.12 or 3.13.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.PHONY: help demo serve test test-postgres test-browser bench faults lint format messages clean environment environment-dev

# Name an interpreter (PYTHON=python3.12 make demo), or the first one that fits is taken.
PYTHON ?=
PORT ?=
SERVE ?= 1
TESTS ?=
MARKS ?=
BENCH ?=
BIG ?=
FAULTS ?=
WORKERS ?= auto
VENV := .venv
PY := $(VENV)/bin/python

# A suite must not meet the settings of an installation: neither its .env nor its data.
PLAIN := DATA_DIR=var/test SECRET_KEY= SITE_URL=http://localhost:8000 FIRM_NAME=Ambassadors \
  DEBUG=off ALLOWED_HOSTS=localhost,127.0.0.1 EMAIL_URL= DEFAULT_FROM_EMAIL=ambassadors@localhost
SQLITE := $(PLAIN) DATABASE_URL= REDIS_URL=
FULL_DATABASE_URL ?= $(or $(DATABASE_URL),postgres://postgres@127.0.0.1:5432/ambassadors)
FULL_REDIS_URL ?= $(or $(REDIS_URL),redis://127.0.0.1:6379/15)
FULL := $(PLAIN) DATABASE_URL=$(FULL_DATABASE_URL) REDIS_URL=$(FULL_REDIS_URL)

help:  ## what each target does
	@grep -E '^[a-z-]+:.*  ## ' Makefile | sed -E 's/^([a-z-]+):.*  ## (.*)/  make \1|\2/' | \
	  awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'

# Find a fitting Python, make the environment, install what changed. Quick when nothing did.
# $(1): the requirements file. One sentence and a failure when Python or venv is missing.
define environment
	@set -e; \
	fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'; \
	if ! $(PY) -c "$$fits" 2>/dev/null || \
	   { [ -n "$(PYTHON)" ] && [ "$$($(PYTHON) -V 2>&1)" != "$$($(PY) -V)" ]; }; then \
	  python=''; \
	  for candidate in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	    if $$candidate -c "$$fits" 2>/dev/null; then python=$$candidate; break; fi; \
	  done; \
	  if [ -z "$$python" ]; then \
	    echo "Ambassadors needs Python 3.11, 3.12 or 3.13: install one of them, or name it as in PYTHON=python3.12 make demo." >&2; exit 1; \
	  fi; \
	  if ! $$python -c 'import venv, ensurepip' 2>/dev/null; then \
	    echo "Ambassadors needs Python's venv module: install it (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; \
	  fi; \
	  echo "Making the environment in $(VENV) with $$($$python -V) …" >&2; \
	  $$python -m venv --clear $(VENV); \
	fi; \
	wanted=$$(cat requirements.txt $(1) | cksum); \
	if [ "$$(cat $(VENV)/installed-$(1) 2>/dev/null)" != "$$wanted" ]; then \
	  echo "Installing $(1) (once, about a minute) …" >&2; \
	  $(PY) -m pip install --quiet --disable-pip-version-check -r $(1); \
	  echo "$$wanted" > $(VENV)/installed-$(1); \
	fi
endef

environment:
	$(call environment,requirements.txt)

environment-dev:
	$(call environment,requirements-dev.txt)

demo: environment  ## a firm with a year of projects, answering clients and a working inbox
	@$(PY) -m ambassadors.demo $(if $(PORT),--port $(PORT)) $(if $(filter 0,$(SERVE)),--no-serve)

serve: environment  ## run it on this machine, with its data in var/
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py serve $(if $(PORT),--port $(PORT))

test: environment-dev  ## the whole suite on SQLite; TESTS=tests/surveys runs a part
	@mkdir -p var/test
	@$(SQLITE) $(PY) -m pytest -q -n $(WORKERS) --dist loadgroup $(if $(MARKS),-m "$(MARKS)") $(TESTS)

test-postgres: environment-dev  ## the whole suite on PostgreSQL and Redis (DATABASE_URL, REDIS_URL)
	@mkdir -p var/test
	@$(FULL) $(PY) -m pytest -q -n $(WORKERS) --dist loadgroup -m "$(or $(MARKS),not browser)" $(TESTS)

test-browser: environment-dev  ## the pages in Debian's chromium
	@mkdir -p var/test
	@$(SQLITE) $(PY) -m pytest -q -m browser $(TESTS)

bench: environment-dev  ## measure beside the budgets; BENCH=client_page runs one, BIG=1 full sizes
	@BENCH_DATABASE_URL="$(DATABASE_URL)" BENCH_REDIS_URL="$(REDIS_URL)" \
	  $(PY) -m benchmarks $(BENCH) $(if $(filter 1,$(BIG)),--size big)

faults: environment-dev  ## break everything, lose nothing; BIG=1 the long run, FAULTS=embedded one part
	@$(PY) -m tests.faults $(FAULTS) $(if $(filter 1,$(BIG)),--size long)

lint: environment-dev  ## format, style, types, templates, migrations and system checks
	@mkdir -p var/test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m djlint --quiet --lint templates
	$(SQLITE) $(PY) manage.py makemigrations --check --dry-run
	$(SQLITE) $(PY) manage.py check --fail-level WARNING

format: environment-dev  ## format the code
	$(PY) -m ruff check --fix-only --quiet .
	$(PY) -m ruff format .

messages: environment-dev  ## collect the Dutch texts, compile all languages (needs gettext)
	$(PY) manage.py makemessages --locale nl --no-obsolete --no-wrap --add-location file --ignore .venv --ignore tests
	$(PY) manage.py compilemessages --locale nl --locale de --locale fr --ignore .venv

clean:  ## remove caches and the demo's and the tests' data, never var/ambassadors.sqlite3
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage static-root var/demo var/test
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
