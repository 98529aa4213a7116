"""The start screen: new assessment, open, recent files, the worked example.

Nothing heavy is imported here. What needs a service is asked for by signal, and the window does it once the background
import is through.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from asl_desktop.errors import UserError
from asl_desktop.i18n import mark, tr
from ui import dialogs_seam
from ui.forms.new_assessment import NewForm
from ui.preferences import Preferences
from ui.theme import fix
from ui.widgets.centred import fill_centred
from ui.widgets.elided import ElidedLabel
from ui.widgets.flow import wrapped
from ui.widgets.parts import IconLabel, button, card, clear, column, label, line, link, row, tool_button
from ui.widgets.refusal import Refusal, Way

_WIDTH = 720
_STEPS = (
    ("list", mark("Put on record"), mark("Answer the questions, enter evaluation results, attach the evidence.")),
    (
        "scale",
        mark("See what follows"),
        mark("The framework's rules say which standards are required and what is missing."),
    ),
    ("pen-line", mark("Decide and sign"), mark("People decide by name; the report is a PDF that others can verify.")),
)


class StartPage(QWidget):
    """Emits what the person wants; shows what came of it as a calm message on the page itself."""

    open_wanted = Signal(object)
    example_wanted = Signal()
    create_wanted = Signal(object)
    packs_wanted = Signal()
    earlier_wanted = Signal(object)

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.setObjectName("start")
        self._preferences = preferences
        self.banner = Refusal()
        self.busy = label("", "muted")
        self.busy.hide()
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self._choices = self._make_choices()
        self.form = NewForm()
        self.form.cancelled.connect(self.show_choices)
        self.form.submitted.connect(self.create_wanted.emit)
        self.form.hide()
        self._lay_out()
        self.refresh_recent()

    def tell(self, title: str, text: str) -> None:
        """Show what went wrong, in place."""
        self.show_busy("")
        self.banner.offer(title, text)

    def refuse(self, error: UserError, ways: Sequence[Way]) -> None:
        """Say in place why a file did not open, and what can be done about it."""
        self.show_busy("")
        self.banner.refuse(error, ways)

    def show_busy(self, text: str) -> None:
        """Say what is being done, or nothing; buttons rest meanwhile."""
        self.busy.setText(text)
        self.busy.setVisible(bool(text))
        self._choices.setEnabled(not text)
        self.form.setEnabled(not text)
        if text:
            self.banner.put_away()

    def show_packs(self, packs: list[tuple[str, str]]) -> None:
        """Offer these frameworks (id, title) in the form for a new assessment."""
        self.form.show_packs(packs)

    def show_choices(self) -> None:
        """Go back from the form."""
        self.form.forget()
        self.form.hide()
        self._choices.show()
        self.new.setFocus()

    def start_new(self) -> None:
        """Show the form for a new assessment."""
        self.banner.put_away()
        self.packs_wanted.emit()
        self._choices.hide()
        self.form.show()
        self.form.model.setFocus()

    def choose_file(self) -> None:
        """Ask for a file and open it."""
        path = dialogs_seam.choose_open(self, tr("Open an assessment"))
        if path is not None:
            self.open_wanted.emit(path)

    def refresh_recent(self) -> None:
        """Show the recent files, marking those that are not there any more."""
        clear(self._recent)
        paths = [Path(name) for name in self._preferences.recent]
        if not paths:
            self._recent.addWidget(
                label(tr("No file was opened on this machine yet. You can also drop one here."), "muted", wrap=True)
            )
        backed_up = _backed_up() if paths else frozenset()
        for path in paths:
            self._recent.addWidget(self._recent_row(path, earlier=str(path) in backed_up))
            journal = path.with_name(f"{path.name}-journal")
            if journal.exists():
                self._recent.addLayout(_interrupted(path, journal))

    def _make_choices(self) -> QWidget:
        self.new = button(tr("New assessment"), self.start_new, icon_name="plus", primary=True)
        self.open = button(tr("Open file"), self.choose_file, icon_name="folder-open")
        self.example = button(tr("Open the worked example"), self.example_wanted.emit, icon_name="book-open")
        about = label(
            tr("The worked example is a published model under its published framework, from public figures only."),
            "muted",
            wrap=True,
        )
        holder = QWidget()
        layout = column(wrapped(self.new, self.open, self.example), about, line(), label(tr("RECENT FILES"), "group"),
                        self._recent, line(), label(tr("HOW IT GOES"), "group"), *_steps(), spacing=12)  # fmt: skip
        layout.addStretch(1)
        holder.setLayout(layout)
        return holder

    def _recent_row(self, path: Path, *, earlier: bool) -> QWidget:
        missing = not path.exists()
        holder = QWidget()
        fix(holder, height=46)
        name = button(path.name, lambda: self.open_wanted.emit(path), role="link")
        name.setAccessibleName(tr("Open {name}").format(name=path.name) + (tr(", missing") if missing else ""))
        name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        place = ElidedLabel(str(path.parent), "muted")
        layout = row(IconLabel("file-text", "muted" if missing else "accent", 18), name, spacing=8)
        layout.addWidget(place)
        layout.addStretch(1)
        if missing:
            layout.addWidget(IconLabel("triangle-alert", "warn"))
            layout.addWidget(label(tr("Missing"), "muted"))
        if earlier:
            versions = link(tr("Earlier versions\u2026"), lambda: self.earlier_wanted.emit(path))
            versions.setAccessibleName(tr("Earlier versions of {name}").format(name=path.name))
            layout.addWidget(versions)
        layout.addWidget(
            tool_button("x", tr("Take {name} off this list").format(name=path.name), lambda: self._forget(path))
        )
        layout.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(layout)
        return holder

    def _forget(self, path: Path) -> None:
        self._preferences.forget(path)
        self.refresh_recent()

    def _lay_out(self) -> None:
        title = label("ASL Desktop", "page-title")
        subtitle = label(
            tr("Structured AI risk assessments: answers, evaluation results and evidence in one file on this machine."),
            "muted",
            wrap=True,
        )
        box = card(self.banner, self._choices, self.form, self.busy, spacing=12)
        fill_centred(self, _head(title, subtitle), box, width=_WIDTH)


def _backed_up() -> frozenset[str]:
    """Return the places of all files that have backups on this machine."""
    from asl_desktop.services.backup_notes import backups_folder, everything

    return frozenset(backup.original for backup in everything(backups_folder()))


def _interrupted(path: Path, journal: Path) -> QHBoxLayout:
    words = tr("A save was interrupted: to copy {name}, copy {name_2} with it, or open it here once.").format(
        name=path.name, name_2=journal.name
    )
    layout = row(IconLabel("triangle-alert", "warn", 18), spacing=8)
    layout.addWidget(label(words, "muted", wrap=True), 1)
    layout.setContentsMargins(0, 0, 0, 8)
    return layout


def _steps() -> list[QHBoxLayout]:
    """Say in three lines what a person does here, from the first question to the signed report."""
    lines = []
    for icon_name, name, text in _STEPS:
        words = column(label(tr(name), "strong"), label(tr(text), "muted", wrap=True), spacing=2)
        step = QHBoxLayout()
        step.setSpacing(12)
        step.addWidget(IconLabel(icon_name, "accent", 18), 0, Qt.AlignmentFlag.AlignTop)
        step.addLayout(words, 1)
        lines.append(step)
    return lines


def _head(title: QWidget, subtitle: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout()
    layout.setSpacing(16)
    layout.addWidget(IconLabel("shield-check", "accent", 40), 0, Qt.AlignmentFlag.AlignTop)
    layout.addLayout(column(title, subtitle, spacing=4), 1)
    return layout
