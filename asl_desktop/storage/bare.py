"""Bare rows for whoever looks for what was tampered with: text that is none must not stop the looking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlcipher3 import dbapi2

from asl_desktop.storage.troubles import trouble_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asl_desktop.storage.connection import RawConnection
    from asl_desktop.storage.reader import Reader

T = TypeVar("T")


class Bare:
    """Runs queries on the connection of a reader, one at a time and past the mapping."""

    def __init__(self, reader: Reader, path: Path) -> None:
        self._reader = reader
        self._path = path

    def run(self, use: Callable[[RawConnection], T]) -> T:
        """Run something on the connection; bytes that are no text come back as half characters (surrogates).

        Raises:
            UserError: for whatever the file is at fault for.
        """
        try:
            try:
                found: T = self._reader.raw(use)
            except dbapi2.OperationalError as error:
                if "decode" not in str(error):
                    raise
                found = self._reader.raw(lambda raw: _leniently(raw, use))
        except (dbapi2.Error, MemoryError) as error:
            raise trouble_of(error, self._path) from error
        return found

    def rows(self, query: str, *values: object) -> list[Any]:
        """Return all rows of a query; see :meth:`run`."""
        return self.run(lambda raw: list(raw.execute(query, values)))

    def together(self, use: Callable[[RawConnection], T]) -> T:
        """Run something that must see one moment of the file; see :meth:`run`."""

        def at_one_moment(raw: RawConnection) -> T:
            raw.execute("BEGIN")
            try:
                return use(raw)
            finally:
                raw.execute("COMMIT")

        return self.run(at_one_moment)


def _leniently(raw: RawConnection, use: Callable[[RawConnection], T]) -> T:
    raw.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    try:
        return use(raw)
    finally:
        raw.text_factory = str


def printable(text: str) -> str:
    """Return a text without half characters."""
    return text.encode("utf-8", "replace").decode("utf-8")


def one_line(text: str) -> str:
    """Return a sentence in which no name from the file can begin a line of its own, or hide a part of it."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
