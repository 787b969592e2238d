# Needs Python >= 3.11 and make; everything else is fetched into .venv and pwa/node_modules, in the versions of
# uv.lock and package-lock.json.

# The system's own Python first: distributions build theirs with profile-guided optimisation, which one that is built
# from source as it comes lacks. An import takes a fifth longer with such a one.
PYTHON ?= $(shell for each in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
WORKERS ?= 2
RUN := .venv/bin
NODE := cd pwa && ../$(RUN)/python -m infra.launch.node
PWA_SOURCES := $(shell find pwa/src pwa/public pwa/build -type f 2>/dev/null) $(wildcard pwa/*.ts pwa/*.json pwa/*.html)

# The machine's certificates, as Python uses them: a company's proxy may sign with its own.
export UV_SYSTEM_CERTS ?= 1
export UV_PYTHON_DOWNLOADS := never
export UV_PYTHON_PREFERENCE := only-system
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH

.DELETE_ON_ERROR:
.PHONY: up test check bench install python-checks pwa-checks

up: .venv/.synced pwa/dist/index.html
	@exec $(RUN)/huotong up

check: python-checks pwa-checks
	$(RUN)/pytest -q -m "not server"

test: python-checks pwa-checks pwa/dist/index.html
	$(RUN)/pytest -q -n $(WORKERS)
	$(NODE) npm run unit
	CHROMIUM=$$($(RUN)/python -m infra.launch.browser) && $(NODE) env CHROMIUM=$$CHROMIUM HUOTONG_DEMO_LOAD=0 npm run e2e

# One JSON object a line on standard output; ONLY=post runs those whose name begins so.
bench: .venv/.synced pwa/dist/index.html
	@$(RUN)/huotong bench $(if $(ONLY),--only $(ONLY))

install: .venv/.synced pwa/node_modules/.installed

python-checks: .venv/.synced
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/basedpyright --level error

pwa-checks: pwa/node_modules/.installed
	$(NODE) npm run check

.venv/.synced: pyproject.toml uv.lock infra/launch/bootstrap.py
	@test -n "$(PYTHON)" || { echo "Huotong needs Python 3.11 or newer: none found on PATH" >&2; exit 1; }
	@$(PYTHON) infra/launch/bootstrap.py
	@$(RUN)/uv sync --frozen --quiet
	@touch $@

pwa/node_modules/.installed: .venv/.synced pwa/package.json pwa/package-lock.json
	@$(NODE) npm ci --loglevel=error
	@touch $@

pwa/dist/index.html: pwa/node_modules/.installed $(PWA_SOURCES) $(wildcard api/schema.graphql)
	@$(NODE) npm run build
	@touch $@
