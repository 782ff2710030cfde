# Each target makes what it needs: `make demo` and `make test` work as the first command on a fresh clone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# By module: a script in $(BIN) works only in the folder in which it was installed.
RUN := $(BIN)/python -m
PIP := $(RUN) pip install --quiet --disable-pip-version-check
ARGS ?=
COMPILE = $(RUN) uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate
# What building needs has a lock file of its own: the image is built with it, and does not contain it.
LOCKED = $(COMPILE) --constraint requirements-dev.lock
RUNTIME = $(LOCKED) pyproject.toml --extra s3

.PHONY: demo run check test image-test rewritten unit fuzz mutants lint format bench soak audit screenshots lock clean

# A virtual environment whose Python is missing or too old, or that has no pip, is made anew. In one that was moved, the
# scripts are made anew, which needs no network.
USABLE := import pip, sys; sys.exit(sys.version_info < (3, 11))
HERE := import sys; sys.exit(sys.executable not in open("$(BIN)/imagine-bot").read())
VERSION := import sys; print("%d.%d.%d" % sys.version_info[:3])
ifneq ($(wildcard $(VENV)/.runtime $(VENV)/.dev),)
ifneq ($(shell $(BIN)/python -c '$(USABLE)' 2>/dev/null && $(BIN)/python -c '$(HERE)' 2>/dev/null && echo yes),yes)
$(info $(VENV) was moved, or its Python is missing or too old. Repairing it; this may take a minute.)
$(shell rm -f $(VENV)/.runtime $(VENV)/.dev)
else ifneq ($(filter command environment,$(origin PYTHON)),)
PRESENT := $(shell $(BIN)/python -c '$(VERSION)')
ifneq ($(shell $(PYTHON) -c '$(VERSION)' 2>/dev/null),$(PRESENT))
$(info PYTHON=$(PYTHON) is not used: $(VENV) has Python $(PRESENT). To change it: make clean)
endif
endif
endif

define MAKE_VENV
@$(BIN)/python -c '$(USABLE)' 2>/dev/null || { \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or newer is needed. Name one: $(strip make $(MAKECMDGOALS)) PYTHON=python3.12' >&2; exit 1; }; \
	$(PYTHON) -m venv --clear $(VENV) || \
		{ echo '$(VENV) was not made. On Debian and Ubuntu: apt install python3-venv. Then run make again.' >&2; exit 1; }; }
endef
define INSTALL
$(PIP) --require-hashes $(addprefix --requirement ,$(1)) && $(PIP) --no-deps --no-build-isolation --editable . || \
	{ echo 'The packages were not installed. Run make again; if that does not help: make clean' >&2; exit 1; }
endef

demo: $(VENV)/.runtime ## the whole bot in a browser, with no token and no network (ARGS=--once: in the terminal)
	$(RUN) bot demo $(ARGS)

run: $(VENV)/.runtime ## run the bot with the settings of .env
	$(RUN) bot run

check: $(VENV)/.runtime ## check settings, connections and keys; no paid call
	$(RUN) bot check

test: $(VENV)/.dev ## all checks of CI; property tests try the same examples every time
	@$(MAKE) --jobs=2 --output-sync=target --no-print-directory lint rewritten
	$(RUN) pytest -n 6 --dist worksteal $(ARGS)

# pytest rewrites the assertions of each module that it imports. While mypy uses one core, the other one does this once
# for all workers, which would each do it anew.
rewritten: export PYTHONDONTWRITEBYTECODE :=
rewritten: $(VENV)/.dev
	@$(RUN) pytest --quiet --collect-only >/dev/null 2>&1 || true # the tests report an error again

image-test: $(VENV)/.dev ## build the image and run it, with Docker, Podman, or Buildah and runc; as root
	$(RUN) pytest -m image tests/image --durations=10 $(ARGS)

unit: $(VENV)/.dev ## the tests that take seconds
	$(RUN) pytest -q -m "not slow and not image" $(ARGS)

fuzz: $(VENV)/.dev ## property tests only, at random, with ten times the examples (tests/support/property_tests.py)
	$(RUN) pytest -n 6 --dist worksteal -m "hypothesis and not image" --hypothesis-profile fuzz --timeout 7200 $(ARGS)

mutants: $(VENV)/.mutants ## changes of a package that its fast tests do not notice (PACKAGE=storage); takes up to hours
	$(RUN) tests.support.mutants $(PACKAGE) $(ARGS)

lint: $(VENV)/.dev
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(BIN)/python -c 'from importlinter.cli import lint_imports_command as main; main()' --no-logo
	$(RUN) mypy

format: $(VENV)/.dev
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

bench: $(VENV)/.dev ## measures; see benchmarks/README.md
	$(RUN) benchmarks $(ARGS)

soak: $(VENV)/.dev ## half an hour with faults and kills, and its report (ARGS="--report docs/soak.md")
	$(RUN) benchmarks.soak $(ARGS)

audit: $(VENV)/.dev ## known weaknesses of the locked packages; asks a service, so it is no test
	$(PIP) pip-audit
	$(RUN) pip_audit --requirement requirements.lock --require-hashes --disable-pip

screenshots: $(VENV)/.dev ## update the README's pictures; needs chromium
	$(RUN) tests.browser.screenshots

lock: $(VENV)/.dev ## choose the newest versions pyproject.toml allows
	$(PIP) uv
	$(COMPILE) pyproject.toml --upgrade --group build --extra s3 --extra replicas --extra tracing --extra sentry --extra dev \
		--output-file requirements-dev.lock
	$(LOCKED) --group build --output-file requirements-build.lock
	$(RUNTIME) --output-file requirements.lock
	$(RUNTIME) --extra postgres --output-file requirements-postgres.lock
	$(RUNTIME) --extra replicas --output-file requirements-replicas.lock
	$(RUNTIME) --extra replicas --extra tracing --extra sentry --output-file requirements-observed.lock
	$(LOCKED) pyproject.toml --extra mutants --output-file requirements-mutants.lock

$(VENV)/.runtime: requirements.lock requirements-build.lock pyproject.toml
	$(MAKE_VENV)
	@$(call INSTALL,requirements.lock requirements-build.lock)
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	$(MAKE_VENV)
	@$(call INSTALL,requirements-dev.lock)
	@touch $@ $(VENV)/.runtime

# Beside the packages of the tests, and of the same versions.
$(VENV)/.mutants: requirements-mutants.lock $(VENV)/.dev
	$(PIP) --require-hashes --requirement requirements-mutants.lock
	@touch $@

clean: ## removes what make has made; the ledger in data/ stays
	rm -rf $(VENV) demo-out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .mutants
