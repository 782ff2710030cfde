# Each target makes what it needs: `make demo` and `make test` work as the first command on a fresh clone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
LOCKING = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

.PHONY: demo run check test unit fuzz lint format bench soak audit screenshots lock clean

demo: $(VENV)/.runtime ## the whole bot in a browser, with no token and no network (ARGS=--once: in the terminal)
	$(BIN)/imagine-bot demo $(ARGS)

run: $(VENV)/.runtime ## run the bot with the settings of .env
	$(BIN)/imagine-bot run

check: $(VENV)/.runtime ## try settings, token, key and database
	$(BIN)/imagine-bot check

test: lint ## all checks of CI; property tests try the same examples every time
	$(BIN)/pytest -n 6 --dist worksteal $(ARGS)

unit: $(VENV)/.dev ## the tests that take seconds
	$(BIN)/pytest -q -m "not slow" $(ARGS)

fuzz: $(VENV)/.dev ## property tests only, at random, with ten times the examples (tests/support/property_tests.py)
	$(BIN)/pytest -n 6 --dist worksteal -m hypothesis --hypothesis-profile fuzz --timeout 7200 $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## measures; see benchmarks/README.md
	$(BIN)/python -m benchmarks $(ARGS)

soak: $(VENV)/.dev ## half an hour with faults and kills, and the account of it (ARGS="--report docs/soak.md")
	$(BIN)/python -m benchmarks.soak $(ARGS)

audit: $(VENV)/.dev ## known weaknesses of the locked packages; asks a service, so it is no test
	$(BIN)/pip install --quiet pip-audit
	$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip

screenshots: $(VENV)/.dev ## takes the README's pictures anew; needs chromium
	$(BIN)/python -m tests.browser.screenshots

lock: $(VENV)/.dev ## choose the newest versions pyproject.toml allows
	$(BIN)/pip install --quiet uv
	$(LOCKING) --upgrade --extra build --extra s3 --extra dev --output-file requirements-dev.lock
	$(LOCKING) --extra build --extra s3 --constraint requirements-dev.lock --output-file requirements.lock

$(VENV)/.runtime: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@ $(VENV)/.runtime

clean:
	rm -rf $(VENV) demo-out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
