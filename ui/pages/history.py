"""Everything that was ever changed: who, when, what, from which text to which. Filters, a list, and what changed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.wording import size
from asl_desktop.i18n import mark, ntr, tr
from ui import dialogs_seam
from ui.forms.fields import read_day
from ui.models.history_list import STEP_ROLE, HistoryDelegate, HistoryModel
from ui.pages.base import MARGIN, Page
from ui.places import place_of_event
from ui.plain import tip, visible
from ui.session import SaveState, Session, cause_of
from ui.theme import set_role
from ui.widgets.change_view import ChangeView, Shown, prepare
from ui.widgets.elided import ElidedBox, ElidedLabel
from ui.widgets.flow import FlowLayout
from ui.widgets.parts import Banner, button, card, column, label, link, row
from ui.widgets.split import Split
from ui.wording import moment, sentence

if TYPE_CHECKING:
    from asl_desktop.services.history import History, Step
    from asl_desktop.storage.document import Document
    from asl_desktop.storage.past import Wanted

_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (mark("Every kind"), ()),
    (mark("Answers"), ("answer",)),
    (mark("Results"), ("measurement",)),
    (mark("Showings"), ("showing",)),
    (mark("Safeguards"), ("requirement", "specification")),
    (mark("Evidence"), ("evidence",)),
    (mark("Gates, interim"), ("decision", "interim")),
    (mark("Scope and plan"), ("scope", "plan")),
    (mark("Checkpoints, packs"), ("checkpoint", "pack", "document")),
)
_RIGHT = Qt.TextElideMode.ElideRight
_SEARCH_MS = 250
_EVERYBODY = mark("Everybody")


class HistoryPage(Page):
    """The list on the left fetches as it is scrolled; the pane on the right shows what the chosen step changed."""

    page_id: ClassVar[str] = "history"
    heading: ClassVar[str] = mark("History")
    scrolls: ClassVar[bool] = False

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.of = ""
        self.model = HistoryModel(session)
        self.list = QListView()
        self.words = QLineEdit()
        self.kind = ElidedBox()
        self.person = ElidedBox()
        self.since, self.until = QLineEdit(), QLineEdit()
        self.view = ChangeView()
        self.part = ElidedBox()
        self.problem = Banner("danger")
        self._step: Step | None = None
        self._seen = -1
        self._shown_run = 0
        self._only = button(tr("Show everything"), self._show_all, icon_name="x", role="toggle")
        self._title, self._meta, self._did = (
            ElidedLabel("", "question", _RIGHT),
            label("", "muted"),
            label("", wrap=True),
        )
        self._go = link(tr("Go to it"), self._on_go)
        self._narrow = link(tr("Only this record"), self._on_narrow)
        self._empty = label("", "muted", wrap=True)
        self._kept = label("", "muted", wrap=True)
        self._give_up = button(tr("Give up\u2026"), self._on_give_up)
        self._search = QTimer(self)
        self._search.setSingleShot(True)
        self._search.setInterval(_SEARCH_MS)
        self._search.timeout.connect(self.reload)
        self._line = self.add_heading("")
        self._lay_out()
        self._connect()

    def refresh(self, snapshot: Snapshot) -> None:
        self._look_again()

    def open_item(self, item: str) -> None:
        """Show the history of one thing: an id of the framework or a reference such as ``answer:QC-20``."""
        self.of = item
        self._only.setText(f" {item.removeprefix('answer:').removeprefix('requirement:')}")
        self._only.setAccessibleName(tr("Only {item}; show everything").format(item=item))
        self._only.setVisible(bool(item))
        self.reload()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def here(self) -> str:
        return self.of

    def reload(self) -> None:
        """Fetch the newest steps that fit what is chosen above the list."""
        problem = self._day_problem()
        if problem:
            self._empty.setText(problem)
            self._empty.show()
            return
        self._seen = self.session.document.head().events
        self.model.show(partial(_wanted, filters=self._filters()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look_again()

    def hideEvent(self, event: QHideEvent) -> None:
        self._search.stop()
        super().hideEvent(event)

    def _look_again(self) -> None:
        """Fetch anew when something was written since."""
        if self.isVisible() and self._seen != self.session.document.head().events:
            self.reload()
            self._look_around()

    def _filters(self) -> dict[str, object]:
        return {
            "kinds": _KINDS[max(self.kind.currentIndex(), 0)][1],
            "of": self.of,
            "actor": self.person.currentData() or "",
            "since": read_day(self.since.text()),
            "until": read_day(self.until.text()),
            "text": self.words.text(),
        }

    def _day_problem(self) -> str:
        problem = ""
        for field in (self.since, self.until):
            wrong = bool(field.text().strip()) and read_day(field.text()) is None
            set_role(field, state="invalid" if wrong else "")
            problem = tr("Write the day as 14 Mar 2026 or 2026-03-14.") if wrong else problem
        return problem

    def _look_around(self) -> None:
        """Read what stands around the list: who took part, since when, and what is kept for undo."""

        def _read(document: Document) -> tuple[tuple[str, ...], str, int, tuple[int, int]]:
            past = document.past
            return past.actors(), past.recorded_at(1), document.head().events, past.kept_for_undo()

        def _done(found: tuple[tuple[str, ...], str, int, tuple[int, int]]) -> None:
            actors, first, events, (files, kept) = found
            since = moment(first).split(", ", maxsplit=1)[0]
            people = ntr("{count} person", "{count} people", len(actors)).format(count=len(actors))
            self._line.setText(
                ntr(
                    "{count} event by {people} since {since}. Times are UTC.",
                    "{count} events by {people} since {since}. Times are UTC.",
                    events,
                ).format(count=events, people=people, since=since)
            )
            self._offer_people(actors)
            said = ntr("{count} removed evidence file", "{count} removed evidence files", files).format(count=files)
            stays = tr("stays in the file so that its") if files == 1 else tr("stay in the file so that their")
            self._kept.setText(
                tr("{said}, {size}, {stays} removal can be undone.").format(said=said, size=size(kept), stays=stays)
            )
            self._kept_bar.setVisible(files > 0)

        self.session.run_beside(lambda document, _: _read(document), done=_done, failed=self._on_failed)

    def _offer_people(self, actors: tuple[str, ...]) -> None:
        chosen = self.person.currentData()
        self.person.blockSignals(True)
        self.person.clear()
        for shown, actor in ((tr(_EVERYBODY), ""), *((visible(actor), actor) for actor in actors)):
            self.person.addItem(shown, actor)
        self.person.setCurrentIndex(max(self.person.findData(chosen), 0))
        self.person.blockSignals(False)

    def _on_fetched(self) -> None:
        self.problem.hide()
        count = self.model.rowCount()
        filtered = any(self._filters().values())
        self._empty.setText(tr("Nothing in the history fits.") if filtered else tr("Nothing was changed yet."))
        self._empty.setVisible(count == 0)
        if count and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(0))
        elif not count:
            self._show_step(None)

    def _on_failed(self, error: BaseException) -> None:
        self.problem.tell(tr("The history cannot be shown"), cause_of(error))

    def _on_current(self, index: QModelIndex) -> None:
        self._show_step(index.data(STEP_ROLE) if index.isValid() else None)

    def _show_step(self, step: Step | None) -> None:
        self._step = step
        self._detail.setVisible(step is not None)
        if step is None:
            self.view.show_change(None)
            return
        self._title.setText(step.title)
        self._title.setToolTip(tip(step.title))
        began, ended = moment(step.began), moment(step.at)
        when = (
            ended
            if began == ended
            else tr("{began} to {ended}").format(began=began.removesuffix(" UTC"), ended=ended.rsplit(", ", 1)[-1])
        )
        self._meta.setText(f"{step.actor} \u00b7 {when}")
        self._did.setText(sentence(step.did))
        self._did.setVisible(step.mark != "changed" or len({event.reference for event in step.events}) > 1)
        self._offer_parts(step)
        single = len({event.reference for event in step.events}) == 1
        self._go.setVisible(single and place_of_event(self.session.inputs, step.events[0]) is not None)
        self._narrow.setVisible(single and not self.of)
        self._show_part(0)

    def _offer_parts(self, step: Step) -> None:
        """Let a person look into a burst event by event, or into an act record by record."""
        from asl_desktop.services.record_words import RecordWords

        first = {event.reference: event for event in step.events}  # the oldest of each record stays
        if len(first) > 1:
            words = RecordWords(self.session.pack, self.session.inputs)
            named = (first[reference] for reference in _touched(step))
            titles = [words.subject(event.kind, event.key, event.record).long for event in named]
            names = [tr("All {count} records").format(count=len(first)), *titles]
        else:
            changes = ntr("{count} change", "{count} changes", len(step.events)).format(count=len(step.events))
            names = [
                tr("All {changes} together").format(changes=changes),
                *(tr("{at} UTC").format(at=event.at[11:19]) for event in step.events),
            ]
        self.part.blockSignals(True)
        self.part.clear()
        self.part.addItems([visible(name) for name in names])
        self.part.blockSignals(False)
        self.part.setVisible(len(step.events) > 1)

    def _show_part(self, number: int) -> None:
        """Compare on the work lane and show the latest that was asked for."""
        step = self._step
        if step is None:
            return
        events = step.events
        if number:
            references = _touched(step)
            if len(references) > 1:
                events = tuple(event for event in events if event.reference == references[number - 1])
            else:
                events = events[number - 1 : number]
        self._shown_run += 1
        run, pack, inputs = self._shown_run, self.session.pack, self.session.inputs

        def _compare(document: Document) -> Shown:
            from asl_desktop.services.history import History
            from asl_desktop.services.record_words import RecordWords

            history = History(document, words=RecordWords(pack, inputs))
            return prepare(history, step if events is step.events else history.step_of(events))

        def _done(shown: Shown) -> None:
            if run == self._shown_run:
                self.view.show_change(shown)

        self.session.run_beside(lambda document, _: _compare(document), done=_done, failed=self._on_failed)

    def _on_go(self) -> None:
        if self._step is not None:
            place = place_of_event(self.session.inputs, self._step.events[0])
            if place is not None:
                self.wants.emit(*place)

    def _on_narrow(self) -> None:
        if self._step is not None:
            self.open_item(self._step.events[0].reference)

    def _show_all(self) -> None:
        self.open_item("")

    def _on_save_state(self, state: SaveState) -> None:
        if state.kind == "saved":
            self._look_again()

    def _on_give_up(self) -> None:
        text = tr(
            "{text} Giving them up makes the file smaller; their removal can then not be undone. "
            "The history still says what they were."
        ).format(text=self._kept.text())
        if dialogs_seam.ask(
            self, tr("Give up removed evidence"), text, yes=tr("Give it up"), no=tr("Keep it"), danger=True
        ):
            self.session.perform(
                lambda document: document.clear_removed(),
                done=lambda _: self._look_around(),
                failed=self._on_failed,
            )

    def _connect(self) -> None:
        self.list.selectionModel().currentChanged.connect(lambda now, _: self._on_current(now))
        self.model.modelReset.connect(lambda: self.list.setCurrentIndex(QModelIndex()))
        self.model.fetched.connect(self._on_fetched)
        self.model.failed.connect(self._on_failed)
        for field in (self.words, self.since, self.until):
            field.textChanged.connect(lambda _: self._search.start())
        self.kind.activated.connect(lambda _: self.reload())
        self.person.activated.connect(lambda _: self.reload())
        self.part.activated.connect(self._show_part)
        self.session.save_state_changed.connect(self._on_save_state)

    def _lay_out(self) -> None:
        self.body.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.body.setSpacing(12)
        self.body.addWidget(self._make_filters())
        self.body.addWidget(self.problem)
        self.body.addWidget(Split("history", self._make_list(), self._make_detail(), share=430), 1)
        self._kept_bar = QFrame()
        bar = row(spacing=12)
        bar.addWidget(self._kept, 1)
        bar.addWidget(self._give_up)
        self._kept_bar.setLayout(bar)
        self._kept_bar.hide()
        self._give_up.setVisible(not self.session.read_only)
        self._give_up.setAccessibleName(tr("Give up removed evidence"))
        self.body.addWidget(self._kept_bar)

    def _make_filters(self) -> QWidget:
        self.words.setPlaceholderText(tr("Find words"))
        self.words.setAccessibleName(tr("Words in what was recorded"))
        self.words.setClearButtonEnabled(True)
        self.kind.addItems([tr(name) for name, _ in _KINDS])
        self.kind.setAccessibleName(tr("Kind of change"))
        self.person.addItem(tr(_EVERYBODY), "")
        self.person.setAccessibleName(tr("Who changed it"))
        for field, text in ((self.since, tr("From")), (self.until, tr("To"))):
            field.setPlaceholderText(tr("{text} day").format(text=text))
            field.setToolTip(tr("Such as 14 Mar 2026"))
            field.setAccessibleName(tr("{text} day").format(text=text))
        self._only.hide()
        holder = QWidget()
        flow = FlowLayout(holder, 8)
        fields = ((self.words, 216), (self.kind, 168), (self.person, 150), (self.since, 116), (self.until, 116))
        for widget, width in fields:
            flow.add(widget, width=width)
        flow.addWidget(self._only)
        return holder

    def _make_list(self) -> QWidget:
        self.list.setAccessibleName(tr("Changes, newest first"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(HistoryDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.activated.connect(lambda _: self._on_go())
        self._empty.hide()
        panel = QWidget()
        panel.setMinimumWidth(250)
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._empty)
        layout.addWidget(self.list, 1)
        return panel

    def _make_detail(self) -> QWidget:
        self.part.setAccessibleName(tr("Part of this step"))
        self.part.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.part.setMinimumContentsLength(24)
        self.part.hide()
        head = column(self._title, self._meta, self._did, spacing=4)
        links = row(self._go, self._narrow, 1, self.part, spacing=16)
        self._detail = card(head, links, self.view, spacing=12)
        self._detail.setMinimumWidth(300)
        self.view.setMinimumHeight(72)
        self._detail.hide()
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._detail)
        return holder


def _touched(step: Step) -> list[str]:
    """Return the references of what a step touched, in the order of touching."""
    return list(dict.fromkeys(event.reference for event in reversed(step.events)))


def _wanted(history: History, *, filters: dict[str, object]) -> Wanted:
    return history.wanted(**filters)  # type: ignore[arg-type]
