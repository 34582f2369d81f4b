# Two commands matter: `make practice` (an interview) and `make test` (every check). Both set everything up first.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := test
.PHONY: practice test fast lint types docs fix campaign clean

practice: $(VENV)/.ready
	@$(BIN)/coach practice $(ARGS)

test: $(VENV)/.ready-dev lint types docs-check
	$(BIN)/pytest -m "slow or not slow"

fast: $(VENV)/.ready-dev
	$(BIN)/pytest

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev
	$(BIN)/mypy

docs: $(VENV)/.ready-dev
	$(BIN)/cog -r docs/cli.md

docs-check: $(VENV)/.ready-dev
	$(BIN)/cog --check docs/cli.md

fix: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV)

# The stamps let a second `make practice` start at once.
$(VENV)/.ready: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "needs Python 3.11 or newer as '$(PYTHON)'; name yours: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(TORCH)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	$(BIN)/pip install --quiet --constraint constraints.txt --group dev
	@touch $@

# On Linux, PyPI's plain torch drags in gigabytes of CUDA. PyTorch's own index has a CPU build; where that index cannot
# be reached, pip takes what the configured indexes have. TORCH_INDEX= (empty) keeps whatever the indexes give.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
ifeq ($(shell uname -s)-$(shell command -v nvidia-smi),Linux-)
TORCH = $(if $(TORCH_INDEX),$(BIN)/pip install --quiet --retries 1 --timeout 15 --constraint constraints.txt --index-url $(TORCH_INDEX) torch 2>/dev/null || echo "PyTorch's CPU index not reached; taking torch from the configured indexes" >&2)
endif
