"""The start screen: new assessment, open, recent files, the worked example. A file may be dropped anywhere on it.

Nothing heavy is imported here. What needs a service is asked for by signal, and the window does it once the background
import is through.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui import dialogs_seam
from ui.preferences import Preferences
from ui.theme import set_role
from ui.widgets.elided import ElidedLabel
from ui.widgets.parts import Banner, IconLabel, button, card, clear, column, label, line, row, tool_button

_WIDTH = 720
_STEPS = (
    ("list", "Put on record", "Answer the questions, enter evaluation results, attach the evidence."),
    ("scale", "See what follows", "The framework's rules say which standards are required and what is missing."),
    ("pen-line", "Decide and sign", "People decide by name; the report is a PDF that others can verify."),
)


@dataclass(frozen=True, slots=True)
class NewAssessment:
    """What a person fills in to begin."""

    path: Path
    pack_id: str
    model: str
    checkpoint: str


class StartPage(QWidget):
    """Emits what the person wants; shows what came of it as a calm message on the page itself."""

    open_wanted = Signal(object)
    example_wanted = Signal()
    create_wanted = Signal(object)
    packs_wanted = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.setObjectName("start")
        self.setAcceptDrops(True)
        self._preferences = preferences
        self.banner = Banner("danger")
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
        self.banner.tell(title, text)

    def show_busy(self, text: str) -> None:
        """Say what is being done, or nothing; buttons rest meanwhile."""
        self.busy.setText(text)
        self.busy.setVisible(bool(text))
        self._choices.setEnabled(not text)
        self.form.setEnabled(not text)
        if text:
            self.banner.hide()

    def show_packs(self, packs: list[tuple[str, str]]) -> None:
        """Offer these frameworks (id, title) in the form for a new assessment."""
        self.form.show_packs(packs)

    def show_choices(self) -> None:
        """Go back from the form."""
        self.form.hide()
        self._choices.show()
        self.new.setFocus()

    def start_new(self) -> None:
        """Show the form for a new assessment."""
        self.banner.hide()
        self.packs_wanted.emit()
        self._choices.hide()
        self.form.show()
        self.form.model.setFocus()

    def choose_file(self) -> None:
        """Ask for a file and open it."""
        path = dialogs_seam.choose_open(self, "Open an assessment")
        if path is not None:
            self.open_wanted.emit(path)

    def refresh_recent(self) -> None:
        """Show the recent files, marking those that are not there any more."""
        clear(self._recent)
        paths = [Path(name) for name in self._preferences.recent]
        if not paths:
            self._recent.addWidget(
                label("No file was opened on this machine yet. You can also drop one here.", "muted")
            )
        for path in paths:
            self._recent.addWidget(self._recent_row(path))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_wanted.emit(paths[0])

    def _make_choices(self) -> QWidget:
        self.new = button("New assessment", self.start_new, icon_name="plus", primary=True)
        self.open = button("Open file", self.choose_file, icon_name="folder-open")
        self.example = button("Open the worked example", self.example_wanted.emit, icon_name="book-open")
        about = label(
            "The worked example is a published model under its published framework, from public figures only.",
            "muted",
            wrap=True,
        )
        holder = QWidget()
        layout = column(row(self.new, self.open, self.example, 1), about, line(), label("RECENT FILES", "group"),
                        self._recent, line(), label("HOW IT GOES", "group"), *_steps(), spacing=12)  # fmt: skip
        layout.addStretch(1)
        holder.setLayout(layout)
        return holder

    def _recent_row(self, path: Path) -> QWidget:
        missing = not path.exists()
        holder = QWidget()
        holder.setFixedHeight(46)
        name = button(path.name, lambda: self.open_wanted.emit(path), role="link")
        name.setAccessibleName(f"Open {path.name}" + (", missing" if missing else ""))
        name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        place = ElidedLabel(str(path.parent), "muted")
        layout = row(IconLabel("file-text", "muted" if missing else "accent", 18), name, spacing=8)
        layout.addWidget(place, 1)
        if missing:
            layout.addWidget(IconLabel("triangle-alert", "warn"))
            layout.addWidget(label("Missing", "muted"))
        layout.addWidget(tool_button("x", f"Take {path.name} off this list", lambda: self._forget(path)))
        layout.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(layout)
        return holder

    def _forget(self, path: Path) -> None:
        self._preferences.forget(path)
        self.refresh_recent()

    def _lay_out(self) -> None:
        title = label("ASL Desktop", "page-title")
        subtitle = label(
            "Structured AI risk assessments: answers, evaluation results and evidence in one file on this machine.",
            "muted",
            wrap=True,
        )
        box = card(self.banner, self._choices, self.form, self.busy, spacing=12)
        center = QWidget()
        center.setMaximumWidth(_WIDTH)
        center.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(center)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(16)
        layout.addStretch(1)
        layout.addLayout(_head(title, subtitle))
        layout.addWidget(box)
        layout.addStretch(2)
        canvas = QWidget()
        set_role(canvas, role="canvas")
        across = QHBoxLayout(canvas)
        across.setContentsMargins(0, 0, 0, 0)
        across.addStretch(1)
        across.addWidget(center, 100)
        across.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(canvas)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)


class NewForm(QWidget):
    """Framework, model, checkpoint and the file to be made; refuses to go on without model and file."""

    submitted = Signal(object)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.pack = QComboBox()
        self.pack.setAccessibleName("Framework")
        self.model = QLineEdit()
        self.model.setAccessibleName("Model name")
        self.checkpoint = QLineEdit()
        self.checkpoint.setAccessibleName("Checkpoint or version")
        self.file = QLineEdit()
        self.file.setAccessibleName("File")
        self.file.setPlaceholderText("Where the assessment will be kept")
        self.model.textEdited.connect(self._suggest_file)
        self._suggested = ""
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        choose = button("Choose", self._choose_file)
        self.create_button = button("Create assessment", self._submit, primary=True)
        self.create_button.setDefault(True)
        self._packs: list[tuple[str, str]] = []
        layout = column(label("New assessment", "pane-title"), spacing=16)
        for text, field in (("Framework", self.pack), ("Model", self.model), ("Checkpoint", self.checkpoint)):
            layout.addLayout(column(label(text, "label"), field, spacing=4))
        place = QHBoxLayout()
        place.addWidget(self.file, 1)
        place.addWidget(choose)
        layout.addLayout(column(label("File", "label"), place, spacing=4))
        layout.addWidget(self.problem)
        layout.addStretch(1)
        layout.addLayout(row(self.create_button, button("Cancel", self.cancelled.emit), 1))
        self.setLayout(layout)
        for field in (self.model, self.checkpoint, self.file):
            field.returnPressed.connect(self._submit)

    def show_packs(self, packs: list[tuple[str, str]]) -> None:
        """Offer these frameworks (id, title)."""
        self._packs = packs
        self.pack.clear()
        for pack_id, title in packs:
            self.pack.addItem(f"{title}  ({pack_id})")
        self.pack.setEnabled(bool(packs))

    def _suggest_file(self, model: str) -> None:
        if self.file.text() in {"", self._suggested}:
            slug = "-".join("".join(c if c.isalnum() or c in ".-" else " " for c in model).split()).lower()
            self._suggested = str(Path.home() / f"{slug}.asl") if slug else ""
            self.file.setText(self._suggested)

    def _choose_file(self) -> None:
        suggested = Path(self.file.text()) if self.file.text() else Path.home() / "assessment.asl"
        path = dialogs_seam.choose_save(self, "Where to keep the assessment", suggested)
        if path is not None:
            self.file.setText(str(path))

    def _submit(self) -> None:
        model, file = self.model.text().strip(), self.file.text().strip()
        problem = ""
        if not self._packs:
            problem = "The frameworks are still being read; try again in a moment."
        elif not model:
            problem = "Name the model that is assessed."
        elif not file:
            problem = "Choose the file that the assessment will be kept in."
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if problem:
            return
        path = Path(file).expanduser()
        path = path if path.suffix else path.with_suffix(".asl")
        pack_id = self._packs[max(self.pack.currentIndex(), 0)][0]
        self.submitted.emit(NewAssessment(path, pack_id, model, self.checkpoint.text().strip()))


def _steps() -> list[QHBoxLayout]:
    """Say in three lines what a person does here, from the first question to the signed report."""
    lines = []
    for icon_name, name, text in _STEPS:
        words = column(label(name, "strong"), label(text, "muted", wrap=True), spacing=2)
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
