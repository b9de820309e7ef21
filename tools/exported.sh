#!/usr/bin/env bash
# The functions a shared library exports, sorted: exported.sh LIBRARY
set -euo pipefail
nm -D --defined-only "$1" | awk '$2 ~ /[A-Z]/ { print $3 }' | sort
