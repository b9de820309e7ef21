#!/usr/bin/env bash
# Builds fuzz targets: build.sh TARGET... (json, zip, load) into build/fuzz.
# libFuzzer and AddressSanitizer come with Swift; all of our modules are
# instrumented, zlib and HDF5 are not.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/fuzz
scratch=build/fuzz-swift
mkdir -p "$out"
clang="$(dirname "$(readlink -f "$(command -v swiftc)")")/clang"
[ -x "$clang" ] || clang=clang

# Swift does not always see that a C module's header has changed.
cache=$(echo "$scratch"/*/release/ModuleCache)
if [ -d "$cache" ] && [ -n "$(find Sources -name '*.h' -newer "$cache")" ]; then rm -rf "$cache"; fi

for source in Tests/fuzz/mutator/*.c; do
  object="$out/$(basename "$source" .c).o"
  "$clang" -std=c99 -O2 -g -Wall -Wextra -Werror -c "$source" -o "$object"
done
for target in "$@"; do
  case $target in
    json) product=FuzzJSON ;; zip) product=FuzzZip ;; load) product=FuzzLoad ;; hdf5) product=FuzzHDF5 ;;
    *) echo "fuzz: no target named $target" >&2; exit 2 ;;
  esac
  UNROLL_FUZZ=1 swift build -c release -j "${JOBS:-$(nproc)}" --scratch-path "$scratch" --product "$product" \
    -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing
  # shellcheck disable=SC2046
  swiftc -sanitize=fuzzer,address -parse-as-library -use-ld=lld -o "$out/$target" "$out"/*.o "$scratch/release/lib$product.a" \
    -lm -lz $(pkg-config --libs hdf5)
done
