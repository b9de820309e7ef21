# make bench [WORK=W1,W4a] [PEERS=torch,jax] [ROUNDS=5] [RESULTS=1]

.PHONY: bench bench-programs
bench: bench-programs
	@tools/setup.sh bench
	@$(MAKE) -s build/bench/onednn_peer || echo "the bench runs without oneDNN"
	.venv-bench/bin/python Benchmarks/bench.py --work "$(WORK)" --peers "$(PEERS)" --rounds $(or $(ROUNDS),5) $(if $(RESULTS),--results Benchmarks/RESULTS.md)

C_PEERS := $(foreach real,float double,build/bench/dinosaurs_c_$(real) build/bench/dinosaurs_c-fast_$(real))
PEAKS   := $(foreach level,x86-64 x86-64-v3 x86-64-v4,build/bench/peak_$(level))
bench-programs: lib build/bench/unroll_worker build/bench/startup $(PEAKS) $(C_PEERS)

BENCH_CC := gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra

build/bench/unroll_worker build/bench/startup: build/bench/%: Benchmarks/%.c Benchmarks/peers/protocol.h include/unroll.h
	@mkdir -p $(@D)
	$(BENCH_CC) -O2 -Iinclude $< -o $@ -Lbuild/lib -lunroll -Wl,-rpath,'$$ORIGIN/../lib' -lm

build/bench/dinosaurs_c_%: Benchmarks/peers/dinosaurs.c Benchmarks/peers/protocol.h
	@mkdir -p $(@D)
	$(BENCH_CC) -O3 -march=native -DREAL=$* $< -o $@ -lm

build/bench/dinosaurs_c-fast_%: Benchmarks/peers/dinosaurs.c Benchmarks/peers/protocol.h
	@mkdir -p $(@D)
	$(BENCH_CC) -O3 -march=native -ffast-math -DREAL=$* $< -o $@ -lm

build/bench/peak_%: Benchmarks/peak.c
	@mkdir -p $(@D)
	$(BENCH_CC) -O3 $(if $(filter x86_64,$(shell uname -m)),-march=$*) $< -o $@

build/bench/onednn_peer: Benchmarks/peers/onednn_peer.cpp Benchmarks/peers/protocol.h
	@mkdir -p $(@D)
	g++ -std=c++14 -O2 -Wall -Wextra -fopenmp $< -o $@ -ldnnl
