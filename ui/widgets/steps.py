"""The smallest sets of steps that would open a gate, each step a link to the place where it is taken."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Step
from asl_desktop.i18n import ntr, tr
from ui.places import place_of
from ui.theme import set_role
from ui.widgets.parts import label, link

Go = Callable[[str, str], object]
_SHOWN = 4
_LINK_WIDTH = 76


class Way(QFrame):
    """One set of steps; a long one shows its first steps and the rest when asked."""

    def __init__(self, title: str, steps: tuple[Step, ...], go: Go) -> None:
        super().__init__()
        set_role(self, role="note")
        self._rest = QWidget()
        rest = QVBoxLayout(self._rest)
        rest.setContentsMargins(0, 0, 0, 0)
        rest.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(0)
        layout.addWidget(
            label(
                ntr("{title}, {count} step", "{title}, {count} steps", len(steps)).format(
                    title=title, count=len(steps)
                ),
                "label",
            )
        )
        layout.addSpacing(4)
        short = len(steps) <= _SHOWN + 1
        for at, step in enumerate(steps):
            target = layout if short or at < _SHOWN else rest
            target.addLayout(step_line(step, go))
        if not short:
            layout.addWidget(self._rest)
            self._rest.hide()
            self._more = link(tr("Show all {count} steps").format(count=len(steps)), self._on_more)
            layout.addWidget(self._more)

    def _on_more(self) -> None:
        self._rest.show()
        self._more.hide()


def step_line(step: Step, go: Go) -> QHBoxLayout:
    """Return one step: a link to its place, and what is to be done there."""
    kind, _, item = step.ref.partition(":")
    name = tr("Measure") if kind == "indicator" else item.partition("@")[0]
    text = step.text.removeprefix(name).lstrip(" :")
    text = text[:1].upper() + text[1:]
    return linked_line(name, text, place_of(step.ref), go, said=step.text)


def linked_line(name: str, text: str, place: tuple[str, str] | None, go: Go, *, said: str = "") -> QHBoxLayout:
    """Return a link and the words that belong to it; plain words when there is no place to go to."""
    layout = QHBoxLayout()
    layout.setSpacing(8)
    words = label(text, wrap=True)
    if place is not None:
        jump = link(name, lambda: go(*place))
        jump.setAccessibleName(said or f"{name}: {text}")
        jump.setMinimumWidth(_LINK_WIDTH)
        jump.setMaximumHeight(26)
        layout.addWidget(jump, 0, Qt.AlignmentFlag.AlignTop)
        words.setContentsMargins(0, 7, 0, 4)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
    layout.addWidget(words, 1)
    return layout
