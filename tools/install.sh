#!/usr/bin/env bash
# Puts library, header, pkg-config and CMake files in place:
#   install.sh PREFIX VERSION [DESTDIR]
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=$1 version=$2 root=${3:-}$1

install -d "$root/lib/pkgconfig" "$root/lib/cmake/unroll" "$root/include"
install -m 644 include/unroll.h "$root/include/unroll.h"
install -m 755 build/lib/libunroll.so.0 "$root/lib/libunroll.so.$version"
ln -sf "libunroll.so.$version" "$root/lib/libunroll.so.0"
ln -sf libunroll.so.0 "$root/lib/libunroll.so"
fill() { sed -e "s|@PREFIX@|$prefix|g" -e "s|@VERSION@|$version|g" "$1" >"$2"; }
fill bindings/c/unroll.pc.in "$root/lib/pkgconfig/unroll.pc"
fill bindings/c/unroll-config.cmake.in "$root/lib/cmake/unroll/unroll-config.cmake"
fill bindings/c/unroll-config-version.cmake.in "$root/lib/cmake/unroll/unroll-config-version.cmake"
echo "installed libunroll $version in $root"
