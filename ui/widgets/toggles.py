"""Buttons that stay down, and boxes to tick, that hear assistive technology too.

A screen reader or a switch toggles such a control without clicking it. Whoever waits for a click would miss what
the person did, and an answer would look given without being recorded. Here every toggle by a person is a click.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolButton,
)

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton as _Base
else:
    _Base = object

_TALL = 16_000
_WRAPPED = int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextShowMnemonic)


class _Heard(_Base):
    """Emits ``clicked`` for a toggle that neither the program nor a click has made."""

    _known = False

    def setChecked(self, checked: bool) -> None:
        self._known = True
        super().setChecked(checked)
        self._known = False

    def nextCheckState(self) -> None:
        self._known = True
        super().nextCheckState()
        self._known = False

    def _on_toggled(self, checked: bool) -> None:
        group = self.group()
        put_up = not checked and group is not None and group.exclusive()  # type: ignore[redundant-expr]
        if not self._known and not put_up:
            self.clicked[bool].emit(checked)  # type: ignore[index]


class HeardButton(_Heard, QPushButton):
    """A push button; ``clicked`` follows whatever a person does to it, also once it is checkable."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.toggled.connect(self._on_toggled)


class TickBox(_Heard, QCheckBox):
    """A box to tick, with words that wrap; ``clicked`` follows whatever a person does to it."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.toggled.connect(self._on_toggled)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        words = self.fontMetrics().boundingRect(QRect(0, 0, width - self._before(), _TALL), _WRAPPED, self.text())
        return max(super().sizeHint().height(), words.height() + 2)

    def minimumSizeHint(self) -> QSize:
        words = max(map(self.fontMetrics().horizontalAdvance, self.text().split()), default=0)
        return QSize(self._before() + words, super().minimumSizeHint().height())

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        if super().sizeHint().width() <= self.width():
            super().paintEvent(event)
            return
        text, option.text = option.text, ""
        whole = QRect(option.rect)
        option.rect = QRect(whole.topLeft(), QSize(whole.width(), super().sizeHint().height()))
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_CheckBox, option)
        words = whole.adjusted(self._before(), 1, 0, 0)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            words = whole.adjusted(0, 1, -self._before(), 0)
        role = self.foregroundRole()
        self.style().drawItemText(painter, words, _WRAPPED, option.palette, self.isEnabled(), text, role)

    def _before(self) -> int:
        """Return the width of the box and the gap behind it."""
        words = self.fontMetrics().size(int(Qt.TextFlag.TextShowMnemonic), self.text()).width()
        return super().sizeHint().width() - words


class HeardTool(_Heard, QToolButton):
    """An icon button; ``clicked`` follows whatever a person does to it, also once it is checkable."""

    def __init__(self) -> None:
        super().__init__()
        self.toggled.connect(self._on_toggled)
