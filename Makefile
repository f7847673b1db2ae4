# Two commands do everything: `make report` and `make test`. See README.md for the same without make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_DIR := runs/reference

.PHONY: report test test-outside bench mutants requirements clean help

help:
	@echo "make report   autotest s'il le faut, puis la suite contre le connecteur de référence, et son rapport d'aptitude"
	@echo "make test     toutes les vérifications (ruff, mypy, import-linter, pytest)"
	@echo "make test-outside  ce qui demande plus que Python : la séance guidée dans Chromium, un produit étranger (oru2xds)"
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

# The guided session in Chromium, and a product that owes nothing to the kit, installed from PyPI in a folder of its own.
test-outside: $(VENV)-browser/.ready
	@DMP_IMAGERIE_ORU2XDS="$(CURDIR)/$(VENV)-oru2xds" PATH="$(CURDIR)/$(VENV)-browser/bin:$$PATH" \
		python -m pytest -q -rs tests/guided/test_guided_page.py tests/e2e/test_e2e_oru2xds.py

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

$(VENV)-browser/.ready: requirements/browser.txt pyproject.toml
	@$(PYTHON) -m venv $(VENV)-browser
	@$(VENV)-browser/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/browser.txt
	@$(VENV)-browser/bin/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-browser $(VENV)-oru2xds runs
