"""Editors for answers that are chosen: yes or no, one of several, steps of a scale, several of several."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QPushButton, QSizePolicy, QWidget

from asl_desktop.domain.inputs import UNKNOWN, Value
from asl_desktop.domain.pack import Part
from asl_desktop.i18n import tr
from ui.forms.part_editor import PartEditor
from ui.icons import icon
from ui.plain import tip
from ui.theme import px, set_role
from ui.widgets.toggles import HeardButton, TickBox

_FORWARD = {Qt.Key.Key_Right, Qt.Key.Key_Down}
_BACK = {Qt.Key.Key_Left, Qt.Key.Key_Up}


class Segments(QWidget):
    """A row of mutually exclusive buttons that becomes a list when the row would not fit; a compact one stays a row.

    One tab stop; arrow keys move and choose. ``picked`` carries the position that a person chose.
    """

    picked = Signal(int)

    def __init__(self, name: str, texts: Sequence[str], *, compact: bool = False) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._compact = compact
        self.buttons = [self._button(position, text, name) for position, text in enumerate(texts)]
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        for button in self.buttons:
            self._box.addWidget(button, 1)
        self._listed = False
        self._needed = 0.0
        across = QSizePolicy.Policy.Maximum if compact else QSizePolicy.Policy.Ignored
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)
        self._arrange()
        self.choose(-1)

    @property
    def chosen(self) -> int:
        """The position chosen, -1 for none."""
        return next((i for i, button in enumerate(self.buttons) if button.isChecked()), -1)

    def choose(self, position: int) -> None:
        """Show a position as chosen; -1 for none."""
        for i, button in enumerate(self.buttons):
            button.setChecked(i == position)
            tabbed = i == max(position, 0)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if tabbed else Qt.FocusPolicy.ClickFocus)
        self._mark()

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return least if self._compact else QSize(120, least.height())

    def _button(self, position: int, text: str, name: str) -> QPushButton:
        button = HeardButton(text.replace("&", "&&"))
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.setAccessibleName(text)
        button.setAccessibleDescription(tr("{name}, option {position}").format(name=name, position=position + 1))
        button.setToolTip(tip(text) if len(text) > 40 else "")
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda _checked=False: self._on_clicked(position))
        button.installEventFilter(self)
        return button

    def _on_clicked(self, position: int) -> None:
        self.choose(position)
        self.picked.emit(position)

    def _arrange(self) -> None:
        direction = QBoxLayout.Direction.TopToBottom if self._listed else QBoxLayout.Direction.LeftToRight
        self._box.setDirection(direction)
        self._box.setSpacing(4 if self._listed or self._compact else 0)
        last = len(self.buttons) - 1
        for i, button in enumerate(self.buttons):
            place = "only" if self._listed or last == 0 else "first" if i == 0 else "last" if i == last else "middle"
            role = "toggle" if self._compact else "row" if self._listed else "segment"
            set_role(button, role=role, place=place)
        self._mark()
        self.updateGeometry()

    def _mark(self) -> None:
        for button in self.buttons:
            if self._listed:
                name = "circle-dot" if button.isChecked() else "circle"
                button.setIcon(icon(name, "on_accent" if button.isChecked() else "muted"))
            elif not button.icon().isNull():
                button.setIcon(QIcon())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._compact:
            return
        if not self._listed:
            widest = max(button.sizeHint().width() for button in self.buttons)
            self._needed = widest * len(self.buttons) / px(100)
        listed = self._needed * px(100) > event.size().width()
        if listed != self._listed:
            self._listed = listed
            self._arrange()

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:  # type: ignore[override]
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and not event.modifiers():
            step = 1 if event.key() in _FORWARD else -1 if event.key() in _BACK else 0
            if step:
                here = next(i for i, button in enumerate(self.buttons) if button is watched)
                there = (here + step) % len(self.buttons)
                self._on_clicked(there)
                self.buttons[there].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self._listed:
            self._mark()
        super().changeEvent(event)


class ChoiceEditor(PartEditor):
    """Picks one of several values."""

    def __init__(self, part: Part, choices: Sequence[tuple[Value, str]], *, compact: bool = False) -> None:
        super().__init__(part)
        self._values = [value for value, _ in choices]
        self.segments = Segments(self.name, [text for _, text in choices], compact=compact)
        self.segments.picked.connect(lambda _: self.changed.emit())
        self.column.addWidget(self.segments)
        self.setFocusProxy(self.segments.buttons[0])

    def value(self) -> Value | None:
        chosen = self.segments.chosen
        return self._values[chosen] if chosen >= 0 else None

    def set_value(self, value: Value | None) -> None:
        position = next((i for i, item in enumerate(self._values) if _same(item, value)), -1)
        self.segments.choose(position)
        self.setFocusProxy(self.segments.buttons[max(position, 0)])

    def pick(self, number: int) -> bool:
        if not 1 <= number <= len(self._values):
            return False
        self.segments.choose(number - 1)
        self.segments.buttons[number - 1].setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.changed.emit()
        return True


class StatementEditor(ChoiceEditor):
    """Whether one of several statements holds: yes, no, or that nobody knows; blank is none of them."""

    def __init__(self, part: Part) -> None:
        super().__init__(part, ((True, tr("Yes")), (False, tr("No")), (UNKNOWN, tr("Unknown"))), compact=True)
        if self.caption is not None:
            set_role(self.caption, role="")
            self.column.setStretchFactor(self.caption, 1)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Put the statement behind the buttons, or above them where there is little room."""
        beside = self.width() >= 2 * self.segments.sizeHint().width()
        self.column.setDirection(QBoxLayout.Direction.RightToLeft if beside else QBoxLayout.Direction.TopToBottom)
        self.column.setSpacing(12 if beside else 4)


class TicksEditor(PartEditor):
    """Picks any number of options; none at all is no answer."""

    def __init__(self, part: Part) -> None:
        super().__init__(part)
        self._boxes: list[tuple[str, QCheckBox]] = []
        for option in part.options:
            box = TickBox(option.label.replace("&", "&&"))
            box.setAccessibleName(option.label)
            box.clicked.connect(lambda _checked=False: self.changed.emit())
            self._boxes.append((option.id, box))
            self.column.addWidget(box)
        if self._boxes:
            self.setFocusProxy(self._boxes[0][1])

    def value(self) -> Value | None:
        chosen = tuple(key for key, box in self._boxes if box.isChecked())
        return chosen or None

    def set_value(self, value: Value | None) -> None:
        chosen = value if isinstance(value, tuple | list) else ()
        for key, box in self._boxes:
            box.setChecked(key in chosen)

    def pick(self, number: int) -> bool:
        if not 1 <= number <= len(self._boxes):
            return False
        self._boxes[number - 1][1].toggle()
        self.changed.emit()
        return True


def choices_of(part: Part) -> tuple[tuple[Value, str], ...]:
    """Return the values one of which answers a part, with their words; none where the answer is not a choice.

    Options of a scale with the same ids as its whole steps give the steps their words.
    """
    if part.type == "yes_no":
        return (True, tr("Yes")), (False, tr("No"))
    if part.type == "choice":
        return tuple((option.id, option.label) for option in part.options)
    if part.type != "scale":
        return ()
    low, high = int(part.minimum or 0), int(part.maximum if part.maximum is not None else 5)
    words = {option.id: option.label for option in part.options}
    return tuple((float(n), f"{n} {words[str(n)]}" if str(n) in words else str(n)) for n in range(low, high + 1))


def one_of(part: Part) -> PartEditor:
    """Return the editor for yes or no, for one option of several and for the steps of a scale."""
    return ChoiceEditor(part, choices_of(part))


def _same(one: object, other: object) -> bool:
    """Compare without taking True for 1."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other
