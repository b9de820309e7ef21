#!/usr/bin/env bash
# Installs what a fresh Debian machine lacks: setup.sh [system] [demo] [test] [keras] [bench]
#   system  libhdf5-dev, pkg-config, a C and C++ compiler; CMake and valgrind for `test`
#   demo    a project-local .venv with numpy and matplotlib
#   test    the same with pytest, h5py, mypy, and parsers that read the header
#   keras   a project-local .venv-keras with real Keras, for test-keras
#   bench   the bench's peers: oneDNN from apt, the others in .venv-bench
# Swift itself is not installed: see https://www.swift.org/install/linux/.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "setup: $*"; }
die() { printf '%s\n' "setup: $*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "need root to run '$*'; install these packages yourself and run make again"
  fi
}

apt_updated=
apt_install() {
  command -v apt-get >/dev/null || die "this is not a Debian-like system; install: $*"
  if [ -z "$apt_updated" ]; then as_root apt-get update -qq; apt_updated=1; fi
  say "installing $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}

setup_system() {
  command -v swift >/dev/null || die "swift is not on the PATH; install Swift 6.1 or newer from https://www.swift.org/install/linux/"
  local missing=()
  command -v pkg-config >/dev/null || missing+=(pkg-config)
  command -v gcc >/dev/null || missing+=(gcc libc6-dev)
  command -v g++ >/dev/null || missing+=(g++)
  command -v python3 >/dev/null || missing+=(python3)
  { command -v pkg-config >/dev/null && pkg-config --exists hdf5; } || missing+=(libhdf5-dev)
  if [ "${1:-}" = test ]; then
    command -v cmake >/dev/null || missing+=(cmake)
    command -v valgrind >/dev/null || missing+=(valgrind)
  fi
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
}

setup_venv() { # packages...
  if ! [ -x .venv/bin/python ]; then
    say "making .venv"
    python3 -m venv .venv 2>/dev/null || { apt_install python3-venv; rm -rf .venv; python3 -m venv .venv; }
  fi
  local import_names=("$@")
  if ! .venv/bin/python -c "import $(IFS=,; echo "${import_names[*]}")" 2>/dev/null; then
    say "installing $* into .venv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"
  fi
}

setup_keras() { # real Keras 3 and Keras 2 (tf_keras), apart from .venv: they are large
  # Pinned: what a new Keras changes is found by raising these on purpose
  # (UNROLL_KERAS="keras==... tensorflow==... tf_keras==..."), not by a red run.
  local packages=${UNROLL_KERAS:-keras==3.15.1 tensorflow==2.21.0 tf_keras==2.21.0}
  if [ "$(cat .venv-keras/packages 2>/dev/null)" != "$packages" ]; then
    say "installing $packages into .venv-keras (about 2 GB)"
    [ -x .venv-keras/bin/python ] || python3 -m venv .venv-keras 2>/dev/null \
      || { apt_install python3-venv; rm -rf .venv-keras; python3 -m venv .venv-keras; }
    # shellcheck disable=SC2086 # a list of words
    .venv-keras/bin/python -m pip install --quiet --disable-pip-version-check $packages
    printf '%s\n' "$packages" > .venv-keras/packages
  fi
}

setup_bench() { # a peer that cannot be had is left out: the bench says so
  if ! [ -e /usr/include/oneapi/dnnl/dnnl.hpp ]; then
    (apt_install libdnnl-dev) || say "libdnnl-dev cannot be installed"
  fi
  local name missing=()
  [ -x .venv-bench/bin/python ] || python3 -m venv .venv-bench 2>/dev/null \
    || { apt_install python3-venv; rm -rf .venv-bench; python3 -m venv .venv-bench; }
  for name in numpy torch keras tensorflow:tensorflow-cpu jax onnx onnxruntime; do # import name:package
    .venv-bench/bin/python -c "import sys, importlib.util as u; sys.exit(u.find_spec('${name%:*}') is None)" || missing+=("${name#*:}")
  done
  if [ ${#missing[@]} != 0 ]; then
    say "installing ${missing[*]} into .venv-bench (several GB)"
    .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check "${missing[@]}" \
      || for name in "${missing[@]}"; do
           .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check "$name" || say "$name cannot be installed"
         done
  fi
}

for what in "$@"; do
  case "$what" in
    system) setup_system ;;
    demo) setup_system; setup_venv numpy matplotlib ;;
    test) setup_system test; setup_venv numpy matplotlib h5py pytest pycparser cffi mypy ;;
    keras) setup_system; setup_keras ;;
    bench) setup_system; setup_bench ;;
    *) die "unknown part '$what'" ;;
  esac
done
