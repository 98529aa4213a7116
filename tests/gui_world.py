"""What the tests of the pages share: showing a page, typing into it, and looking at what is on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from asl_desktop.domain.inputs import Inputs
from asl_desktop.storage.document import Document
from ui.pages.base import Page
from ui.preflighting import desk_of
from ui.session import Session
from ui.widgets.sign_off import SignOffGuard

KINDS = (
    QAbstractButton, QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox, QAbstractSlider,
    QAbstractItemView, QTabBar,
)  # fmt: skip


def show_page(qtbot: QtBot, page: Page, *, width: int = 900, height: int = 700) -> None:
    """Show a page by itself, laid out and painted; it goes away at the end of the test."""
    qtbot.addWidget(page)
    page.resize(width, height)
    page.show()
    activate(qtbot, page)


def activate(qtbot: QtBot, window: QWidget) -> None:
    """Make a window the active one; that of an earlier test may go away late and leave none active."""
    if not window.isActiveWindow():
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)


def pass_preflight(session: Session, guard: SignOffGuard) -> None:
    """Look at all warnings of the pre-flight check and say why to go on although errors stand."""
    desk = desk_of(session)
    desk.mark_seen(desk.check().findings)
    guard.despite.setPlainText("The board knows what is open")


def settle() -> None:
    """Handle what is queued and delete what was put away."""
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def type_in(qtbot: QtBot, widget: QWidget, text: str) -> None:
    """Put text into an editor key by key, in place of what it holds."""
    activate(qtbot, widget.window())
    widget.setFocus()
    qtbot.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(widget, Qt.Key.Key_Delete)
    qtbot.keyClicks(widget, text)


def on_disk(path: Path) -> Inputs:
    """Read what the file holds now, past every cache of the session."""
    with Document.open(path, read_only=True) as document:
        return document.inputs()


def words_of(widget: QWidget) -> str:
    """Return all the text of the labels that can be seen in a widget."""
    return "\n".join(item.text() for item in widget.findChildren(QLabel) if item.isVisibleTo(widget))


def unnamed(root: QWidget) -> Iterator[str]:
    """Name the interactive widgets for which a screen reader would have no name."""
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, KINDS) or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        if widget.window() is not root.window():
            continue  # the list of a combo box, in a window of its own
        if isinstance(widget.parent(), QAbstractSpinBox | QComboBox) or widget.objectName().startswith("qt_"):
            continue
        found: QAccessibleInterface | None = QAccessible.queryAccessibleInterface(widget)
        if found is None or not found.text(QAccessible.Text.Name).strip():
            yield f"{type(widget).__name__} {widget.objectName()}".strip()
