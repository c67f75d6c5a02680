# Every target works on a bare Python 3.11 or 3.12 with a C compiler and nothing but PyPI.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test setup check bench docs delineator clean

demo: .venv/.demo  ## install and interpret a real 12-lead recording
	$(BIN)/ecg-core interpret "$$($(BIN)/python -c 'from pydicom.data import get_testdata_file as f; print(f("waveform_ecg.dcm"))')"

test: setup check  ## install what the tests need, then check everything

setup: .venv/.setup  ## development install

check:  ## format, lint, types, imports, tests, packs, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/ecg-core protocol lint protocols/ecg_protocol_*
	$(BIN)/python -m pytest
	$(BIN)/python -m cogapp --check -I docs docs/*/*.md
	$(BIN)/sphinx-build -W -q docs docs/_build

bench:  ## print the published benchmark tables; the learned engine out of fold, if `make delineator` has run here
	$(BIN)/ecg-core bench delineation "$${ECG_CORE_DATA:-../shared/data}/ludb" --extractor classical \
	  $(if $(wildcard runs/delineator/folds.json),--extractor learned --folds runs/delineator) \
	  --extractor neurokit --extractor neurokit-prominence
	for file in benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

docs: .venv/.setup  ## write the generated parts of the documentation and build it
	$(BIN)/python -m cogapp -r -I docs README.md docs/*/*.md
	$(BIN)/sphinx-build -W -q docs docs/_build

delineator: .venv/.train  ## retrain the learned delineator on LUDB (under an hour on two cores)
	$(BIN)/python -m training.delineator.train training/configs/delineator.yaml

clean:
	rm -rf .venv docs/_build dist build

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.demo: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/pip install -q -c constraints.txt .
	touch $@

.venv/.setup: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/pip install -q -c constraints.txt -e ".[dev,docs]"
	touch $@

.venv/.train: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/pip install -q -c constraints.txt -e ".[train]"
	touch $@
