# `make demo` and `make test` are all a newcomer needs; both may be run twice.

PYTHON ?= $(shell for candidate in python3.11 python3; do \
	command -v $$candidate >/dev/null 2>&1 && $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { command -v $$candidate; break; }; done)
BIN := .venv/bin
READY := .venv/.ready
EVERYTHING := .venv/.everything
WORKERS ?= 2

.DELETE_ON_ERROR:
.PHONY: .venv demo headline first-case notebooks docs test browser test-long lint benchmark lock clean

.venv: $(EVERYTHING)

# What the main job needs. Installed again only when the lock or the project file changes.
$(READY): requirements-demo.lock pyproject.toml .ci/install.py
	@test -n "$(PYTHON)" || { echo "tandem needs python3.11 (or newer) on the PATH: apt install python3.11 python3.11-venv" >&2; exit 2; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "tandem needs the venv module: apt install python3.11-venv" >&2; exit 2; }
	@echo "setting up .venv with $(PYTHON): half a minute or more, once"
	@"$(PYTHON)" -m venv .venv
	@$(BIN)/python .ci/install.py requirements-demo.lock
	@touch $@

# And what the other targets need: tests, notebooks, documentation.
$(EVERYTHING): requirements.lock $(READY)
	@echo "adding what tests, notebooks and documentation need: a minute or two, once"
	@$(BIN)/python .ci/install.py requirements.lock
	@touch $@

demo: $(READY)
	$(BIN)/tandem study --profile quick --out out/study

# The published answer to the main question, in README, MODEL.md, the how-to, the reports and the simulator: a minute or two of
# two cores. Again after every change of the model or of its ensemble; a test says when the texts and the file differ.
headline: $(READY)
	$(BIN)/tandem sensitivity --profile paper --only pooled --out out/headline
	$(BIN)/python -m docs.headline out/headline
	$(BIN)/python -m tandem.sim.dashboard.prepared

# The case that the simulator plays while the model gets ready, some seconds. Again after every change of the model, of its
# scenarios or parameter sets, or of the simulator's words; a test says when it is no longer what the model plays.
first-case: $(EVERYTHING)
	$(BIN)/python -m tandem.sim.dashboard.prepared

# JupyterLab on this machine only, with the notebooks in front.
notebooks: $(EVERYTHING)
	$(BIN)/jupyter lab --ip=127.0.0.1 --notebook-dir=notebooks

# The documentation as a site that opens offline; a link that leads nowhere is an error.
docs: $(EVERYTHING)
	$(BIN)/python -m sphinx -b html -W --keep-going -q docs out/docs
	@echo "open out/docs/index.html"

test: $(EVERYTHING) browser
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -m "not long" -n $(WORKERS)

# The page is tested in the system's Chromium: installed here if this user may, else named.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then AS=; elif sudo -n true 2>/dev/null; then AS=sudo; else AS=none; fi; \
	  { [ "$$AS" != none ] && command -v apt-get >/dev/null && echo "installing chromium, once" \
	    && $$AS apt-get update -qq && $$AS apt-get install -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; } \
	  || { echo "the page's tests need a browser: apt install chromium fonts-dejavu-core" >&2; exit 2; }; }

test-long: $(EVERYTHING)
	$(BIN)/python -m pytest -m long
	$(BIN)/python -m pytest -m "hypothesis and not long" --hypothesis-profile new -n $(WORKERS)

lint: $(EVERYTHING)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check .
	@mkdir -p build/typed/tandem && for room in sim experiments scenarios; do ln -sfn ../../../$$room build/typed/tandem/$$room; done \
	  && for file in tandem/*; do ln -sfn ../../../$$file build/typed/$$file; done
	cd build/typed && ../../$(BIN)/mypy --config-file ../../pyproject.toml

benchmark: $(EVERYTHING)
	$(BIN)/python -m bench.benchmark
	$(BIN)/python -m bench.sensitivity_benchmark
	$(BIN)/python -m bench.start_benchmark --long
	$(BIN)/python -m bench.dashboard_benchmark
	$(BIN)/python -m bench.room_benchmark
	$(BIN)/python -m bench.notebook_benchmark

# Pins every dependency, with hashes. `make lock UPGRADE=--upgrade` takes the newest versions.
LOCKED := --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --quiet
lock:
	@test -n "$(PYTHON)" || { echo "tandem needs python3.11 on the PATH" >&2; exit 2; }
	@test -x .locking/bin/uv || { "$(PYTHON)" -m venv .locking && .locking/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	.locking/bin/uv pip compile pyproject.toml --all-extras $(LOCKED) $(UPGRADE) --output-file requirements.lock
	.locking/bin/uv pip compile pyproject.toml --extra checkout --constraint requirements.lock $(LOCKED) --no-annotate \
		--output-file requirements-demo.lock

clean:
	rm -rf .venv .locking .pytest_cache .ruff_cache .mypy_cache .hypothesis build dist
	find tandem sim scenarios experiments bench tests -name __pycache__ -type d -prune -exec rm -rf {} +
