"""Make a new assessment from what is left of a damaged file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.clock import Clock, SystemClock, stamp
from asl_desktop.errors import PackUnknown
from asl_desktop.progress import Silent
from asl_desktop.services.packs import load_pack
from asl_desktop.storage.model import Salvaged
from asl_desktop.storage.salvage import salvage_file

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.domain.pack import Pack
    from asl_desktop.progress import Progress
    from asl_desktop.storage.keys import Secret

__all__ = ["Salvaged", "salvage"]


def salvage(
    path: Path,
    target: Path,
    *,
    actor: str,
    secret: Secret | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Salvaged:
    """Write what can be read of a damaged file to a new one; the damaged one is only ever read.

    The new file has the history as far as it is whole, then one act of ``actor`` with everything else that could be
    read. It is checked like any other before it appears. A sound file gives one with the same history and nothing lost.

    Args:
        path: the damaged file.
        target: the new file, encrypted with the same key as the old one.
        actor: who is named for what is put in anew.
        secret: passphrase or recovery key of an encrypted file; the latter helps even when the first page is lost.
        progress: told how far it is.
        clock: the time that is written beside what is put in anew.

    Raises:
        FileMissing, FileNotAssessment: there is nothing to read.
        FileDamaged: nothing is left that an assessment could be made of.
        FileLocked: it is open in this program.
        PassphraseNeeded, PassphraseWrong, PassphraseRefused: it is encrypted.
        FileExists, OutputNotWritable, DiskFull, SaveFailed: the new file; nothing is left at ``target``.
        Cancelled: likewise.
    """
    return salvage_file(
        path,
        target,
        secret=secret,
        installed=_installed,
        actor=actor,
        at=stamp(clock or SystemClock()),
        progress=progress or Silent(),
    )


def _installed(pack_id: str, version: str) -> Pack | None:
    try:
        pack = load_pack(pack_id)
    except PackUnknown:
        return None
    return pack if pack.version == version else None
