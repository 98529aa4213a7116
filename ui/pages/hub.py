"""The overview: where the work stands, what follows from it so far, and where to go on. Progress is not compliance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Determination, GateResult, Snapshot, ThresholdResult
from asl_desktop.domain.wording import GATE_WORDS, day
from asl_desktop.errors import Cancelled
from asl_desktop.i18n import mark, ntr, tr
from ui.counting import asked, count_questions, next_open
from ui.in_short import by_stage
from ui.models.nav import Entry, entries_of, preflight_words
from ui.operations import Handle
from ui.pages.base import Page
from ui.places import place_of_record
from ui.preflighting import desk_of
from ui.session import Session
from ui.stages import stage_words
from ui.theme import fix, px, set_role
from ui.widgets.elided import ElidedLabel
from ui.widgets.in_short import InShort
from ui.widgets.parts import IconLabel, button, card, chip, clear, column, label, line, link, row
from ui.widgets.ring import Ring
from ui.wording import ICON, STAGE, TONE, Verdict, sentence, threshold_name, verdict

if TYPE_CHECKING:
    from asl_desktop.domain.sensitivity import Change

_REASONS_SHOWN = 2
_MISSING_SHOWN = 8
_STATE_HEIGHT = 24


class HubPage(Page):
    """Shown on first opening and on every return; a file that was left elsewhere opens there."""

    page_id: ClassVar[str] = "hub"
    heading: ClassVar[str] = mark("Overview")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._line = self.add_heading()
        self._searching: Handle[Change | None] | None = None
        self._searched: Snapshot | None = None
        self._go_on = self._make_go_on()
        self._outcome = QVBoxLayout()
        self._missing = QVBoxLayout()
        self._parts = QGridLayout()
        self._parts.setHorizontalSpacing(24)
        self._parts.setVerticalSpacing(4)
        for layout in (self._outcome, self._missing):
            layout.setSpacing(8)
        self.in_short = InShort()
        self.in_short.wants.connect(self.wants)
        self.body.addWidget(self.in_short)
        self.body.addWidget(self._go_on)
        self.body.addWidget(card(label(tr("Thresholds and gates"), "pane-title"), self._outcome))
        self.body.addWidget(card(label(tr("What is still missing"), "pane-title"), self._missing))
        self.body.addWidget(card(label(tr("Parts of the assessment"), "pane-title"), self._parts))
        self._shown: dict[QLayout, object] = {}
        self._due: list[Callable[[], object]] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._show_due)
        self._notices = column(*(label(notice, wrap=True) for notice in session.pack.notices))
        self.body.addWidget(card(label(tr("How to read this framework"), "pane-title"), self._notices))
        self.body.addStretch(1)

    def refresh(self, snapshot: Snapshot) -> None:
        scope = snapshot.inputs.scope
        model = " ".join(text for text in (scope.model, scope.checkpoint) if text)
        self._line.setText(
            tr("{model} · {title} · judged as of {date}").format(
                model=model, title=snapshot.pack.title, date=day(snapshot.as_of)
            )
        )
        self.in_short.refresh(snapshot)
        self._show_go_on(snapshot)
        self._look_for_weightiest(snapshot)
        if self._due:  # a part was begun and is not whole
            self._shown.clear()
        self._due = [
            partial(self._show_outcome, snapshot),
            partial(self._show_missing, snapshot),
            partial(self._show_parts, snapshot),
        ]
        self._show_due()

    @property
    def is_whole(self) -> bool:
        """Whether every part has been drawn."""
        return not self._due

    def _show_due(self) -> None:
        """Draw what is due piece by piece, with a round of the event loop after each; drawn at once it is a stall."""
        if self._due:
            self._due.pop(0)()
            self._make_room()
            self._later.start()

    def _make_room(self) -> None:
        """Lay out what was just added before it is painted; its rows would lie over each other meanwhile."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        canvas = self.scroll_area.widget()
        if canvas is not None and canvas.height() < (needed := canvas.heightForWidth(canvas.width())):
            canvas.resize(canvas.width(), needed)

    def _same(self, part: QLayout, shown: object) -> bool:
        """Tell whether a part shows this already, and take note that it does now."""
        same = self._shown.get(part) == shown
        self._shown[part] = shown
        return same

    def _make_go_on(self) -> QFrame:
        self._go_text = label("", "strong", wrap=True)
        self._go_detail = label("", "muted", wrap=True)
        self._go_button = button(tr("Go on answering"), lambda: self.wants.emit("questions", self._go_to), primary=True)
        self._go_to = ""
        box = QFrame()
        set_role(box, role="card")
        self._weighty_text = label(tr("Next that matters most"), "strong", wrap=True)
        self._weighty_detail = label(tr("Being worked out"), "muted", wrap=True)
        self._weighty_button = button(tr("Go to what matters most"), lambda: self.wants.emit(*self._weighty_place))
        self._weighty_place = ("hub", "")
        self._weighty = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        first = QHBoxLayout()
        first.addLayout(column(self._go_text, self._go_detail, spacing=4), 1)
        first.addWidget(self._go_button)
        second = QHBoxLayout(self._weighty)
        second.setContentsMargins(0, 0, 0, 0)
        second.addLayout(column(self._weighty_text, self._weighty_detail, spacing=4), 1)
        second.addWidget(self._weighty_button)
        layout.addLayout(first)
        layout.addWidget(self._weighty)
        return box

    def hideEvent(self, event: QHideEvent) -> None:
        """Search for nothing that nobody sees: it would hold up the answers given meanwhile."""
        if self._searching is not None:
            self._searching.cancel()
            self._searching, self._stale = None, True
        super().hideEvent(event)

    def _look_for_weightiest(self, snapshot: Snapshot) -> None:
        """Find off this thread which open input could move the outcome most; an older search is given up."""
        if self._searching is not None:
            self._searching.cancel()
        if snapshot is self._searched:
            return
        self._weighty_button.setEnabled(False)

        def _work(handle: Handle[Change | None]) -> Change | None:
            from asl_desktop.services.priorities import next_that_matters

            return next_that_matters(snapshot, progress=handle)

        def _done(change: Change | None) -> None:
            self._searching, self._searched = None, snapshot
            if snapshot is self.session.snapshot:
                self._show_weightiest(change)

        def _failed(error: BaseException) -> None:
            if not isinstance(error, Cancelled):
                raise error

        self._searching = self.session.operations.run(_work, owner=self, done=_done, failed=_failed)

    def _show_weightiest(self, change: Change | None) -> None:
        from asl_desktop.services.priorities import open_references

        snapshot = self.session.snapshot
        place = place_of_record(snapshot.inputs, change.ref) if change is not None else None
        self._weighty_button.setEnabled(place is not None)
        if change is None or place is None:
            self._weighty_text.setText(tr("No single input moves the outcome"))
            self._weighty_detail.setText(tr("Only several changes together would."))
            return
        self._weighty_place = place
        pending = change.ref in open_references(snapshot)
        lead = (
            tr("Next that matters most")
            if pending
            else tr("Nothing open moves the outcome alone. What would move it most")
        )
        self._weighty_text.setText(f"{lead}: {place[1]}")
        self._weighty_detail.setText(
            tr("With {change}: {effects}").format(change=change.change, effects=change.effects[0])
        )
        self._weighty.show()

    def _show_go_on(self, snapshot: Snapshot) -> None:
        count = count_questions(snapshot)
        last = max(reversed(snapshot.inputs.answers), key=lambda a: a.at, default=None)
        pack = snapshot.pack
        self._go_to = next_open(snapshot, after=last.question if last else "")
        stopped = (
            tr("You stopped at {question}.").format(question=last.question)
            if last and last.question in pack.question_by_id
            else ""
        )
        if self._go_to:
            self._go_text.setText(f"{stopped} {tr('Next unanswered: {question}').format(question=self._go_to)}".strip())
            self._go_detail.setText(f"{pack.question_by_id[self._go_to].text}\n{count.details()}")
        else:
            self._go_text.setText(f"{stopped} {tr('Every question that is asked has an answer.')}".strip())
            self._go_detail.setText(count.details())
        self._go_button.setText(tr("Go on answering") if self._go_to else tr("Look through the answers"))
        self._go_button.setAccessibleName(self._go_button.text())

    def _show_outcome(self, snapshot: Snapshot) -> None:
        result = snapshot.determination
        whole = (result.tracks, result.thresholds, result.gates)
        if self._same(self._outcome, whole):
            return
        clear(self._outcome)
        for track in result.tracks:
            self._outcome.addWidget(label(self._track_words(snapshot, track.track), wrap=True))
        rows = (
            *(partial(self._threshold_row, snapshot, threshold) for threshold in result.thresholds),
            *(partial(self._gate_row, snapshot, gate) for gate in by_stage(snapshot)),
        )
        self._due[:0] = [partial(self._add_row, make) for make in rows]

    def _add_row(self, make: Callable[[], QHBoxLayout]) -> None:
        self._outcome.addWidget(line())
        self._outcome.addLayout(make())

    def _track_words(self, snapshot: Snapshot, track_id: str) -> str:
        track = snapshot.determination.track_by_id[track_id]
        title = snapshot.pack.track_by_id[track_id].title
        by = (
            tr(", demanded by {demanded_by}").format(demanded_by=", ".join(track.demanded_by))
            if track.demanded_by
            else ""
        )
        met = {"true": "met", "false": tr("not met"), "unknown": tr("not shown to be met")}[track.met]
        return tr("{title}: {required} required{by}; {met}.").format(
            title=title, required=track.required, by=by, met=met
        )

    def _threshold_row(self, snapshot: Snapshot, result: ThresholdResult) -> QHBoxLayout:
        reasons = result.reasons
        if result.tensions:
            count = ntr("{count} accepted point is", "{count} accepted points are", len(result.tensions)).format(
                count=len(result.tensions)
            )
            reasons = (tr("{count} in tension with the record.").format(count=count), *reasons)
        title = threshold_name(snapshot.pack.threshold_by_id[result.id])
        return self._state_row(title, verdict(result), reasons, ("gate", result.id))

    def _gate_row(self, snapshot: Snapshot, gate: GateResult) -> QHBoxLayout:
        spec = snapshot.pack.gate_by_id[gate.id]
        stage = tr(STAGE[spec.stage])
        title = spec.title if spec.title == stage else f"{stage}: {spec.title}"
        shown = Verdict(tr(GATE_WORDS[gate.state]), TONE[gate.state], ICON[gate.state])
        return self._state_row(title, shown, gate.reasons, ("gate", gate.id))

    def _state_row(self, title: str, shown: Verdict, reasons: tuple[str, ...], goal: tuple[str, str]) -> QHBoxLayout:
        name = label(title, "strong", wrap=True)
        name.setMinimumHeight(px(_STATE_HEIGHT))
        text = column(name, spacing=2)
        for reason in reasons[:_REASONS_SHOWN]:
            text.addWidget(label(reason, "muted", wrap=True))
        text.addStretch(1)
        mark = IconLabel(shown.icon, shown.tone, 18)
        fix(mark, height=_STATE_HEIGHT)
        layout = QHBoxLayout()
        layout.setSpacing(12)
        layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(text, 1)
        why = link(tr("Why"), lambda: self.wants.emit(*goal))
        why.setAccessibleName(tr("Why is {title} {words}").format(title=title, words=shown.words))
        verdict_row = row(chip(sentence(shown.words), shown.tone), why, spacing=16)
        verdict_row.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addLayout(verdict_row)
        return layout

    def _show_missing(self, snapshot: Snapshot) -> None:
        result = snapshot.determination
        if self._same(self._missing, (result.not_assessed, result.gap)):
            return
        clear(self._missing)
        self._missing.addWidget(label(_missing_words(result), wrap=True))
        shown = 0
        bearing = _bearing_questions(snapshot)
        for question in bearing[:_MISSING_SHOWN]:
            shown += 1
            go = link(question, lambda question=question: self.wants.emit("questions", question))  # type: ignore[misc]
            text = label(snapshot.pack.question_by_id[question].text, "muted", wrap=True)
            self._missing.addLayout(_linked(go, text))
        for item in [i for i in result.not_assessed if i.kind == "indicator"][: _MISSING_SHOWN - shown // 2]:
            go = link(item.text, lambda item=item: self.wants.emit("measurements", item.id))  # type: ignore[misc]
            self._missing.addLayout(_linked(go, label(tr("not measured"), "muted", wrap=True)))
        if len(bearing) > shown:
            self._missing.addWidget(
                label(tr("and {count} more open questions").format(count=len(bearing) - shown), "muted")
            )

    def _show_parts(self, snapshot: Snapshot) -> None:
        found = preflight_words(desk_of(self.session).check())
        shown = [
            replace(entry, words=stage_words(snapshot, entry))
            for entry in entries_of(snapshot, found)
            if entry.page and entry.page != "hub"
        ]
        if self._same(self._parts, shown):
            return
        clear(self._parts)
        for at, entry in enumerate(shown):
            self._parts.addWidget(self._part(entry), at, 0)

    def _part(self, entry: Entry) -> QWidget:
        holder = QWidget()
        go = link(entry.title.replace("&", "&&"), lambda: self.wants.emit(entry.page, entry.item))
        go.setAccessibleName(f"{entry.title}, {entry.words}" if entry.words else entry.title)
        mark: QWidget = IconLabel(entry.icon, "accent", 20) if entry.fraction is None else Ring(entry)
        words = ElidedLabel(entry.words, "muted", Qt.TextElideMode.ElideRight)
        layout = row(mark, go, 1, words, spacing=8)
        layout.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(layout)
        return holder


def _linked(go: QWidget, text: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout()
    go.setMinimumWidth(72)
    layout.addWidget(go, 0, Qt.AlignmentFlag.AlignTop)
    layout.addWidget(text, 1)
    return layout


def _bearing_questions(snapshot: Snapshot) -> list[str]:
    """Return open questions, those that bear on a threshold first."""
    open_now = {item.id for item in snapshot.determination.not_assessed if item.kind == "question"}
    thresholds = set(snapshot.pack.threshold_by_id) | set(snapshot.pack.showing_by_id)
    questions = [question for question in asked(snapshot) if question.id in open_now]
    questions.sort(key=lambda question: not (set(question.bears_on) & thresholds))
    return [question.id for question in questions]


def _missing_words(result: Determination) -> str:
    kinds: list[str] = [item.kind for item in result.not_assessed]
    named = (
        ("threshold", mark("{count} threshold not assessed"), mark("{count} thresholds not assessed")),
        ("question", mark("{count} open question"), mark("{count} open questions")),
        ("indicator", mark("{count} indicator not measured"), mark("{count} indicators not measured")),
        ("showing", mark("{count} showing without a decision"), mark("{count} showings without a decision")),
    )
    parts = [
        ntr(one, many, kinds.count(kind)).format(count=kinds.count(kind))
        for kind, one, many in named
        if kinds.count(kind)
    ]
    if result.gap:
        parts.append(
            ntr(
                "{count} required safeguard not in place", "{count} required safeguards not in place", len(result.gap)
            ).format(count=len(result.gap))
        )
    return f"{', '.join(parts)}." if parts else tr("Nothing that the framework asks for is missing.")
