# Every target sets up .venv by itself. PYTHON=/path/to/python names the interpreter to make it with.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PROFILE ?= fast
PEERS ?= ../shared/peers
ROUNDS ?= 2
RESULTS ?= build/bench
COMPARE = $(BIN)/python .peers/run.py --rounds $(ROUNDS) --ours '$(BIN)/python -m bench.server' '$(BIN)/python -m bench.client'
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-strip-extras --no-emit-index-url --no-emit-find-links

.PHONY: help demo test check format catalogue language languages lock bench bench-peers clean

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

demo: $(READY) ## Run the demo.
	@$(BIN)/troth demo

test: $(READY) ## Run all tests with branch coverage. STRICT=1: a missing program fails. PROFILE=slow: search longer. ARGS='-k name'.
	@TROTH_STRICT=$(STRICT) $(BIN)/python -m pytest --cov --hypothesis-profile=$(PROFILE) \
		$(if $(ARGS),,--cov-fail-under=97 --numprocesses=auto --dist=worksteal) \
		$(if $(filter slow,$(PROFILE)),--timeout=0) $(ARGS)

check: $(READY) ## Check format, lint, types and the laws of the house (tests/test_*.py).
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "Some files are not formatted: run make format."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python scripts/catalogue.py check
# Not the planted mistakes: they take as long as many tests, and `make test` plants them.
	@$(BIN)/python -m pytest --quiet --deselect tests/test_planted.py tests/test_*.py
	@$(BIN)/python -m troth_app.helplines

format: $(READY) ## Format the code and apply the safe fixes.
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

catalogue: $(READY) ## Write the template of the catalogue anew, after a sentence changed.
	@$(BIN)/python scripts/catalogue.py write

language: $(READY) ## Begin a language, or bring one up to date: CODE=de.
	@$(BIN)/python scripts/catalogue.py language $(CODE)

languages: $(READY) ## Compile every language, for the app to read.
	@$(BIN)/python scripts/catalogue.py compile

lock: $(READY) ## Lock requirements/*.txt again. ARGS=--upgrade takes newer versions.
	@$(COMPILE) --all-extras --group dev --output-file requirements/dev.txt $(ARGS)
	@$(COMPILE) --extra relay --output-file requirements/relay.txt $(ARGS)
	@! grep -n '://' requirements/*.txt || { echo "A lock file names an address."; exit 1; }

bench: $(READY) $(if $(wildcard $(PEERS)/run.py),.peers/run.py) ## Measure the engine and the relay by themselves: the peers' cases, the parts, the way of an edit.
	@$(BIN)/python -m bench.micro --json $(RESULTS)/micro.json
	@if [ -f .peers/run.py ]; then $(COMPARE) --only ''; else echo "The peers' cases are skipped: there is no $(PEERS)."; fi

bench-peers: $(READY) .peers/node_modules ## Measure them beside other systems, in turn; installs those in .peers. ROUNDS=2.
	@mkdir -p $(RESULTS)
	@$(COMPARE) --json $(RESULTS)/peers.json
	@$(BIN)/python -m bench.micro --json $(RESULTS)/micro.json
	@$(BIN)/python -m bench.plot $(RESULTS)

.peers/run.py:
	@mkdir -p .peers
	@cp -R "$(PEERS)/." .peers/
	@chmod -R u+w .peers

.peers/node_modules: .peers/run.py
	@sh .peers/setup.sh

clean: ## Remove .venv and everything the tools leave behind.
	@rm -rf $(VENV) .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements/dev.txt pyproject.toml scripts/find_python.sh
	@python=$$(PYTHON="$(PYTHON)" sh scripts/find_python.sh) || exit 1; \
	echo "Making $(VENV) with $$python"; \
	"$$python" -m venv --clear $(VENV)
	@echo "Installing the locked requirements"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@echo "Installing troth"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
