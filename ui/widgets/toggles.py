"""Buttons that stay down, and boxes to tick, that hear assistive technology too.

A screen reader or a switch toggles such a control without clicking it. Whoever waits for a click would miss what
the person did, and an answer would look given without being recorded. Here every toggle by a person is a click.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QPushButton, QToolButton

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton as _Base
else:
    _Base = object


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
    """A box to tick; ``clicked`` follows whatever a person does to it."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.toggled.connect(self._on_toggled)


class HeardTool(_Heard, QToolButton):
    """An icon button; ``clicked`` follows whatever a person does to it, also once it is checkable."""

    def __init__(self) -> None:
        super().__init__()
        self.toggled.connect(self._on_toggled)
