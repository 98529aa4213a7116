#!/usr/bin/env bash
# Shows the worked example: in a window where one can be opened, otherwise as a signed report in build/demo.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A display may be named and still not answer; only Qt itself knows whether it can draw there. It aborts where it cannot,
# hence the subshell, which keeps that to itself.
qt_can_draw() {
  (
    ulimit -c 0
    .venv/bin/python -c 'from PySide6.QtGui import QGuiApplication; QGuiApplication([])' || exit 1
  ) >>build/setup.log 2>&1
}

if [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  tools/setup.sh window
  if qt_can_draw; then
    exec .venv/bin/asl-desktop --example
  fi
  printf 'The display %s does not answer; building the signed report instead.\n' "${DISPLAY:-${WAYLAND_DISPLAY:-}}"
fi

tools/setup.sh headless
exec .venv/bin/asl demo build/demo
