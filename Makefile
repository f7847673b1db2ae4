# Two commands do everything: `make report` and `make test`. See README.md for the same without make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_DIR := runs/reference

.PHONY: report test bench mutants requirements clean help

help:
	@echo "make report   autotest s'il le faut, puis la suite contre le connecteur de référence, et son rapport d'aptitude"
	@echo "make test     toutes les vérifications (ruff, mypy, import-linter, pytest)"
	@echo "make mutants N=100   change le juge un endroit à la fois : combien de changements les tests voient"
	@echo "make requirements   refait les listes de dépendances figées"

# An INCOMPLET verdict is news, not a failure of make: `run` keeps its own exit codes, this target only shows.
report: $(VENV)/.run
	@rm -rf $(RUN_DIR)
	@$(BIN)/dmp-imagerie selftest --if-needed --seed 1; code=$$?; case $$code in 0|1) ;; *) exit $$code;; esac
	@$(BIN)/dmp-imagerie run --connector reference --seed 1 --out $(RUN_DIR) \
		--declarations examples/centre-reference/declarations.toml; \
	code=$$?; case $$code in 0|1|4) exit 0;; *) exit $$code;; esac

test: $(VENV)/.dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh .ci/checks

bench: $(VENV)/.dev
	@$(BIN)/python bench/bench.py

# N=100 plays a hundred changes drawn at random; all of them take most of an hour.
mutants: $(VENV)/.dev
	@$(BIN)/python bench/mutants.py $(N)

requirements:
	@sh requirements/export

$(VENV)/.run: requirements/run.txt pyproject.toml
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) runs
