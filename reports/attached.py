"""The assessment attached to a report, as the moment that the report was made from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from asl_desktop import codec
from asl_desktop.domain.inputs import Inputs
from asl_desktop.errors import FileMissing, UserError, VerifyImpossible
from asl_desktop.files import open_ordinary
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.outcome import DOCUMENT_FORMAT
from asl_desktop.services.packs import load_pack

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.domain.pack import Pack


def attached_snapshot(path: Path) -> Snapshot:
    """Return the snapshot that a report speaks from, judged anew under the same framework on the same day.

    Raises:
        FileMissing: there is no file at ``path``.
        VerifyImpossible: ``detail`` says why it cannot be told: no assessment or several are attached, the data does
            not give the digest that it states, or its framework is not installed here.
    """
    (document,) = _documents(path)
    try:
        pack = _framework(path, document["pack"])
        inputs = codec.from_json(Inputs, document["inputs"])
        found = snapshot_of(pack, inputs, as_of=date.fromisoformat(document["as_of"]))
        stated = str(document["snapshot_digest"])
    except (KeyError, TypeError, ValueError, ValidationError, RecursionError) as error:
        raise VerifyImpossible(path=path, detail="the assessment attached to it cannot be read") from error
    if found.digest != stated:
        raise VerifyImpossible(path=path, detail="the assessment attached to it is not the one that it names")
    return found


def _documents(path: Path) -> tuple[dict[str, Any]]:
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    from reports.pdf_contents import attachments
    from reports.quiet import library_silenced

    try:
        with library_silenced(), open_ordinary(path) as stream:
            files = attachments(PdfFileReader(stream, strict=True))
    except FileNotFoundError as error:
        raise FileMissing(path=path) from error
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise VerifyImpossible(path=path, detail="it cannot be read as a report") from error
    found = [document for data in files.values() if (document := _document(data))]
    if len(found) != 1:
        detail = "several assessments are attached to it" if found else "no assessment is attached to it"
        raise VerifyImpossible(path=path, detail=detail)
    return (found[0],)


def _document(data: bytes) -> dict[str, Any]:
    try:
        content = codec.parse(data)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) and content.get("format") == DOCUMENT_FORMAT else {}


def _framework(path: Path, named: dict[str, Any]) -> Pack:
    try:
        pack = load_pack(str(named["id"]))
    except UserError as error:
        raise VerifyImpossible(path=path, detail=f'its framework "{named["id"]}" is not installed here') from error
    if pack.digest != named["digest"]:
        detail = f'its framework "{pack.id}" is installed here with other content than it was made under'
        raise VerifyImpossible(path=path, detail=detail)
    return pack
