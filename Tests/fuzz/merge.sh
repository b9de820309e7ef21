#!/usr/bin/env bash
# Replaces the committed corpora by those of build/fuzz/seeds that reach what
# the others do not: merge.sh TARGET...
set -euo pipefail
cd "$(dirname "$0")/../.."
export UNROLL_ISA=portable ASAN_OPTIONS=detect_leaks=0
for target in "$@"; do
  committed=Tests/fuzz/corpus/$target
  rm -rf "$committed"
  mkdir -p "$committed"
  "build/fuzz/$target" -merge=1 "$committed" "build/fuzz/seeds/$target" 2>/dev/null
  echo "fuzz: $target: $(find "$committed" -type f | wc -l) seeds, $(du -sb "$committed" | cut -f1) bytes"
done
