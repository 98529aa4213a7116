"""The report page: what will be in it, where it goes, who signs, and what verifying it says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QFrame, QLineEdit, QProgressBar, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.wording import day
from asl_desktop.errors import FileExists
from asl_desktop.i18n import mark, ntr, tr
from ui import dialogs_seam
from ui.operations import Handle
from ui.pages.base import Page
from ui.session import Session
from ui.widgets.due_card import open_words
from ui.widgets.flow import wrapped
from ui.widgets.parts import Banner, announce, button, card, column, label, link, row
from ui.widgets.report_result import Outcome, ResultCard
from ui.widgets.sign_off import SignOffGuard
from ui.widgets.signing_form import Signer, SigningForm, tell_failure

if TYPE_CHECKING:
    from datetime import date

    from asl_desktop.clock import Clock
    from asl_desktop.storage.document import Document
    from reports.comparing import Comparison
    from reports.verifying import Verification

_PDF = mark("PDF documents (*.pdf)")
_CHECKABLE = mark("Reports and assessments (*.pdf *.asl)")
_NAMING_HEADS = mark("Reports and checkpoints (*.pdf *.checkpoint)")


class ReportPage(Page):
    """Writes, signs and verifies the board report, off the window's thread."""

    page_id: ClassVar[str] = "report"
    heading: ClassVar[str] = mark("Report")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.target = QLineEdit()
        self.signing = SigningForm(session)
        self.guard = SignOffGuard(session, tr("signing the report"))
        self.write_button = button(tr("Write the report"), self.write, icon_name="file-check", primary=True)
        self.cancel_button = button(tr("Cancel"), self._on_cancel)
        self.verify_button = button(tr("Verify another file"), self.verify_another, icon_name="shield-check")
        self.compare_button = button(tr("Compare this file\u2026"), self.compare, icon_name="history")
        self.bar = QProgressBar()
        self.banner = Banner("danger")
        self.result = ResultCard()
        self._contains = label("", wrap=True)
        self._missing = label("", wrap=True)
        self._step = label("", "muted")
        self._running: Handle[Outcome] | Handle[Verification] | Handle[Comparison] | None = None
        self._may_replace: Path | None = None
        self.add_heading(tr("A PDF for the people who decide: the determination, its reasons, and what is missing."))
        self._lay_out()
        self.target.setText(str(_suggested(session.document.path)))

    def refresh(self, snapshot: Snapshot) -> None:
        result = snapshot.determination
        scope = snapshot.inputs.scope
        model = " ".join(part for part in (scope.model, scope.checkpoint) if part)
        label_ = tr("{label}, precautionary").format(label=result.label) if result.precautionary else result.label
        counts = (
            ntr("{count} threshold", "{count} thresholds", len(result.thresholds)).format(count=len(result.thresholds)),
            ntr("{count} margin", "{count} margins", len(result.margins)).format(count=len(result.margins)),
            ntr("{count} gate", "{count} gates", len(result.gates)).format(count=len(result.gates)),
            ntr("{count} piece of evidence", "{count} pieces of evidence", len(snapshot.inputs.evidence)).format(
                count=len(snapshot.inputs.evidence)
            ),
        )
        self._contains.setText(
            tr("Board report on {model}: {label}, judged as of {date}, with {counts} and {last}.").format(
                model=model, label=label_, date=day(snapshot.as_of), counts=", ".join(counts[:-1]), last=counts[-1]
            )
        )
        self._missing.setText(tr("Missing, and printed as missing: {open_words}").format(open_words=open_words(result)))
        self.guard.refresh()

    def open_item(self, item: str) -> None:
        self.target.setFocus()

    def commit(self) -> None:
        self.session.write_now()

    def write(self) -> None:
        """Write the report with what is chosen on the page."""
        if self._running is not None:
            return
        problem = (self.guard.problem() if self.signing.sign.isChecked() else "") or self.signing.problem()
        self.signing.show_problem(problem)
        self.banner.hide()
        if problem:
            return
        if not self.target.text().strip():
            self.banner.tell(tr("The report was not written"), tr("Choose where it goes."))
            return
        if not self.session.flush():
            state = self.session.save_state.message
            self.banner.tell(
                tr("The report was not written"),
                tr("Not everything here could be saved yet. {state}").format(state=state),
            )
            return
        self._start(self._target(), self.signing.signer(), replace=self._may_replace == self._target())

    def verify_another(self) -> None:
        """Ask for a report or an assessment and say whether it can be relied on."""
        if self._running is not None:
            return
        chosen = dialogs_seam.choose_open(self, tr("Verify a report or an assessment"), filters=tr(_CHECKABLE))
        if chosen is None:
            return
        self.verify(chosen)

    def take_files(self, paths: tuple[Path, ...]) -> bool:
        if len(paths) != 1 or paths[0].suffix.lower() != ".pdf":
            return False
        self.verify(paths[0])
        return True

    def verify(self, path: Path) -> None:
        """Say whether a report or an assessment can be relied on; nothing while other work is under way."""
        if self._running is not None:
            return
        clock = self.session.clock
        self.banner.hide()

        def _work(_: Handle[Verification]) -> Verification:
            from reports.verifying import verify

            return verify(path, clock=clock)

        def _done(found: Verification) -> None:
            self._stop_showing()
            self.result.show_verification(path, found)
            self._bring_up(self.result)

        self._show_running(
            self.session.operations.run(_work, owner=self, done=_done, failed=self._on_failed),
            tr("Looking at {name}").format(name=path.name),
        )

    def compare(self) -> None:
        """Ask for a report or a checkpoint and say whether the history of this file goes through what it names."""
        if self._running is not None:
            return
        chosen = dialogs_seam.choose_open(
            self, tr("A signed report or a checkpoint of this file"), filters=tr(_NAMING_HEADS)
        )
        if chosen is None:
            return
        path, clock = chosen, self.session.clock
        self.banner.hide()

        def _work(document: Document) -> Comparison:
            from reports.comparing import compared, outside_of

            return compared(document, outside_of(str(path), clock=clock), clock=clock)

        def _done(found: Comparison) -> None:
            self._stop_showing()
            self.result.show_comparison(path, found)
            self._bring_up(self.result)

        handle = self.session.run_beside(lambda document, _: _work(document), done=_done, failed=self._on_failed)
        self._show_running(handle, tr("Looking at {name}").format(name=path.name))

    def _start(self, target: Path, signer: Signer | None, *, replace: bool) -> None:
        document, as_of, clock = self.session.document, self.session.snapshot.as_of, self.session.clock
        actor, despite = self.session.actor, "" if self.guard.desk.check().clear else self.guard.reason()
        self.signing.passphrase.clear()

        def _work(handle: Handle[Outcome]) -> Outcome:
            job = _Job(document, target, as_of, signer, replace, clock, actor, despite)
            return _write(handle, job)

        def _failed(error: BaseException) -> None:
            if isinstance(error, FileExists) and not replace and _is_pdf(target):
                self._stop_showing()
                self._ask_to_replace(target, signer)
            else:
                self._on_failed(error)

        self._show_running(
            self.session.operations.run(_work, owner=self, done=self._on_written, failed=_failed),
            tr("Writing the report"),
        )

    def _ask_to_replace(self, target: Path, signer: Signer | None) -> None:
        text = tr("{target} is a signed report. Its signatures are lost when it is replaced.").format(target=target)
        if dialogs_seam.ask(self, tr("Replace the signed report"), text, yes=tr("Replace it"), danger=True):
            self._start(target, signer, replace=True)

    def _on_written(self, outcome: Outcome) -> None:
        self._stop_showing()
        self._may_replace = None
        self.result.show_outcome(outcome)
        self._bring_up(self.result)

    def _on_failed(self, error: BaseException) -> None:
        self._stop_showing()
        tell_failure(self.banner, error, otherwise=lambda: announce(self, tr("Stopped; nothing was written")))
        self._bring_up(self.banner)

    def _on_cancel(self) -> None:
        if self._running is not None:
            self._running.cancel()

    def _show_running(self, handle: Handle[Outcome] | Handle[Verification] | Handle[Comparison], words: str) -> None:
        self._running = handle
        self._step.setText(words)
        self.bar.setRange(0, 0)
        handle.progressed.connect(self._on_progress)
        self._progress.show()
        for item in (self.write_button, self.verify_button, self.compare_button):
            item.setEnabled(False)

    def _on_progress(self, done: int, total: int, text: str) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self._step.setText(text or self._step.text())

    def _stop_showing(self) -> None:
        self._running = None
        self._progress.hide()
        for item in (self.write_button, self.verify_button, self.compare_button):
            item.setEnabled(True)

    def _bring_up(self, target: QWidget) -> None:
        if target.isVisible():
            self.scroll_area.ensureWidgetVisible(target, 0, 24)

    def _target(self) -> Path:
        path = Path(self.target.text().strip()).expanduser()
        path = path if path.suffix.lower() == ".pdf" else path.with_name(f"{path.name}.pdf")
        return self.session.document.path.parent / path

    def _on_choose(self) -> None:
        chosen = dialogs_seam.choose_save(self, tr("Where the report goes"), self._target(), filters=tr(_PDF))
        if chosen is not None:
            self.target.setText(str(chosen))
            # The chooser asked before it gave a name that exists; it did not ask for one that gains its suffix here.
            self._may_replace = self._target() if self._target() == chosen else None

    def _lay_out(self) -> None:
        self.guard.wants.connect(self.wants)
        self.signing.sign.toggled.connect(self.guard.setVisible)
        self.target.setAccessibleName(tr("Where the report goes"))
        self.target.textEdited.connect(lambda _: self._forget_choice())
        choose = button(tr("Choose"), self._on_choose)
        choose.setAccessibleName(tr("Choose where the report goes"))
        place = row(spacing=8)
        place.addWidget(self.target, 1)
        place.addWidget(choose)
        go = link(tr("See what is still open"), lambda: self.wants.emit("gate", ""))
        self.body.addWidget(
            card(label(tr("What it will say"), "pane-title"), self._contains, self._missing, row(go, 1))
        )
        buttons = wrapped(self.write_button, self.verify_button, self.compare_button)
        self.body.addWidget(
            card(
                label(tr("Write it"), "pane-title"),
                column(label(tr("File"), "label"), place, spacing=4),
                self.guard,
                self.signing,
                self.banner,
                buttons,
                self._make_progress(),
            )
        )
        self.body.addWidget(self.result)
        self.body.addStretch(1)

    def _make_progress(self) -> QFrame:
        self.bar.setAccessibleName(tr("Progress of the report"))
        self.bar.setTextVisible(False)
        self.cancel_button.setAccessibleName(tr("Cancel writing the report"))
        self._progress = QFrame()
        layout = row(self._step, spacing=12)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.cancel_button)
        self._progress.setLayout(layout)
        self._progress.hide()
        return self._progress

    def _forget_choice(self) -> None:
        self._may_replace = None


@dataclass(frozen=True, slots=True)
class _Job:
    """What a report is written from and to; ``despite`` is why it is signed although errors stand."""

    document: Document
    target: Path
    as_of: date
    signer: Signer | None
    replace: bool
    clock: Clock
    actor: str
    despite: str


def _write(handle: Handle[Outcome], job: _Job) -> Outcome:
    """Build, sign and verify; runs on the work lane and speaks from what is on disk.

    A signature leaves a checkpoint of the head that the report names in the document.

    Raises:
        UserError: nothing at the target changed.
        Cancelled: the person stopped it; nothing at the target changed.
    """
    from asl_desktop.errors import VerifyImpossible
    from asl_desktop.messages import message_for
    from asl_desktop.services.assessments import take_snapshot
    from asl_desktop.storage.model import Head
    from reports.building import build_report, require_replaceable
    from reports.checkpoints import keep_checkpoint
    from reports.identity import load_identity
    from reports.lineage import lineage_of
    from reports.verifying import verify

    require_replaceable(job.target, replace=job.replace)
    signer, clock = job.signer, job.clock
    identity = load_identity(signer.identity_file, signer.passphrase) if signer is not None else None
    handle.check()
    job.document.require_unbroken(progress=handle)
    role = signer.role if signer is not None else "Assessor"
    snapshot = take_snapshot(job.document, as_of=job.as_of, clock=clock)
    lineage = lineage_of(job.document, snapshot, clock=clock)
    written = build_report(
        snapshot,
        job.target,
        lineage=lineage,
        identity=identity,
        role=role,
        despite=job.despite,
        clock=clock,
        progress=handle,
    )
    words = trouble = ""
    if identity is not None:
        words = tr("signed by {name} as {role}").format(name=identity.name, role=role)
        head = Head(snapshot.events, snapshot.head)
        trouble = keep_checkpoint(job.document, head, identity, actor=job.actor, clock=clock)
    try:
        return Outcome(written, words, verify(job.target, clock=clock), note=trouble)
    except VerifyImpossible as error:
        return Outcome(written, words, None, message_for(error).text, note=trouble)


def _suggested(document: Path) -> Path:
    return document.with_name(f"{document.stem}-report.pdf")


def _is_pdf(path: Path) -> bool:
    if path.suffix.lower() != ".pdf":  # never an open assessment: to open it once more would drop its locks
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(5) == b"%PDF-"
    except OSError:
        return False
