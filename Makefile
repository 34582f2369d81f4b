# Two commands matter: `make practice` (an interview) and `make test` (every check). Both set everything up first.
PYTHON ?= $(or $(shell for v in 3.11 3.12 3.13 3.14 3; do python$$v -V >/dev/null 2>&1 && { echo python$$v; break; }; done),python3)
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := test
.PHONY: practice test fast lint types docs docs-check gate measured fix clean

practice: $(VENV)/.ready
	@$(BIN)/coach practice $(ARGS)

test: $(VENV)/.ready-dev lint types docs-check gate
	$(BIN)/pytest -m "slow or not slow"

fast: $(VENV)/.ready-dev
	$(BIN)/pytest

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev
	$(BIN)/mypy

docs: $(VENV)/.ready-dev
	$(BIN)/cog -r docs/cli.md docs/pack.md

docs-check: $(VENV)/.ready-dev
	$(BIN)/cog --check docs/cli.md docs/pack.md

# What the offline judge and the look-up must keep, on 40 answers and all queries. Raise a bar once the figures hold it.
GATE := --fail-under grading.macro_f1=0.70 --fail-under grading.binary_accuracy=0.80 --fail-under grading.quote_f1=0.45 \
  --fail-over grading.false_credit=0.16 --fail-over grading.false_wrong=0.08 --fail-over grading.ungraded=0 \
  --fail-under grading.quote_valid=1 --fail-under retrieval.recall@1=0.90 --fail-under retrieval.recall@5=0.95 \
  --fail-under "retrieval.abstention without near misses=0.85"

gate: $(VENV)/.ready-dev
	@rm -rf build/gate
	COACH_HOME=build/gate $(BIN)/coach eval grading retrieval --quick --judge offline --offline --out build/gate/run $(GATE)

# After a change to the offline judge: what practice says about it before anybody has run `coach eval`.
measured: $(VENV)/.ready-dev
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m evals.bundle

fix: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV)

# The stamps let a second `make practice` start at once.
$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "'$(PYTHON)' is no Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(TORCH)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	$(BIN)/pip install --quiet --constraint constraints.txt --group dev
	@touch $@

# On Linux, PyPI's plain torch drags in gigabytes of CUDA; PyTorch's own index has a CPU build. A machine with an NVIDIA
# card, or with pip already pointed at wheels of its own, keeps what it has: so does TORCH_INDEX= (empty).
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
OWN_WHEELS := $(PIP_FIND_LINKS)$(PIP_INDEX_URL)$(shell command -v nvidia-smi)
ifeq ($(shell uname -s)-$(OWN_WHEELS),Linux-)
# No comma in the message: make would take what follows it for the else.
TORCH = $(if $(TORCH_INDEX),$(BIN)/pip install --quiet --constraint constraints.txt --index-url $(TORCH_INDEX) torch || echo "PyTorch's CPU index was not reached; taking the several GB that PyPI has")
endif
