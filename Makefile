# Targets for working on pymongo-cpp. `make help` lists them.
#
# Variables: PYTHON (interpreter to build for), VENV (its environment), JOBS (parallel compilers).
# Several interpreters live side by side: make PYTHON=python3.13 VENV=.venv-3.13 test

PYTHON ?= python3
VENV ?= .venv
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PYTEST_ARGS ?=
TEST_REQUIREMENTS ?= test
WHEEL_ARGS ?= --check-reproducible
BENCH_ARGS ?=
PYMONGO_ARGS ?=
SERVER_ARGS ?=
# Executions of each fuzz target (default: its own number), or seconds for each instead.
FUZZ_RUNS ?=
FUZZ_SECONDS ?=
FUZZ_ARGS ?=

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export PATH := $(abspath $(VENV))/bin:$(PATH)
unexport PYTHONPATH PYTHONHOME

STAMPS := $(VENV)/.stamps
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check
TAG = $(shell $(BIN)/python -c 'import sys; print("cp%d%d%s" % (*sys.version_info[:2], sys.abiflags))')
EXTENSION_BUILD = build/$(TAG)-release
SANITIZED_BUILD = build/$(TAG)-asan
FUZZ_BUILD = build/$(TAG)-fuzz

.PHONY: help setup build test test-cpp test-cpp-32 test-cpp-s390x test-cpp-aarch64 test-cpp-asan \
  test-cpp-tsan test-python test-python-s390x test-python-aarch64 test-python-asan \
  test-pymongo-asan sanitized-extension sanitize fuzz test-debug-python \
  test-freethreaded test-pymongo test-server demo examples bench bench-core bench-instructions \
  bench-plots bench-server bench-spike \
  figures docs docs-check setup-lint lint format wheels clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9 -]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- environment -------------------------------------------------------------------------------

$(STAMPS)/venv: scripts/setup-venv.sh requirements/build.txt
	scripts/setup-venv.sh "$(PYTHON)" "$(VENV)"
	@mkdir -p $(STAMPS) && touch $@

# One stamp for each requirements file, so that a target installs only what it needs.
$(STAMPS)/%: requirements/%.txt $(STAMPS)/venv
	$(PIP) -r $<
	@touch $@

$(STAMPS)/gtest: $(STAMPS)/venv
	scripts/ensure-package.sh libgtest-dev test -e /usr/include/gtest/gtest.h
	@touch $@

# simdjson reads JSON; without the package CMake fetches a pinned release.
$(STAMPS)/simdjson: $(STAMPS)/venv
	scripts/ensure-package.sh libsimdjson-dev test -e /usr/include/simdjson.h \
	  || echo "without it, CMake fetches simdjson"
	@touch $@

# Not g++-multilib, with which no compiler for another processor can be installed; its one file is a
# link to the kernel's headers, which the preset names instead.
$(STAMPS)/multilib: $(STAMPS)/gtest
	scripts/ensure-package.sh "g++-$$(g++ -dumpversion)-multilib" \
	  sh -c 'echo "int main() {}" | g++ -m32 -x c++ - -o /dev/null'
	@touch $@

$(STAMPS)/emulated-%: $(STAMPS)/gtest $(STAMPS)/qemu
	scripts/ensure-package.sh g++-$*-linux-gnu $*-linux-gnu-g++ --version
	@touch $@

$(STAMPS)/qemu: $(STAMPS)/venv
	scripts/ensure-package.sh qemu-user qemu-s390x --version
	@touch $@

build/simdjson: $(STAMPS)/venv requirements/simdjson.txt
	@$(BIN)/python scripts/fetch_simdjson.py $@
	@touch $@

$(STAMPS)/valgrind: $(STAMPS)/venv
	scripts/ensure-package.sh valgrind valgrind --version
	@touch $@

$(STAMPS)/chromium: $(STAMPS)/venv
	scripts/ensure-package.sh chromium chromium --version
	@touch $@

$(STAMPS)/libbenchmark: $(STAMPS)/venv
	scripts/ensure-package.sh libbenchmark-dev test -e /usr/include/benchmark/benchmark.h
	@touch $@

# libFuzzer, the sanitizers' runtimes and llvm-cov.
$(STAMPS)/clang: $(STAMPS)/venv
	scripts/ensure-package.sh clang clang++ --version
	scripts/ensure-package.sh "libclang-rt-$$(clang++ -dumpversion | cut -d. -f1)-dev" scripts/clang-fuzzer-probe.sh
	scripts/ensure-package.sh llvm sh -c 'llvm-cov --version && command -v llvm-profdata'
	@touch $@

setup: $(STAMPS)/$(TEST_REQUIREMENTS) ## make the virtual environment and install what the tests need

# --- build -------------------------------------------------------------------------------------

build: $(STAMPS)/$(TEST_REQUIREMENTS) $(STAMPS)/simdjson ## build the extension into python/pymongo_cpp
	@test -e $(EXTENSION_BUILD)/build.ninja || \
	  cmake --preset python -B $(EXTENSION_BUILD) -DPython_EXECUTABLE="$(abspath $(BIN))/python"
	@cmake --build $(EXTENSION_BUILD) -j $(JOBS)

# --- tests -------------------------------------------------------------------------------------

test: test-cpp test-cpp-asan build ## C++ tests (release and sanitized), PyMongo's offline tests, the Python tests
	@scripts/side-by-side.sh build/test-python.log \
	  '$(BIN)/python -m tests.pymongo.run $(PYMONGO_ARGS)' \
	  '$(BIN)/python -m pytest tests/python $(PYTEST_ARGS)'

test-cpp: $(STAMPS)/gtest $(STAMPS)/simdjson ## the C++ tests in a release build
	@test -e build/release/build.ninja || cmake --preset release
	@cmake --build --preset release -j $(JOBS)
	@ctest --preset release -j $(JOBS)

test-cpp-asan: $(STAMPS)/gtest $(STAMPS)/simdjson ## the C++ tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@test -e build/asan/build.ninja || cmake --preset asan
	@cmake --build --preset asan -j $(JOBS)
	@ctest --preset asan -j $(JOBS)

test-cpp-32: $(STAMPS)/multilib ## the C++ tests of the core in a 32-bit build
	@test -e build/m32/build.ninja || cmake --preset m32
	@cmake --build --preset m32 -j $(JOBS)
	@ctest --preset m32 -j $(JOBS)

test-cpp-s390x test-cpp-aarch64: test-cpp-%: $(STAMPS)/emulated-% build/simdjson ## the C++ tests for that processor, emulated
	@test -e build/$*/build.ninja || cmake --preset $*
	@cmake --build --preset $* -j $(JOBS)
	@ctest --preset $* -j $(JOBS)

# Not test_encode_errors.py: Debian 12's CPython 3.11.2 has another error for an object without a repr().
EMULATED_TESTS = $(patsubst %,tests/python/test_%.py,corpus decode_differential decode_errors \
  encode_differential full_level_object_id hostile_decode iterators json_bytes json_corpus \
  json_dumps json_loads lazy_array lazy_document lazy_malformed malformed options project select \
  wire_messages)

test-python-s390x test-python-aarch64: test-python-%: $(STAMPS)/emulated-% build/simdjson ## tests of the extension for that processor, emulated
	@scripts/emulated-python.sh $* build/$*-python $(BIN)/python build/simdjson \
	  $(shell grep -E '^(pymongo|pytest|hypothesis)==' requirements/test.txt)
	@build/$*-python/python -m pytest -p no:cacheprovider $(EMULATED_TESTS) $(PYTEST_ARGS)

test-python: build ## the Python tests (PYTEST_ARGS adds arguments)
	@$(BIN)/python -m pytest tests/python $(PYTEST_ARGS)

sanitize: test-cpp-asan test-cpp-tsan sanitized-extension build ## C++, Python and PyMongo's tests under the sanitizers
	@code=0; scripts/side-by-side.sh build/sanitize-pymongo.log \
	  '$(SANITIZED_TESTS)' '$(SANITIZED_SUITE)' || code=$$?; \
	scripts/sanitizer-reports.sh $(SANITIZED_BUILD) && exit $$code

test-cpp-tsan: $(STAMPS)/gtest $(STAMPS)/simdjson ## the C++ tests under ThreadSanitizer
	@test -e build/tsan/build.ninja || cmake --preset tsan
	@cmake --build --preset tsan -j $(JOBS)
	@ctest --preset tsan -j $(JOBS)

# The few tests that run nothing of this extension are marked `unsanitized`, with the reason.
SANITIZED_TESTS = scripts/sanitized-python.sh $(BIN)/python $(SANITIZED_BUILD) \
  -m pytest tests/python -m "not unsanitized" $(PYTEST_ARGS)
SANITIZED_SUITE = $(BIN)/python -m tests.pymongo.run --sanitized $(SANITIZED_BUILD) \
  --mutations 500 $(PYMONGO_ARGS)

test-python-asan: sanitized-extension ## the Python tests with a sanitized extension
	@code=0; $(SANITIZED_TESTS) || code=$$?; \
	scripts/sanitizer-reports.sh $(SANITIZED_BUILD) && exit $$code

test-pymongo-asan: sanitized-extension build ## PyMongo's own offline tests with a sanitized extension
	@$(SANITIZED_SUITE)

sanitized-extension: $(STAMPS)/test $(STAMPS)/simdjson
	@test -e $(SANITIZED_BUILD)/build.ninja || \
	  cmake --preset python-asan -B $(SANITIZED_BUILD) \
	    -DPython_EXECUTABLE="$(abspath $(BIN))/python" \
	    -DBSONPP_PYTHON_OUTPUT="$(abspath $(SANITIZED_BUILD))/module"
	@cmake --build $(SANITIZED_BUILD) -j $(JOBS)
	@scripts/package-with-extension.sh $(SANITIZED_BUILD)
	@rm -rf $(SANITIZED_BUILD)/reports

fuzz: $(STAMPS)/test $(STAMPS)/fuzz $(STAMPS)/simdjson $(STAMPS)/clang ## fuzz targets (FUZZ_RUNS, or FUZZ_SECONDS for each; FUZZ_ARGS names some)
	@test -e build/fuzz/build.ninja || cmake --preset fuzz
	@cmake --build --preset fuzz -j $(JOBS)
	@test -e $(FUZZ_BUILD)/build.ninja || \
	  cmake --preset python-fuzz -B $(FUZZ_BUILD) \
	    -DPython_EXECUTABLE="$(abspath $(BIN))/python" \
	    -DBSONPP_PYTHON_OUTPUT="$(abspath $(FUZZ_BUILD))/module"
	@cmake --build $(FUZZ_BUILD) -j $(JOBS)
	@PYTHONPATH=tests/python $(BIN)/python -m fuzz.run --extension $(FUZZ_BUILD) \
	  $(if $(FUZZ_RUNS),--runs $(FUZZ_RUNS)) $(if $(FUZZ_SECONDS),--seconds $(FUZZ_SECONDS)) \
	  $(FUZZ_ARGS)

test-pymongo: build ## PyMongo's own offline tests, on its C extension and on this codec
	@$(BIN)/python -m tests.pymongo.run $(PYMONGO_ARGS)

test-server: build ## PyMongo's own tests that need a server, a soak and a web view, against real servers
	@$(BIN)/python -m tests.server.run $(SERVER_ARGS)

# The tests of the codec itself; those of what has no build without a GIL (mypy, matplotlib) are
# left to the ordinary CPythons.
FREETHREADED_VENV = .venv-freethreaded
# Outside of the working tree: another clone of it finds what was built once.
FREETHREADED_PREFIX ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/pymongo-cpp/python3.13t
FREETHREADED_PYTHON ?= $(FREETHREADED_PREFIX)/bin/python3.13t
FREETHREADED_TESTS = tests/freethreaded $(addprefix tests/python/test_,$(addsuffix .py,concurrency interpreters \
  encode_differential encode_errors decode_differential decode_errors hostile_encode hostile_decode \
  iterators options corpus malformed lazy_document lazy_array project select json_dumps json_loads \
  json_bytes json_corpus wire_messages))

test-freethreaded: ## the codec's tests on a CPython without a GIL, which is built first where there is none
	@test "$(FREETHREADED_PYTHON)" != "$(FREETHREADED_PREFIX)/bin/python3.13t" || \
	  scripts/freethreaded-python.sh "$(FREETHREADED_PREFIX)"
	@$(MAKE) VENV=$(FREETHREADED_VENV) PYTHON=$(FREETHREADED_PYTHON) TEST_REQUIREMENTS=freethreaded build
	@$(FREETHREADED_VENV)/bin/python -m pytest -s $(FREETHREADED_TESTS) $(PYTEST_ARGS)

# A CPython that checks its own invariants and counts all references: Debian's python3-dbg. Its
# headers are links to the ordinary ones, which GCC follows before it looks for pyconfig.h there.
DEBUG_VENV = .venv-debug
DEBUG_PYTHON ?= /usr/bin/python3-dbg
DEBUG_TESTS = $(addprefix tests/python/test_,$(addsuffix .py,leaks lazy_leaks hostile_encode \
  hostile_decode malformed))

test-debug-python: ## the tests of leaks and of error paths on a debug CPython
	@test "$(DEBUG_PYTHON)" != /usr/bin/python3-dbg || \
	  scripts/ensure-package.sh python3-dbg /usr/bin/python3-dbg --version
	@CXXFLAGS=-fno-canonical-system-headers \
	  $(MAKE) VENV=$(DEBUG_VENV) PYTHON=$(DEBUG_PYTHON) TEST_REQUIREMENTS=debug build
	@$(DEBUG_VENV)/bin/python -c 'import sys; sys.gettotalrefcount()'
	@$(DEBUG_VENV)/bin/python -m pytest $(DEBUG_TESTS) $(PYTEST_ARGS)

# --- using it ----------------------------------------------------------------------------------

demo: build ## encode and decode real documents with PyMongo's C extension and with this one
	@$(BIN)/python examples/demo.py
	@echo '== a PyMongo program, then the same one under python -m pymongo_cpp run'
	@$(BIN)/python examples/unmodified_program.py
	@$(BIN)/python -m pymongo_cpp run examples/unmodified_program.py

# convert_json is built where simdjson is installed.
examples: build test-cpp ## every example: the Python programs, then the C++ ones on the installed bsonpp
	@for program in examples/*.py; do \
	  echo "== $$program"; $(BIN)/python $$program || exit 1; \
	done
	@for program in count_types convert_json; do \
	  test -x build/release/installed-package/example/$$program || continue; \
	  echo "== examples/cpp/$$program"; build/release/installed-package/example/$$program || exit 1; \
	done

# Only with --full are results kept where the pages take their figures from.
bench: build $(STAMPS)/bench ## every benchmark, all sides taking turns (BENCH_ARGS=--full for published figures)
	@$(BIN)/python benchmarks/run.py $(BENCH_ARGS)
	@for program in lazy_bench json_bench full_level_bench; do \
	  $(BIN)/python benchmarks/$$program.py $(if $(filter --full,$(BENCH_ARGS)),,--quick) || exit 1; \
	done
	@$(if $(filter --full,$(BENCH_ARGS)),$(BIN)/python benchmarks/spike.py)

bench-core: $(STAMPS)/libbenchmark ## the C++ core alone
	@test -e build/core-benchmark/build.ninja || \
	  cmake -S benchmarks/core -B build/core-benchmark -G Ninja -DCMAKE_BUILD_TYPE=Release
	@cmake --build build/core-benchmark -j $(JOBS)
	@build/core-benchmark/core_benchmark $(BENCH_ARGS)

bench-instructions: build $(STAMPS)/valgrind ## fail if the codec executes over 3% more instructions (BENCH_ARGS=--update records)
	@$(BIN)/python benchmarks/instructions.py $(or $(BENCH_ARGS),--check)

bench-plots: build $(STAMPS)/bench ## draw each full result of benchmarks/results into build/plots
	@for results in benchmarks/results/full/*.json; do \
	  $(BIN)/python benchmarks/plots.py $$results --out build/plots/$$(basename $$results .json) || exit 1; \
	done

bench-server: build $(STAMPS)/bench ## a client's CPU time on a conversation recorded from real servers
	@$(BIN)/python -m benchmarks.server.run $(BENCH_ARGS)

bench-spike: build $(STAMPS)/bench ## the Rust spike's four operations: PyMongo pure Python, PyMongo C, this codec
	@$(BIN)/python benchmarks/spike.py $(BENCH_ARGS)

# --- documentation -----------------------------------------------------------------------------

figures: build ## write the figures of benchmarks/results into README.md and docs/
	@$(BIN)/python benchmarks/figures.py

docs: build $(STAMPS)/docs ## the site in docs/_build/html; warnings are errors, and so are figures out of date
	@$(BIN)/python benchmarks/figures.py --check --plots docs/plots
	@$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html

docs-check: docs $(STAMPS)/chromium ## the site in a headless browser: its plots and its navigation
	@$(BIN)/python -m pytest tests/docs $(PYTEST_ARGS)

# --- checks ------------------------------------------------------------------------------------

setup-lint: $(STAMPS)/lint ## install what `make lint` and the commit hooks need

lint: build $(STAMPS)/lint $(STAMPS)/bench $(STAMPS)/gtest ## every check of the sources (pre-commit, all files)
	@test -e build/lint/build.ninja || \
	  cmake --preset lint -DPython_EXECUTABLE="$(abspath $(BIN))/python" >/dev/null
	@cmake --build build/lint --target help >/dev/null
	@VENV="$(abspath $(VENV))" $(BIN)/pre-commit run --all-files --show-diff-on-failure

format: $(STAMPS)/lint ## format the C++ and Python sources in place
	@git ls-files -co --exclude-standard '*.h' '*.cpp' | xargs -r $(BIN)/clang-format -i
	@$(BIN)/ruff check -q --fix-only . && $(BIN)/ruff format -q .

# --- release -----------------------------------------------------------------------------------

wheels: $(STAMPS)/wheels ## an sdist, and a tested wheel for each CPython here, in dist/
	@$(BIN)/python scripts/check_platforms.py
	@$(BIN)/python scripts/build_wheels.py $(WHEEL_ARGS)

clean: ## remove what was built (not the virtual environment)
	rm -rf build dist python/pymongo_cpp/_native*.so
