#!/usr/bin/env bash
# Every check that needs no test run, fastest first. Stops at the first that fails.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=.venv/bin

step() {
  printf '\n== %s\n' "$1"
  shift
  "$@"
}

wheel() {
  rm -rf build/wheel
  "$bin/hatchling" build -t wheel -d build/wheel
  "$bin/check-wheel-contents" build/wheel/*.whl
}

step "Formatting" "$bin/ruff" format --check .
step "Lint" "$bin/ruff" check .
step "Import contracts" "$bin/lint-imports"
step "Types" "$bin/mypy"
step "Published schemas agree with the code" "$bin/python" tools/write_schemas.py --check
step "Texts for translators are collected" "$bin/python" tools/translations.py template --check
step "Wheel" wheel
printf '\nEvery check passed.\n'
