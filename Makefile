# Two commands on a fresh machine: `make run` and `make test`. What they install lies in build/ and data/.
#   make run [DEMO=1] [PORT=8000] [SERVER=uvicorn]     the application on 127.0.0.1
#   make test          everything: both databases, the browser's modules, a real browser
#   make check         format, lint, types, import contract, migrations
#   make bench         measures the live stream and the address resolver; prints a table, writes build/bench.json
#   make proof         the long races, the hours-long runs, and on PostGIS what `make test` asks of SpatiaLite alone
#   make areas         fetches, verifies and imports the public boundaries
#   make lock          writes the requirements' locks anew
.DEFAULT_GOAL := run
PYTHON_VENV := build/venv/bin/python
INSTALL := sh opscenter/launch/install.sh
PYTEST := $(PYTHON_VENV) -m pytest
# Folders whose tests start processes of their own, or the browser: once is enough for them.
OWN_PROCESSES := tests/e2e tests/faults tests/deploy tests/harness tests/launch
T ?= tests
# Where this is set, every process would compile the whole application anew; a run starts some two hundred of them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-needs built test-spatialite test-postgis test-frontend test-browser check bench proof areas lock format

run:
	@$(INSTALL) run
	@DEMO='$(DEMO)' PORT='$(PORT)' SERVER='$(SERVER)' exec $(PYTHON_VENV) -m opscenter.launch

test-needs:
	@$(INSTALL) test

built: test-needs
	@$(PYTHON_VENV) -m opscenter.launch.frontend
	@$(PYTHON_VENV) -m opscenter.launch.translations

test: built
	@$(PYTHON_VENV) -m tests.harness.everything

# One part at a time, and all of it on that database; T=tests/geo narrows the first two.
test-spatialite: built
	$(PYTEST) $(T) --ignore=tests/e2e

test-postgis: built
	$(PYTHON_VENV) -m tests.harness.run_on_postgis -- pytest --only-database $(T) $(addprefix --ignore=,$(OWN_PROCESSES))

test-frontend: built
	$(PYTHON_VENV) -m opscenter.launch.frontend test

test-browser: built
	$(PYTEST) tests/e2e

check: test-needs
	$(PYTHON_VENV) -m ruff format --check .
	$(PYTHON_VENV) -m ruff check .
	$(PYTHON_VENV) -m mypy
	build/venv/bin/lint-imports --no-logo
	$(PYTHON_VENV) manage.py makemigrations --check --dry-run
	$(PYTHON_VENV) -m opscenter.launch.frontend types

format:
	$(PYTHON_VENV) -m ruff format .
	$(PYTHON_VENV) -m ruff check --fix .

bench: built
	$(PYTHON_VENV) -m tests.bench

proof: test-postgis
	$(PYTEST) -m proof --timeout=0 tests
	$(PYTHON_VENV) -m tests.harness.run_on_postgis -- pytest -m proof --timeout=0 tests $(addprefix --ignore=,$(OWN_PROCESSES))

areas:
	@$(INSTALL) run
	$(PYTHON_VENV) manage.py migrate --verbosity 0
	$(PYTHON_VENV) manage.py fetch_areas

lock:
	@$(INSTALL) run
	@set -e; for name in requirements requirements-dev opscenter/launch/uv opscenter/launch/node; do \
	  build/tools/bin/uv pip compile -q --universal --python-version 3.11 --python $(PYTHON_VENV) --generate-hashes \
	    --no-emit-index-url --no-header $(LOCK_OPTIONS) $$name.in -o $$name.txt; done
