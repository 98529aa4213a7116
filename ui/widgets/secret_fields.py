"""Fields for passphrases and recovery keys. What is typed leaves them as soon as it was used: see ``forget``."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QKeyEvent, QShowEvent, QTextOption
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from asl_desktop.i18n import mark, tr
from asl_desktop.storage.keys import SHORTEST, Passphrase, RecoveryKey
from ui.theme import set_role
from ui.widgets.parts import IconLabel, Tinted, announce, column, label, link, row, tool_button

if TYPE_CHECKING:
    from asl_desktop.storage.keys import Secret

LONG_ENOUGH = 20
"""From here on a passphrase needs no advice."""
_KEY_LINES, _KEY_CHARACTERS = 6, 96
_HINTS = (
    mark(
        "Four words or more are easy to remember and hard to guess. It cannot be reset; there will be a recovery key."
    ),
    mark("At least {shortest} characters."),
    mark("Long enough to be accepted. A few more words make it much harder to guess."),
    mark("A good length."),
)


def fixed_font(size: int = 13) -> QFont:
    """Return a font whose characters all have one width, for keys and digests."""
    result = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    result.setStyleHint(QFont.StyleHint.Monospace)
    result.setPixelSize(size)
    return result


class SecretLine(QWidget):
    """One line that hides what is typed, with a button that shows it and a hint while Caps Lock is on."""

    edited = Signal()
    submitted = Signal()
    shown_changed = Signal(bool)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setAccessibleName(name)
        self.field.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.field.textEdited.connect(lambda _: self.edited.emit())
        self.field.returnPressed.connect(self.submitted.emit)
        self.field.installEventFilter(self)
        self.eye = tool_button("eye", tr("Show what is typed"), self._on_eye, checkable=True)
        self._name = name
        self._caps = QWidget()
        self._caps.setLayout(row(IconLabel("triangle-alert", "warn", 14), label(tr("Caps Lock is on."), "muted"), 1))
        self._caps.hide()
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.field, 1)
        line.addWidget(self.eye)
        self.setLayout(column(line, self._caps, spacing=4))
        self.setFocusProxy(self.field)
        self.show_typed(False)

    def showEvent(self, event: QShowEvent) -> None:
        self.field.ensurePolished()  # the text may have grown while the line was hidden
        self.field.updateGeometry()
        super().showEvent(event)

    def text(self) -> str:
        """Return what is typed."""
        return self.field.text()

    def forget(self) -> None:
        """Empty the line, with what it remembers for undo, and hide the next text again."""
        self.field.setText("")  # clear() could be undone
        self._caps.hide()
        self.mark(invalid=False)
        self.show_typed(False)

    def mark(self, *, invalid: bool) -> None:
        """Draw the line as one that has to be corrected, or as usual."""
        set_role(self.field, state="invalid" if invalid else "")

    def show_typed(self, shown: bool) -> None:
        """Show or hide what is typed."""
        self.field.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.eye.setChecked(shown)
        words = tr("Hide what is typed") if shown else tr("Show what is typed")
        self.eye.setToolTip(words)
        self.eye.setAccessibleName(f"{words}: {self._name}")
        for tint in self.eye.findChildren(Tinted):
            tint.show_icon("eye-off" if shown else "eye")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._look_for_caps(event)
        return super().eventFilter(watched, event)

    def _look_for_caps(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_CapsLock:
            self._caps.setVisible(not self._caps.isVisible() and bool(self.text()))
            return
        typed = event.text()
        if typed.lower() == typed.upper():
            return  # not a letter, or one without a capital
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._caps.setVisible(typed.isupper() != shifted)

    def _on_eye(self) -> None:
        shown = self.eye.isChecked()
        self.show_typed(shown)
        self.shown_changed.emit(shown)
        self.field.setFocus()


class NewPassphrase(QWidget):
    """A new passphrase, typed twice, with a word about its length."""

    edited = Signal()
    submitted = Signal()

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.first = SecretLine(tr("New passphrase"))
        self.again = SecretLine(tr("The same passphrase again"))
        self._hint = label(tr(_HINTS[0]), "muted", wrap=True)
        self.first.edited.connect(self._on_edited)
        self.again.edited.connect(self._on_edited)
        self.first.submitted.connect(self.again.field.setFocus)
        self.again.submitted.connect(self.submitted.emit)
        for one, other in ((self.first, self.again), (self.again, self.first)):
            one.shown_changed.connect(other.show_typed)
        beside = QHBoxLayout()
        beside.setSpacing(16)
        for text, line in ((name, self.first), (tr("The same again"), self.again)):
            part = column(label(text, "label"), line, spacing=4)
            part.addStretch(1)
            beside.addLayout(part, 1)
        self.setLayout(column(beside, self._hint, spacing=4))
        self.setFocusProxy(self.first)

    def text(self) -> str:
        """Return the passphrase as typed first."""
        return self.first.text()

    def problem(self, missing: str = mark("Type the new passphrase.")) -> str:
        """Return why it cannot be taken, or nothing; marks the line to be corrected and puts the cursor there."""
        length = _length(self.first.text())
        problem = ""
        if not length:
            problem = missing
        elif length < SHORTEST:
            problem = tr("The passphrase needs at least {shortest} characters; this one has {length}.").format(
                shortest=SHORTEST, length=length
            )
        elif not self.again.text():
            problem = tr("Type the passphrase a second time.")
        elif self.first.text() != self.again.text():
            problem = tr("The two passphrases are not the same.")
        wrong_again = length >= SHORTEST and bool(problem)
        self.first.mark(invalid=bool(problem) and not wrong_again)
        self.again.mark(invalid=wrong_again)
        if problem:
            (self.again if wrong_again else self.first).setFocus()
        return problem

    def forget(self) -> None:
        """Empty both lines."""
        self.first.forget()
        self.again.forget()
        self._on_edited()

    def _on_edited(self) -> None:
        self.edited.emit()
        self.first.mark(invalid=False)
        self.again.mark(invalid=False)
        length = _length(self.first.text())
        level = 0 if not length else 1 if length < SHORTEST else 2 if length < LONG_ENOUGH else 3
        hint = tr(_HINTS[level]).format(shortest=SHORTEST)
        if self._hint.text() != hint:
            self._hint.setText(hint)
            announce(self, hint)


class SecretEntry(QWidget):
    """Takes what opens an existing file: its passphrase or, after "Use the recovery key", the key from its sheet."""

    edited = Signal()
    submitted = Signal()

    def __init__(self, name: str = "") -> None:
        super().__init__()
        name = name or tr("Passphrase")
        self.passphrase = SecretLine(name)
        self.recovery = _RecoveryBox()
        self.switch = link(tr("Use the recovery key"), self._on_switch)
        self.switch.setAccessibleName(tr("{name}: use the recovery key").format(name=name))
        self._name, self._label = name, label(name, "label")
        self._with_key = False
        self.passphrase.edited.connect(self.edited.emit)
        self.passphrase.submitted.connect(self.submitted.emit)
        self.recovery.textChanged.connect(self.edited.emit)
        self.recovery.submitted.connect(self.submitted.emit)
        self.setLayout(column(self._label, self.passphrase, self.recovery, row(self.switch, 1), spacing=4))
        self.recovery.hide()
        self.setFocusProxy(self.passphrase)

    def empty(self) -> bool:
        """Tell whether nothing is typed."""
        return not (self.recovery.toPlainText().strip() if self._with_key else self.passphrase.text())

    def secret(self) -> Secret:
        """Return what is typed.

        Raises:
            PassphraseRefused: it is no recovery key, or one with a typing mistake.
        """
        if self._with_key:
            return RecoveryKey.from_text(self.recovery.toPlainText())
        return Passphrase(self.passphrase.text())

    def forget(self) -> None:
        """Empty the fields and go back to the passphrase."""
        self.passphrase.forget()
        self.recovery.forget()
        self._show(with_key=False)

    def refuse(self) -> None:
        """Mark what is typed as refused and select it, so that the next try replaces it."""
        if self._with_key:
            set_role(self.recovery, state="invalid")
            self.recovery.setFocus()
        else:
            self.passphrase.mark(invalid=True)
            self.passphrase.field.selectAll()
            self.passphrase.setFocus()

    def _on_switch(self) -> None:
        self.passphrase.forget()
        self.recovery.forget()
        self._show(with_key=not self._with_key)
        (self.recovery if self._with_key else self.passphrase).setFocus()
        self.edited.emit()

    def _show(self, *, with_key: bool) -> None:
        self._with_key = with_key
        self.passphrase.setVisible(not with_key)
        self.recovery.setVisible(with_key)
        self._label.setText(tr("Recovery key") if with_key else self._name)
        words = tr("Use the passphrase") if with_key else tr("Use the recovery key")
        self.switch.setText(words)
        self.switch.setAccessibleName(f"{self._name}: {words.lower()}")
        self.setFocusProxy(self.recovery if with_key else self.passphrase)


class _RecoveryBox(QPlainTextEdit):
    """Six lines for the key as it stands on the sheet; Ctrl+Enter submits, Tab goes on."""

    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Recovery key, six lines as on its sheet"))
        self.setPlaceholderText(tr("Six lines as on the sheet; spaces, hyphens and capital letters do not matter"))
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setFont(fixed_font())
        self.setWordWrapMode(QTextOption.WrapMode.WordWrap)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _KEY_LINES + 24)
        self.textChanged.connect(lambda: set_role(self, state=""))

    def forget(self) -> None:
        """Empty the box."""
        self.setPlainText("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        whole = len("".join(self.toPlainText().split()).replace("-", "")) >= _KEY_CHARACTERS
        if enter and (whole or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self.submitted.emit()
            return
        super().keyPressEvent(event)


def _length(text: str) -> int:
    return len(unicodedata.normalize("NFC", text).strip())
