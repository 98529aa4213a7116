"""Finds what the window says, and which words of it are plain English although another language is spoken."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QGroupBox,
    QLabel,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QStackedLayout,
    QTextEdit,
    QWidget,
)

from ui.plain import PlainLabel

ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)
_KEYS = ("ctrl", "alt", "shift", "enter", "return", "esc", "tab", "home")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMES = frozenset(("asl", "desktop", "sha", "utc", "pdf", "csv", "json", "kb", "mb", "gb", "bytes", *_KEYS, *_MONTHS))
"""What is called the same in every language, dates and sizes included."""
_SENTENCE = re.compile(r": |(?<=\.) ")
_DIGEST = re.compile(r"\b[0-9a-f]{4,64}\b")
_WORD = re.compile(r"[^\W\d_]{2,}")
_UNTOUCHED = frozenset("bfmpqvx")
"""Letters that the made-up language leaves as they are; a word of these alone proves nothing."""


def texts_of(root: QWidget) -> Iterator[tuple[str, str]]:
    """Yield where a text stands and the text, for everything people see or hear of a widget and all in it."""
    for widget in (root, *root.findChildren(QWidget)):
        where = f"{type(widget).__name__}"
        for name, text in _own_texts(widget):
            if text.strip():
                yield f"{where}.{name}", text
    for action in root.findChildren(QAction):
        yield "QAction.text", action.text()


def _own_texts(widget: QWidget) -> Iterator[tuple[str, str]]:
    yield "accessibleName", widget.accessibleName()
    yield "accessibleDescription", widget.accessibleDescription()
    yield "toolTip", widget.toolTip()
    if widget.isWindow():
        yield "windowTitle", widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton):
        yield "text", widget.text()
    if isinstance(widget, QGroupBox):
        yield "title", widget.title()
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        yield "placeholderText", widget.placeholderText()
    if isinstance(widget, QComboBox):
        yield from (("item", widget.itemText(at)) for at in range(widget.count()))
    elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from (("row", text) for text in _rows(widget.model()))


def _rows(model: QAbstractItemModel) -> Iterator[str]:
    for row in range(min(model.rowCount(QModelIndex()), 200)):
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())):
            for role in ROLES:
                text = model.index(row, column).data(role)
                if isinstance(text, str):
                    yield text


def strings_in(data: object) -> Iterator[str]:
    """Yield every text in records, however deep."""
    if isinstance(data, str):
        yield data
    elif dataclasses.is_dataclass(data):
        for field in dataclasses.fields(data):
            yield from strings_in(getattr(data, field.name))
    elif isinstance(data, Mapping):
        yield from strings_in(list(data))
        yield from strings_in(list(data.values()))
    elif isinstance(data, list | tuple | set | frozenset):
        for item in data:
            yield from strings_in(item)


class Listener:
    """Hears which words are plain English, apart from texts of the framework, of people and of the determination."""

    def __init__(self, *data: object) -> None:
        whole = {text for item in data for text in strings_in(item)}
        pieces = {piece for text in whole for line in text.split("\n") for piece in (line, *_SENTENCE.split(line))}
        shown = {piece.strip(" .") for piece in pieces}
        self._data = sorted((text.casefold() for text in shown if len(text) > 1), key=len, reverse=True)

    def english_in(self, text: str) -> list[str]:
        """Return the words that nobody translated."""
        folded = _DIGEST.sub(" ", text.casefold())
        if folded.endswith("\u2026") and any(known.startswith(folded[:-1]) for known in self._data):
            return []
        for known in self._data:
            if known in folded:
                folded = folded.replace(known, " ")
        return [
            word for word in _WORD.findall(folded) if word.isascii() and set(word) - _UNTOUCHED and word not in NAMES
        ]


def faults(root: QWidget) -> Iterator[tuple[str, str]]:
    """Yield what a designer would wince at, with the place of the widget: cut texts, what sticks out, what overlaps.

    Labels that shorten their text on purpose or wrap it are never cut; layers that lie over a page may overlap.
    """
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        parent = widget.parentWidget()
        where = place_of(widget, root)
        whole = isinstance(widget, QAbstractButton) or (type(widget) is PlainLabel and not widget.wordWrap())
        if whole and min(widget.sizeHint().width(), widget.minimumSizeHint().width()) > widget.width() + 1:
            yield "cut", where
        beside = _laid_out(parent.layout()) if parent is not None else []
        if parent is None or widget not in beside:
            continue
        if not parent.rect().adjusted(-1, -1, 1, 1).contains(widget.geometry()):
            yield "outside its parent", where
        others = [other for other in beside if other is not widget and other.isVisible()]
        if any(_inner(widget).intersects(_inner(other)) for other in others):
            yield "overlaps", where


def _inner(widget: QWidget) -> QRect:
    return widget.geometry().adjusted(1, 1, -1, -1)


def _laid_out(layout: QLayout | None) -> list[QWidget]:
    """Return the widgets that a layout places, nested ones too; of a stack none."""
    if layout is None or isinstance(layout, QStackedLayout):
        return []
    found: list[QWidget] = []
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if item is None:
            continue
        widget = item.widget()
        found += [widget] if widget is not None else _laid_out(item.layout())
    return found


def place_of(widget: QWidget, root: QWidget) -> str:
    """Return the way from a root to a widget in it, the same in every language."""
    steps: list[str] = []
    here: QWidget | None = widget
    while here is not None and here is not root:
        above = here.parentWidget()
        among = [child for child in above.children() if isinstance(child, QWidget)] if above is not None else [here]
        steps.append(f"{type(here).__name__}{among.index(here)}")
        here = above
    return "/".join(reversed(steps))
