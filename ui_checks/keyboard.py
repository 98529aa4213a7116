"""A stranger enters the worked example by keyboard alone, from the start screen to the signed report."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from asl_desktop.progress import Silent
from asl_desktop.services.examples import DEFAULT_EXAMPLE, build_example
from asl_desktop.storage.document import Document
from asl_desktop.storage.keys import Passphrase
from ui_checks.assessor import Assessor
from ui_checks.found import Figure, Found
from ui_checks.person import Stuck, person, wait_for
from ui_checks.stage import keep_picture, running, stage, window

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asl_desktop.domain.inputs import Inputs
    from ui_checks.person import Person

WORDS = "heron over the quiet river"
_TRAP = """
from PySide6.QtWidgets import QApplication, QPushButton, QTextEdit, QVBoxLayout, QWidget
app = QApplication([])
window, first, last = QWidget(), QPushButton("First"), QPushButton("Last")
layout, trap = QVBoxLayout(window), QTextEdit()
trap.setAccessibleName("Trap")
for widget in (first, trap, last):
    layout.addWidget(widget)
window.setWindowTitle("Trap")
window.show()
app.exec()
"""
"""A window in which Tab never leaves the second field."""
_MOST_TOLD = 10
DESPITE = "The public record leaves these open; the board knows"


def run(folder: Path, *, short: bool) -> Found:
    """Do the whole job with real keys; then read the file and let an outsider check the signature."""
    with build_example(DEFAULT_EXAMPLE, folder / "example.asl", progress=Silent()) as example:
        pack, wanted = example.pack(), example.inputs()
        files = _evidence(example, folder / "papers")
    if short:
        wanted = _less(wanted)
    file, report = folder / "stranger.asl", folder / "stranger.pdf"
    began = time.monotonic()
    told: list[str] = []
    with stage(folder, bus=True) as environment, person(environment, folder) as one:
        who = Assessor(one, pack, {item.sha256: item.name for item in wanted.evidence})
        with window(environment, folder) as shown:
            try:
                _work(who, wanted, file, report, files, lock=short)
            except Stuck as stuck:
                told.append(str(stuck))
                keep_picture(environment, folder / "stuck.png")
            told += _left(one, shown)
    seconds = round(time.monotonic() - began, 1)
    log = (folder / "window.log").read_text()
    told += [f"the window told of an error: {log[-2000:]}"] if "Traceback" in log else []
    told += [] if _trapped(folder) else ["a field that keeps Tab to itself was not noticed"]
    told += _differences(file, wanted)
    signed = _signature(report)
    figures: dict[str, Figure] = {"inputs": who.inputs, "keys": one.keys, "seconds": seconds, "signature": signed}
    return Found(
        passed=not told and "Valid" in signed,
        bar="every input is in the file as it was entered, the report is signed and valid",
        figures=figures,
        control="in a window whose second field keeps Tab to itself the person gets stuck, as they must",
        told=tuple(told),
    )


def _left(one: Person, shown: subprocess.Popen[bytes]) -> list[str]:
    """Quit by the key; say what went wrong."""
    one.press("ctrl+q")
    try:
        wait_for("the window to close", lambda: shown.poll() is not None)
    except Stuck as stuck:
        return [str(stuck)]
    return [f"the window ended with status {shown.returncode}"] if shown.returncode else []


def _work(who: Assessor, wanted: Inputs, file: Path, report: Path, files: tuple[Path, ...], *, lock: bool) -> None:
    who.create(file, wanted.scope.model, WORDS)
    who.describe(wanted.scope)
    who.plan(wanted.plan, lock=lock)
    who.attach(files)
    for answer in wanted.answers:
        who.answer(answer)
    for measurement in wanted.measurements:
        who.measure(measurement)
    for record in wanted.showings:
        who.show(record)
    for row in wanted.requirements:
        who.secure(row)
    who.look_before_signing()
    for decision in wanted.decisions:
        who.decide(decision, DESPITE)
    who.look_before_signing()  # the decision itself may have brought new warnings
    who.sign(report, WORDS, DESPITE)


def _trapped(folder: Path) -> bool:
    """Tell whether a person notices a field that Tab does not leave."""
    command = [sys.executable, "-c", _TRAP]
    with (
        stage(folder, bus=True) as environment,
        person(environment, folder) as one,
        running(command, environment, folder / "trap.log"),
    ):
        one.turn_to("Trap")
        try:
            one.tab_to("Last")
        except Stuck:
            return True
    return False


def _less(wanted: Inputs) -> Inputs:
    """Keep one or two of everything."""
    return replace(
        wanted,
        answers=wanted.answers[:3],
        measurements=wanted.measurements[:2],
        showings=wanted.showings[:1],
        requirements=wanted.requirements[:1],
    )


def _evidence(example: Document, folder: Path) -> tuple[Path, ...]:
    folder.mkdir()
    files = []
    for item in example.inputs().evidence:
        path = folder / item.name
        with path.open("wb") as target:
            example.extract(item.sha256, target, progress=Silent())
        files.append(path)
    return tuple(files)


def _typed(text: str) -> str:
    """Return a text as it comes out of a keyboard that only has ASCII."""
    return text.encode("ascii", "replace").decode()


def _differences(file: Path, wanted: Inputs) -> list[str]:
    """Say what is not in the file as it was meant to be entered."""
    if not file.exists():
        return ["there is no file"]
    with Document.open(file, read_only=True, secret=Passphrase(WORDS)) as document:
        held = document.inputs()
    meant, got = _told_apart(wanted, typed=_typed), _told_apart(held, typed=str)
    wrong = [f"{name} is {got.get(name)}, not {what}" for name, what in meant.items() if got.get(name) != what]
    return [*wrong[:_MOST_TOLD], *([f"and {len(wrong) - _MOST_TOLD} more"] if len(wrong) > _MOST_TOLD else [])]


def _told_apart(inputs: Inputs, *, typed: Callable[[str], str]) -> dict[str, str]:
    """Return what a person entered, by record, in a form that two sides can be compared in."""
    found: dict[str, object] = {}
    for answer in inputs.answers:
        given = sorted((key, value) for key, value in answer.value.items())
        cited = sorted({link.evidence[:8] for link in answer.evidence})
        found[f"answer {answer.question}"] = (
            answer.state, given, answer.confidence, answer.rationale, answer.reason, cited,
        )  # fmt: skip
    for result in inputs.measurements:
        found[f"result {result.indicator}"] = (result.report, result.produced, result.notes)
    for showing in inputs.showings:
        texts = sorted(showing.rationales.items())
        found[f"showing {showing.showing} of {showing.threshold}"] = (
            showing.status,
            showing.by,
            showing.argument,
            texts,
        )
    for row in inputs.requirements:
        found[f"safeguard {row.requirement}"] = (row.status, row.owner, row.note)
    for decision in inputs.decisions:
        found[f"decision {decision.gate}"] = (decision.outcome, decision.by, decision.reason)
    for item in inputs.evidence:
        found[f"evidence {item.name}"] = item.sha256
    return {name: typed(str(what)) for name, what in found.items()}


def _signature(report: Path) -> str:
    if not report.exists():
        return "there is no report"
    done = subprocess.run(["pdfsig", "-nocert", str(report)], capture_output=True, text=True, check=False, timeout=60)
    lines = [line.strip(" -") for line in done.stdout.splitlines() if "Signature Validation" in line]
    return lines[0].partition(": ")[2] if lines else (done.stdout or done.stderr).strip()[-200:]
