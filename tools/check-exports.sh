#!/usr/bin/env bash
# The library exports what the header declares, nothing less and nothing more,
# what an earlier one declared with it, and needs no Swift library:
# check-exports.sh LIBRARY
set -euo pipefail
cd "$(dirname "$0")/.."
library=$1
failed=0

declared_in() {
  sed -e 's://.*::' "$@" | tr '\n' ' ' | sed -e 's:/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/: :g' |
    grep -oE 'UNROLL_API[^;(]*\b(unroll_[a-z0-9_]+)\(' | grep -oE 'unroll_[a-z0-9_]+\($' | tr -d '(' | sort
}
declared=$(declared_in include/unroll.h)
frozen=$(declared_in Tests/ABI/frozen/unroll.h)
exported=$(tools/exported.sh "$library")
missing=$(comm -23 <(echo "$declared") <(echo "$exported"))
surplus=$(comm -13 <(echo "$declared") <(echo "$exported"))
lost=$(comm -23 <(echo "$frozen") <(echo "$exported"))
if [ -n "$lost" ]; then printf 'in an earlier header but not exported:\n%s\n' "$lost" >&2; failed=1; fi
if [ -n "$missing" ]; then printf 'declared but not exported:\n%s\n' "$missing" >&2; failed=1; fi
if [ -n "$surplus" ]; then printf 'exported but not declared:\n%s\n' "$surplus" >&2; failed=1; fi

if readelf -d "$library" | grep -E 'NEEDED.*(swift|Foundation|dispatch)'; then
  echo "the library needs a Swift library; it must contain the runtime" >&2
  failed=1
fi
unknown=$(readelf -d "$library" | grep NEEDED | grep -vE '\[(libc|libm|libstdc\+\+|libgcc_s|libhdf5[a-z_]*|libz|ld-linux-[a-z0-9-]+)\.so' || true)
if [ -n "$unknown" ]; then printf 'the library needs more than it says:\n%s\n' "$unknown" >&2; failed=1; fi
readelf -d "$library" | grep -q 'SONAME.*\[libunroll\.so\.0\]' || { echo "the soname is not libunroll.so.0" >&2; failed=1; }
readelf -d "$library" | grep -q 'NODELETE' || { echo "the library lacks -z nodelete" >&2; failed=1; }
[ "$failed" = 0 ] && echo "exports: $(echo "$declared" | wc -l) functions, the header and the library agree"
exit "$failed"
