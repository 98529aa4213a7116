"""Files and folders on their way into an assessment: a folder is looked through and asked about once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from asl_desktop.domain.wording import size
from asl_desktop.errors import Cancelled
from asl_desktop.i18n import ntr, tr
from asl_desktop.progress import Progress
from ui import dialogs_seam
from ui.plain import visible
from ui.session import Pasted, Session, cause_of

if TYPE_CHECKING:
    from asl_desktop.services.evidence import Contents


def take_in(
    owner: QWidget,
    session: Session,
    sources: tuple[Path | Pasted, ...],
    *,
    then: Callable[[tuple[Path | Pasted, ...]], object],
    tell: Callable[[str], object],
) -> None:
    """Call ``then`` with no folders: the files given, and those in the folders given once a person has agreed.

    ``tell`` gets one sentence when a folder cannot be read or holds nothing.
    """
    folders = tuple(source for source in sources if isinstance(source, Path) and source.is_dir())
    files = tuple(source for source in sources if source not in folders)
    if not folders:
        then(files)
        return

    def _look(progress: Progress) -> tuple[Contents, ...]:
        from asl_desktop.services.evidence import contents_of

        return tuple(contents_of(folder, progress=progress) for folder in folders)

    def _ask(found: tuple[Contents, ...]) -> None:
        inside = tuple(path for contents in found for path in contents.files)
        if inside and _agrees(owner, folders, found):
            then((*files, *inside))
            return
        if not inside:
            tell(tr("{named} holds no files that could be evidence.").format(named=_named(folders)))
        if files:
            then(files)

    def _failed(error: BaseException) -> None:
        if not isinstance(error, Cancelled):
            tell(cause_of(error))

    session.run_beside(lambda _, progress: _look(progress), done=_ask, failed=_failed)


def _agrees(owner: QWidget, folders: tuple[Path, ...], found: tuple[Contents, ...]) -> bool:
    count = sum(len(contents.files) for contents in found)
    total = sum(contents.size for contents in found)
    left_out = [f"{visible(sentence)}." for contents in found for sentence in contents.left_out]
    holds = "holds" if len(folders) == 1 else "hold"
    files = ntr("{count} file", "{count} files", count).format(count=count)
    text = tr("{named} {holds} {files}, {size}, folders below included.").format(
        named=_named(folders), holds=holds, files=files, size=size(total)
    )
    question = tr("Each becomes a piece of evidence of its own, under the name of the file.")
    whole = "\n".join((text, *left_out, "", question))
    return dialogs_seam.ask(owner, tr("Take in a folder"), whole, yes=tr("Take in {files}").format(files=files))


def _named(folders: tuple[Path, ...]) -> str:
    return (
        visible(folders[0].name or str(folders[0]))
        if len(folders) == 1
        else tr("{count} folders").format(count=len(folders))
    )
