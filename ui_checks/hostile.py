"""11.16: evidence made to harm is looked at; the window stays alive, the process is killed, people get a sentence."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from asl_desktop.domain.inputs import Scope
from asl_desktop.services.assessments import create_assessment
from asl_desktop.services.evidence import attach_data
from benchmarks.pulse import LONGEST_MS, Gaps, Pulse, bare_gaps, play
from benchmarks.window import PACK, bench_of, opened
from tests import hostile_files as hostile
from ui_checks.found import Found
from ui_checks.gaps import STALL_SECONDS, planted_stall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl_desktop.domain.inputs import EvidenceItem
    from asl_desktop.storage.document import Document
    from ui.main_window import MainWindow
    from ui.pages.evidence import EvidencePage

MOST_SECONDS = 6.0
"""After this long a process that shows a file is gone."""
_PATIENCE = 20.0
_RUNS = 3

CORPUS: dict[str, Callable[[], bytes]] = {
    "20000 by 20000 pixels.png": partial(hostile.png, 20_000, 20_000, bits=24),
    "60000 by 60000 dots.png": partial(hostile.png, 60_000, 60_000),
    "6000 by 6000 pixels.png": partial(hostile.png, 6_000, 6_000, bits=24),
    "nested uses.svg": lambda: hostile.USES,
    "entities.svg": lambda: hostile.ENTITIES,
    "broken.pdf": lambda: b"%PDF-1.7\n" + bytes(1000),
    "locked.pdf": hostile.locked_pdf,
    "giant page.pdf": partial(hostile.pdf, "x", size=(2_000_000.0, 2_000_000.0)),
    "drawn for years.pdf": hostile.slow_pdf,
    "bomb.zip": hostile.zip_bomb,
    "crowded.zip": hostile.crowded_zip,
    "deep.json": lambda: hostile.DEEP_JSON,
    "one line.csv": lambda: hostile.HUGE_LINE,
    "page.html": lambda: hostile.HTML,
    "<img src=x onerror=alert(1)>.txt": lambda: b"a name that is markup",
    "turned\u202egnp.exe": lambda: bytes(range(256)) * 4,
}
_NOT_SHOWN = {"20000 by 20000 pixels.png", "60000 by 60000 dots.png", "broken.pdf", "locked.pdf", "drawn for years.pdf",
              "crowded.zip", "turned\u202egnp.exe"}  # fmt: skip
"""What has to be refused with a sentence; the rest is shown, bounded."""


def run(folder: Path, *, short: bool) -> Found:
    """Look at each file on the evidence page of the real window; the quietest of three runs counts."""
    path = folder / "hostile.asl"
    names = list(CORPUS)
    with create_assessment(path, pack_id=PACK, scope=Scope("Heron-2"), actor="A. Person") as document:
        items = [_attach(document, name) for name in names]
    seen: list[Looks] = []
    with opened(path) as window:
        page = _page_of(window)
        for _ in range(1 if short else _RUNS):
            seen.append(_look_at(page, items))
            if not seen[-1].gaps.stalls:
                break
        planted = planted_stall()
    bare = bare_gaps(seconds=1.0)
    best = min(seen, key=lambda looks: looks.gaps.worst)
    told = [sentence for looks in seen for sentence in looks.told]
    slowest = max(best.seconds, key=lambda name: best.seconds[name])
    return Found(
        passed=not told
        and best.gaps.worst < LONGEST_MS
        and best.seconds[slowest] <= MOST_SECONDS
        and planted.stalls > 0,
        bar=f"no gap of {LONGEST_MS:.0f} ms, every process gone after {MOST_SECONDS:.0f} s, a sentence for each file",
        figures={
            "files": len(items),
            "worst gap ms": round(best.gaps.worst, 1),
            "p99 gap ms": round(best.gaps.p99, 1),
            "longest look s": round(best.seconds[slowest], 2),
            "longest": slowest,
            "refused in words": best.refused,
        },
        reference={"bare window worst gap ms": round(bare.worst, 1), "bare window p99 gap ms": round(bare.p99, 1)},
        control=f"a stall of {STALL_SECONDS * 1e3:.0f} ms planted in the window is seen: {planted.worst:.0f} ms",
        told=tuple(told),
    )


class Looks:
    """What looking at every file once came to."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.refused = 0
        self.told: list[str] = []
        self.gaps = Gaps(0, 0.0, 0.0, 0)


def _look_at(page: EvidencePage, items: list[EvidenceItem]) -> Looks:
    looks, pulse = Looks(), Pulse()
    page.view.preview.show_item(None)
    pulse.start()
    play(_steps(page, items, looks), every_ms=5)
    looks.gaps = pulse.stop()
    return looks


def _steps(page: EvidencePage, items: list[EvidenceItem], looks: Looks) -> Iterator[None]:
    pane = page.view.preview
    for item in items:
        pane.refusal.setText("")
        began = time.monotonic()
        page.open_item(item.sha256)
        while pane.shown is None and not pane.refusal.text():
            if time.monotonic() - began > _PATIENCE:
                break
            yield
        looks.seconds[item.name] = time.monotonic() - began
        words = pane.refusal.text()
        looks.refused += bool(words)
        if bool(words) is not (item.name in _NOT_SHOWN):
            looks.told.append(f"{item.name!r} was {'refused: ' + words if words else 'shown'}")
        if _children():
            looks.told.append(f"a process is left behind after {item.name!r}")
        yield


def _children() -> list[str]:
    """Return the processes that threads of this one have started and that still run."""
    return [child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()]


def _attach(document: Document, name: str) -> EvidenceItem:
    return attach_data(document, CORPUS[name](), name=name, actor="A. Person")


def _page_of(window: MainWindow) -> EvidencePage:
    bench = bench_of(window)
    bench.go("evidence")
    return cast("EvidencePage", bench.page)
