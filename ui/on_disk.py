"""What the window does with an open document on the storage lane: read it, write changes into it, leave it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from asl_desktop.domain.inputs import Inputs
from asl_desktop.domain.pack import Pack
from asl_desktop.domain.records import Record
from asl_desktop.errors import UserError
from ui.sweeping import unswept

if TYPE_CHECKING:
    from asl_desktop.services.seen import Setback
    from asl_desktop.storage.document import Document

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Removal:
    """A record that is to go."""

    kind: str
    key: str


Change: TypeAlias = Record | Removal


@dataclass(frozen=True, slots=True)
class Loaded:
    """What opening a document gives: the document and what it holds, read on the storage lane.

    Attributes:
        setback: what this computer saw of the file and misses in it now.
    """

    document: Document
    pack: Pack
    inputs: Inputs
    setback: Setback | None = None


def load(document: Document) -> Loaded:
    """Read what the window needs from an open document, which is closed if that fails; call it on the storage lane."""
    from asl_desktop.services.seen import look, remember

    try:
        setback = look(document)
        if setback is None:
            remember(document)
        with unswept():
            return Loaded(document, document.pack(), document.inputs(), setback)
    except BaseException:
        document.close()
        raise


def store(document: Document, changes: Sequence[Change], *, actor: str) -> None:
    """Write changes in order and wait until each is durable; consecutive records share one transaction."""
    from asl_desktop.services.recording import record

    batch: list[Record] = []

    def _write_batch() -> None:
        if batch:
            record(document, *batch, actor=actor).result()
            batch.clear()

    for change in changes:
        if isinstance(change, Removal):
            _write_batch()
            document.remove(change.kind, change.key, actor=actor).result()
        else:
            batch.append(change)
    _write_batch()


def leave(document: Document) -> None:
    """Keep how far a document has come on this computer, and close it."""
    from asl_desktop.services.seen import remember

    if document.closed:
        return
    try:
        remember(document)
    except UserError as error:
        log.info("how far the document has come could not be read any more: %s", error.code)
    finally:
        document.close()
