"""Read what a PDF carries besides its pages: metadata, information entries, attachments."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils.generic import IndirectObject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.reader import PdfFileReader

_MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Carried:
    """What travels with the pages.

    Attributes:
        metadata: SHA-256 of the XMP packet, empty when there is none.
        information: the entries of the information dictionary, sorted.
        attachments: (where it is referred from, name, SHA-256) of every attached file, sorted.
    """

    metadata: str
    information: tuple[tuple[str, str], ...]
    attachments: tuple[tuple[str, str, str], ...]


def carried_by(reader: PdfFileReader) -> Carried:
    """Return what the newest revision of a file carries; for an older one, read the file up to its end."""
    root = reader.root
    metadata = _at(root, "/Metadata")
    information = _at(reader.trailer, "/Info") or {}
    return Carried(
        metadata=_digest(metadata.data) if metadata is not None else "",
        information=tuple(sorted((str(key), str(information[key])) for key in information)),
        attachments=tuple(sorted((place, name, _digest(data)) for place, name, data in _files(root))),
    )


def attachments(reader: PdfFileReader) -> dict[str, bytes]:
    """Return the files attached to the newest revision, by name."""
    return {name: data for _, name, data in _files(reader.root)}


def _files(root: Any) -> Iterator[tuple[str, str, bytes]]:
    names = _at(root, "/Names") or {}
    for specification in _tree_values(_at(names, "/EmbeddedFiles") or {}, 0):
        yield from _file("names", specification)
    for specification in _at(root, "/AF") or ():
        yield from _file("associated", _followed(specification))


def _at(holder: Any, key: str) -> Any:
    """Return an entry with its reference followed; the library's own ``get`` may hand out the reference."""
    return _followed(holder[key]) if key in holder else None


def _followed(value: Any) -> Any:
    return value.get_object() if isinstance(value, IndirectObject) else value  # type: ignore[no-untyped-call]


def _tree_values(node: Any, depth: int) -> Iterator[Any]:
    if depth > _MAX_DEPTH:
        raise ValueError("the list of attachments is nested too deeply")
    pairs = _at(node, "/Names") or ()
    for index in range(1, len(pairs), 2):
        yield _followed(pairs[index])
    for child in _at(node, "/Kids") or ():
        yield from _tree_values(_followed(child), depth + 1)


def _file(place: str, specification: Any) -> Iterator[tuple[str, str, bytes]]:
    embedded = _at(specification, "/EF") or {}
    name = str(_at(specification, "/UF") or _at(specification, "/F") or "")
    for key in ("/UF", "/F"):
        if key in embedded:
            yield place if key == "/F" else f"{place}, unicode", name, _at(embedded, key).data


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
