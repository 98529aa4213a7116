"""Who signs a report or a decision: the identity file, its passphrase, the role; and the way to make an identity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from asl_desktop.errors import Cancelled, UserError
from asl_desktop.i18n import mark, tr
from asl_desktop.messages import message_for
from ui import dialogs_seam
from ui.forms.choices import Segments
from ui.operations import Handle
from ui.session import Session
from ui.widgets.flow import CellsLayout, cell
from ui.widgets.parts import Banner, announce, button, column, label, link, row

if TYPE_CHECKING:
    from reports.identity import Identity

ROLES = (mark("Assessor"), mark("Reviewer"), mark("Board"))
IDENTITIES = mark("Identities (*.p12 *.pfx)")


@dataclass(frozen=True, slots=True)
class Signer:
    """Which identity signs in which role. The passphrase is in memory only and never part of the printed form."""

    identity_file: Path
    passphrase: str
    role: str

    def __repr__(self) -> str:
        return tr("Signer({identity_file}, {role})").format(identity_file=self.identity_file, role=self.role)


class SigningForm(QWidget):
    """Takes what signing needs. Passphrases leave their fields as soon as they are used.

    ``gate`` is the title of the gate whose decision is signed, empty for the report. A decision has a role of its own,
    so none is asked for.
    """

    def __init__(self, session: Session, *, gate: str = "") -> None:
        super().__init__()
        self._gate = gate
        self.sign = QCheckBox(tr("Sign the decision") if gate else tr("Sign the report"))
        self.sign.setChecked(not gate)
        self.identity_file = QLineEdit()
        self.passphrase = secret_field(self._named(tr("Passphrase of the identity")))
        self.role = Segments(tr("Role in which to sign"), [tr(role) for role in ROLES])
        self.role.choose(0)
        self.problem_line = label("", "error", wrap=True)
        self._session = session
        self._fields = QWidget()
        self._create = link(tr("Create an identity"), self._on_create)
        self._lay_out()
        self.sign.toggled.connect(self._show_fields)
        self._show_fields(self.sign.isChecked())

    @cached_property
    def new_identity(self) -> IdentityForm:
        """The form of a new identity, at the end of the fields; it is made when somebody first wants one."""
        made = IdentityForm(self._session)
        made.made.connect(self._on_made)
        made.over.connect(lambda: self._create.setVisible(True))
        self._inner.addWidget(made)
        return made

    def signer(self) -> Signer | None:
        """Return who signs, None for an unsigned report or while something is missing (see :meth:`problem`)."""
        if not self.sign.isChecked() or self.problem():
            return None
        return Signer(Path(self.identity_file.text().strip()).expanduser(), self.passphrase.text(), ROLES[self._role()])

    def problem(self) -> str:
        """Return what is missing for signing, or nothing."""
        if not self.sign.isChecked():
            return ""
        if not self.identity_file.text().strip():
            if self._gate:
                return tr(
                    "Choose the identity file to sign with, create one, or record the decision without a signature."
                )
            return tr("Choose the identity file to sign with, create one, or write the report unsigned.")
        return "" if self.passphrase.text() else tr("Type the passphrase of the identity.")

    def show_problem(self, text: str) -> None:
        """Say beside the fields what stands in the way; nothing hides the line."""
        self.problem_line.setText(text)
        self.problem_line.setVisible(bool(text))
        if text:
            announce(self, text, urgent=True)
            (self.passphrase if self.identity_file.text().strip() else self.identity_file).setFocus()

    def _named(self, text: str) -> str:
        return tr("{text}, at {title}").format(text=text, title=self._gate) if self._gate else text

    def _role(self) -> int:
        return max(self.role.chosen, 0)

    def _show_fields(self, shown: bool) -> None:
        self._fields.setVisible(shown)
        if not shown:
            self.show_problem("")

    def _on_choose(self) -> None:
        chosen = dialogs_seam.choose_open(self, tr("Choose an identity"), filters=tr(IDENTITIES))
        if chosen is not None:
            self.identity_file.setText(str(chosen))
            self.passphrase.setFocus()

    def _on_create(self) -> None:
        self._create.hide()
        self.new_identity.start()

    def _on_made(self, path: Path) -> None:
        self.identity_file.setText(str(path))
        self._create.show()
        self.show_problem("")
        self.passphrase.setFocus()

    def _lay_out(self) -> None:
        self.sign.setAccessibleName(self._named(self.sign.text()))
        self.identity_file.setAccessibleName(self._named(tr("Identity file")))
        self.identity_file.setPlaceholderText(tr("A .p12 file"))
        self._create.setAccessibleName(self._named(tr("Create an identity")))
        choose = button(tr("Choose"), self._on_choose)
        choose.setAccessibleName(self._named(tr("Choose the identity file")))
        identity = QWidget()
        identity.setLayout(_beside(self.identity_file, choose))
        cells = CellsLayout(most=2, least=220)
        fields: list[tuple[str, QWidget]] = [(tr("Identity file"), identity), (tr("Passphrase"), self.passphrase)]
        create = row(self._create, 1)
        self._inner = column(cells, self.problem_line, spacing=12)
        if self._gate:
            self.role.setParent(self)
            self.role.hide()
            self._inner.insertLayout(1, create)
        else:
            beside = QWidget()
            beside.setLayout(create)
            fields += [(tr("Sign as"), self.role), ("", beside)]
        for text, field in fields:
            cells.addWidget(cell(label(text, "label"), field))
        self._fields.setLayout(self._inner)
        self.problem_line.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.sign)
        layout.addWidget(self._fields)


class IdentityForm(QWidget):
    """Makes a new identity. ``made(path)`` follows once its file is written, ``over`` when the form is put away."""

    made = Signal(object)
    over = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.name = QLineEdit()
        self.organisation = QLineEdit()
        self.path = QLineEdit()
        self.passphrase = secret_field(tr("New passphrase"))
        self.again = secret_field(tr("New passphrase again"))
        self.banner = Banner("danger")
        self.done = Banner("ok")
        self.create_button = button(tr("Create the identity"), self._on_create)
        self._form = QWidget()
        self._running: Handle[Identity] | None = None
        self._lay_out()
        self._form.hide()

    def start(self) -> None:
        """Open the form."""
        self.done.hide()
        if not self.name.text():
            self.name.setText(self.session.actor)
        if not self.path.text():
            self.path.setText(str(self.session.document.path.parent / "identity.p12"))
        self._form.show()
        self.name.setFocus()

    def problem(self) -> str:
        """Return what is missing, or nothing."""
        if not self.name.text().strip():
            return tr("Type the name of the person who signs.")
        if not self.path.text().strip():
            return tr("Choose where the identity file goes.")
        if not self.passphrase.text().strip():
            return tr("Type a passphrase; it is asked at every signature and cannot be recovered.")
        return "" if self.passphrase.text() == self.again.text() else tr("The two passphrases are not the same.")

    def _on_create(self) -> None:
        problem = self.problem()
        if problem:
            self.banner.tell(tr("The identity was not created"), problem)
            return
        name, organisation = self.name.text().strip(), self.organisation.text().strip()
        path, passphrase = _with_suffix(self.path.text(), ".p12"), self.passphrase.text()

        def _work(_: Handle[Identity]) -> Identity:
            from reports.identity import create_identity

            return create_identity(name, path, passphrase, organisation=organisation)

        self.banner.hide()
        self.create_button.setEnabled(False)
        self._running = self.session.operations.run(_work, owner=self, done=self._on_made, failed=self._on_failed)

    def _on_made(self, identity: Identity) -> None:
        from reports.identity import fingerprint

        self.create_button.setEnabled(True)
        self._forget()
        self._form.hide()
        root = identity.root
        shown = (
            tr("Fingerprint of its root, for people who verify: {fingerprint}").format(fingerprint=fingerprint(root))
            if root is not None
            else ""
        )
        self.done.tell(tr("Identity created for {name}").format(name=identity.name), f"{identity.path} {shown}".strip())
        self.made.emit(identity.path)

    def _on_failed(self, error: BaseException) -> None:
        self.create_button.setEnabled(True)
        tell_failure(self.banner, error)

    def _on_choose(self) -> None:
        suggested = Path(self.path.text() or "identity.p12")
        chosen = dialogs_seam.choose_save(self, tr("Where the identity goes"), suggested, filters=tr(IDENTITIES))
        if chosen is not None:
            self.path.setText(str(chosen))

    def _put_away(self) -> None:
        self._forget()
        self.banner.hide()
        self._form.hide()
        self.over.emit()

    def _forget(self) -> None:
        self.passphrase.clear()
        self.again.clear()

    def _lay_out(self) -> None:
        choose = button(tr("Choose"), self._on_choose)
        choose.setAccessibleName(tr("Choose where the identity goes"))
        cancel = button(tr("Cancel"), self._put_away)
        cancel.setAccessibleName(tr("Create no identity"))
        named = (
            (tr("Name of the person who signs"), self.name),
            (tr("Organisation"), self.organisation),
            (tr("Passphrase"), self.passphrase),
            (tr("The same passphrase again"), self.again),
        )
        cells = CellsLayout(most=2, least=220)
        for text, field in named:
            if not field.accessibleName():
                field.setAccessibleName(text)
            cells.addWidget(cell(label(text, "label"), field))
        self.path.setAccessibleName(tr("Where the identity goes"))
        layout = QVBoxLayout(self._form)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label(tr("New identity"), "pane-title"))
        text = tr("A key and certificate of your own, in one file. Keep it apart from the reports that it signs.")
        layout.addWidget(label(text, "muted", wrap=True))
        layout.addLayout(cells)
        layout.addLayout(column(label(tr("File"), "label"), _beside(self.path, choose), spacing=4))
        layout.addWidget(self.banner)
        layout.addLayout(row(self.create_button, cancel, 1))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.done)
        outer.addWidget(self._form)


def secret_field(name: str) -> QLineEdit:
    """Return a line that hides what is typed."""
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setAccessibleName(name)
    return field


def tell_failure(banner: Banner, error: BaseException, *, otherwise: Callable[[], object] | None = None) -> None:
    """Say in words why something did not work; a bug goes on to the crash hook.

    ``otherwise`` is called when the person stopped it, which is no failure.
    """
    if isinstance(error, Cancelled):
        if otherwise is not None:
            otherwise()
        return
    if not isinstance(error, UserError):
        raise error
    found = message_for(error)
    banner.tell(found.title, f"{found.text} {found.advice}")


def _beside(field: QLineEdit, chooser: QWidget) -> QVBoxLayout:
    line = row(spacing=8)
    line.addWidget(field, 1)
    line.addWidget(chooser)
    return column(line)


def _with_suffix(text: str, suffix: str) -> Path:
    path = Path(text.strip()).expanduser()
    return path if path.suffix else path.with_name(f"{path.name}{suffix}")
