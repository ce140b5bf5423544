# Two commands matter on a fresh machine: `make run` and `make test`. Python 3.11 or later and make are all they need.
.DEFAULT_GOAL := help
.PHONY: help run test audit flood fuzz check format bench bench-desk bench-pages bench-tips cards lock install system
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

help: ## what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | while IFS='	' read -r name words; do printf '  %-12s %s\n' "$$name" "$$words"; done

$(STAMP): requirements.lock pyproject.toml
	@echo "Installing what Signaallijn needs into $(VENV). The first time this takes about a minute."
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Signaallijn needs Python 3.11 or later; this is %s." % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

install: $(STAMP) ## make .venv and install what requirements.lock names

run: $(STAMP) ## start the demonstration on http://localhost:8000
	$(BIN)/signaallijn demo --port $(PORT)

system: ## see that chromium, java, postgresql and nginx are here; as root on Debian, install them
	@command -v chromium >/dev/null && command -v chromium-headless-shell >/dev/null && command -v java >/dev/null && PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null && command -v openssl >/dev/null && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-headless-shell default-jre-headless postgresql nginx-light openssl >/dev/null; \
	  else echo "Some tests need programs of the system. Run: sudo apt-get install chromium chromium-headless-shell default-jre-headless postgresql nginx-light openssl"; fi; }

# Servers and commands start a hundred times; where the environment forbids to keep what was compiled, each compiles everything anew.
test: export PYTHONDONTWRITEBYTECODE =
test: $(STAMP) system ## run all tests
	@# Three for two cores, since browsers and clocks are waited for. In the order of names: by itself xdist leaves files with few
	@# tests, the launch among them, to the end and to one worker.
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

audit: $(STAMP) system ## look at every page of a demonstration at two widths, light and dark (half an hour)
	$(BIN)/python tests/audit.py $(MINUTES)

fuzz: $(STAMP) ## anything in every form and header, other than the last time: as many tries as EXAMPLES=… says
	FUZZ_EXAMPLES=$(or $(EXAMPLES),3000) $(BIN)/pytest tests/test_fuzz.py

flood: $(STAMP) ## send 10,000 posts without proof to a server of its own, and see who comes through (about a minute)
	FLOOD_POSTS=10000 $(BIN)/pytest -s tests/test_flood.py

check: $(STAMP) ## lint, types and the arrows between modules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## put the code in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) ## print what things cost, as ratios against a baseline run beside it
	@for script in $(filter-out $(addprefix tests/bench/,pages.py desk.py tips.py bare_tips.py),$(wildcard tests/bench/*.py)); do \
	  echo "== $$script"; PYTHONPATH=tests $(BIN)/python $$script || exit 1; done

bench-pages: $(STAMP) ## our server beside nginx: speed, start and memory; two minutes, wants nginx, wrk and two idle cores
	$(BIN)/python tests/bench/pages.py

bench-tips: $(STAMP) ## tips a second, memory after 10,000 of them, known and unknown codes; five minutes
	PYTHONPATH=tests $(BIN)/python tests/bench/tips.py

bench-desk: $(STAMP) system ## the desk with 1,000 to 100,000 tips, and opening 50 in Chromium; three minutes, a gigabyte of disk
	PYTHONPATH=tests $(BIN)/python tests/bench/desk.py

cards: $(STAMP) system ## draw the cards of a campaign, seen beside a shared link: make cards CAMPAIGN=zie-je-mij
	$(BIN)/python tests/draw_cards.py $(CAMPAIGN)

lock: ## write requirements.lock anew: hashes, no addresses
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-header --output-file requirements.lock pyproject.toml
