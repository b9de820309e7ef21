# make bench [WORK=W1,W4a] [PEERS=torch,jax] [ROUNDS=5] [ISA=avx2] [RESULTS=1]
# make bench WORK=grid [THREADS=1,2] [MISSING=1] and the same, or a part of the grid: WORK=grid:lstm,text/3

.PHONY: bench bench-programs
bench: $(if $(filter grid%,$(WORK)),lib,bench-programs)
	@tools/setup.sh bench
	@$(if $(filter grid%,$(WORK)),,$(MAKE) -s build/bench/onednn_peer || echo "the bench runs without oneDNN")
	.venv-bench/bin/python Benchmarks/bench.py --work "$(WORK)" --peers "$(PEERS)" --rounds $(or $(ROUNDS),$(if $(filter grid%,$(WORK)),3,5)) \
	  $(if $(THREADS),--threads $(THREADS)) $(if $(MISSING),--missing) $(if $(ISA),--isa $(ISA)) $(if $(RESULTS),--results Benchmarks/RESULTS.md)

# The C peers are as old as the instruction set: see limits.py.
MARCH   := $(or $(if $(filter avx2,$(ISA))$(filter v3,$(UNROLL_ISA)),x86-64-v3),$(if $(filter sse2,$(ISA))$(filter portable,$(UNROLL_ISA)),x86-64),native)
C_PEERS := $(foreach real,float double,build/bench/dinosaurs_c_$(real)_$(MARCH) build/bench/dinosaurs_c-fast_$(real)_$(MARCH))
C_PEER_FLAGS = -DREAL=$(word 1,$(1)) -march=$(word 2,$(1)) -DMARCH='"$(word 2,$(1))"'
PEAKS   := $(foreach level,x86-64 x86-64-v3 x86-64-v4,build/bench/peak_$(level))
bench-programs: lib build/bench/unroll_worker build/bench/startup $(PEAKS) $(C_PEERS)

BENCH_CC := gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra

build/bench/unroll_worker build/bench/startup: build/bench/%: Benchmarks/%.c Benchmarks/peers/protocol.h include/unroll.h
	@mkdir -p $(@D)
	$(BENCH_CC) -O2 -Iinclude $< -o $@ -Lbuild/lib -lunroll -Wl,-rpath,'$$ORIGIN/../lib' -lm

build/bench/dinosaurs_c_%: Benchmarks/peers/dinosaurs.c Benchmarks/peers/protocol.h
	@mkdir -p $(@D)
	$(BENCH_CC) -O3 $(call C_PEER_FLAGS,$(subst _, ,$*)) $< -o $@ -lm

build/bench/dinosaurs_c-fast_%: Benchmarks/peers/dinosaurs.c Benchmarks/peers/protocol.h
	@mkdir -p $(@D)
	$(BENCH_CC) -O3 -ffast-math $(call C_PEER_FLAGS,$(subst _, ,$*)) $< -o $@ -lm

build/bench/peak_%: Benchmarks/peak.c
	@mkdir -p $(@D)
	$(BENCH_CC) -O3 $(if $(filter x86_64,$(shell uname -m)),-march=$*) $< -o $@

build/bench/onednn_peer: Benchmarks/peers/onednn_peer.cpp Benchmarks/peers/protocol.h
	@mkdir -p $(@D)
	g++ -std=c++14 -O2 -Wall -Wextra -fopenmp $< -o $@ -ldnnl
