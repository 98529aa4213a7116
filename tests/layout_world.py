"""What is wrong with how a widget is laid out: sideways scrolling, things cut off, things over each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TypeVar

from PySide6.QtCore import QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QWidget,
)

from ui.widgets.elided import ElidedLabel

T = TypeVar("T", bound=QWidget)
_OWN = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLabel, QLineEdit, QPlainTextEdit)
"""Widgets whose inner parts are Qt's own affair."""
_SLACK = 2
"""Pixels by which rounding may be off."""


def misfits(root: QWidget) -> list[str]:
    """Describe everything visible in a widget that scrolls sideways, is cut off, or lies over something else."""
    return [*_sideways(root), *_cut_off(root), *_outside(root), *_piled_up(root)]


def name_of(widget: QWidget) -> str:
    """Return what a person would call a widget: its class and what it says."""
    text = getattr(widget, "text", None)
    words = text() if callable(text) else widget.accessibleName()
    return f"{type(widget).__name__} {str(words)[:40]!r}"


def _sideways(root: QWidget) -> Iterator[str]:
    for area in _visible(root, QAbstractScrollArea):
        if isinstance(area, QPlainTextEdit):
            continue
        if area.horizontalScrollBar().maximum() > area.horizontalScrollBar().minimum():
            yield f"{name_of(area)} scrolls sideways{_widest(area)}"


def _widest(area: QWidget) -> str:
    inner = area.widget() if isinstance(area, QScrollArea) else None
    if inner is None or not isinstance(area, QScrollArea):
        return ""
    room = area.viewport().width()
    wide = [child for child in _visible(inner, QWidget) if child.minimumSizeHint().width() > room * 0.8]
    least = sorted(wide, key=lambda child: child.width())[:3]
    return f" ({inner.minimumSizeHint().width()} in {room}: {', '.join(map(name_of, least))})"


def _cut_off(root: QWidget) -> Iterator[str]:
    for label in _visible(root, QLabel):
        if isinstance(label, ElidedLabel) or not label.text():
            continue
        room = label.contentsRect()
        if label.wordWrap():
            needed = label.heightForWidth(label.width())
            if needed > label.height() + _SLACK:
                yield f"{name_of(label)} needs {needed} px of height and has {label.height()}"
        elif label.sizeHint().width() > label.width() + _SLACK or label.sizeHint().height() > label.height() + _SLACK:
            hint = label.sizeHint()
            yield f"{name_of(label)} needs {hint.width()}x{hint.height()} and has {room.width()}x{room.height()}"
    for button in _visible(root, QPushButton):
        least = button.minimumSizeHint()
        if least.width() > button.width() + _SLACK or least.height() > button.height() + _SLACK:
            yield (
                f"{name_of(button)} needs {least.width()}x{least.height()} and has {button.width()}x{button.height()}"
            )


def _outside(root: QWidget) -> Iterator[str]:
    for child in _laid_out(root):
        parent = child.parentWidget()
        if parent is None or isinstance(parent.parentWidget(), QAbstractScrollArea):
            continue
        room = parent.rect().adjusted(-_SLACK, -_SLACK, _SLACK, _SLACK)
        if not room.contains(child.geometry()):
            yield f"{name_of(child)} at {_words(child.geometry())} leaves {name_of(parent)} of {_words(parent.rect())}"


def _piled_up(root: QWidget) -> Iterator[str]:
    families: dict[QWidget, list[QWidget]] = {}
    for child in _laid_out(root):
        parent = child.parentWidget()
        layout = parent.layout() if parent is not None else None
        if parent is not None and layout is not None and layout.indexOf(child) != -1:
            families.setdefault(parent, []).append(child)
    for children in families.values():
        for one, other in combinations(children, 2):
            common = one.geometry().intersected(other.geometry())
            if common.width() > _SLACK and common.height() > _SLACK:
                yield f"{name_of(one)} and {name_of(other)} lie over each other by {common.width()}x{common.height()}"


def _laid_out(root: QWidget) -> Iterator[QWidget]:
    for child in _visible(root, QWidget):
        parent = child.parentWidget()
        inner = parent is None or isinstance(parent, (*_OWN, QAbstractScrollArea, QStackedWidget, QSplitter))
        if not inner and not child.isWindow():
            yield child


def _visible(root: QWidget, kind: type[T]) -> Iterator[T]:
    yield from (child for child in root.findChildren(kind) if child.isVisibleTo(root) and _is_ours(child))


def _is_ours(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return not widget.objectName().startswith("qt_") and not isinstance(parent, _OWN)


def _words(rect: QRect) -> str:
    return f"{rect.x()},{rect.y()} {rect.width()}x{rect.height()}"
