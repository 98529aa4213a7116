"""11.22: files dragged from another program: as evidence, as an assessment, as a report."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import Scope
from asl_desktop.services.assessments import create_assessment
from asl_desktop.storage.document import Document
from ui_checks.found import Found
from ui_checks.person import Stuck, wait_for
from ui_checks.stage import keep_picture, running, stage, window

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PACK = "anthropic-rsp-2.2"
SOURCE_AT, TARGET_AT = (1240, 700), (600, 420)
_STEPS = 12

SOURCE = """
import sys
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QLabel

class Source(QLabel):
    def mouseMoveEvent(self, event):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in sys.argv[1:]])
        data.setText("\\n".join(sys.argv[1:]))
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)

app = QApplication(sys.argv[:1])
source = Source("Drag these")
source.setWindowFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
source.setGeometry(1180, 650, 120, 100)
source.setWindowTitle("Drag source")
source.show()
app.exec()
"""
"""Another program that offers files, with their paths as text too, as file managers do."""


def run(folder: Path, *, short: bool) -> Found:
    """Drag two files onto the open assessment and an assessment onto that; the control lets go beside the window."""
    first, other = _assessment(folder / "first.asl"), _assessment(folder / "other.asl")
    papers = (folder / "card.txt", folder / "run.csv")
    papers[0].write_text("Restated card.\n", "utf-8")
    papers[1].write_text("task,score\na,1\n", "utf-8")
    told: list[str] = []
    with stage(folder, bus=False) as environment, window(environment, folder, str(first)) as shown:
        mouse = Mouse(environment)
        try:
            mouse.wait_for_window("first.asl")
            missed = _missed(mouse, environment, folder, papers, first)
            with running([sys.executable, "-c", SOURCE, *map(str, papers)], environment, folder / "source.log"):
                mouse.wait_for_window("Drag source")
                mouse.drag(SOURCE_AT, TARGET_AT)
                wait_for("both files on record", lambda: len(_evidence(first)) == len(papers))
            with running([sys.executable, "-c", SOURCE, str(other)], environment, folder / "source.log"):
                mouse.wait_for_window("Drag source")
                mouse.drag(SOURCE_AT, TARGET_AT)
                mouse.wait_for_window("other.asl")
        except Stuck as stuck:
            missed = ""
            told.append(str(stuck))
            keep_picture(environment, folder / "stuck.png")
        told += [] if shown.poll() is None else ["the window ended"]
    wanted = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in papers}
    found = _evidence(first)
    return Found(
        passed=not told and found == wanted and missed == "nothing",
        bar="both files are on record under their digests; an assessment opens in place of the open one",
        figures={
            "files dropped": len(papers),
            "on record with the right digest": sum(found.get(n) == d for n, d in wanted.items()),
        },
        control=f"let go beside the window: {missed} came in",
        told=tuple(told),
    )


class Mouse:
    """A pointer that drags."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)

    def wait_for_window(self, title: str) -> None:
        """Wait until a window with these words in its title is there."""
        wait_for(f"a window called {title}", lambda: bool(self._tool("search", "--onlyvisible", "--name", title)))
        time.sleep(0.5)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press at ``start``, go to ``end`` in steps as a hand does, let go."""
        self._move(*start)
        self._tool("mousedown", "1")
        for step in range(1, _STEPS + 1):
            at = [a + (b - a) * step // _STEPS for a, b in zip(start, end, strict=True)]
            self._move(*at)
            time.sleep(0.04)
        time.sleep(0.3)
        self._tool("mouseup", "1")
        time.sleep(0.3)

    def _move(self, x: int, y: int) -> None:
        self._tool("mousemove", str(x), str(y))

    def _tool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self._environment, capture_output=True, text=True, timeout=30, check=False
        )
        return done.stdout.strip()


def _missed(mouse: Mouse, environment: Mapping[str, str], folder: Path, papers: tuple[Path, ...], file: Path) -> str:
    """Let the files go where they came from; say what came in all the same."""
    with running([sys.executable, "-c", SOURCE, *map(str, papers)], environment, folder / "source.log"):
        mouse.wait_for_window("Drag source")
        mouse.drag(SOURCE_AT, (SOURCE_AT[0] - 30, SOURCE_AT[1] - 20))
    return ", ".join(_evidence(file)) or "nothing"


def _assessment(path: Path) -> Path:
    create_assessment(path, pack_id=PACK, scope=Scope("Heron-2"), actor="A. Person").close()
    return path


def _evidence(path: Path) -> dict[str, str]:
    with Document.open(path, read_only=True) as document:
        return {item.name: item.sha256 for item in document.inputs().evidence}
