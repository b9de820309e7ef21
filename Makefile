# Unroll: recurrent networks in one C library.
#
#   make demo     build, train the stock model in C and in Python, plot it
#   make test     all tests
#   make fuzz SECONDS=60 TARGET=hdf5  libFuzzer on everything that reads files
#   make test-keras  compares with real Keras, file by file
#   make test-keras-random COUNT=100 SEED=1  the same with random models
#   make test-keras-versions VERSIONS="3.0.5 3.3.3"  the same with other versions of Keras
#   make lib      build/lib/libunroll.so.0
#   make install PREFIX=/usr/local
#
# The first two install what a fresh Debian machine lacks.

PYTHON  := .venv/bin/python
JOBS    ?= $(shell nproc)
export UNROLL_LIBRARY := $(CURDIR)/build/lib/libunroll.so

.DEFAULT_GOAL := lib
.PHONY: help
help: ## lists the targets
	@sed -n '3,13s/^# \{0,3\}//p' Makefile

# ---- the two commands -------------------------------------------------------

.PHONY: demo test
demo: setup-demo lib c-examples
	@mkdir -p build/demo
	build/examples/stock_forecast --epochs 10 --save build/demo/stock_c.h5
	$(PYTHON) examples/python/stock_forecast.py --epochs 10 --save build/demo/stock_python.h5 --plot build/demo/stock.png
	@echo
	@echo "plot:        build/demo/stock.png"
	@echo "checkpoints: build/demo/stock_c.h5 build/demo/stock_python.h5 (Keras opens them)"

test: setup-test check-architecture check-format test-swift test-referee lib check-exports test-c test-python test-hostile
	@echo "all tests passed"

# ---- what a fresh machine lacks --------------------------------------------

.PHONY: setup setup-demo setup-test
setup:
	@tools/setup.sh system
setup-demo:
	@tools/setup.sh demo
setup-test:
	@tools/setup.sh test

# ---- tests -------------------------------------------------------------------

.PHONY: check-architecture check-format format test-swift test-referee test-python test-hostile
check-architecture:
	@tools/check-architecture.sh

check-format: setup
	@tools/check-format.sh

format: setup ## formats all Swift code with .swift-format
	swift format format --in-place --parallel --configuration .swift-format --recursive Package.swift Sources Tests

test-swift: setup
	swift build --build-tests -j $(JOBS)
	swift test --skip-build

# The HDF5 reader compared with libhdf5 on generated files; UNROLL_TREES is their number.
test-referee: setup-test
	swift build --product h5dump-unroll -j $(JOBS)
	$(PYTHON) -m pytest -q Tests/referee

test-python: setup-test lib
	$(PYTHON) -m mypy --strict --cache-dir build/mypy bindings/python/unroll
	PYTHONPATH=bindings/python $(PYTHON) -m pytest -q bindings/python/tests

# Small files that would need much memory or time, each in its own process.
test-hostile: setup-test lib
	PYTHONPATH=bindings/python $(PYTHON) -m pytest -q Tests/fuzz

# The differential matrix against real Keras, the longest of the tests; it makes
# its own .venv-keras. Results of one run: build/keras/compatibility.md.
.PHONY: test-keras test-keras-random compatibility
test-keras: lib
	@tools/setup.sh keras
	PYTHONPATH=bindings/python .venv-keras/bin/python Tests/keras/run.py --table build/keras/compatibility.md $(KERAS_ARGS)

# Random models, COUNT of each Keras, the same ones for the same SEED; FIRST
# skips, KERAS_ARGS='--keras 3' runs only one Keras.
test-keras-random: COUNT = 100
test-keras-random: lib
	@tools/setup.sh keras
	PYTHONPATH=bindings/python .venv-keras/bin/python Tests/keras/random_models/run.py --count $(COUNT) --seed $(SEED) --first $(FIRST) $(KERAS_ARGS)

# The same by Keras version, each in its own environment: an hour or more
# for `VERSIONS=all`, so it is run by hand. VERSIONS="3.0.5 2.2.4", KERAS_ARGS=--brief.
.PHONY: test-keras-versions
test-keras-versions: lib
	@tools/setup.sh keras
	.venv-keras/bin/python Tests/keras/versions.py $(VERSIONS) $(KERAS_ARGS)

compatibility: test-keras ## refreshes the committed table
	cp build/keras/compatibility.md docs/keras-compatibility.md

# Coverage-guided, with AddressSanitizer: SECONDS for each TARGET (hdf5, zip,
# json, load; all of them by default). Findings are in build/fuzz/found.
.PHONY: fuzz fuzz-files fuzz-corpus
TARGET  ?= hdf5 zip json load
SECONDS ?= 60
fuzz: setup
	@Tests/fuzz/build.sh $(TARGET)
	@Tests/fuzz/run.sh $(SECONDS) $(TARGET)

# Damaged files, each in its own process; COUNT and SEED choose them, FIRST skips.
COUNT ?= 2000
SEED  ?= 1
FIRST ?= 0
fuzz-files: setup-test lib
	$(PYTHON) Tests/fuzz/run.py --count $(COUNT) --seed $(SEED) --first $(FIRST)

fuzz-corpus: setup-test ## refreshes the committed seeds: what each adds to the ones before
	@Tests/fuzz/build.sh $(TARGET)
	$(PYTHON) Tests/fuzz/make_corpus.py build/fuzz/seeds
	@Tests/fuzz/merge.sh $(TARGET)

# One-line changes (Tests/mutants.py), each of which some test must detect; by hand.
.PHONY: mutants
mutants: setup-test
	$(PYTHON) tools/mutants.py $(MUTANTS_ARGS)

.PHONY: report
report: setup-demo lib ## runs the report's four parts and compares its figures
	$(PYTHON) tools/report.py $(PARTS)

include Benchmarks/targets.mk

# ---- library, C programs (see bindings/c, examples/c, Tests/ABI) ------------


# The shared library contains the Swift runtime (-static-stdlib), exports
# unroll_* only, and must not be unloaded (nodelete): the runtime registers
# types and thread-local storage that cannot be taken back. HDF5 is linked in
# where its static library allows it: its shared one brings 30 libraries, 4 ms
# and a version that the host may not share. These flags stand
# here and not in Package.swift, where they would apply to the test programs too.

VERSION   := 0.1.0
SONAME    := libunroll.so.0
LIB       := build/lib/libunroll.so
SWIFTLIB  := build/swift
LIB_FLAGS := -Xswiftc -static-stdlib -Xswiftc -use-ld=lld \
	-Xlinker -soname -Xlinker $(SONAME) \
	-Xlinker --version-script=$(CURDIR)/bindings/c/libunroll.map \
	-Xlinker -z -Xlinker nodelete -Xlinker --gc-sections
LIB_SOURCES := $(shell find -L Sources include -type f 2>/dev/null) Package.swift bindings/c/libunroll.map

.PHONY: lib
lib: $(LIB) ## build/lib/libunroll.so.0

$(LIB): $(LIB_SOURCES) | setup
	@tools/static-hdf5.sh build/static
	PKG_CONFIG_PATH=$(CURDIR)/build/static:$$PKG_CONFIG_PATH \
	  swift build -c release --product unroll -j $(JOBS) --scratch-path $(SWIFTLIB) $(LIB_FLAGS)
	@mkdir -p build/lib
	strip --strip-unneeded -o build/lib/$(SONAME).new $(SWIFTLIB)/release/libunroll.so
	mv -f build/lib/$(SONAME).new build/lib/$(SONAME)
	ln -sf $(SONAME) $(LIB)
	@touch -h $(LIB)

PREFIX  ?= /usr/local
DESTDIR ?=

.PHONY: install
install: lib ## library, header, pkg-config and CMake files under PREFIX
	@tools/install.sh $(PREFIX) $(VERSION) $(DESTDIR)

.PHONY: check-exports test-c test-valgrind
check-exports: lib setup-test
	@tools/check-exports.sh $(LIB)
	@$(PYTHON) tools/check_header.py $(LIB)

test-c: setup-test lib c-examples
	@Tests/ABI/run.sh
	@Tests/ABI/install_test.sh $(VERSION)

test-valgrind: lib setup-test
	@Tests/ABI/run.sh valgrind

C_EXAMPLES := $(filter-out prices,$(basename $(notdir $(wildcard examples/c/*.c))))

.PHONY: c-examples
c-examples: $(C_EXAMPLES:%=build/examples/%) ## the C examples in build/examples

build/examples/stock_forecast: examples/c/prices.c examples/c/prices.h
build/examples/%: examples/c/%.c examples/c/check.h include/unroll.h $(LIB)
	@mkdir -p build/examples
	$(CC) -std=c99 -O2 -Wall -Wextra -Wpedantic -Werror -Iinclude -o $@ $(filter %.c,$^) \
		$(LIB) -Wl,-rpath,'$$ORIGIN/../lib' -lm
