"""How far the files are that are on their way in, as one line, however many they are; and what came of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from asl_desktop.domain.inputs import EvidenceItem
from asl_desktop.i18n import ntr, tr
from ui.plain import visible
from ui.session import AttachState, Pasted, Session, cause_of
from ui.widgets.elided import ElidedLabel
from ui.widgets.parts import announce, button, label, row, tool_button

_STEPS = 1000
_NAMED = 3


class IntakeLine(QWidget):
    """Takes files in one after another. ``arrived(item)`` follows when the last of them is in."""

    arrived = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._awaited: set[Path] = set()
        self._total = 0
        self._new: list[EvidenceItem] = []
        self._again: list[str] = []
        self._failed: list[str] = []
        self._cancelled = 0
        self.words = ElidedLabel("", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self._stop = button(tr("Cancel"), self._on_cancel, role="toggle")
        self.result = label("", "muted", wrap=True, selectable=True)
        self._close = tool_button("x", tr("Close this message"), self._on_close)
        self._running = QWidget()
        line = row(self.words, spacing=8)
        line.addWidget(self.bar, 1)
        line.addWidget(self._stop)
        self._running.setLayout(line)
        self._said = QWidget()
        said = row(spacing=8)
        said.addWidget(self.result, 1)
        said.addWidget(self._close)
        self._said.setLayout(said)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._running)
        layout.addWidget(self._said)
        self._running.hide()
        self._said.hide()
        session.attach_changed.connect(self._on_attach_changed)

    def take(self, sources: tuple[Path | Pasted, ...]) -> None:
        """Take these in.

        Raises:
            FileReadOnly: the document is open for reading only.
        """
        if not self._awaited:
            self._total, self._cancelled = 0, 0
            self._new, self._again, self._failed = [], [], []
        paths = {source if isinstance(source, Path) else Path(source.name) for source in sources}
        self._total += len(paths - self._awaited)
        self._awaited |= paths
        self._said.hide()
        self.bar.setRange(0, 0)
        self._running.show()
        self._handles = self._session.attach(sources)

    def tell(self, text: str) -> None:
        """Say something in place of a result."""
        self.result.setText(text)
        self._said.show()
        announce(self, text, urgent=True)

    def _on_close(self) -> None:
        self._said.hide()

    def _on_cancel(self) -> None:
        for handle in self._handles:
            handle.cancel()

    def _on_attach_changed(self, state: AttachState) -> None:
        if state.path not in self._awaited:
            return
        if state.kind == "running":
            at = self._total - len(self._awaited) + 1
            if state.total:
                self.bar.setRange(0, _STEPS)
                self.bar.setValue(round(_STEPS * (at - 1 + state.done / state.total) / self._total))
                self.words.setText(
                    tr("Sealing {at} of {total}: {name}").format(at=at, total=self._total, name=state.path.name)
                )
                self.bar.setAccessibleName(tr("Sealing {at} of {total}").format(at=at, total=self._total))
            return
        self._awaited.discard(state.path)
        if state.kind == "failed" and state.error is not None:
            self._failed.append(cause_of(state.error))
        elif state.kind == "cancelled":
            self._cancelled += 1
        elif state.item is not None and state.again:
            self._again.append(
                tr("{name} (as {title})").format(name=state.path.name, title=state.item.title or state.item.name)
            )
        elif state.item is not None:
            self._new.append(state.item)
        if not self._awaited:
            self._end(state.item)

    def _end(self, last: EvidenceItem | None) -> None:
        self._running.hide()
        parts = (
            [ntr("{count} file sealed.", "{count} files sealed.", len(self._new)).format(count=len(self._new))]
            if self._new
            else []
        )
        if self._again:
            parts.append(
                ntr(
                    "{some} was on file already and is not kept twice.",
                    "{some} were on file already and is not kept twice.",
                    len(self._again),
                ).format(some=_some(self._again))
            )
        parts += [_some(self._failed, apart=" ")] if self._failed else []
        parts += (
            [
                ntr("{count} file not taken in.", "{count} files not taken in.", self._cancelled).format(
                    count=self._cancelled
                )
            ]
            if self._cancelled
            else []
        )
        self.result.setText(visible(" ".join(parts)))
        self._said.setVisible(bool(parts))
        announce(self, self.result.text(), urgent=bool(self._failed))
        item = self._new[-1] if self._new else last
        if item is not None:
            self.arrived.emit(item)


def _some(texts: list[str], *, apart: str = ", ") -> str:
    more = len(texts) - _NAMED
    named = apart.join(texts[:_NAMED])
    return tr("{names} and {count} more").format(names=named, count=more) if more > 0 else named
