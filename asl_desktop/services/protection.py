"""Protect an assessment by a passphrase, change that passphrase, or take the protection away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.progress import Silent
from asl_desktop.storage.rekeying import rekey

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.progress import Progress
    from asl_desktop.storage.keys import Secret


def change_passphrase(path: Path, *, old: Secret | None, new: Secret | None, progress: Progress | None = None) -> None:
    """Put a closed assessment under another secret; content and history stay as they are.

    Copies and backups made before keep the secret they were made with, and so may remnants on the medium.

    Args:
        path: the file; nobody may have it open for writing.
        old: what opens it now; None for a plain file, which is encrypted.
        new: a passphrase; None takes the encryption away. The recovery key is another one afterwards.
        progress: told of bytes written, then of the check of the new file.

    Raises:
        PassphraseNeeded, PassphraseWrong: ``old`` does not open the file.
        PassphraseRefused: ``new`` is too short or a recovery key, or there is no encryption to take away.
        FileLocked: somebody has it open for writing.
        DiskFull: a second file of its size does not fit beside it.
        FileDamaged: something in it is not in order; see ``asl check``.
        FileMissing, FileNotAssessment, FileTampered, FileTooNew, OutputNotWritable, SaveFailed, Cancelled: as when
            opening or saving. Whatever is raised, the file is as it was.
    """
    rekey(path, old=old, new=new, progress=progress or Silent())
