#!/usr/bin/env bash
# Coverage-guided fuzzing: run.sh SECONDS TARGET... (hdf5, zip, json, load).
# What is found stays in build/fuzz/found, new inputs in build/fuzz/corpus.
set -uo pipefail
cd "$(dirname "$0")/../.."
seconds=$1; shift
out=build/fuzz
failed=0

# No input of at most 64 KB may take more than these.
limits=(-timeout=5 -rss_limit_mb=512 -malloc_limit_mb=64 -max_len=65536)
# The portable kernels are the instrumented ones. Swift's runtime keeps what it
# needs once; a leak of ours would show in the limit of memory.
export UNROLL_ISA=portable
export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16:allocator_release_to_os_interval_ms=500

mkdir -p "$out/found"
cat Tests/fuzz/dictionaries/*.dict >"$out/words.dict"

fuzz() {
  local target=$1 log="$out/$1.log" status runs found
  mkdir -p "$out/corpus/$target"
  echo "fuzz: $target for $seconds seconds"
  "$out/$target" "${limits[@]}" -max_total_time="$seconds" -dict="$out/words.dict" -print_final_stats=1 \
    -artifact_prefix="$out/found/$target-" "$out/corpus/$target" "Tests/fuzz/corpus/$target" >"$log" 2>&1
  status=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
  if [ "$status" = 0 ]; then
    echo "fuzz: $target: ${runs:-?} executions, nothing found"
  else
    found=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
    grep -m1 -E 'ERROR: |Fatal error' "$log"
    echo "fuzz: $target failed after ${runs:-?} executions; again: UNROLL_ISA=portable ASAN_OPTIONS=$ASAN_OPTIONS $out/$target ${limits[*]} ${found:-(see $log)}"
  fi
  return "$status"
}

# As many at a time as there are cores.
while [ $# -gt 0 ]; do
  running=()
  for target in "${@:1:$(nproc)}"; do
    fuzz "$target" &
    running+=($!)
    shift
  done
  for one in "${running[@]}"; do wait "$one" || failed=1; done
done
exit "$failed"
