"""Small building blocks that every page uses, so that names, roles and plain-text formats are never forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Literal, TypeAlias

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from asl_desktop.i18n import tr
from ui.icons import icon, pixmap, square
from ui.plain import PlainLabel, tip
from ui.theme import fix, px, set_role
from ui.widgets.flow import FlowLayout
from ui.widgets.toggles import HeardButton, HeardTool

_SHARE = 0.4
"""How much of a window a banner may cover with words."""

Tone: TypeAlias = Literal["", "ok", "warn", "danger", "accent", "info"]


def label(text: str, role: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """Return a label that shows ``text`` literally, whatever it contains."""
    result = PlainLabel(text)
    result.setWordWrap(wrap or role == "label")
    if wrap:
        result.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    if selectable:
        result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if role:
        set_role(result, role=role)
    return result


def chip(text: str, tone: Tone = "") -> QLabel:
    """Return a small rounded label that keeps its own height."""
    result = label(text)
    set_role(result, role="chip", tone=tone)
    result.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return result


def button(text: str, on_click: Callable[[], object] | None = None, *, icon_name: str = "", primary: bool = False,
           role: str = "") -> QPushButton:  # fmt: skip
    """Return a push button; ``text`` is a verb and is also its accessible name."""
    result = HeardButton(f" {text}" if icon_name else text)
    result.setAccessibleName(text)
    result.setCursor(Qt.CursorShape.PointingHandCursor)
    result.setAutoDefault(False)
    if icon_name:
        Tinted(result, icon_name, "on_accent" if primary else "text")
    if primary:
        set_role(result, primary=True)
    if role:
        set_role(result, role=role)
    if on_click is not None:
        result.clicked.connect(lambda _checked=False: on_click())
    return result


def link(text: str, on_click: Callable[[], object]) -> QPushButton:
    """Return a button that looks like a link."""
    result = button(text, on_click, role="link")
    result.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return result


def tool_button(icon_name: str, name: str, on_click: Callable[[], object] | None = None, *, checkable: bool = False,
                role: str = "muted") -> QToolButton:  # fmt: skip
    """Return an icon button; ``name`` is its tooltip and accessible name."""
    result = HeardTool()
    result.setAccessibleName(name)
    result.setToolTip(tip(name))
    result.setCheckable(checkable)
    result.setCursor(Qt.CursorShape.PointingHandCursor)
    result.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    Tinted(result, icon_name, role)
    if on_click is not None:
        result.clicked.connect(lambda _checked=False: on_click())
    return result


class Tinted(QObject):
    """Keeps the icon of a button in the colour of its role when the theme changes."""

    def __init__(self, target: QPushButton | QToolButton, icon_name: str, role: str) -> None:
        super().__init__(target)
        self._target = target
        self._icon_name = icon_name
        self._role = role
        self._busy = False
        self._draw()
        target.installEventFilter(self)

    def show_icon(self, icon_name: str, role: str = "") -> None:
        """Show another icon from now on."""
        self._icon_name = icon_name
        self._role = role or self._role
        self._draw()

    def _draw(self) -> None:
        self._target.setIconSize(square(px(18)))
        self._target.setIcon(icon(self._icon_name, self._role, px(18)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange and not self._busy:
            self._busy = True
            self._draw()
            self._busy = False
        return super().eventFilter(watched, event)


class IconLabel(QLabel):
    """A picture that follows the theme; without a name it is decoration for a text beside it."""

    def __init__(self, icon_name: str, role: str = "muted", size: int = 16) -> None:
        super().__init__()
        self._icon_name, self._role, self._size = icon_name, role, size
        fix(self, width=size, height=size)
        self._draw()

    def show_icon(self, icon_name: str, role: str) -> None:
        """Show another icon from now on."""
        self._icon_name, self._role = icon_name, role
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(pixmap(self._icon_name, self._role, px(self._size)))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)


class Banner(QFrame):
    """An inline message with an icon, a sentence or two and buttons; ``tone`` decides colour and icon, never alone."""

    ICONS: ClassVar[dict[str, str]] = {
        "danger": "octagon-alert",
        "warn": "triangle-alert",
        "info": "info",
        "ok": "circle-check",
    }

    def __init__(self, tone: Tone = "danger", parent: QWidget | None = None, *, below: bool = False) -> None:
        """Make an empty, hidden banner; with ``below`` its buttons stand below the words instead of beside them."""
        super().__init__(parent)
        set_role(self, role="banner", tone=tone)
        self._unheard = False
        self._icon = IconLabel(self.ICONS[tone], tone if tone != "info" else "accent", 18)
        self._title = label("", "strong", wrap=True)
        self._text = label("", wrap=True, selectable=True)
        self.buttons: QLayout = FlowLayout(spacing=8) if below else row()
        self._below = below
        self._more = link(tr("What to do"), self._read)
        head = row(spacing=8)
        head.addWidget(self._title, 1)
        head.addWidget(self._more)
        self._more.hide()
        words = column(head, self._text, spacing=4)
        if below:
            words.addSpacing(4)
            words.addLayout(self.buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(12)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        if not below:
            layout.addLayout(self.buttons)
        self.hide()

    def tell(self, title: str, text: str = "") -> None:
        """Show these words and say them aloud to a screen reader."""
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.fit()
        if self.parentWidget() is None:  # shown now it would be a window of its own, for a moment
            self.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
        else:
            self.show()
        self._unheard = True
        self._say_aloud()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._say_aloud()

    def _say_aloud(self) -> None:
        """Let a screen reader hear the words once; of what cannot be seen yet it would hear nothing."""
        if self._unheard and self.isVisible():
            self._unheard = False
            announce(self, f"{self._title.text()}. {self._text.text()}", urgent=True)

    def fit(self) -> None:
        """Leave the text to a button of its own where the banner would take too much of the window."""
        written, layout = bool(self._text.text()), self.layout()
        self._text.setVisible(written)
        too_high = False
        if written and self._below and layout is not None:
            layout.invalidate()
            too_high = layout.totalHeightForWidth(self.width()) > self.window().height() * _SHARE
        self._text.setVisible(written and not too_high)
        self._more.setVisible(too_high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    def _read(self) -> None:
        from ui import dialogs_seam

        dialogs_seam.show_text(self, self._title.text(), self._text.text())

    def retitle(self, title: str) -> None:
        """Change the title without saying it aloud again."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def words(self) -> str:
        """Return what is being shown."""
        return f"{self._title.text()} {self._text.text()}".strip()


def column(*items: QWidget | QLayout, spacing: int = 8) -> QVBoxLayout:
    """Return the items below each other."""
    layout = QVBoxLayout()
    _fill(layout, items, spacing)
    return layout


def row(*items: QWidget | QLayout | int, spacing: int = 8) -> QHBoxLayout:
    """Return the items beside each other; a number is a stretch of that weight."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for item in items:
        if isinstance(item, int):
            layout.addStretch(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item, 0, Qt.AlignmentFlag.AlignVCenter)
    return layout


def card(*items: QWidget | QLayout, spacing: int = 12) -> QFrame:
    """Return a framed surface (padding 24) with the items below each other."""
    result = QFrame()
    set_role(result, role="card")
    layout = QVBoxLayout(result)
    _fill(layout, items, spacing)
    layout.setContentsMargins(24, 24, 24, 24)
    return result


def line() -> QFrame:
    """Return a one-pixel divider."""
    result = QFrame()
    set_role(result, role="line")
    return result


def clear(layout: QLayout) -> None:
    """Empty a layout and delete what was in it."""
    while (item := layout.takeAt(0)) is not None:
        inner = item.layout()
        widget = item.widget()
        if inner is not None:
            clear(inner)
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Let a screen reader say something, politely unless it is urgent."""
    if not QAccessible.isActive():
        return
    event = QAccessibleAnnouncementEvent(widget, text)
    level = QAccessible.AnnouncementPoliteness
    event.setPoliteness(level.Assertive if urgent else level.Polite)
    QAccessible.updateAccessibility(event)


def app() -> QApplication:
    """Return the running application."""
    instance = QApplication.instance()
    assert isinstance(instance, QApplication)
    return instance


def _fill(layout: QVBoxLayout, items: Iterable[QWidget | QLayout], spacing: int) -> None:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for item in items:
        if isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)
