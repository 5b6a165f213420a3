# The two commands of a newcomer: `make up` and `make test`. None needs root, Docker or Node.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
UV := $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(VENV)
# Where this is set, every start would compile all that it imports: 2 s of processor time each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up test lint types docs audit bench bench-runtime demo doctor lock openapi format clean
help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t16

up: $(VENV)/.platform ## Bring the platform up and print one address to open
	@$(BIN)/fairhaven up

demo: $(VENV)/.platform ## From a folder with a model to its prediction, step by step
	@$(BIN)/fairhaven demo

doctor: $(VENV)/.platform ## Show what runs and how well
	@$(BIN)/fairhaven doctor

test: $(VENV)/.dev ## Run every test (a part: make test PYTEST_ARGS="-k matrix")
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup $(PYTEST_ARGS)

lint: $(VENV)/.dev ## Check style and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev ## Check types
	$(BIN)/mypy
	$(BIN)/mypy --config-file= --strict packages/runtime/src

audit: $(VENV)/.dev ## Ask whether a dependency has a known vulnerability
	$(BIN)/python -m pytest -q -rs tests/dependencies

format: $(VENV)/.dev ## Lay code out
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.docs ## Build the documentation, every link checked
	$(BIN)/python -m fairhaven.reference docs/reference
	$(BIN)/python -m tests.service.matrix.page docs/reference/access.md
	$(BIN)/mkdocs build --strict

bench: bench-runtime ## Measure, against peers
	$(BIN)/python -m tests.bench.catalog
	$(BIN)/python -m tests.bench.feeds
	$(BIN)/python -m tests.bench.facts
	$(BIN)/python -m tests.bench.auth

bench-runtime: $(VENV)/.dev ## Measure the module runtime, against DEEPaaS, MLServer and BentoML
	$(BIN)/python -m tests.bench.runtime

openapi: $(VENV)/.dev ## Write openapi.json anew
	$(BIN)/python -m fairhaven.reference openapi.json

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-annotate --custom-compile-command "make lock"
lock: $(VENV)/.uv ## Choose versions anew, by hash
	$(COMPILE) pyproject.toml --extra platform --no-emit-package fairhaven-runtime -o requirements/platform.txt
	$(COMPILE) pyproject.toml --extra platform --group dev --no-emit-package fairhaven-runtime -c requirements/platform.txt -o requirements/dev.txt
	$(COMPILE) pyproject.toml --extra platform --group docs --no-emit-package fairhaven-runtime -c requirements/platform.txt -o requirements/docs.txt
	for each in assets bench-onnx build canaille exports openbao peer-bentoml peer-mlserver stock-deepaas uv; do $(COMPILE) requirements/$$each.in -o requirements/$$each.txt || exit 1; done
	$(COMPILE) requirements/stock-deepaas.in $(wildcard examples/modules/*/pyproject.toml) -c requirements/stock-deepaas.txt -o requirements/example-modules.txt

clean: ## Remove what was made here (not the platform's data)
	rm -rf $(VENV) build dist site node_modules src/fairhaven/ui/static/vendor

# --- environments: each installs what its lock says, once -------------------------------------------
$(VENV)/.uv:
	@if command -v uv >/dev/null 2>&1; then uv venv --quiet --allow-existing $(VENV); \
	else python3 -m venv $(VENV) || { echo "Python's venv is missing: install uv, or python3-venv (Debian, Ubuntu)."; exit 1; }; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.txt; fi
	@touch $@

$(VENV)/.platform: $(VENV)/.uv requirements/platform.txt requirements/assets.txt package-lock.json pyproject.toml packages/runtime/pyproject.toml
	@echo "Installing Fairhaven (once) …"
	@$(INSTALL) --require-hashes --requirement requirements/platform.txt
	@$(INSTALL) --no-deps --build-constraints requirements/build.txt --editable . --editable packages/runtime
	@command -v npm >/dev/null 2>&1 || $(INSTALL) --require-hashes --requirement requirements/assets.txt
	@$(BIN)/python -m fairhaven.ui.assets || echo "Pages will work with less comfort: their scripts could not be fetched."
	@touch $@

$(VENV)/.dev: $(VENV)/.platform requirements/dev.txt
	@echo "Installing what the tests need (once) …"
	@$(INSTALL) --require-hashes --requirement requirements/dev.txt
	@touch $@

$(VENV)/.docs: $(VENV)/.platform requirements/docs.txt
	@$(INSTALL) --require-hashes --requirement requirements/docs.txt
	@touch $@
