"""The small button on a record's card that leads to its history."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QToolButton, QWidget

from asl_desktop.i18n import tr
from ui.widgets.parts import tool_button


def history_button(reference: Callable[[], str]) -> QToolButton:
    """Return a button that asks the page it lies on for the history of a record."""
    result = tool_button("history", tr("History of this (H)"), lambda: ask_for_history(result, reference()))
    return result


def history_in_focus(focused: QWidget | None, otherwise: str) -> str:
    """Return what the history is wanted of: the card that holds the focus, else what the page shows."""
    while focused is not None:
        of = getattr(focused, "history_of", None)
        if callable(of):
            return str(of()) or otherwise
        focused = focused.parentWidget()
    return otherwise


def ask_for_history(widget: QWidget, reference: str) -> None:
    """Let the page that a widget lies on ask for the history of a record."""
    ask_for_page(widget, "history", reference)


def ask_for_page(widget: QWidget, page: str, item: str) -> None:
    """Let the page that a widget lies on ask for another page."""
    from ui.pages.base import Page

    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, Page):
        parent = parent.parentWidget()
    if parent is not None:
        parent.wants.emit(page, item)
