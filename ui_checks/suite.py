"""Checks that are quick enough for the test suite: the same tests, run here, with the figures they record."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

from ui_checks.found import Figure, Found
from ui_checks.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TESTS: dict[str, tuple[str, ...]] = {
    "names": ("tests/gui/test_accessibility.py", "-k", "name or unnamed"),
    "tab_order": (
        "tests/gui/test_tab_order.py",
        "tests/gui/test_accessibility.py::test_focus_is_visible_on_every_control_of_every_page",
    ),
    "contrast": ("tests/gui/test_theme.py",),
    "colour_distance": ("tests/gui/test_colour_distance.py",),
    "accessibility_bus": ("tests/gui/test_screen_reader_display.py",),
    "languages": ("tests/gui/test_languages.py",),
    "text_safety": (
        "tests/gui/test_plain_text.py",
        "tests/gui/test_marked_text.py",
        "tests/gui/test_text_safety.py",
        "tests/pdf/test_chart_text_safety.py",
        "tests/pdf/test_report_pdf.py::test_everything_people_type_is_printed_literally_or_named",
        "tests/pdf/test_report_pdf.py::test_word_without_breaks_in_everything_people_type_is_printed_whole",
    ),
    "one_truth": ("tests/gui/test_margin_painters.py", "tests/pdf/test_chart_model.py"),
}
"""Arguments for pytest, by check. Figures come from ``record_property`` of the tests."""


def run_tests(name: str, folder: Path) -> Found:
    """Run the tests of a check; one that is skipped has not passed."""
    report = folder / "tests.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:randomly",
        f"--junitxml={report}",
        "-o",
        "junit_family=xunit1",
    ]
    done = subprocess.run(
        [*command, *TESTS[name]],
        cwd=ROOT,
        env=os.environ | {"ASL_ACCESSIBILITY_BUS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    if not report.exists():
        return Found(passed=False, bar="its tests pass", figures={}, told=(done.stdout[-2000:] + done.stderr[-2000:],))
    cases = list(ElementTree.parse(report).iter("testcase"))
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    figures: dict[str, Figure] = {"tests": len(cases), "failed": len(bad), "skipped": len(skipped)}
    for found in (one for case in cases for one in case.iter("property")):
        figures[found.get("name", "")] = found.get("value", "")
    return Found(
        passed=bool(cases) and not bad and not skipped and done.returncode == 0,
        bar="its tests pass, none is skipped",
        figures=figures,
        control="tests of the same files plant what they look for",
        told=tuple(f"{case.get('name')} did not pass" for case in (*bad, *skipped)),
    )
