#!/usr/bin/env bash
# The module arrows of the design, and the rules that keep the library
# embeddable: fails with the offending lines.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0

# forbid WHY PATTERN PATHS...
forbid() {
  local why=$1 pattern=$2; shift 2
  local hits
  hits=$(grep -rnE --include='*.swift' -e "$pattern" "$@" 2>/dev/null)
  if [ -n "$hits" ]; then
    printf '%s\n%s\n\n' "not allowed: $why" "$hits"
    failed=1
  fi
}

# allow_imports DIRECTORY MODULE|MODULE...
allow_imports() {
  local hits
  hits=$(grep -rnE --include='*.swift' '^ *(@[a-zA-Z_]+ )?(public )?import ' "Sources/$1/" | grep -vE "import ($2)\$")
  if [ -n "$hits" ]; then
    printf '%s\n%s\n\n' "$1 may import only: $2" "$hits"
    failed=1
  fi
}

allow_imports UnrollErrors none
allow_imports KernelAPI none
allow_imports ByteInput "UnrollErrors|CZlib|Glibc"
allow_imports HDF5Reader "UnrollErrors|ByteInput"
allow_imports Kernels 'KernelAPI|CVector|Glibc'
allow_imports Unroll 'UnrollErrors|KernelAPI|Kernels|KernelsV3|KernelsV4|CPlatform|Glibc|Synchronization'
allow_imports HDF5Writer 'UnrollErrors|ByteInput|CHDF5|Synchronization'
allow_imports KerasFormat 'Unroll|ByteInput|HDF5Reader|HDF5Writer|KernelAPI|CPlatform|Glibc'
allow_imports UnrollABI 'Unroll|CPlatform|KerasFormat|CUnroll|KernelAPI|Glibc|Synchronization'

# What a load reaches never calls libhdf5: bytes from strangers are read by
# HDF5Reader alone.
forbid 'libhdf5 outside what saves models' 'import (HDF5Writer|CHDF5)' \
  $(find Sources -name '*.swift' -not -path 'Sources/HDF5Writer/*' -not -path 'Sources/KerasFormat/Writing/*')
forbid 'reading HDF5 with libhdf5' '\b(H5Fopen|H5Dread|H5Aread|H5Oopen|H5Dopen2?|H5Aopen)\b' Sources

forbid 'Foundation (adds megabytes and signal handlers to the host)' '^ *import Foundation' Sources
forbid 'traps on what a caller passes' '\btry!|\bas!|fatalError\(|precondition(Failure)?\(|\bassert(ionFailure)?\(' Sources
forbid 'force unwrapping' '[A-Za-z0-9_\])]!([.,;)\] ]|$)' Sources
forbid 'printing from the library' '\b(print|debugPrint|dump)\(' Sources

if [ "$failed" = 0 ]; then echo "architecture: the module arrows and the embedding rules hold"; fi
exit "$failed"
