"""The form for a new assessment: framework, model, checkpoint, the file to be made and its protection."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QWidget

from asl_desktop.i18n import mark, tr
from ui import dialogs_seam
from ui.widgets.centred import bring_into_view
from ui.widgets.elided import ElidedBox
from ui.widgets.parts import announce, button, column, label, line, row
from ui.widgets.secret_fields import NewPassphrase

_UNPROTECTED = mark(
    "Whoever gets hold of the file, of a copy or of a backup can read everything in it. "
    "You can protect it later; copies made until then stay readable."
)
_PROTECTED = mark("Answers, evidence and history are encrypted. Nobody opens the file without the passphrase.")


@dataclass(frozen=True, slots=True)
class NewAssessment:
    """What a person fills in to begin.

    Attributes:
        passphrase: None for a file without protection. Never part of the printed form.
    """

    path: Path
    pack_id: str
    model: str
    checkpoint: str
    passphrase: str | None = field(default=None, repr=False)


class NewForm(QWidget):
    """Refuses to go on without model, file and either a passphrase or the choice to go without one."""

    submitted = Signal(object)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.pack = ElidedBox()
        self.pack.setAccessibleName(tr("Framework"))
        self.model = _named(QLineEdit(), tr("Model name"))
        self.checkpoint = _named(QLineEdit(), tr("Checkpoint or version"))
        self.file = _named(QLineEdit(), tr("File"))
        self.file.setPlaceholderText(tr("Where the assessment will be kept"))
        self.model.textEdited.connect(self._suggest_file)
        self.passphrase = NewPassphrase(tr("Passphrase"))
        self.unprotected = QCheckBox(tr("Keep this file unprotected"))
        self.unprotected.toggled.connect(self._on_unprotected)
        self._meaning = label("", "muted", wrap=True)
        self._suggested = ""
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        self.create_button = button(tr("Create assessment"), self._submit, primary=True)
        self.create_button.setDefault(True)
        self._packs: list[tuple[str, str]] = []
        self._lay_out()
        self._on_unprotected(False)
        for text_field in (self.model, self.checkpoint, self.file):
            text_field.returnPressed.connect(self._submit)
            text_field.textEdited.connect(lambda _: self._tell(""))
        self.passphrase.edited.connect(lambda: self._tell(""))
        self.passphrase.submitted.connect(self._submit)

    def show_packs(self, packs: list[tuple[str, str]]) -> None:
        """Offer these frameworks (id, title)."""
        self._packs = packs
        self.pack.clear()
        for pack_id, title in packs:
            self.pack.addItem(f"{title}  ({pack_id})")
        self.pack.setEnabled(bool(packs))

    def forget(self) -> None:
        """Empty the passphrase; called when the form has done its work or is put away."""
        self.passphrase.forget()
        self.unprotected.setChecked(False)

    def _lay_out(self) -> None:
        place = QHBoxLayout()
        place.addWidget(self.file, 1)
        place.addWidget(button(tr("Choose"), self._choose_file))
        layout = column(label(tr("New assessment"), "pane-title"), spacing=16)
        layout.addLayout(column(label(tr("Framework"), "label"), self.pack, spacing=4))
        beside = QHBoxLayout()
        beside.setSpacing(16)
        for text, field_ in ((tr("Model"), self.model), (tr("Checkpoint"), self.checkpoint)):
            beside.addLayout(column(label(text, "label"), field_, spacing=4), 1)
        layout.addLayout(beside)
        layout.addLayout(column(label(tr("File"), "label"), place, spacing=4))
        layout.addWidget(line())
        layout.addLayout(column(label(tr("PROTECTION"), "group"), self._meaning, spacing=4))
        layout.addWidget(self.passphrase)
        layout.addWidget(self.problem)
        layout.addWidget(self.unprotected)
        layout.addStretch(1)
        layout.addLayout(row(self.create_button, button(tr("Cancel"), self.cancelled.emit), 1))
        self.setLayout(layout)

    def _on_unprotected(self, unprotected: bool) -> None:
        self.passphrase.setVisible(not unprotected)
        if unprotected:
            self.passphrase.forget()
        self._tell("")
        self._meaning.setText(tr(_UNPROTECTED) if unprotected else tr(_PROTECTED))
        self.unprotected.setAccessibleDescription(tr(_UNPROTECTED))

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if problem:
            announce(self, problem, urgent=True)
            bring_into_view(self.problem)

    def _suggest_file(self, model: str) -> None:
        if self.file.text() in {"", self._suggested}:
            slug = "-".join("".join(c if c.isalnum() or c in ".-" else " " for c in model).split()).lower()
            self._suggested = str(Path.home() / f"{slug}.asl") if slug else ""
            self.file.setText(self._suggested)

    def _choose_file(self) -> None:
        suggested = Path(self.file.text()) if self.file.text() else Path.home() / "assessment.asl"
        path = dialogs_seam.choose_save(self, tr("Where to keep the assessment"), suggested)
        if path is not None:
            self.file.setText(str(path))

    def _problem(self) -> str:
        if not self._packs:
            return tr("The frameworks are still being read; try again in a moment.")
        if not self.model.text().strip():
            return tr("Name the model that is assessed.")
        if not self.file.text().strip():
            return tr("Choose the file that the assessment will be kept in.")
        if self.unprotected.isChecked():
            return ""
        return self.passphrase.problem(tr("Type a passphrase, or choose to keep the file unprotected."))

    def _submit(self) -> None:
        problem = self._problem()
        self._tell(problem)
        if problem:
            return
        path = Path(self.file.text().strip()).expanduser()
        path = path if path.suffix else path.with_suffix(".asl")
        pack_id = self._packs[max(self.pack.currentIndex(), 0)][0]
        passphrase = None if self.unprotected.isChecked() else self.passphrase.text()
        self.submitted.emit(
            NewAssessment(path, pack_id, self.model.text().strip(), self.checkpoint.text().strip(), passphrase)
        )


def _named(field_: QLineEdit, name: str) -> QLineEdit:
    field_.setAccessibleName(name)
    return field_
