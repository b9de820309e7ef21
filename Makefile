# Unroll: recurrent networks in one C library.
#
#   make demo     build, train the stock model in C and in Python, plot it
#   make test     everything that must hold
#   make lib      build/lib/libunroll.so.0
#   make install PREFIX=/usr/local
#
# Both of the first two install what a fresh Debian machine lacks.

PYTHON  := .venv/bin/python
JOBS    ?= $(shell nproc)
export UNROLL_LIBRARY := $(CURDIR)/build/lib/libunroll.so

.DEFAULT_GOAL := lib
.PHONY: help
help: ## the targets
	@sed -n '3,9s/^# \{0,3\}//p' Makefile

# ---- the two commands -------------------------------------------------------

.PHONY: demo test
demo: setup-demo lib c-examples
	@mkdir -p build/demo
	build/examples/stock_forecast --epochs 10 --save build/demo/stock_c.h5
	$(PYTHON) examples/python/stock_forecast.py --epochs 10 --save build/demo/stock_python.h5 --plot build/demo/stock.png
	@echo
	@echo "plot:        build/demo/stock.png"
	@echo "checkpoints: build/demo/stock_c.h5 build/demo/stock_python.h5 (Keras opens them)"

test: setup-test check-architecture test-swift lib check-exports test-c test-python
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

.PHONY: check-architecture test-swift test-python
check-architecture:
	@tools/check-architecture.sh

test-swift: setup
	swift build --build-tests -j $(JOBS)
	swift test --skip-build

test-python: setup-test lib
	PYTHONPATH=bindings/python $(PYTHON) -m pytest -q bindings/python/tests

include Benchmarks/targets.mk

# ---- library, C programs (see bindings/c, examples/c, Tests/ABI) ------------

