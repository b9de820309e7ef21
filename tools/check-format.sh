#!/usr/bin/env bash
# All Swift is laid out as .swift-format says: `make format` lays it out anew.
set -euo pipefail
cd "$(dirname "$0")/.."
swift format lint --strict --parallel --configuration .swift-format --recursive Package.swift Sources Tests
echo "format: as .swift-format says"
