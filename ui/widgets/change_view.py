"""What a step of the history changed: old and new text of each field as one, marked by colour and by line."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QTextEdit

from asl_desktop.i18n import tr
from ui.plain import visible
from ui.theme import font, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asl_desktop.services.history import FieldChange, History, RecordChange, Step
    from asl_desktop.services.text_comparison import Piece

_MOST_RECORDS = 40


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field with its comparison, made on the work lane."""

    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """What one record became, ready to be painted."""

    title: str
    fields: tuple[ShownField, ...]
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole step, ready to be painted; ``more`` counts the records left out."""

    records: tuple[ShownRecord, ...]
    more: int
    traces: tuple[tuple[str, str], ...]


def prepare(history: History, step: Step) -> Shown:
    """Compare what a step changed; for the work lane."""
    found = tuple(itertools.islice(history.changes(step), _MOST_RECORDS))
    count = len({event.reference for event in step.events})
    newest = step.events[0]
    traces = (
        (
            tr("Event"),
            tr("{seq}, number {n} of device {device}").format(seq=newest.seq, n=newest.n, device=newest.device),
        ),
        (tr("Hash"), newest.hash),
    )
    return Shown(tuple(_shown(change) for change in found), count - len(found), traces)


def _shown(change: RecordChange) -> ShownRecord:
    fields = tuple(ShownField(field.name, _pieces(field)) for field in change.fields)
    return ShownRecord(change.subject.long, fields, change.was, change.now)


def _pieces(field: FieldChange) -> tuple[Piece, ...]:
    from asl_desktop.services.text_comparison import Piece, compared

    pieces = compared(field.old, field.new)
    same = sum(len(piece.text) for piece in pieces if piece.kind == "same")
    if same * 3 < min(len(field.old), len(field.new)):  # hardly a word stayed: two texts read better than a patchwork
        return tuple(piece for piece in (Piece("old", field.old), Piece("new", field.new)) if piece.text)
    return pieces


class ChangeView(QTextEdit):
    """Shows a step to be read and copied. What is gone is struck through, what is new is underlined."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setAccessibleName(tr("What changed"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self._shown: Shown | None = None

    def show_change(self, shown: Shown | None) -> None:
        """Paint a step, or nothing."""
        self._shown = shown
        self.clear()
        if shown is None:
            return
        cursor = self.textCursor()
        for number, record in enumerate(shown.records):
            self._add_record(cursor, record, first=number == 0, many=len(shown.records) + shown.more > 1)
        if shown.more:
            _add(cursor, tr("And {more} more. Choose one above to see it.").format(more=shown.more), _muted(), above=16)
        if len(shown.records) == 1 and not shown.more:
            record = shown.records[0]
            traces = (
                (tr("Digest before"), record.was or "none"),
                (tr("Digest after"), record.now or "none"),
                *shown.traces,
            )
            for number, (name, text) in enumerate(traces):
                _add(cursor, f"{name}: {text}", _muted(), above=24 if number == 0 else 2)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self._shown is not None:
            self.show_change(self._shown)
        super().changeEvent(event)

    def _add_record(self, cursor: QTextCursor, record: ShownRecord, *, first: bool, many: bool) -> None:
        if many:
            _add(cursor, record.title, _format(13, 600), above=0 if first else 24)
        if not record.fields:
            _add(cursor, tr("The content stayed the same."), _muted(), above=4)
        for number, field in enumerate(record.fields):
            _add(cursor, field.name, _format(12, 600, "muted"), above=0 if number == 0 and not many else 12)
            self._add_pieces(cursor, field.pieces, plain=not record.was)

    def _add_pieces(self, cursor: QTextCursor, pieces: Iterable[Piece], *, plain: bool) -> None:
        """Put the comparison of a field; where nothing was before, what is new needs no marks."""
        found = tuple(pieces)
        apart = [piece.kind for piece in found] == ["old", "new"]
        _add(cursor, "", _format(), above=4)
        for piece in found:
            if apart and piece.kind == "new":
                _add(cursor, "", _format(), above=2)
            cursor.insertText(visible(piece.text), _format() if plain else _FORMATS[piece.kind]())


def _add(cursor: QTextCursor, text: str, format_: QTextCharFormat, *, above: int) -> None:
    """Begin a paragraph with so much space above it."""
    block = QTextBlockFormat()
    block.setTopMargin(above)
    block.setLineHeight(130, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    if cursor.atStart() and cursor.block().text() == "":
        cursor.setBlockFormat(block)
        cursor.setCharFormat(format_)
    else:
        cursor.insertBlock(block, format_)
    cursor.insertText(visible(text), format_)


def _format(size: int = 13, weight: int = 400, role: str = "text") -> QTextCharFormat:
    result = QTextCharFormat()
    result.setFont(font(size, weight))
    result.setForeground(tokens().color(role))
    return result


def _muted() -> QTextCharFormat:
    return _format(12, 400, "muted")


def _old() -> QTextCharFormat:
    result = _format()
    result.setFontStrikeOut(True)
    result.setBackground(tokens().color("danger_soft"))
    return result


def _new() -> QTextCharFormat:
    result = _format()
    result.setFontUnderline(True)
    result.setBackground(tokens().color("ok_soft"))
    return result


_FORMATS = {"same": _format, "old": _old, "new": _new}
