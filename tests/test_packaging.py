"""Four flat top-level names, which layer may import which, and what the wheel holds."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("asl_desktop", "ui", "reports", "resources")
SCRIPTS = Path(sys.executable).parent

# Exits 1 when the Qt binding loses references to None or True, as PySide6 6.12.0 does on Python 3.11.
BINDING_PROBE = """
import os, sys
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication(sys.argv)
class Emitter(QObject):
    fired = Signal(int)
emitter = Emitter(); emitter.fired.connect(lambda value: None)
label = QLabel(); label.setText("a"); emitter.fired.emit(1)
before = [sys.getrefcount(single) for single in (None, True)]
for number in range(200):
    label.setText("a"); emitter.fired.emit(number)
lost = [sys.getrefcount(single) - count for single, count in zip((None, True), before)]
print(lost); sys.stdout.flush()
os._exit(min(lost) < -50)
"""

# Imports every module of the layers below the window, then tells which forbidden ones came along.
IMPORT_PROBE = """
import importlib, json, pkgutil, sys
for name in sys.argv[1].split(","):
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
wanted = sys.argv[2].split(",")
print(json.dumps(sorted(name for name in sys.modules if name.split(".")[0] in wanted or name in wanted)))
"""


def _python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def _loaded(packages: str, forbidden: str) -> list[str]:
    done = _python(IMPORT_PROBE, packages, forbidden)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_packages_lie_side_by_side() -> None:
    folders = {Path(str(importlib.import_module(name).__file__)).parent.parent for name in NAMES}
    assert folders == {ROOT}


@pytest.mark.parametrize("name", NAMES)
def test_top_level_name_is_claimed_by_no_other_distribution(name: str) -> None:
    owners = importlib.metadata.packages_distributions().get(name, ["asl-desktop"])
    assert set(owners) == {"asl-desktop"}


def test_layers_below_the_window_load_no_qt() -> None:
    assert _loaded("asl_desktop,reports", "PySide6,shiboken6") == []


def test_no_layer_loads_pyplot() -> None:
    assert _loaded("asl_desktop,reports", "matplotlib.pyplot") == []


def test_command_line_help_loads_nothing_heavy() -> None:
    probe = (
        "import sys\nfrom asl_desktop.cli import main\n"
        "heavy, sys.argv = sys.argv[1].split(','), ['asl', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('LOADED', sorted(name for name in heavy if name in sys.modules))"
    )
    done = _python(probe, "matplotlib,scipy,reportlab,pikepdf,pyhanko,PySide6")
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("LOADED []")


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [SCRIPTS / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"[1-9]\d* kept, 0 broken", done.stdout)


def test_qt_binding_keeps_its_references() -> None:
    done = _python(BINDING_PROBE)
    assert done.returncode == 0, f"the binding loses references: {done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [SCRIPTS / "hatchling", "build", "-t", "wheel", "-d", target],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=True,
    )
    (wheel,) = target.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


def test_wheel_holds_the_four_packages_and_nothing_else(wheel_names: frozenset[str]) -> None:
    tops = {name.split("/")[0] for name in wheel_names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(NAMES)


def test_wheel_holds_every_data_file(wheel_names: frozenset[str]) -> None:
    on_disk = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "resources").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert on_disk
    assert on_disk - wheel_names == set()


def test_wheel_holds_the_licences_of_what_it_bundles(wheel_names: frozenset[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel_names)
    for folder in ("resources/fonts", "resources/icons"):
        assert any(re.match(rf"{folder}/.*(LICENSE|OFL)[^/]*\.txt", name) for name in wheel_names), folder


def test_entry_points_lie_beside_the_interpreter() -> None:
    for name in ("asl", "asl-desktop"):
        assert os.access(SCRIPTS / name, os.X_OK), name
