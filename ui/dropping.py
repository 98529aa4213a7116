"""Files dropped on the window: an assessment opens, a report is verified on its page, the rest is evidence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData

from asl_desktop.i18n import tr

if TYPE_CHECKING:
    from ui.main_window import MainWindow

ASSESSMENT = ".asl"


def files_in(data: QMimeData) -> tuple[Path, ...]:
    """Return the local files and folders of a drag; what lies elsewhere is no file here."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


def take_dropped(window: MainWindow, paths: Iterable[Path]) -> None:
    """Do with dropped files what somebody who drops them here wants.

    One assessment opens in place of what is open. Anything else goes to the page in front, if that takes files, or to
    the evidence of the open assessment; where none is open, that is said.
    """
    files = tuple(paths)
    window.activateWindow()
    if len(files) == 1 and files[0].suffix.lower() == ASSESSMENT:
        window.open_file(files[0])
        return
    bench = window.workbench
    if bench is None:
        name = files[0].name if len(files) == 1 else tr("What was dropped")
        window.start.tell(
            tr("No assessment is open"),
            tr(
                "{name} is not an assessment. Open or begin one first; then drop files on it as evidence, or a report "
                "on its report page to verify it."
            ).format(name=name),
        )
        return
    if bench.session.read_only:
        window.tell(tr("Nothing was taken in"), tr("This assessment is open for reading only."))
        return
    if bench.page is None or not bench.page.take_files(files):
        bench.go("evidence")
        if bench.page is not None:
            bench.page.take_files(files)
