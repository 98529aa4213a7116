"""From records to rows: each record whole as canonical JSON, and beside it the columns that queries ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError
from rfc8785 import CanonicalizationError

from asl_desktop import codec
from asl_desktop.domain.records import KIND_BY_NAME, Record, kind_of
from asl_desktop.errors import ValueRefused
from asl_desktop.storage.bounds import MAX_NAME, MAX_RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl_desktop.domain.inputs import EvidenceLink


@dataclass(frozen=True, slots=True)
class Item:
    """A validated record on its way into the file; ``text`` is its canonical JSON."""

    kind: str
    key: str
    record: Record
    data: Any
    text: str

    @property
    def reference(self) -> str:
        """Such as ``answer:QC-20``."""
        return f"{self.kind}:{self.key}"


def item_of(record: Record) -> Item:
    """Validate a record and write it canonically.

    Raises:
        ValueRefused: when the record would not come back as it is: a wrong type or word, a number that is no number,
            a NUL or half a character in a text.
    """
    kind = kind_of(record)
    try:
        data = codec.adapter(kind.record).dump_python(record, mode="json", warnings="none")
        text = codec.canonical(data).decode()
        restored = codec.adapter(kind.record).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ValueRefused(field=f"{kind.name}.{field}", problem=first["msg"]) from error
    except (PydanticSerializationError, CanonicalizationError, UnicodeError, ValueError) as error:
        raise ValueRefused(field=kind.name, problem=str(error)) from error
    if "\\u0000" in text and _holds_nul(data):  # the text alone may also be a backslash that somebody typed
        raise ValueRefused(field=kind.name, problem="a text contains a NUL character")
    key = kind.key(restored)
    if not key:
        raise ValueRefused(field=kind.name, problem="it has no name")
    if len(key) > MAX_NAME:
        raise ValueRefused(field=kind.name, problem=f"its name has more than {MAX_NAME} characters")
    if len(text.encode()) > MAX_RECORD:
        raise ValueRefused(field=f"{kind.name}:{key}", problem="it is longer than 1 MiB; attach long texts as files")
    return Item(kind=kind.name, key=key, record=cast("Record", restored), data=data, text=text)


def record_of(kind: str, text: str) -> Record:
    """Read a record back.

    Raises:
        pydantic.ValidationError: when the text does not describe a record of this kind.
    """
    return cast("Record", codec.adapter(KIND_BY_NAME[kind].record).validate_json(text))


def pack_body(data: dict[str, Any]) -> bytes:
    """Return a pack as it is kept: canonical JSON without the digest, which is the SHA-256 of just these bytes."""
    return codec.canonical({name: value for name, value in data.items() if name != "digest"})


def columns_of(kind: str, record: Record) -> dict[str, object]:
    """Return the typed columns of a record's row, beside key, event and the record itself."""
    names, special = _COLUMNS[kind]
    values: dict[str, object] = {name: _plain(getattr(record, name)) for name in names}
    if special is not None:
        values |= special(record)
    return values


def cited_evidence(record: Record) -> tuple[str, ...]:
    """Return the digests of the evidence a record links to."""
    links: tuple[EvidenceLink, ...] = getattr(record, "evidence", ())
    return tuple(link.evidence for link in links)


def _holds_nul(data: Any) -> bool:
    if isinstance(data, str):
        return "\x00" in data
    if isinstance(data, dict):
        return any(_holds_nul(part) for pair in data.items() for part in pair)
    return isinstance(data, list) and any(_holds_nul(part) for part in data)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def _report_kind(record: Any) -> dict[str, object]:
    return {"report": record.report.kind, "gap": float(record.gap)}


_COLUMNS: Mapping[str, tuple[tuple[str, ...], Callable[[Any], dict[str, object]] | None]] = {
    "scope": (("model", "checkpoint", "title", "as_of"), None),
    "plan": (("pack_digest", "locked_at", "locked_by"), None),
    "answer": (("state", "confidence", "marked_for_review", "confirmed_by", "author", "at"), None),
    "measurement": (
        ("indicator", "model", "checkpoint", "run_status", "produced", "valid_until", "set_aside_by", "author", "at"),
        _report_kind,
    ),
    "showing": (("showing", "threshold", "status", "by", "at"), None),
    "requirement": (("status", "owner", "due", "ends", "author", "at"), None),
    "evidence": (("name", "size", "media_type", "title", "valid_until", "author", "at"), None),
    "decision": (("outcome", "by", "at"), None),
    "interim": (("by", "ends", "at"), None),
    "specification": (("track", "standard", "author", "dated"), None),
}
