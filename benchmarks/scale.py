"""What a person waits for in a very large assessment, against the same act in the framework as it is shipped.

Both windows stand in one process, drawn offscreen, and take turns. A time ends when nothing is left to draw.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from asl_desktop.domain.inputs import Answer, EvidenceItem, Inputs, Scope
from asl_desktop.services.assessments import open_assessment
from benchmarks.measure import Row, alternate, row, timed
from benchmarks.verifying import write_history
from benchmarks.window import ACTOR, application, home, make_file, many_questions, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ui.session import Session
    from ui.workbench import Workbench

QUESTIONS, EVIDENCE, EVENTS = 5_880, 10_000, 300_000
SHIPPED, FEW = 77, 3
REFERENCE = f"the same with {SHIPPED} questions and {FEW} evidence items"
SHORT_EVENTS = 1_000
KEY, ACT, OPEN = 4.0, 2.0, 6.0
"""How many times as long it may take; both windows feel a busy machine alike."""


class Desk:
    """A workbench on an open file."""

    def __init__(self, session: Session, bench: Workbench) -> None:
        self.session, self.bench = session, bench

    def go(self, page: str, item: str = "") -> float:
        """Go somewhere; return the seconds until it is drawn."""
        return _until_drawn(lambda: self.bench.go(page, item))


def rows(folder: Path, *, runs: int) -> list[Row]:
    """Open, switch question, type, describe evidence and look into the history."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.setswitchinterval(0.001)
    application()
    large, small = _file(folder / "large.asl", QUESTIONS), _file(folder / "small.asl", SHIPPED)
    with home(folder):
        found = [_opening(large, small, runs=max(3, runs // 20))]
        with _desk(large, EVIDENCE) as many, _desk(small, FEW) as few:
            found += _acts(many, few, runs=runs)
        return [*found, *_history(folder, runs=max(5, runs // 10))]


def _file(path: Path, questions: int) -> Path:
    pack = many_questions(questions)
    answers = tuple(
        Answer(each.id, state="unknown", rationale=f"Nobody looked at {each.id}.") for each in pack.questions
    )
    return make_file(path, pack, Inputs(Scope(model="Heron-2"), answers=answers))


@contextmanager
def _desk(path: Path, evidence: int = 0) -> Iterator[Desk]:
    """Open a file with so many pieces of evidence on record, whose bytes nobody needs here; nothing is written."""
    from ui.on_disk import load
    from ui.operations import Operations
    from ui.session import Session
    from ui.theme import Look
    from ui.workbench import Workbench

    app = application()
    if not isinstance(app.property("look"), Look):
        Look(app, "light")
    operations, menu = Operations(), QMenu()
    loaded = load(open_assessment(path))
    items = tuple(EvidenceItem(f"{n:064x}", f"report {n}.pdf", 1000, title=f"Session {n}") for n in range(evidence))
    session = Session(
        replace(loaded, inputs=replace(loaded.inputs, evidence=items)), actor=ACTOR, operations=operations
    )
    session.pause()
    bench = Workbench(session, menu)
    bench.resize(1366, 768)
    bench.go("hub")
    bench.show()
    settle()
    try:
        yield Desk(session, bench)
    finally:
        session.close(lose_unsaved=True)
        operations.close()
        bench.deleteLater()
        settle()


def _opening(large: Path, small: Path, *, runs: int) -> Row:
    def opening(path: Path) -> Callable[[], float]:
        def once() -> float:
            with _desk(path):
                pass
            return timed(lambda: _open_and_close(path))

        return once

    times = alternate(opening(large), opening(small), runs=runs)
    name = f"open and draw a framework of {QUESTIONS:,} questions, all answered, and close it, p95"
    return row(name, times, unit="ms", reference=f"one of {SHIPPED}", times_reference=OPEN, share=0.95)


def _open_and_close(path: Path) -> None:
    with _desk(path):
        pass


def _acts(many: Desk, few: Desk, *, runs: int) -> list[Row]:
    size = f"{QUESTIONS:,} questions and {EVIDENCE:,} evidence items"
    found = []
    for name, most, act in (
        ("switch question", ACT, _switching),
        ("a key in a rationale", KEY, _typing),
        ("choose evidence", ACT, _choosing),
        ("a key in the title of evidence", KEY, _describing),
    ):
        times = alternate(act(many), act(few), runs=runs, warm_up=3)
        found.append(
            row(f"{name}, {size}, p95", times, unit="ms", reference=REFERENCE, times_reference=most, share=0.95)
        )
    return found


def _switching(desk: Desk) -> Callable[[], float]:
    questions = desk.session.pack.questions
    at = 0

    def switch() -> float:
        nonlocal at
        at += 1
        return desk.go("questions", questions[at % SHIPPED].id)

    return switch


def _typing(desk: Desk) -> Callable[[], float]:
    desk.go("questions", desk.session.pack.questions[0].id)

    def key() -> float:
        card = desk.bench.questions.card
        return _press(card.form.rationale) if card is not None else 0.0

    return key


def _choosing(desk: Desk) -> Callable[[], float]:
    desk.go("evidence")
    items = desk.session.inputs.evidence
    at = 0

    def choose() -> float:
        nonlocal at
        at += 1
        return _until_drawn(lambda: desk.bench.open_item(items[at % len(items)].sha256))

    return choose


def _describing(desk: Desk) -> Callable[[], float]:
    from ui.widgets.evidence_details import EvidenceDetails

    desk.go("evidence", desk.session.inputs.evidence[1].sha256)
    title = next(
        field
        for details in desk.bench.findChildren(EvidenceDetails)
        for field in details.findChildren(QLineEdit)
        if field.accessibleName() == "Title"
    )
    return lambda: _press(title)


def _press(field: QWidget) -> float:
    field.setFocus()
    return _until_drawn(lambda: QTest.keyClicks(field, "x"))


def _until_drawn(act: Callable[[], object]) -> float:
    def whole() -> None:
        act()
        settle()

    return timed(whole)


def _history(folder: Path, *, runs: int) -> list[Row]:
    long, short = folder / "long.asl", folder / "short.asl"
    write_history(long, EVENTS)
    write_history(short, SHORT_EVENTS)
    with _desk(long) as many, _desk(short) as few:
        size, reference = f"{EVENTS:,} events in the file", f"the same with {SHORT_EVENTS:,}"

        def looking(desk: Desk) -> Callable[[], float]:
            def look() -> float:
                desk.go("hub")
                return desk.go("history")

            return look

        return [
            row(f"{name}, {size}, p95", times, unit="ms", reference=reference, times_reference=ACT, share=0.95)
            for name, times in (
                ("open the history", alternate(looking(many), looking(few), runs=runs)),
                ("switch question", alternate(_switching(many), _switching(few), runs=runs)),
            )
        ]
