# Every tool runs as a module of .venv/bin/python, from here: so a path with spaces in it works.

PYTHON ?= python3
PORT ?= 8000
VENV = .venv/bin/python
INSTALLED = .venv/.installed
LIGHTHOUSE = tests/lighthouse/node_modules/.package-lock.json
NBSTRIPOUT = $(VENV) -m nbstripout --keep-id --extra-keys metadata.language_info.version

.PHONY: help book check test audit confirm lab serve pdf bench picture lock format clean distclean browser

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo 'Options: CHAPTER=05 (book: that one alone), JOBS=2 (book: so many at a time),'
	@echo '         PYTHON=python3.12 (to make .venv with), PORT=8000 (to serve on),'
	@echo '         ARGS=… (for the tool behind check, test, audit, confirm, lab and bench),'
	@echo '         UPGRADE=1 (for lock).'

book: $(INSTALLED) ## execute what changed, and build the site in _build/html
	@$(VENV) book/_ext/build.py $(if $(JOBS),--jobs $(JOBS)) $(CHAPTER)

test: book browser ## build the book, then test everything, the site in a browser included
	@$(VENV) -m pytest -n 2 $(ARGS)

check: $(INSTALLED) ## what is quick: format, lint, and all tests that train and start nothing
	@$(NBSTRIPOUT) --verify notebooks/*.ipynb
	@$(VENV) -m ruff format --check --quiet
	@$(VENV) -m ruff check --quiet
	@$(VENV) -m pytest -n 2 -m 'not slow' $(ARGS)

confirm: $(INSTALLED) ## run the experiments that take long, and write down what they found
	@$(VENV) -P -m helpers.reruns.confirm $(ARGS)

audit: book browser $(LIGHTHOUSE) ## score every page as a phone sees it, with Lighthouse (takes long)
	@$(VENV) tests/audit.py $(ARGS)

lab: $(INSTALLED) ## open the notebooks in JupyterLab
	@$(VENV) -m jupyterlab $(ARGS) notebooks

serve: book ## show the site on localhost, at the port PORT
	@echo 'The book is at http://127.0.0.1:$(PORT)/ (Ctrl-C stops).'
	@$(VENV) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

pdf: book browser ## print the whole book into _build/batch-size-book.pdf
	@PYTHONPATH=tests $(VENV) book/_ext/pdf.py  # tests/ knows how to find Chromium

bench: $(INSTALLED) ## measure speed and memory side by side (takes long)
	@$(VENV) -m benchmarks $(ARGS)

picture: book ## renew the pictures in the README
	@$(VENV) book/_ext/picture.py

lock: ## pin the dependencies of pyproject.toml in requirements.lock
	@test -e $(INSTALLED) || $(MAKE) $(INSTALLED)
	@$(VENV) -m uv pip compile pyproject.toml --all-extras --group book --group test --group dev \
	  --universal --python-version 3.11 --generate-hashes \
	  --custom-compile-command 'make lock' --quiet -o requirements.lock $(if $(UPGRADE),--upgrade)

.PHONY: vulnerabilities
vulnerabilities: $(INSTALLED) ## look up known vulnerabilities of all that the lock names
	@$(VENV) -m uv tool run pip-audit@2.10.1 --strict --disable-pip --require-hashes -r requirements.lock

.PHONY: vega
vega: ## bundle the plotting library of the explorer anew (needs Node)
	@npm --prefix book/_vega ci --no-audit --no-fund
	@npm --prefix book/_vega run build

format: $(INSTALLED) ## format code and notebooks, and strip the notebooks' outputs
	@$(NBSTRIPOUT) notebooks/*.ipynb
	@$(VENV) -m ruff check --fix-only
	@$(VENV) -m ruff format
	@$(VENV) -m ruff check

clean: ## remove what was built, and caches
	@rm -rf _build .pytest_cache .ruff_cache *.egg-info
	@find . -path ./.venv -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune \
	  -exec rm -rf {} +

distclean: clean ## remove .venv too, and what the audit installed
	@rm -rf .venv tests/lighthouse/node_modules

# The steps behind.

browser: $(INSTALLED)
	@$(VENV) tests/install_browser.py

# The stamp comes last, so an interrupted set-up is taken up again by the next call.
SUPPORTED = import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else \
  "The book needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is %d.%d. Name another: make book PYTHON=python3.12" % v)

$(INSTALLED): requirements.lock pyproject.toml
	@$(VENV) -c 'import pip; $(SUPPORTED)' 2>/dev/null || { \
	  $(PYTHON) -c '$(SUPPORTED)' && $(PYTHON) -m venv --clear .venv; }
	@echo 'Installing the locked dependencies into .venv: a few minutes, once.'
	@$(VENV) -m pip install --no-compile --require-hashes -r requirements.lock
	@echo 'Compiling them, on all cores.'
	@$(VENV) -m compileall -qq -j 0 .venv/lib || true  # some packages bring files that are no Python
	@$(VENV) -m pip install --no-deps --no-build-isolation -e .
	@$(VENV) -P -m helpers.reruns.precedence
	@touch $@

$(LIGHTHOUSE): tests/lighthouse/package-lock.json
	@command -v npm > /dev/null || { echo 'The audit needs Node.js 20 or newer, with npm.'; exit 1; }
	@npm ci --prefix tests/lighthouse --ignore-scripts --no-audit --no-fund
	@touch $@
