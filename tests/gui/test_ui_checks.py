"""That the checks of ``make check-ui`` can fail: each sees what is planted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.conftest import ROOT
from tests.gui_world import unnamed
from ui_checks import binding, imports
from ui_checks.catalogue import CHECKS
from ui_checks.running import Check, run_check
from ui_checks.screenshots import share_changed, sideways
from ui_checks.suite import TESTS


def test_binding_that_loses_references_is_seen(tmp_path: Path) -> None:
    found = binding.run(tmp_path, short=True)
    assert found.passed, found
    lossy, _ = binding._counted(lossy=True)
    assert lossy < binding.LEAST or sys.version_info >= (3, 12)


def test_heavy_import_before_the_first_paint_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASL_DESKTOP_STATE", str(tmp_path))
    found = imports.run(tmp_path, short=True)
    assert found.passed, found
    assert "seen" in found.control


def test_page_that_is_too_wide_is_seen(qtbot: QtBot) -> None:
    window = QWidget()
    area = QScrollArea(window)
    wide = QLabel("wide")
    wide.setFixedWidth(900)
    area.setWidget(wide)
    area.resize(300, 200)
    qtbot.addWidget(window)
    window.resize(300, 200)
    window.show()
    assert list(sideways(window)) == ["QScrollArea has a horizontal scroll bar"]
    wide.setFixedWidth(100)
    area.setWidgetResizable(True)
    qtbot.waitUntil(lambda: not list(sideways(window)))


def test_control_without_a_name_is_found(qtbot: QtBot) -> None:
    window = QWidget()
    QToolButton(window).setObjectName("nameless")
    QPushButton("Named", window)
    qtbot.addWidget(window)
    assert list(unnamed(window)) == ["QToolButton nameless"]


def test_pixels_that_differ_are_counted(tmp_path: Path) -> None:
    one, other = Image.new("RGB", (100, 10), "white"), Image.new("RGB", (100, 10), "white")
    other.paste((255, 255, 250), (0, 0, 100, 5))  # too little to be seen
    other.paste((0, 0, 0), (0, 5, 10, 6))
    for name, picture in (("one", one), ("other", other), ("small", Image.new("RGB", (5, 5)))):
        picture.save(tmp_path / f"{name}.png")
    assert share_changed(tmp_path / "one.png", tmp_path / "other.png") == 0.01
    assert share_changed(tmp_path / "one.png", tmp_path / "one.png") == 0
    assert share_changed(tmp_path / "one.png", tmp_path / "small.png") == 1


def test_check_that_cannot_run_has_failed(tmp_path: Path) -> None:
    result = run_check(Check("none", "0", "There is no such check", "no_such_module"), tmp_path, short=True)
    assert not result["passed"]
    assert "no_such_module" in result["told"][0]


@pytest.mark.parametrize("name", TESTS)
def test_check_of_the_suite_finds_its_tests(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:randomly", *TESTS[name]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_check_has_a_name_of_its_own_and_a_module() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    for check in CHECKS:
        known = check.name in TESTS if check.module == "suite" else (ROOT / "ui_checks" / f"{check.module}.py").exists()
        assert known, check
