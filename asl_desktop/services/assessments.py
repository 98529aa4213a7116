"""Create and open assessments, and take the snapshot that every view, report and output speaks from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asl_desktop import codec
from asl_desktop.clock import Clock, SystemClock, today
from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import Inputs, Scope
from asl_desktop.domain.records import KINDS
from asl_desktop.services.checks import check_record
from asl_desktop.services.packs import load_pack
from asl_desktop.services.snapshot_digest import SNAPSHOT_FORMAT, SnapshotDigester
from asl_desktop.storage import locking
from asl_desktop.storage.document import Document, Head
from asl_desktop.storage.outside import look_at, settled

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from asl_desktop.domain.pack import Pack
    from asl_desktop.storage.keys import Secret


def create_assessment(
    path: Path,
    *,
    pack_id: str,
    scope: Scope,
    actor: str,
    clock: Clock | None = None,
    secret: Secret | None = None,
) -> Document:
    """Create an assessment file under an installed framework and return it open for writing; encrypted with a secret.

    Raises:
        PackUnknown: no installed pack has this id.
        ValueRefused: the scope lacks the model or holds text that cannot be kept.
        FileExists: there is a file at ``path``; it is left as it is.
        OutputNotWritable: the folder cannot be written.
        PassphraseRefused: the passphrase is too short, or a recovery key was given.
    """
    pack = load_pack(pack_id)
    check_record(pack, Inputs(scope=scope), scope)
    return Document.create(path, pack=pack, scope=scope, actor=actor, clock=clock or SystemClock(), secret=secret)


def open_assessment(
    path: Path,
    *,
    read_only: bool = False,
    clock: Clock | None = None,
    secret: Secret | None = None,
    as_recorded: bool = True,
) -> Document:
    """Open an assessment file; an encrypted one with its passphrase or recovery key.

    What it says must be what its history says, or a value that nobody recorded would be shown and judged. Whether the
    history itself is whole takes longer to find out: see :meth:`Document.require_unbroken`, due before anything is
    signed. ``as_recorded=False`` is for those who look for exactly that, or only carry the file elsewhere.

    Raises:
        FileMissing, FileNotAssessment, FileDamaged, FileTooNew, FileLocked: each leaves the file as it is.
        FileTampered: made by another program, or changed past its history.
        FileMarkedElsewhere: see :func:`take_over`.
        PassphraseNeeded, PassphraseWrong, PassphraseRefused: so do these.
    """
    document = Document.open(path, read_only=read_only, clock=clock or SystemClock(), secret=secret)
    try:
        if as_recorded:
            document.require_recorded()
    except BaseException:
        document.close()
        raise
    return document


def is_encrypted(path: Path) -> bool:
    """Say from outside whether a file looks like an encrypted assessment; a plain one says no.

    Raises:
        FileMissing, FileNotAssessment, FileDamaged, FileTampered: it can be neither.
    """
    return look_at(settled(path)).encrypted


def take_over(path: Path) -> None:
    """Let a file be opened for writing that is marked as open on another computer; only a person knows that it is not.

    Raises:
        FileMissing: nothing is there.
        FileLocked: a program on this computer has it open.
        OutputNotWritable: the mark cannot be taken away.
    """
    path = settled(path)
    look_at(path)
    locking.take_over(path)


def take_snapshot(document: Document, *, as_of: date | None = None, clock: Clock | None = None) -> Snapshot:
    """Return the present moment of a document with its determination.

    The day is ``as_of``, else the one that the scope names, else today (UTC).
    """
    head, inputs = _together(document)
    day = as_of or inputs.scope.as_of or today(clock or SystemClock())
    return snapshot_of(document.pack(), inputs, as_of=day, head=head, document_id=document.document_id)


def _together(document: Document) -> tuple[Head, Inputs]:
    """Return inputs with the head that belongs to them, also while somebody is typing."""
    head = document.head()
    while True:
        inputs = document.inputs()
        later = document.head()
        if later == head:
            return head, inputs
        head = later


def snapshot_of(
    pack: Pack,
    inputs: Inputs,
    *,
    as_of: date,
    head: Head | None = None,
    document_id: str = "",
    digester: SnapshotDigester | None = None,
) -> Snapshot:
    """Return the snapshot of plain data: same pack, inputs and day, same digest and determination.

    ``digester`` makes the next snapshot of the same assessment cheaper; it changes nothing else.
    """
    return Snapshot(
        pack=pack,
        inputs=inputs,
        as_of=as_of,
        determination=determine(pack, inputs, as_of),
        digester=(digester or SnapshotDigester()).digest,
        events=head.events if head else 0,
        head=head.hash if head else "",
        document_id=document_id,
    )


def inputs_json(inputs: Inputs) -> dict[str, Any]:
    """Return the inputs as JSON data with the records of each kind in the order of their keys."""
    data: dict[str, Any] = {}
    for kind in KINDS:
        held = getattr(inputs, kind.field)
        data[kind.field] = (
            codec.to_json(held) if kind.single else [codec.to_json(item) for item in sorted(held, key=kind.key)]
        )
    return data


def digest_subject(pack: Pack, inputs: Inputs, as_of: date) -> dict[str, Any]:
    """Return exactly the data whose canonical SHA-256 is the snapshot digest."""
    data = inputs_json(inputs)
    return {
        "format": SNAPSHOT_FORMAT,
        "pack_digest": pack.digest,
        "as_of": as_of.isoformat(),
        "plan": data.pop("plan"),
        "inputs": data,
        "evidence_digests": sorted(item.sha256 for item in inputs.evidence),
    }
