"""The bar above everything: what is open, find, whether it is saved, report, theme, menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton

from asl_desktop.domain.determination import Snapshot
from asl_desktop.i18n import tr
from ui.plain import tip
from ui.session import SaveState
from ui.theme import fix, px, set_role, tokens
from ui.widgets.elided import ElidedLabel
from ui.widgets.parts import IconLabel, Tinted, announce, button, chip, label, row, tool_button
from ui.wording import clock_time

HEIGHT = 52
COMPACT_BELOW, TIGHT_BELOW = 1180, 620


class TopBar(QFrame):
    """Buttons emit what is wanted; the shell does it."""

    find_wanted = Signal()
    report_wanted = Signal()
    theme_wanted = Signal()
    margins_wanted = Signal()

    def __init__(self, menu: QMenu) -> None:
        super().__init__()
        set_role(self, role="bar")
        fix(self, height=HEIGHT)
        self._title = ElidedLabel("", "pane-title", Qt.TextElideMode.ElideRight)
        self._chip = chip(tr("Draft"))
        self.find_button = self._make_find()
        self._save_icon = IconLabel("check", "ok")
        self._save_words = label("", "muted")
        self.report = button(tr("Report"), self.report_wanted.emit, icon_name="file-text")
        self.margins = tool_button("panel-right", tr("Show the margins"), self.margins_wanted.emit, checkable=True)
        self.theme = tool_button("moon", tr("Switch to the dark theme"), self.theme_wanted.emit, role="text")
        self.menu = tool_button("settings", tr("Menu"), role="text")
        self.menu.clicked.connect(lambda: menu.popup(self.menu.mapToGlobal(self.menu.rect().bottomLeft())))
        self._shield = IconLabel("shield-check", "accent", 20)
        left = row(self._shield, self._title, self._chip, 1, spacing=8)
        right = row(1, self._save_icon, self._save_words, self.report, self.margins, self.theme, self.menu, spacing=8)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(16)
        layout.addLayout(left, 1)
        layout.addWidget(self.find_button)
        layout.addLayout(right, 1)
        self.report.setToolTip(tr("Report"))
        self.find_button.setToolTip(tr("Find a question, page or evidence"))

    def show_snapshot(self, snapshot: Snapshot, *, read_only: bool) -> None:
        """Name what is open."""
        scope = snapshot.inputs.scope
        title = scope.title or tr("{model} assessment").format(model=scope.model)
        self._title.setText(title)
        self._title.setToolTip(tip(f"{title}\n{snapshot.pack.title}"))
        self._chip.setText(tr("Read-only") if read_only else tr("Draft"))

    def show_save_state(self, state: SaveState) -> None:
        """Say whether everything is on disk; a screen reader hears it politely."""
        if state.kind == "saved":
            words = tr("Saved {time}").format(time=clock_time(state.at)) if state.at else tr("Saved")
            self._save_icon.show_icon("check", "ok")
        elif state.kind == "saving":
            words = tr("Saving")
            self._save_icon.show_icon("loader", "muted")
        else:
            words = tr("Not saved")
            self._save_icon.show_icon("octagon-alert", "danger")
        if words != self._save_words.text():
            self._save_words.setText(words)
            self._save_words.setAccessibleName(words)
            if state.kind != "saving":
                announce(self, words, urgent=state.kind == "failed")

    def show_theme(self) -> None:
        """Offer the other theme."""
        dark = tokens().dark
        name = tr("Switch to the light theme") if dark else tr("Switch to the dark theme")
        self.theme.setToolTip(name)
        self.theme.setAccessibleName(name)
        for tint in self.theme.findChildren(Tinted):
            tint.show_icon("sun" if dark else "moon")

    def set_room(self, width: int) -> None:
        """Shorten the find box below 1180 px, and leave out below 620 px what is said elsewhere; both at 100 %."""
        compact, tight = width < px(COMPACT_BELOW), width < px(TIGHT_BELOW)
        self.find_button.setText("" if tight else _find_words(compact=compact))
        self.find_button.setMinimumWidth(px(44 if tight else 120 if compact else 290))
        self.report.setText("" if tight else f" {tr('Report')}")
        for said_elsewhere in (self._shield, self._chip):
            said_elsewhere.setVisible(not tight)
        layout = self.layout()
        if layout is not None:
            layout.setSpacing(8 if tight else 16)

    def _make_find(self) -> QPushButton:
        find = button(_find_words(compact=False), self.find_wanted.emit, icon_name="search")
        find.setAccessibleName(tr("Find a question, page or evidence"))
        find.setMinimumWidth(px(290))
        find.setStyleSheet("QPushButton { text-align: left; font-weight: 400; }")
        return find


def _find_words(*, compact: bool) -> str:
    return f"  {tr('Find')}" if compact else f"  {tr('Find a question or evidence')}   Ctrl+K"
