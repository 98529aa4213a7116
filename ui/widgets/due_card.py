"""What the framework asks besides its gates, and what is still open."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Determination, NotAssessed, Snapshot, ThresholdResult
from asl_desktop.domain.pack import Document as RequiredDocument
from asl_desktop.domain.pack import Pack
from asl_desktop.domain.wording import STATE_WORDS
from asl_desktop.i18n import mark, ntr, tr
from ui.places import place_of_open, role_titles
from ui.theme import set_role
from ui.widgets.parts import IconLabel, Tone, chip, clear, label, line, link, row
from ui.widgets.steps import linked_line
from ui.wording import ICON, TONE, listed

_TRIGGER = {
    "true": ("triangle-alert", "warn", mark("Fired")),
    "false": ("circle-check", "ok", mark("Not fired")),
    "unknown": ("circle-help", "warn", mark("Not known")),
}
_INDENT = 26
"""Width of a state's icon and the gap after it."""
_GAP = (mark("{count} required safeguard not shown"), mark("{count} required safeguards not shown"))
_KINDS: tuple[tuple[str, str, str], ...] = (
    ("threshold", mark("{count} threshold not assessed"), mark("{count} thresholds not assessed")),
    ("domain", mark("{count} domain without any input"), mark("{count} domains without any input")),
    ("question", mark("{count} open question"), mark("{count} open questions")),
    ("indicator", mark("{count} indicator not measured"), mark("{count} indicators not measured")),
    ("showing", mark("{count} showing without a decision"), mark("{count} showings without a decision")),
    ("requirement", mark("{count} safeguard not assessed"), mark("{count} safeguards not assessed")),
)


def open_words(result: Determination) -> str:
    """Return in one sentence what was not assessed and which safeguards are not shown, by count."""
    kinds = [item.kind for item in result.not_assessed]
    parts = [
        ntr(one, many, kinds.count(kind)).format(count=kinds.count(kind)) for kind, one, many in _KINDS if kind in kinds
    ]
    if result.gap:
        parts.append(ntr(*_GAP, len(result.gap)).format(count=len(result.gap)))
    return f"{listed(parts)}." if parts else tr("Nothing that the framework asks for.")


class _Card(QFrame):
    """A card whose content is built anew when what it shows has changed."""

    wants = Signal(str, str)

    def __init__(self, title: str) -> None:
        super().__init__()
        set_role(self, role="card")
        self.setAccessibleName(title)
        self._content = QVBoxLayout()
        self._content.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(label(title, "pane-title"))
        layout.addLayout(self._content)
        self._shown: object = None

    def refresh(self, snapshot: Snapshot) -> None:
        """Show what holds now."""
        content = self._key(snapshot)
        if content != self._shown:
            self._shown = content
            clear(self._content)
            self._build(snapshot)

    def _key(self, snapshot: Snapshot) -> object:
        raise NotImplementedError

    def _build(self, snapshot: Snapshot) -> None:
        raise NotImplementedError


class ThresholdsCard(_Card):
    """Every threshold with its state and reasons; the gates rest on them."""

    def __init__(self) -> None:
        super().__init__(tr("What the gates rest on"))
        self.rows: dict[str, QFrame] = {}

    def _key(self, snapshot: Snapshot) -> object:
        return snapshot.determination.thresholds

    def _build(self, snapshot: Snapshot) -> None:
        self.rows = {}
        for at, result in enumerate(snapshot.determination.thresholds):
            if at:
                self._content.addWidget(line())
            holder = QFrame()
            holder.setLayout(self._row(snapshot.pack, result))
            holder.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.rows[result.id] = holder
            self._content.addWidget(holder)

    def _row(self, pack: Pack, result: ThresholdResult) -> QVBoxLayout:
        title = pack.threshold_by_id[result.id].title
        tense = bool(result.tensions) and result.state == "ruled_out"
        words = tr(STATE_WORDS[result.state])
        if tense:
            words = tr("{words}, with tension").format(words=words)
        tone: Tone = "warn" if tense else TONE[result.state]
        head = row(IconLabel("triangle-alert" if tense else ICON[result.state], tone, 18), spacing=8)
        head.addWidget(label(title if result.id in title else f"{result.id}  {title}", "strong", wrap=True), 1)
        head.addWidget(chip(words.capitalize(), tone))
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        for reason in result.reasons:
            layout.addLayout(_indented(label(reason, "muted", wrap=True)))
        if result.tensions:
            layout.addLayout(_indented(label(_tension_words(result), "muted", wrap=True)))
        if any(result.id in showing.supported_when for showing in pack.showings):
            jump = link(tr("Open its showings"), lambda: self.wants.emit("showings", result.id))
            jump.setAccessibleName(tr("Open the showings for {id}").format(id=result.id))
            layout.addLayout(_indented(row(jump, 1)))
        return layout


class DueCard(_Card):
    """Triggers, duties, documents, clocks and roles."""

    def __init__(self) -> None:
        super().__init__(tr("What else falls due"))

    def _key(self, snapshot: Snapshot) -> object:
        return snapshot.determination.triggers, snapshot.determination.duties

    def _build(self, snapshot: Snapshot) -> None:
        pack = snapshot.pack
        self._triggers(snapshot)
        self._lines(tr("Duties that follow from the thresholds"), snapshot.determination.duties)
        self._lines(tr("Documents"), [_document_words(pack, item) for item in pack.documents])
        clocks = [
            f"{c.title}: {c.text} {tr('({days} days)').format(days=c.days) if c.days else ''}".rstrip()
            for c in pack.clocks
        ]
        self._lines(tr("Clocks"), clocks)
        self._lines(tr("Roles"), [f"{role.title}: {role.duty}" for role in pack.roles])
        if not self._content.count():
            self._content.addWidget(label(tr("The framework names nothing more."), "muted"))

    def _triggers(self, snapshot: Snapshot) -> None:
        if not snapshot.determination.triggers:
            return
        questions = {trigger.id: trigger.question for trigger in snapshot.pack.triggers}
        self._content.addWidget(label(tr("Triggers of a new assessment"), "label"))
        for result in snapshot.determination.triggers:
            icon_name, tone, words = _TRIGGER[result.value]
            head = row(IconLabel(icon_name, tone), spacing=8)
            head.addWidget(label(f"{tr(words)}. {result.reason}", wrap=True), 1)
            question = questions[result.id]
            jump = link(question, lambda question=question: self.wants.emit("questions", question))  # type: ignore[misc]
            jump.setAccessibleName(
                tr("Open {question}, which decides whether {id} has fired").format(question=question, id=result.id)
            )
            head.addWidget(jump)
            self._content.addLayout(head)

    def _lines(self, title: str, lines: Sequence[str]) -> None:
        if not lines:
            return
        self._content.addSpacing(4)
        self._content.addWidget(label(title, "label"))
        for text in lines:
            self._content.addWidget(label(text, "muted", wrap=True, selectable=True))


class StillOpenCard(_Card):
    """What was not assessed, by kind, with a way to the first of each."""

    def __init__(self) -> None:
        super().__init__(tr("What is still open"))

    def _key(self, snapshot: Snapshot) -> object:
        return snapshot.determination.not_assessed, snapshot.determination.gap, snapshot.determination.notes

    def _build(self, snapshot: Snapshot) -> None:
        for kind, one, many in _KINDS:
            found = [item for item in snapshot.determination.not_assessed if item.kind == kind]
            if found:
                words = ntr(one, many, len(found)).format(count=len(found))
                self._content.addLayout(self._open_row(snapshot.pack, words, found[0]))
        gap = snapshot.determination.gap
        if gap:
            words = ntr(*_GAP, len(gap)).format(count=len(gap))
            text = tr("{words}. First: {requirement} {title}.").format(
                words=words, requirement=gap[0].requirement, title=gap[0].title
            )
            self._content.addLayout(self._line(text, ("safeguards", gap[0].requirement), words))
        for note in snapshot.determination.notes:
            self._content.addWidget(label(note, "muted", wrap=True))
        if not self._content.count():
            self._content.addWidget(label(tr("Nothing that the framework asks for is open."), "muted"))

    def _open_row(self, pack: Pack, words: str, first: NotAssessed) -> QHBoxLayout:
        name = first.text if first.kind in {"indicator", "showing", "domain"} else f"{first.id}, {first.text}"
        ending = "" if name.endswith(("?", ".")) else "."
        return self._line(
            tr("{words}. First: {name}{ending}").format(words=words, name=name, ending=ending),
            place_of_open(pack, first),
            words,
        )

    def _line(self, text: str, place: tuple[str, str] | None, words: str) -> QHBoxLayout:
        return linked_line(
            tr("Open"), text, place, self.wants.emit, said=tr("Open the first of {words}").format(words=words)
        )


def _tension_words(result: ThresholdResult) -> str:
    """Return how much of what was accepted the record does not support, and whether anybody said why."""
    silent = sum(1 for tension in result.tensions if not tension.rationale)
    words = ntr("{count} accepted point is", "{count} accepted points are", len(result.tensions)).format(
        count=len(result.tensions)
    )
    if not silent:
        return tr("{words} in tension with the record, each with a rationale.").format(words=words)
    return tr(
        "{words} in tension with the record; {silent} without a rationale, so the showing does not count."
    ).format(words=words, silent=silent)


def _indented(inner: QWidget | QHBoxLayout) -> QHBoxLayout:
    layout = row(inner)
    layout.setContentsMargins(_INDENT, 0, 0, 0)
    return layout


def _document_words(pack: Pack, item: RequiredDocument) -> str:
    parts = [f"{item.title}: {item.contents}"]
    if item.signed_by:
        parts.append(tr("Signed by {roles}.").format(roles=role_titles(pack, item.signed_by)))
    if item.published:
        parts.append(tr("Published: {when}").format(when=item.published))
    return " ".join(parts)
