"""The real window, used through the accessibility bus alone, as a screen reader or a switch would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.display_world import ROOT, answers_on_disk, wait_for

SYSTEM_PYTHON = "/usr/bin/python3"
BUS = Path("/usr/libexec/at-spi-bus-launcher")
PERSON = ROOT / "tests" / "atspi_person.py"


def _has_binding() -> bool:
    probe = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    try:
        return subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


pytestmark = [
    pytest.mark.display,
    pytest.mark.skipif(
        not os.environ.get("ASL_ACCESSIBILITY_BUS"),
        reason="set ASL_ACCESSIBILITY_BUS=1; the toolkit may crash when its tree is read while a page changes",
    ),
    pytest.mark.skipif(
        shutil.which("Xvfb") is None or shutil.which("dbus-run-session") is None or not BUS.exists(),
        reason="needs Xvfb, dbus-run-session and at-spi2-core; make test installs them",
    ),
]


def test_question_is_answered_through_the_accessibility_bus_alone(
    display: str, tmp_path: Path, assessment: Path
) -> None:
    if not _has_binding():
        pytest.skip("needs python3-gi and gir1.2-atspi-2.0; make test installs them")
    environment = os.environ | {
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        "ASL_DESKTOP_STATE": str(tmp_path / "state"),
        "WINDOW_PYTHON": sys.executable,
        "SYSTEM_PYTHON": SYSTEM_PYTHON,
        "BUS": str(BUS),
    }
    script = (
        '"$BUS" --launch-immediately & bus=$!\n'
        f'"$WINDOW_PYTHON" -m ui "{assessment}" & window=$!\n'
        f'"$SYSTEM_PYTHON" "{PERSON}" "Go on answering" "Yes"; status=$?\n'
        'read -r _; kill "$window"; wait "$window"; kill "$bus"; exit "$status"\n'
    )
    with (tmp_path / "session.log").open("wb") as log:
        session = subprocess.Popen(
            ["dbus-run-session", "--", "bash", "-c", script],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for("the answer on disk", lambda: "Q-YES" in answers_on_disk(assessment) or session.poll() is not None)
            held = answers_on_disk(assessment)
        finally:
            session.communicate(b"\n", timeout=60)
    assert "Q-YES" in held, (tmp_path / "session.log").read_text(errors="replace")
    assert held["Q-YES"].value == {"value": True}
    assert session.returncode == 0
