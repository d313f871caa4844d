# ChatKit Link. Needs Python 3.11+, Node.js 20.19+ and git; everything else goes into .venv/ and frontend/node_modules/.
# `make run ARGS="--port 9000"` passes options on; `make PYTHON=/path/to/python3` chooses the Python.

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))) python3)
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet

# Runs a command and shows that it moves.
PROGRESS := $(PYTHON) scripts/with_progress.py

INSTALLED := .venv/.installed
MODULES := frontend/node_modules/.installed
SIDECAR := chatkit_link/agents/sidecar/node
SCRIPTS := tests/agents/sidecar/packages/node_modules/.installed
# What looks at packages, in an environment of its own: it must not change the versions that are locked.
REVIEW := .venv/review
PAGE := chatkit_link/static/chatkit.js
PAGE_SOURCES := $(shell find frontend/src frontend/public frontend/*.html frontend/vite*.ts frontend/tsconfig.json \
	-type f ! -name '*.test.ts' ! -name '*.test.tsx' 2>/dev/null)

# What `make run` serves as long as you have no catalog of your own: the research agent and Professor Lock.
DEMO := $(if $(wildcard chatkit-link.toml)$(shell grep -s '^CHATKIT_LINK_CONFIG=' .env),,examples/professor_lock/chatkit-link.toml)

.PHONY: help run test test-fast test-all test-lowest check faults bench scale docs pictures build lock sbom audit clean
.DELETE_ON_ERROR:

# List the targets.
help:
	@awk '/^# /{says=substr($$0,3);next} /^[a-z-]+:/{if(says)printf "  make %-11s %s\n",substr($$1,1,length($$1)-1),says} {says=""}' Makefile

# Start the server on http://127.0.0.1:8000; installs and builds what is missing or out of date first.
run: $(INSTALLED) $(PAGE)
	@CHATKIT_LINK_CONFIG=$${CHATKIT_LINK_CONFIG-$(DEMO)} exec .venv/bin/chatkit-link serve $(ARGS)

# Run the tests: Python, TypeScript and the demo app in a real Chromium; slow ones only if their files have changed.
test: $(INSTALLED) $(PAGE) $(SCRIPTS)
	@$(PY) scripts/run_tests.py

# Run the tests without the page and the wheel, before each commit. LOAD=4 keeps four cores busy meanwhile.
test-fast: $(INSTALLED) $(PAGE) $(SCRIPTS)
	@$(PY) scripts/run_tests.py fast

# Run every test, the wheel and other slow ones, too, and measure the coverage.
test-all: $(INSTALLED) $(PAGE) $(SCRIPTS)
	@$(PY) scripts/run_tests.py all

# Run the tests of agents, protocol and HTTP with the oldest versions of our dependencies; installs them elsewhere.
test-lowest: $(INSTALLED)
	$(PIP) install 'uv==0.13.9'
	@$(PY) scripts/test_lowest.py $(ARGS)

# Check style, types and layers, in Python and TypeScript, and all widgets.
check: $(INSTALLED) $(MODULES)
	@$(PY) scripts/run_checks.py

# Kill, stop, cut and starve real servers, and look at what is left; CHATKIT_LINK_FAULTS=full for the large numbers.
faults: $(INSTALLED)
	@CHATKIT_LINK_FAULTS=$${CHATKIT_LINK_FAULTS:-small} $(PY) -m pytest -o faulthandler_timeout=7300 tests/faults

# Measure this server beside the SDK's and a bare one; ARGS=--full measures everything.
bench: $(INSTALLED)
	@$(PY) -m bench $(ARGS)

# Measure what one message costs on a large database, and extrapolate to many people; ARGS=--full measures longer.
scale: $(INSTALLED)
	@$(PY) -m bench.scale $(ARGS)

# Build the documentation as a site into site/.
docs: $(INSTALLED)
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --clean --quiet
	@echo 'The documentation is in site/. Read it with: $(PY) -m http.server -d site'

# Take pictures of every state, to be looked at; ARGS=--full takes them all, and ARGS=--readme those of the README.
pictures: $(INSTALLED) $(PAGE)
	@$(PY) scripts/make_pictures.py $(ARGS)

# Build the page and the wheel into dist/.
build: $(INSTALLED) $(PAGE)
	rm -f dist/*.whl
	$(PY) -m hatchling build -t wheel

# Resolve the Python dependencies again; UPGRADE=--upgrade raises them to the newest versions.
lock: $(INSTALLED)
	$(PIP) install 'uv==0.13.9'
	$(COMPILE) --extra embedded --extra dev --output-file requirements-dev.lock
	$(COMPILE) --constraint requirements-dev.lock --output-file requirements.lock
	$(COMPILE) --extra guardrails --constraint requirements-dev.lock --output-file requirements-guardrails.lock
	$(COMPILE) --extra dbos --constraint requirements-dev.lock --output-file requirements-dbos.lock

# List what a release is made of, with versions, hashes and licences, as CycloneDX JSON in dist/.
sbom: $(INSTALLED) $(REVIEW)/.installed
	@$(PY) scripts/make_sbom.py --tools $(REVIEW)/bin

# Ask advisory databases about the packages of a release; error 1: vulnerable, error 3: not all could be looked up.
audit: $(INSTALLED) $(REVIEW)/.installed
	@$(PY) scripts/audit.py --tools $(REVIEW)/bin

# Remove what was built. Installed packages and your data stay.
clean:
	rm -rf dist build site chatkit_link/static .pytest_cache .ruff_cache .hypothesis .import_linter_cache frontend/e2e/artifacts
	find chatkit_link migrations scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +

COMPILE = .venv/bin/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command 'make lock' $(UPGRADE) pyproject.toml

$(INSTALLED): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo 'ChatKit Link needs Python 3.11 or newer: install it, or name one with make PYTHON=/path/to/python3.'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'This Python cannot make virtual environments: install its venv package (on Debian: apt install python3-venv).'; exit 1; }
	@$(PY) -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(PROGRESS) 'Installing the Python packages' --count '^Collecting ' $$(grep -c == requirements-dev.lock) -- \
		$(PY) -m pip --disable-pip-version-check install --progress-bar off --require-hashes --no-deps -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(REVIEW)/.installed: Makefile | $(INSTALLED)
	@echo 'Installing the tools that look at packages ...'
	@$(PY) -m venv --clear $(REVIEW)
	@$(REVIEW)/bin/python -m pip --disable-pip-version-check --quiet install 'cyclonedx-bom[validation]==7.5.0' 'pip-audit==2.10.1'
	@touch $@

$(MODULES): frontend/package.json frontend/package-lock.json
	@command -v node >/dev/null && command -v npm >/dev/null || \
		{ echo 'The page is built with Node.js, which is missing: install Node.js 20.19 or newer, with npm.'; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' || \
		{ echo "The page is built with Node.js 20.19 or newer (or 22.12 or newer); this is $$(node --version)."; exit 1; }
	@$(PROGRESS) 'Installing the packages of the page' -- sh -c 'cd frontend && npm ci --no-audit --no-fund --loglevel=error'
	@touch $@

# What `chatkit-link agents add workflow.ts` installs, for the tests.
$(SCRIPTS): $(SIDECAR)/package.json $(SIDECAR)/package-lock.json
	@echo 'Installing the packages of TypeScript workflows ...'
	@mkdir -p tests/agents/sidecar/packages && cp $(SIDECAR)/package.json $(SIDECAR)/package-lock.json tests/agents/sidecar/packages
	@cd tests/agents/sidecar/packages && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGE): $(MODULES) $(PAGE_SOURCES)
	@$(PROGRESS) 'Building the page' -- sh -c 'cd frontend && npm run --silent build'
	@test -f $@
