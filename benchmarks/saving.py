"""How long one answer takes to be on disk, against a bare insert with the same durability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.storage.document import Document
from benchmarks.measure import Row, alternate, row, timed
from benchmarks.synthetic import QUESTIONS, synthetic_pack

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = "bare insert of the same bytes, same driver and pragmas"
RATIONALE = "The interval reaches past the bound; a second run with better elicitation is planned. " * 3


def rows(folder: Path, *, runs: int) -> list[Row]:
    """Save the same answers through the document and into a bare table beside it, in turn."""
    bare = _bare_table(folder / "bare.sqlite")
    path = folder / "saving.asl"
    scope = Scope(model="Synthetic")
    with Document.create(path, pack=synthetic_pack(), scope=scope, actor="Benchmark") as document:
        count = 0

        def subject() -> float:
            nonlocal count
            count += 1
            answer = Answer(f"Q-{count % QUESTIONS}", value={"value": count % 2 == 0}, rationale=f"{RATIONALE}{count}")
            return timed(lambda: document.put(answer, actor="Benchmark").result())

        def reference() -> float:
            body = f"{RATIONALE}{count}".encode()

            def insert() -> None:
                bare.execute("BEGIN IMMEDIATE")
                bare.execute("INSERT INTO answer (question, body) VALUES (?, ?)", (f"Q-{count % QUESTIONS}", body))
                bare.execute("COMMIT")

            return timed(insert)

        times = alternate(subject, reference, runs=runs, warm_up=10)
    bare.close()
    return [
        row(f"save one answer, {name}", times, unit="ms", reference=REFERENCE, times_reference=3.0, share=share)
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]


def _bare_table(path: Path) -> Any:
    from sqlcipher3 import dbapi2

    bare = dbapi2.connect(str(path), isolation_level=None)
    for pragma in ("page_size=8192", "journal_mode=DELETE", "synchronous=EXTRA", "fullfsync=ON"):
        bare.execute(f"PRAGMA {pragma}").fetchall()
    bare.execute("CREATE TABLE answer (id INTEGER PRIMARY KEY, question TEXT, body BLOB)")
    return bare
