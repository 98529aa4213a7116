#!/usr/bin/env bash
# Prepares everything the Makefile's targets need. Safe to repeat: what is already there is left alone.
#
#   tools/setup.sh headless   .venv/; system libraries of the window where that needs no password
#   tools/setup.sh window     .venv/ and the system libraries that a window needs
#   tools/setup.sh tests      the same, and the programs that the tests drive the window and read PDFs with
set -euo pipefail

purpose=${1:-window}
case "$purpose" in
  headless | window | tests) ;;
  *) printf 'Usage: tools/setup.sh [headless|window|tests]\n' >&2; exit 2 ;;
esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
log="$root/build/setup.log"
stamp="$root/.venv/.asl-setup"
mkdir -p "$root/build"
: >"$log"

say() { printf '%s\n' "$*"; }
fail() { printf 'Set-up stopped: %s\n' "$*" >&2; exit 1; }

# What Qt loads at run time and a bare Debian or Ubuntu lacks. A name with a bar has two spellings: releases with
# 64-bit time renamed the package.
window_packages=(
  libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 "libglib2.0-0|libglib2.0-0t64"
  libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0
  libwayland-cursor0 libwayland-egl1
)
test_packages=(xvfb xdotool openbox poppler-utils qpdf openssl strace fonts-dejavu-core
  dbus at-spi2-core python3-gi gir1.2-atspi-2.0)
test_commands=(Xvfb xdotool openbox pdfsig pdftotext qpdf openssl)

on_debian() { command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1; }

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Prints those of the given packages that are not installed, one a line, bars kept.
missing_packages() {
  local entry name found
  for entry in "$@"; do
    found=no
    for name in ${entry//|/ }; do
      if is_installed "$name"; then found=yes; fi
    done
    if [ "$found" = no ]; then printf '%s\n' "$entry"; fi
  done
}

# Runs a command as root: directly, or through sudo where that asks no password. Fails where neither works.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; then
    sudo -n "$@"
  else
    return 1
  fi
}

can_be_root() { as_root true >/dev/null 2>&1; }

apt_updated=no
apt_update_once() {
  if [ "$apt_updated" = no ]; then
    apt_updated=yes
    as_root apt-get update -qq >>"$log" 2>&1 || say "The package lists could not be renewed; going on with the old ones."
  fi
}

# Turns "a|b" into whichever of the two this release has.
known_name() {
  local name policy
  for name in ${1//|/ }; do
    policy=$(apt-cache policy "$name" 2>/dev/null || true)
    case "$policy" in
      *"Candidate: (none)"*) ;;
      *"Candidate: "*) printf '%s\n' "$name"; return ;;
    esac
  done
  printf '%s\n' "${1%%|*}"
}

# Installs Debian packages quietly; returns 1 where that is not possible here.
apt_install() {
  can_be_root || return 1
  apt_update_once
  local names=() entry
  for entry in "$@"; do names+=("$(known_name "$entry")"); done
  say "Installing system packages: ${names[*]}"
  # The two options keep a configuration file that somebody changed, where dpkg would otherwise stop and ask.
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "${names[@]}" >>"$log" 2>&1 </dev/null
}

usable_python() {
  command -v "$1" >/dev/null 2>&1 &&
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1
}

find_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3.12 python3.13 python3.14 python3 python \
    /usr/bin/python3.11 /usr/bin/python3.12 /usr/bin/python3.13 /usr/bin/python3.14 /usr/bin/python3; do
    if usable_python "$candidate"; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  return 1
}

ensure_python() {
  if ! python=$(find_python); then
    if on_debian && can_be_root; then apt_install python3 python3-venv || true; fi
    python=$(find_python) ||
      fail "Python 3.11, 3.12, 3.13 or 3.14 is needed and was not found; install one, or name it with PYTHON=/path/to/python."
  fi
  if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    local version
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if on_debian; then apt_install "python$version-venv|python3-venv" || true; fi
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
      fail "$python cannot make virtual environments; install its venv module (Debian and Ubuntu: python$version-venv)."
  fi
}

# What the environment was made from; another value means it has to be brought up to date.
wanted_stamp() {
  cksum requirements.lock pyproject.toml
  printf '%s\n' "$root"
}

environment_is_current() {
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(wanted_stamp)" ] &&
    [ -x .venv/bin/asl ] && [ -x .venv/bin/asl-desktop ] && .venv/bin/python -c '' >/dev/null 2>&1
}

# Tells whether .venv/ can be brought up to date: its scripts name the folder it was made in, so a moved one cannot.
environment_is_sound() {
  case "$(sed -n 's/^command = //p' .venv/pyvenv.cfg 2>/dev/null)" in
    *" $root/.venv") usable_python .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1 ;;
    *) return 1 ;;
  esac
}

run_pip() { .venv/bin/python -m pip --disable-pip-version-check --quiet "$@" >>"$log" 2>&1; }

make_environment() {
  environment_is_current && return
  ensure_python
  if [ -d .venv ] && ! environment_is_sound; then rm -rf .venv; fi
  rm -f "$stamp"
  if [ ! -d .venv ]; then
    say "Making .venv/ with $python"
    "$python" -m venv .venv >>"$log" 2>&1 || fail "the virtual environment could not be made; see $log."
  fi
  say "Installing the locked Python packages into .venv/ (a few minutes the first time)"
  run_pip install --require-hashes -r requirements.lock || { tail -n 5 "$log" >&2; fail "pip could not install the locked packages; see $log."; }
  run_pip install --no-deps --no-build-isolation -e . || { tail -n 5 "$log" >&2; fail "the program itself could not be installed; see $log."; }
  wanted_stamp >"$stamp"
}

# Installs what is missing of the given Debian packages, as far as that is possible here; leaves in $left what is not.
left=""
install_missing() {
  local missing=() entry
  while IFS= read -r entry; do missing+=("$entry"); done < <(missing_packages "$@")
  if [ "${#missing[@]}" -gt 0 ]; then apt_install "${missing[@]}" || true; fi
  left=""
  while IFS= read -r entry; do left+=" $(known_name "$entry")"; done < <(missing_packages "$@")
}

ensure_debian_packages() {
  case "$purpose" in
    headless) install_missing "${window_packages[@]}" ;; # the report needs none of them, the window started later does
    window) install_missing "${window_packages[@]}" ;;
    tests) install_missing "${window_packages[@]}" "${test_packages[@]}" ;;
  esac
  if [ -n "$left" ] && [ "$purpose" != headless ]; then
    fail "system packages are missing and could not be installed from here; as root run: apt-get install$left"
  fi
}

check_other_linux() {
  local command missing=()
  [ "$purpose" != headless ] || return 0
  QT_QPA_PLATFORM=offscreen .venv/bin/python -c 'import PySide6.QtWidgets' >>"$log" 2>&1 ||
    fail "Qt needs OpenGL, EGL, xkbcommon, D-Bus, fontconfig, GLib and the xcb cursor, icccm, keysyms and shape libraries; install them with this system's package manager."
  [ "$purpose" = tests ] || return 0
  for command in "${test_commands[@]}"; do
    command -v "$command" >/dev/null 2>&1 || missing+=("$command")
  done
  [ "${#missing[@]}" -eq 0 ] ||
    fail "the tests need these programs; install them with this system's package manager: ${missing[*]}"
}

make_environment
if on_debian; then
  ensure_debian_packages
elif [ "$(uname -s)" = Linux ]; then
  check_other_linux
fi
