# make bench [WORK=W1,W4a] [PEERS=torch,jax] [ROUNDS=5]

.PHONY: bench bench-programs
bench: bench-programs
	@test -x .venv-bench/bin/python || python3 -m venv .venv-bench
	@.venv-bench/bin/python -c "import torch, keras, tensorflow, jax, onnx, onnxruntime" 2>/dev/null || \
	  { echo "installing the peers into .venv-bench (several GB)"; \
	    .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check \
	      numpy torch keras tensorflow-cpu jax onnx onnxruntime; }
	.venv-bench/bin/python Benchmarks/bench.py --work "$(WORK)" --peers "$(PEERS)" --rounds $(or $(ROUNDS),5)

C_PEERS := $(foreach real,float double,build/bench/dinosaurs_c_$(real) build/bench/dinosaurs_c-fast_$(real))
bench-programs: lib build/bench/unroll_worker build/bench/startup build/bench/peak $(C_PEERS)

build/bench/unroll_worker build/bench/startup: build/bench/%: Benchmarks/%.c include/unroll.h
	@mkdir -p $(@D)
	gcc -O2 -std=c11 -D_POSIX_C_SOURCE=200809L -Iinclude $< -o $@ -Lbuild/lib -lunroll -Wl,-rpath,'$$ORIGIN/../lib' -lm

build/bench/dinosaurs_c_%: Benchmarks/peers/dinosaurs.c
	@mkdir -p $(@D)
	gcc -O3 -march=native -DREAL=$* $< -o $@ -lm

build/bench/dinosaurs_c-fast_%: Benchmarks/peers/dinosaurs.c
	@mkdir -p $(@D)
	gcc -O3 -march=native -ffast-math -DREAL=$* $< -o $@ -lm

build/bench/peak: Benchmarks/peak.c
	@mkdir -p $(@D)
	gcc -O3 -march=native $< -o $@
