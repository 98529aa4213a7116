"""A document that is open is never opened a second time with plain I/O: closing that would drop SQLite's locks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from asl_desktop.errors import EvidenceMissing, FileExists, InputInvalid
from asl_desktop.services.evidence import attach_evidence, file_digest, require_readable
from asl_desktop.services.inputs_files import apply_inputs
from asl_desktop.storage.document import Document
from reports.building import require_replaceable
from reports.verifying import verify
from tests.storage_world import make

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Watch:
    """Sees every file that Python itself opens."""

    def __init__(self) -> None:
        self.path = ""
        self.seen = 0

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and self.path and str(args[0]) == self.path:
            self.seen += 1


_WATCH = _Watch()
sys.addaudithook(_WATCH)


@pytest.fixture
def document(tmp_path: Path) -> Iterator[Document]:
    with make(tmp_path / "a.asl") as made:
        _WATCH.path, _WATCH.seen = str(made.path), 0
        yield made
        _WATCH.path = ""


def test_watch_sees_a_plain_open(document: Document) -> None:
    with document.path.open("rb"):
        pass
    assert _WATCH.seen == 1


def test_open_document_as_evidence_is_refused_unopened(document: Document) -> None:
    for refused in (
        lambda: require_readable(document.path),
        lambda: file_digest(document.path),
        lambda: attach_evidence(document, document.path, actor="Ann"),
    ):
        with pytest.raises(EvidenceMissing, match="open here"):
            refused()
    assert _WATCH.seen == 0


def test_open_document_as_inputs_or_report_is_refused_unopened(document: Document) -> None:
    with pytest.raises(InputInvalid, match="open here"):
        apply_inputs(document, document.path, actor="Ann")
    with pytest.raises(FileExists):
        require_replaceable(document.path, replace=True)
    assert _WATCH.seen == 0


def test_open_document_is_verified_without_a_plain_open(document: Document) -> None:
    assert verify(document.path).ok
    assert _WATCH.seen == 0
