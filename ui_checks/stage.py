"""A screen, a window manager and, where it is asked for, an accessibility bus of our own."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.startup import screen
from ui_checks.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SYSTEM_PYTHON = "/usr/bin/python3"
_BUS = "/usr/libexec/at-spi-bus-launcher"
_PATIENCE = 20.0


@contextmanager
def stage(folder: Path, *, bus: bool) -> Iterator[dict[str, str]]:
    """Give the environment in which a program is seen on a screen of 1366 x 768 with a window manager.

    With ``bus`` programs also tell an accessibility bus what happens in them.
    """
    with screen(folder) as shown:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("WAYLAND_", "QT_"))}
        environment |= {"DISPLAY": shown.display, "QT_QPA_PLATFORM": "xcb"}
        with running(["openbox"], environment, folder / "openbox.log"):
            if not bus:
                yield environment
                return
            with _bus(environment, folder):
                yield environment


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for as long as the context lasts; what it prints goes to ``log``."""
    with log.open("ab") as stream:
        process = subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdout=stream, stderr=stream)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def window(environment: Mapping[str, str], folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the program as a person does; its standard error is in ``window.log``."""
    with running([sys.executable, "-m", "ui", *arguments], environment, folder / "window.log") as process:
        yield process


def keep_picture(environment: Mapping[str, str], target: Path) -> None:
    """Keep what is on the screen, for people to look at."""
    subprocess.run(["import", "-window", "root", str(target)], env=dict(environment), check=False, timeout=30)


@contextmanager
def _bus(environment: dict[str, str], folder: Path) -> Iterator[None]:
    """Put a session bus and the accessibility bus on it into the environment."""
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--print-address", "--nofork"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert daemon.stdout is not None
        environment["DBUS_SESSION_BUS_ADDRESS"] = daemon.stdout.readline().strip()
        environment["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
        with running([_BUS, "--launch-immediately"], environment, folder / "bus.log"):
            yield
    finally:
        daemon.terminate()
        daemon.wait()
