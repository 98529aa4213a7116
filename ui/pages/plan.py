"""The plan: what is measured, how much and how; locked before results come in, afterwards amended with a reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import Plan, PlannedIndicator
from asl_desktop.errors import Cancelled, UserError
from asl_desktop.i18n import mark, ntr, tr
from asl_desktop.services.planning import (
    changes_in_words,
    read_by_thresholds,
    results_before_lock,
    suggested_indicators,
)
from asl_desktop.services.recording import amend_plan, lock_plan, plan_digest
from ui import dialogs_seam
from ui.forms.fields import TextBox
from ui.pages.base import Page
from ui.session import Session, cause_of
from ui.widgets.elided import ElidedLabel
from ui.widgets.parts import Banner, IconLabel, announce, button, card, clear, column, label, line, row
from ui.widgets.planned_row import PlannedRow
from ui.wording import moment


class PlanPage(Page):
    """An open plan is recorded as it is edited; a locked one is edited as a draft that becomes one amendment."""

    page_id: ClassVar[str] = "plan"
    heading: ClassVar[str] = mark("Plan")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.add_heading(
            tr("What is measured, how much and how: fixed before results come in, so that it cannot bend to them.")
        )
        self.banner = Banner("danger")
        self.late = Banner("danger")
        self.note = TextBox(tr("The plan in words"), 96)
        self.reason = TextBox(tr("Why the plan is changed"), 64)
        self.lock_button = button(tr("Lock the plan"), self.lock, icon_name="lock", primary=True)
        self.amend_button = button(tr("Amend the plan"), self.start_amending, icon_name="pen-line")
        self.record_button = button(tr("Record the amendment"), self.amend, primary=True)
        self.cancel_button = button(tr("Leave it as it is"), self.stop_amending)
        self.all_button = button(tr("Plan all that a threshold reads"), self._on_all)
        self.rows: dict[str, PlannedRow] = {}
        self._draft: Plan | None = None
        self._mark = IconLabel("pen-line", "muted", 18)
        self._state = label("", "strong", wrap=True)
        self._state_text = label("", "muted", wrap=True)
        self._digest = ElidedLabel("", "muted")
        self._count = label("", "muted", wrap=True)
        self._problem = label("", "error", wrap=True)
        self._change = label("", wrap=True)
        self._amendments = QVBoxLayout()
        self._lay_out()
        self.note.textChanged.connect(lambda: self._edited(dataclasses.replace(self._plan(), note=self._typed_note())))

    def refresh(self, snapshot: Snapshot) -> None:
        plan = self._plan()
        if not self.note.hasFocus():
            self.note.show_text(plan.note)
        self._show_state(snapshot)
        self._show_rows(plan)
        self._show_late(snapshot)
        self._show_amendments(snapshot.inputs.plan)

    def open_item(self, item: str) -> None:
        """Bring an indicator into view, by id; without one the state of the plan."""
        if self._stale:
            self._stale = False
            self.refresh(self.session.snapshot)
        target: QWidget = self.lock_button if self.lock_button.isEnabled() else self.amend_button
        if item in self.rows:
            target = self.rows[item].box
        target.setFocus()
        self.scroll_area.ensureWidgetVisible(target, 0, 48)

    def history_of(self) -> str:
        return "plan"

    def unrecorded(self) -> str:
        if self._draft is not None and self._draft != self.session.inputs.plan:
            return tr("The amendment of the plan typed here is not recorded yet.")
        return self._problem.text() or next(filter(None, (each.problem() for each in self.rows.values())), "")

    def commit(self) -> None:
        self.session.write_now()

    def lock(self) -> None:
        """Ask, then fix the plan as it is shown, in the name of the person at the window."""
        actor, clock, plan = self.session.actor, self.session.clock, self._plan()
        if not dialogs_seam.ask(self, tr("Lock the plan"), self._lock_words(plan), yes=tr("Lock the plan")):
            return
        try:
            self.session.put(plan)
        except UserError as error:
            self._say_problem(cause_of(error))
            return
        self.session.perform(
            lambda document: lock_plan(document, by=actor, clock=clock).result(),
            done=lambda _: announce(self, tr("Plan locked")),
            failed=self._on_failed,
        )

    def start_amending(self) -> None:
        """Let the locked plan be edited as a draft."""
        self._draft = self.session.inputs.plan
        self.reason.clear()
        self.refresh(self.session.snapshot)
        self._edited(self._draft)
        self.reason.setFocus()

    def stop_amending(self) -> None:
        """Throw the draft away."""
        self._draft = None
        self._say_problem("")
        self.note.show_text(self._plan().note)
        self.refresh(self.session.snapshot)

    def amend(self) -> None:
        """Record the draft as an amendment; what is missing is said and stays typed."""
        draft, actor, clock = self._plan(), self.session.actor, self.session.clock
        change = changes_in_words(self.session.pack, self.session.inputs.plan, draft)
        reason = self.reason.toPlainText().strip()
        if not change or not reason:
            self._say_problem(
                tr("Change something in the plan first.") if not change else tr("Say why the plan is changed.")
            )
            return

        def _done(_: object) -> None:
            self.stop_amending()
            announce(self, tr("Plan amended"))

        self.session.perform(
            lambda document: amend_plan(
                document, by=actor, reason=reason, change=change, plan=draft, clock=clock
            ).result(),
            done=_done,
            failed=self._on_failed,
        )

    def _plan(self) -> Plan:
        """Return the plan as it is shown: the draft, the recorded one, or what one nobody touched starts from."""
        if self._draft is not None:
            return self._draft
        held = self.session.inputs.plan
        if held == Plan():
            return Plan(pack_digest=self.session.pack.digest, indicators=suggested_indicators(self.session.pack))
        return held

    def _edited(self, plan: Plan) -> None:
        if self._draft is not None:
            self._draft = plan
            words = changes_in_words(self.session.pack, self.session.inputs.plan, plan)
            self._change.setText(
                tr("What changes: {words}.").format(words=words) if words else tr("Nothing is changed yet.")
            )
            self._show_rows(plan)
            return
        try:
            self.session.put(plan, coalesce=tr("Plan"))
        except UserError as error:
            self._say_problem(
                tr("{cause_of} Until then what was recorded before stands.").format(cause_of=cause_of(error))
            )
        else:
            self._say_problem("")

    def _typed_note(self) -> str:
        return self.note.toPlainText()

    def _on_row(self, indicator: str, item: PlannedIndicator | None) -> None:
        plan = self._plan()
        kept = {each.indicator: each for each in plan.indicators}
        if item is None:
            kept.pop(indicator, None)
        else:
            kept[indicator] = item
        self._edited(dataclasses.replace(plan, indicators=self._in_order(kept.values())))

    def _on_all(self) -> None:
        plan = self._plan()
        kept = {item.indicator for item in plan.indicators}
        more = tuple(item for item in suggested_indicators(self.session.pack) if item.indicator not in kept)
        self._edited(dataclasses.replace(plan, indicators=self._in_order((*plan.indicators, *more))))

    def _in_order(self, items: Iterable[PlannedIndicator]) -> tuple[PlannedIndicator, ...]:
        order = [each.id for each in self.session.pack.indicators]
        return tuple(sorted(items, key=lambda each: order.index(each.indicator)))

    def _show_state(self, snapshot: Snapshot) -> None:
        held, plan = snapshot.inputs.plan, self._plan()
        locked, amending = bool(held.locked_at), self._draft is not None
        self._mark.show_icon("lock" if locked else "pen-line", "accent" if locked else "muted")
        if locked:
            self._state.setText(
                tr("Locked by {locked_by}, {time}").format(locked_by=held.locked_by, time=moment(held.locked_at))
            )
            self._state_text.setText(
                tr("It changes by amendment only. Each amendment and its reason is shown wherever the plan matters.")
            )
            self._digest.setText(
                tr("SHA-256 of what was locked: {locked_digest}").format(locked_digest=held.locked_digest)
            )
        else:
            self._state.setText(tr("Not locked"))
            self._state_text.setText(tr("Lock it before results come in; otherwise every report says that it was not."))
            fixed = dataclasses.replace(plan, pack_digest=snapshot.pack.digest)
            self._digest.setText(
                tr("SHA-256 of what a lock would fix now: {plan_digest}").format(plan_digest=plan_digest(fixed))
            )
        may = not self.session.read_only
        self.lock_button.setVisible(not locked and may)
        self.amend_button.setVisible(locked and not amending and may)
        self._amending.setVisible(amending)
        self.note.setReadOnly(not may or (locked and not amending))

    def _show_rows(self, plan: Plan) -> None:
        planned = {item.indicator: item for item in plan.indicators}
        editable = not self.session.read_only and (self._draft is not None or not plan.locked_at)
        for key, each in self.rows.items():
            each.show_planned(planned.get(key), editable=editable)
        needed = [item.id for item in read_by_thresholds(self.session.pack)]
        missing = sum(1 for key in needed if key not in planned)
        self.all_button.setVisible(editable and bool(missing))
        words = ntr(
            "{count} of {count_n} indicator planned.", "{count} of {count_n} indicators planned.", len(self.rows)
        ).format(count=len(planned), count_n=len(self.rows))
        left = ntr("{count} that a threshold reads is", "{count} that a threshold reads are", missing).format(
            count=missing
        )
        self._count.setText(
            tr("{words} {left} left out.").format(words=words, left=left)
            if missing
            else tr("{words} All that a threshold reads are among them.").format(words=words)
        )

    def _show_late(self, snapshot: Snapshot) -> None:
        inputs = snapshot.inputs
        early = results_before_lock(inputs)
        if early:
            text = ntr(
                "{count} result was there before the plan was locked. Every report says so; it cannot be undone.",
                "{count} results were there before the plan was locked. Every report says so; it cannot be undone.",
                len(early),
            ).format(count=len(early))
            self._tell_late(tr("The plan was locked after results"), text)
        elif not inputs.plan.locked_at and inputs.measurements:
            count = len(inputs.measurements)
            text = ntr(
                "{count} result is on record already. A plan locked now was not made beforehand, and every report says "
                "so.",
                "{count} results are on record already. A plan locked now was not made beforehand, and every report "
                "says so.",
                count,
            ).format(count=count)
            self._tell_late(tr("Results came before the plan"), text)
        else:
            self.late.hide()

    def _tell_late(self, title: str, text: str) -> None:
        if self.late.isHidden() or self.late.words() != f"{title} {text}":
            self.late.tell(title, text)

    def _show_amendments(self, plan: Plan) -> None:
        clear(self._amendments)
        self._amendments_card.setVisible(bool(plan.amendments))
        for at, change in enumerate(plan.amendments):
            if at:
                self._amendments.addWidget(line())
            self._amendments.addWidget(label(f"{change.by}, {moment(change.at)}", "strong", wrap=True))
            self._amendments.addWidget(label(change.change, wrap=True, selectable=True))
            self._amendments.addWidget(
                label(tr("Reason: {reason}").format(reason=change.reason), "muted", wrap=True, selectable=True)
            )

    def _lock_words(self, plan: Plan) -> str:
        fixed = dataclasses.replace(plan, pack_digest=self.session.pack.digest)
        early = len(self.session.inputs.measurements)
        warning = ""
        if early:
            warning = ntr(
                "{count} result is on record already: the plan will stand as one that came after them.",
                "{count} results are on record already: the plan will stand as one that came after them.",
                early,
            ).format(count=early)
        fixing = ntr(
            "{count} indicator is planned. The plan is fixed in the name of {actor}; afterwards "
            "it can only be amended, with a reason. What is fixed has the digest "
            "{plan_digest}.",
            "{count} indicators are planned. The plan is fixed in the name of {actor}; "
            "afterwards it can only be amended, with a reason. What is fixed has the digest "
            "{plan_digest}.",
            len(plan.indicators),
        ).format(count=len(plan.indicators), actor=self.session.actor, plan_digest=plan_digest(fixed))
        return f"{fixing} {warning}".rstrip()

    def _say_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        if text:
            announce(self, text, urgent=True)

    def _on_failed(self, error: BaseException) -> None:
        if not isinstance(error, Cancelled):
            self.banner.tell(tr("The plan was not changed"), cause_of(error))

    def _lay_out(self) -> None:
        self._problem.hide()
        head = row(self._mark, spacing=8)
        head.addWidget(self._state, 1)
        self._amending = QWidget()
        inner = column(
            label(tr("Why it is changed"), "label"),
            self.reason,
            self._change,
            row(self.record_button, self.cancel_button, 1),
        )
        self._amending.setLayout(inner)
        self.body.addWidget(self.banner)
        self.body.addWidget(self.late)
        self.body.addWidget(
            card(
                column(head, self._state_text, self._digest, spacing=4),
                row(self.lock_button, self.amend_button, 1),
                self._amending,
                self._problem,
                column(label(tr("The plan in words"), "label"), self.note, spacing=4),
            )
        )
        self._amendments.setSpacing(4)
        self._amendments_card = card(label(tr("Amendments"), "pane-title"), self._amendments)
        self.body.addWidget(self._amendments_card)
        self.body.addWidget(self._indicator_card())
        self.body.addStretch(1)

    def _indicator_card(self) -> QWidget:
        rows = QVBoxLayout()
        rows.setSpacing(4)
        pack = self.session.pack
        for domain in pack.domains:
            inside = [item for item in pack.indicators if item.domain == domain.id]
            if inside:
                rows.addSpacing(8)
                rows.addWidget(label(domain.title, "label"))
            for indicator in inside:
                each = PlannedRow(pack, indicator)
                each.edited.connect(lambda item, key=indicator.id: self._on_row(key, item))
                self.rows[indicator.id] = each
                rows.addWidget(each)
        return card(label(tr("Indicators to be measured"), "pane-title"), self._count, row(self.all_button, 1), rows)
