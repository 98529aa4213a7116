"""Signed statements on how far the history of an assessment had come, and holding a file against one.

What is signed is the canonical JSON of document, events, head, at and program, so that anybody can check it with the
certificate and a library for signatures.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from asl_desktop import __version__, codec
from asl_desktop.clock import Clock, SystemClock, new_id, stamp
from asl_desktop.errors import UserError, VerifyImpossible
from asl_desktop.files import open_ordinary, put_new, staged, writing
from asl_desktop.i18n import tr
from asl_desktop.storage.model import Checkpoint, Head
from reports.statements import Proof, StatementResult, check_statement, sign_statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography import x509

    from asl_desktop.storage.document import Document
    from reports.identity import Identity

FORMAT = "asl-checkpoint-1"
SUFFIX = ".checkpoint"
_STATED = ("document", "events", "head", "at", "program")
_MAX_FILE = 1 << 20


def sign_checkpoint(
    document_id: str,
    head: Head,
    identity: Identity,
    *,
    clock: Clock = SystemClock(),  # noqa: B008
) -> Checkpoint:
    """Return a signed statement that the history of a document had come to this head."""
    unsigned = Checkpoint(
        id=new_id(),
        document=document_id,
        events=head.events,
        head=head.hash,
        at=stamp(clock),
        program=__version__,
    )
    proof = sign_statement(statement(unsigned), identity)
    return replace(unsigned, signer=proof.signer, certificates=proof.certificates, signature=proof.signature)


def statement(checkpoint: Checkpoint) -> bytes:
    """Return the bytes that are signed."""
    return codec.canonical({name: getattr(checkpoint, name) for name in _STATED})


def check_checkpoint(
    checkpoint: Checkpoint, *, anchors: Sequence[x509.Certificate], moment: datetime
) -> StatementResult:
    """Check signature and signer of a checkpoint; what it says of the history is another question."""
    proof = Proof(checkpoint.signer, checkpoint.certificates, checkpoint.signature)
    return check_statement(statement(checkpoint), proof, what=tr("The checkpoint"), anchors=anchors, moment=moment)


def keep_checkpoint(
    document: Document,
    head: Head,
    identity: Identity,
    *,
    actor: str,
    clock: Clock = SystemClock(),  # noqa: B008
) -> str:
    """Sign a checkpoint of this head and keep it in the document; returns why it could not be kept, else nothing.

    Not being able to is no reason to withhold a signed report, which names the same head under its own signature. The
    caller has seen to it that the history is unbroken.
    """
    checkpoint = sign_checkpoint(document.document_id, head, identity, clock=clock)
    try:
        document.add_checkpoint(checkpoint, actor=actor).result()
    except UserError as error:
        from asl_desktop.messages import message_for

        return f"The checkpoint was not kept in the assessment. {message_for(error).text}"
    return ""


def write_checkpoint(checkpoint: Checkpoint, path: Path) -> Path:
    """Write a checkpoint to a small file of its own, never over another file.

    Raises:
        FileExists: something is there already.
        OutputNotWritable, DiskFull: nothing is left at ``path``.
    """
    data = json.dumps({"format": FORMAT, **codec.to_json(checkpoint)}, indent=1, sort_keys=True).encode() + b"\n"
    with writing(path), staged(path, mode=0o644) as part:
        part.write_bytes(data)
        put_new(part, path)
    return path


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint file; its signature is not checked here.

    Raises:
        VerifyImpossible: it is missing, cannot be read, or is no checkpoint.
    """
    try:
        with open_ordinary(path) as stream:
            data: Any = json.loads(stream.read(_MAX_FILE))
        if data.pop("format") != FORMAT:
            raise VerifyImpossible(path=path, detail="it is no checkpoint that this program knows")
        return codec.from_json(Checkpoint, data)
    except OSError as error:
        raise VerifyImpossible(path=path, detail=error.strerror or str(error)) from error
    except (ValueError, ValidationError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise VerifyImpossible(path=path, detail="it is not a checkpoint file") from error
