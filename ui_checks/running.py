"""One check in a process of its own, so that a crash of the toolkit is a result and not the end."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import shutil
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ui_checks.found import Found

ROOT = Path(__file__).resolve().parents[1]
_HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")


@dataclass(frozen=True, slots=True)
class Check:
    """A check that can be asked for by name.

    Attributes:
        point: the acceptance check it answers, or the issue's own words for it.
        module: the module of this package with ``run(folder, *, short) -> Found``, or ``suite`` for tests of the suite.
    """

    name: str
    point: str
    title: str
    module: str


def run_check(check: Check, build: Path, *, short: bool) -> dict[str, Any]:
    """Run a check in a fresh process and folder; whatever ends that process is a check that failed.

    The folder lies inside ``build``, since the system's temporary folder may be memory; it stays when the check fails.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"ui-{check.name}-", dir=build))
    began = time.monotonic()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        try:
            found = pool.submit(_inside, check, folder, short=short).result()
        except Exception as error:  # noqa: BLE001 - a check that cannot run must not hide the others
            found = Found(passed=False, bar="it runs", figures={}, told=(f"{type(error).__name__}: {error}",))
    if found.passed:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "check": check.name,
        "point": check.point,
        "title": check.title,
        **asdict(found),
        "seconds": round(time.monotonic() - began, 1),
    }


def _inside(check: Check, folder: Path, *, short: bool) -> Found:
    """Run in the new process: no screen, a home of its own, then the check."""
    home = folder / "home"
    home.mkdir()
    kept = {name: str(home if name == "HOME" else home / name.lower()) for name in _HOMES}
    os.environ.update(kept)
    os.environ["ASL_DESKTOP_STATE"] = str(home / "state")
    os.environ.setdefault("MPLCONFIGDIR", str(ROOT / "build" / "cache" / "matplotlib"))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(ROOT / "build" / "bytecode")
    try:
        if check.module == "suite":
            from ui_checks.suite import run_tests

            return run_tests(check.name, folder)
        found: Found = importlib.import_module(f"ui_checks.{check.module}").run(folder, short=short)
    except Exception as error:  # noqa: BLE001 - told with its place, which a process border would lose
        told = (f"{type(error).__name__}: {error}", traceback.format_exc())
        return Found(passed=False, bar="it runs", figures={}, told=told)
    return found
