"""Keeps the window alive while a screen reader reads a page that changes under it.

WORKAROUND for Qt (``QAccessibleAbstractScrollArea::child``, seen in 6.11.3): a scroll area counts its bars only while
they are visible and fetches a child without looking whether it is there. Whoever asks for count and child in two steps,
as every screen reader does over its bus, ends the program when a bar went in between, which happens whenever a page
changes. The plain accessible widget counts the same children, shown or not, and looks.
"""

from __future__ import annotations

from functools import cache
from typing import cast

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_UNSAFE = frozenset({"QScrollArea", "QAbstractScrollArea"})
"""The classes of Qt whose interface does not check; item views and editors have others of their own."""


@cache
def install() -> None:
    """Give scroll areas an interface that checks; once per process, before anything reads the tree."""
    QAccessible.installFactory(_interface)


def _interface(kind: str, thing: QObject) -> QAccessibleInterface | None:
    if kind not in _UNSAFE:
        return None
    return QAccessibleWidget(cast("QWidget", thing), QAccessible.Role.Client)
