#!/usr/bin/env bash
# Installs to a temporary prefix and builds an example from there by pkg-config
# and by CMake, with Swift hidden from the programs.
set -euo pipefail
cd "$(dirname "$0")/../.."
prefix=$PWD/build/install-test
rm -rf "$prefix"
tools/install.sh "$prefix" "$1" >/dev/null
source=examples/c/train_sine.c

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
# shellcheck disable=SC2046
gcc -std=c99 -Wall -Wextra -Wpedantic -Werror "$source" -o "$prefix/by_pkg_config" $(pkg-config --cflags --libs unroll) -lm
env -i PATH=/usr/bin:/bin LD_LIBRARY_PATH="$prefix/lib" "$prefix/by_pkg_config" "$prefix/sine.keras" >/dev/null

mkdir "$prefix/project"
cat >"$prefix/project/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.10)
project(consumer C)
find_package(unroll 0.1 REQUIRED)
add_executable(by_cmake $PWD/$source)
target_link_libraries(by_cmake PRIVATE unroll::unroll m)
CMAKE
cmake -S "$prefix/project" -B "$prefix/project/build" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$prefix/project/build" >/dev/null
env -i PATH=/usr/bin:/bin "$prefix/project/build/by_cmake" "$prefix/sine.keras" >/dev/null
rm -rf "$prefix"
echo "install: a program builds and runs from the installed files"
