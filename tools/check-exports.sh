#!/usr/bin/env bash
# The library exports what the header declares, nothing less and nothing more,
# and needs no Swift library: check-exports.sh LIBRARY
set -euo pipefail
cd "$(dirname "$0")/.."
library=$1
failed=0

declared=$(sed -e 's://.*::' include/unroll.h | tr '\n' ' ' | sed -e 's:/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/: :g' |
  grep -oE 'UNROLL_API[^;(]*\b(unroll_[a-z0-9_]+)\(' | grep -oE 'unroll_[a-z0-9_]+\($' | tr -d '(' | sort)
exported=$(tools/exported.sh "$library")
missing=$(comm -23 <(echo "$declared") <(echo "$exported"))
surplus=$(comm -13 <(echo "$declared") <(echo "$exported"))
if [ -n "$missing" ]; then printf 'in unroll.h but not exported:\n%s\n' "$missing" >&2; failed=1; fi
if [ -n "$surplus" ]; then printf 'exported but not in unroll.h:\n%s\n' "$surplus" >&2; failed=1; fi

if readelf -d "$library" | grep -E 'NEEDED.*(swift|Foundation|dispatch)'; then
  echo "the library needs a Swift library; it must contain the runtime" >&2
  failed=1
fi
readelf -d "$library" | grep -q 'SONAME.*\[libunroll\.so\.0\]' || { echo "the soname is not libunroll.so.0" >&2; failed=1; }
readelf -d "$library" | grep -q 'NODELETE' || { echo "the library lacks -z nodelete" >&2; failed=1; }
[ "$failed" = 0 ] && echo "exports: $(echo "$declared" | wc -l) functions, the header and the library agree"
exit "$failed"
