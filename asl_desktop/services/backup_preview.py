"""A look at a backup before it is restored: what it holds, and what was done to the present file since."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asl_desktop.domain import wording
from asl_desktop.domain.records import KINDS
from asl_desktop.errors import UserError
from asl_desktop.i18n import tr
from asl_desktop.services.assessments import is_encrypted, open_assessment
from asl_desktop.services.differences import Differences, compare
from asl_desktop.services.record_words import counted, moment
from asl_desktop.storage.keys import RecoveryKey

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.domain.inputs import Inputs
    from asl_desktop.services.backup_notes import Backup
    from asl_desktop.storage.document import Document
    from asl_desktop.storage.keys import Secret


@dataclass(frozen=True, slots=True)
class Preview:
    """What a look at a backup and the present file found.

    Attributes:
        holds: what the backup holds and who changed it last, as a sentence.
        found: what differs, from the backup to the present file; None when that cannot be opened.
        trouble: why the present file cannot be opened; None when it can.
        key: opens the backup again without its passphrase; None for a plain one.
    """

    holds: str
    found: Differences | None = None
    trouble: UserError | None = None
    key: RecoveryKey | None = field(default=None, repr=False)


def look_into(backup: Backup, present: Path, *, secret: Secret | None = None) -> Preview:
    """Open a backup and, where that can be done, the present file, and compare them; neither is changed.

    Args:
        backup: the backup.
        present: where the assessment is or was.
        secret: what opens the backup, and the present file when it is encrypted.

    Raises:
        PassphraseNeeded, PassphraseWrong, PassphraseRefused: the backup is encrypted and the secret does not open it.
        FileMissing, FileDamaged, FileTampered, FileTooNew: the backup itself is not in order.
    """
    with open_assessment(backup.path, read_only=True, secret=secret if is_encrypted(backup.path) else None) as older:
        key = RecoveryKey.from_text(older.recovery_key()) if older.encrypted else None
        holds = _holds(older)
        try:
            with _present(present, secret) as newer:
                return Preview(holds, compare(older, newer), key=key)
        except UserError as error:
            return Preview(holds, trouble=error, key=key)


def _present(path: Path, secret: Secret | None) -> Document:
    return open_assessment(path, read_only=True, secret=secret if is_encrypted(path) else None)


def _holds(document: Document) -> str:
    counts = _counts(document.inputs())
    last = next(document.past.events())
    held = wording.listed(counts) if counts else tr("no answers yet")
    return tr("This version holds {held}. Last change by {actor} on {time}.").format(
        held=held, actor=last.actor, time=moment(last.at)
    )


def _counts(inputs: Inputs) -> list[str]:
    kinds = Counter({kind.name: len(getattr(inputs, kind.field)) for kind in KINDS if not kind.single})
    return [counted(name, count) for name, count in kinds.items() if count]
