"""11.20: every page in two themes and two sizes: nothing scrolls sideways, and two runs draw the same pixels."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asl_desktop.progress import Silent
from asl_desktop.services.examples import DEFAULT_EXAMPLE, build_example
from ui_checks.found import Found
from ui_checks.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QWidget

THEMES = ("light", "dark")
SIZES = ((1366, 768, 1.0), (911, 512, 1.5))
"""Logical width and height, and pixels of the screen per logical one."""
MOST_CHANGED, STEP = 0.001, 8
"""The share of pixels that may differ, and by how much a channel has to differ to count."""
_WIDE = 3000


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one process drew: pictures by name, and sentences about what scrolls sideways or is cut off."""

    folder: Path
    wide: tuple[str, ...]
    planted: int


def run(folder: Path, *, short: bool) -> Found:
    """Draw everything in two processes per size and compare; the control plants a label that is too wide."""
    example = folder / "example.asl"
    build_example(DEFAULT_EXAMPLE, example, progress=Silent()).close()
    told: list[str] = []
    pictures, worst, planted = 0, 0.0, 0
    for size in SIZES[:1] if short else SIZES:
        one, other = (_draw(folder / f"{name}-{size[0]}", example, size) for name in ("one", "other"))
        told += one.wide
        planted += one.planted
        for picture in sorted(one.folder.glob("*.png")):
            pictures += 1
            changed = share_changed(picture, other.folder / picture.name)
            worst = max(worst, changed)
            if changed > MOST_CHANGED:
                told.append(f"{picture.name} at {size[0]}: {changed:.2%} of the pixels differ between two runs")
    blank = share_changed(*sorted((folder / f"one-{SIZES[0][0]}").glob("*.png"))[:2])
    return Found(
        passed=not told and planted > 0 and blank > MOST_CHANGED,
        bar=f"no page scrolls sideways; at most {MOST_CHANGED:.1%} of the pixels differ between two runs",
        figures={"pictures": pictures, "most pixels changed %": round(worst * 100, 4)},
        control=f"a label of {_WIDE} px is seen; two different pages differ by {blank:.1%}",
        told=tuple(told),
    )


def share_changed(one: Path, other: Path) -> float:
    """Return the share of pixels in which two pictures differ visibly; 1 when their sizes differ."""
    from PIL import Image, ImageChops

    with Image.open(one) as first, Image.open(other) as second:
        if first.size != second.size:
            return 1.0
        difference = ImageChops.difference(first.convert("RGB"), second.convert("RGB"))
        channels = [channel.point(lambda value: 255 if value > STEP else 0) for channel in difference.split()]
        changed = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
        return changed.histogram()[255] / (first.width * first.height)


def _draw(folder: Path, example: Path, size: tuple[int, int, float]) -> Drawn:
    """Draw all pages in a process of their own, as Qt takes the scale when it starts."""
    place = folder.parent / "drawn"  # pages show where the file is, so it is the same place each time
    place.mkdir()
    shutil.copy(example, place / "example.asl")
    command = [sys.executable, "-m", "ui_checks.screenshots", str(place), *map(str, size)]
    environment = os.environ | {"QT_SCALE_FACTOR": str(size[2])}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise RuntimeError(f"the pages could not be drawn: {done.stderr[-2000:]}")
    place.rename(folder)
    found = json.loads((folder / "found.json").read_text())
    return Drawn(folder, tuple(found["wide"]), found["planted"])


def main(arguments: list[str]) -> int:
    """Draw every page at one size into a folder that holds the example; used by :func:`run`."""
    from benchmarks.window import bench_of, opened, settle
    from ui.pages.registry import PAGES

    folder, width, height = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    wide: list[str] = []
    with opened(folder / "example.asl") as window:
        bench = bench_of(window)
        for theme in THEMES:
            window.choose_theme("light" if theme == "light" else "dark")
            window.resize(width, height)
            for spec in PAGES:
                bench.go(spec.page_id)
                settle()
                window.operations.drain()  # what a page reads in the background belongs into its picture
                settle()
                settle()
                wide += [f"{spec.page_id}, {theme}, {width}: {sentence}" for sentence in sideways(window)]
                window.grab().save(str(folder / f"{spec.page_id}-{theme}.png"))
        planted = _planted(bench.page, window) if bench.page is not None else 0
    (folder / "found.json").write_text(json.dumps({"wide": wide, "planted": planted}))
    return 0


def sideways(window: QWidget) -> Iterator[str]:
    """Yield a sentence for each part of a window that scrolls sideways, or whose right end cannot be seen."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QAbstractScrollArea, QLineEdit, QPlainTextEdit, QTableView

    for area in window.findChildren(QAbstractScrollArea):
        if not area.isVisible() or isinstance(area, QLineEdit | QPlainTextEdit | QTableView):
            continue  # a table of evidence is as wide as what it shows
        bar = area.horizontalScrollBar()
        name = area.accessibleName() or type(area).__name__
        if bar.isVisible():
            yield f"{name} has a horizontal scroll bar"
        elif bar.maximum() > 0 and area.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
            yield f"{name} is cut off by {bar.maximum()} px on the right"


def _planted(page: QWidget, window: QWidget) -> int:
    """Put something too wide on a page and return how often it is seen."""
    from PySide6.QtWidgets import QLabel, QScrollArea

    from benchmarks.window import settle

    for area in page.findChildren(QScrollArea):
        label = QLabel("too wide")
        label.setFixedWidth(_WIDE)
        inner = area.widget()
        layout = inner.layout() if inner is not None else None
        if layout is not None:
            layout.addWidget(label)
    settle()
    settle()
    return len(list(sideways(window)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
