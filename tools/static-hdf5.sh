#!/usr/bin/env bash
# Prepares the static HDF5 of the system for linking into libunroll.so, so that
# the library brings its own, hidden from a host that uses another:
#
#   static-hdf5.sh DIRECTORY     fills it with the archives and an hdf5.pc
#
# Debian's libhdf5.a is compiled position-independent but for an executable: its
# references to libc's stderr and stdout assume that they are near. Renamed
# copies of the two pointers inside the library are. This HDF5 does nothing when
# the host exits: it holds no file open, and after a damaged one it would print
# "infinite loop closing library" to the host's stderr. Where there is no static
# HDF5 the directory stays empty, and the build takes the shared one.
set -euo pipefail
directory=$1
rm -rf "$directory"
mkdir -p "$directory"
libdir=$(pkg-config --variable=libdir hdf5 2>/dev/null || true)
flags=$(pkg-config --cflags hdf5)
version=$(pkg-config --modversion hdf5)
archive=
for candidate in "$libdir/libhdf5.a" /usr/lib/*/hdf5/serial/libhdf5.a; do
  if [ -f "$candidate" ]; then archive=$candidate; break; fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

try() {
  [ -n "$archive" ] || return 1
  cat >"$work/stdio.c" <<'C'
#include <hdf5.h>
#include <stdio.h>
__attribute__((visibility("hidden"))) FILE *unroll_own_stderr, *unroll_own_stdout;
__attribute__((constructor)) static void take(void) {
  unroll_own_stderr = stderr;
  unroll_own_stdout = stdout;
  H5dont_atexit();
}
C
  # shellcheck disable=SC2086
  objcopy --redefine-sym stderr=unroll_own_stderr --redefine-sym stdout=unroll_own_stdout "$archive" "$work/libhdf5.a" &&
    gcc -O2 -fPIC $flags -c "$work/stdio.c" -o "$work/unroll_stdio.o" &&
    ar q "$work/libhdf5.a" "$work/unroll_stdio.o" 2>/dev/null || return 1
  for name in sz aec z; do
    file=$(gcc -print-file-name=lib$name.a)
    if [ -f "$file" ]; then cp "$file" "$work/"; fi
  done
  # Does it link into a shared library, whole and without text relocations?
  cat >"$work/probe.c" <<'C'
#include <hdf5.h>
int probe(const char *path) { return H5open() < 0 || H5Fopen(path, 0, H5P_DEFAULT) < 0; }
C
  # shellcheck disable=SC2086
  gcc -O2 -fPIC $flags -c "$work/probe.c" -o "$work/probe.o" &&
    gcc -shared -o "$work/probe.so" "$work/probe.o" -L"$work" -lhdf5 -lsz -laec -lz -lm -ldl \
      -Wl,-z,defs -Wl,-z,text -Wl,--exclude-libs,ALL 2>/dev/null
}

if try; then
  mv "$work"/lib*.a "$directory/"
  absolute=$(cd "$directory" && pwd)
  printf 'Name: HDF5\nDescription: static HDF5 for libunroll\nVersion: %s\nCflags: %s\nLibs: -L%s -lhdf5 -lsz -laec -lz\n' \
    "$version" "$flags" "$absolute" >"$directory/hdf5.pc"
  echo "HDF5 $version: linked into the library"
else
  echo "HDF5 $version: no static library that can be linked in; the shared one will be needed"
fi
