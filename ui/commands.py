"""What the File menu does with the open document besides opening and closing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from asl_desktop.i18n import mark, ntr, tr
from ui import dialogs_seam
from ui.widgets.task_strip import TaskStrip

if TYPE_CHECKING:
    from asl_desktop.services.copies import Copied
    from asl_desktop.storage.document import Document
    from ui.main_window import MainWindow
    from ui.session import Session

T = TypeVar("T")
_INPUTS_FILES = mark("Inputs files (*.yaml *.yml)")


class FileCommands:
    """Runs services on the storage lane and says what came of it in the window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.strip = TaskStrip()

    def calls(self) -> dict[str, Callable[[], object]]:
        """Return what each command of the File menu calls."""
        return {
            "save": self.save,
            "copy": self.save_copy,
            "apply_inputs": self.apply_inputs,
            "export_inputs": self.export_inputs,
            "check": self.check,
        }

    def save(self) -> None:
        """Write at once; every change is written anyway."""
        if (session := self._session()) is not None:
            session.write_now()

    def save_copy(self) -> None:
        """Write a complete copy of the file elsewhere, beside other work, and check it."""
        from asl_desktop.services.copies import copy_assessment

        session = self._session()
        if session is None:
            return
        if self.strip.busy:
            self._window.tell(tr("A copy is being written already"), tr("Wait until it is done, or cancel it above."))
            return
        place = session.document.path
        target = dialogs_seam.choose_save(
            self._window, tr("Save a copy"), place.with_stem(tr("{stem} copy").format(stem=place.stem))
        )
        if target is None:
            return
        target = target if target.suffix else target.with_suffix(".asl")
        if not session.flush():
            self._window.tell(
                tr("The copy was not begun"),
                tr("Not everything is saved yet. {message}").format(message=session.save_state.message),
            )
            return
        handle = session.run_beside(
            lambda document, progress: copy_assessment(document, target, progress=progress),
            done=self._on_copied,
            failed=self._window.tell_error,
        )
        self.strip.follow(handle, tr("Writing {name}").format(name=target.name))

    def _on_copied(self, copied: Copied) -> None:
        if copied.problems:
            title = tr("The copy is complete, but not in order, and neither is this file")
            self._window.tell(title, " ".join(copied.problems))
        else:
            text = tr("It lies at {path} and was checked: history, tables and evidence are as recorded.").format(
                path=copied.path
            )
            dialogs_seam.inform(self._window, tr("The copy is complete"), text)

    def apply_inputs(self) -> None:
        """Put an inputs file into the assessment, whole or not at all."""
        from asl_desktop.services.inputs_files import apply_inputs

        session = self._session()
        if session is None:
            return
        source = dialogs_seam.choose_open(self._window, tr("Apply an inputs file"), filters=tr(_INPUTS_FILES))
        if source is not None:
            actor = session.actor
            self._run(
                session,
                lambda document: apply_inputs(document, source, actor=actor),
                tr("{name} applied.").format(name=source.name),
            )

    def export_inputs(self) -> None:
        """Write everything a person can type as one inputs file."""
        from asl_desktop.services.inputs_files import export_inputs

        session = self._session()
        if session is None:
            return
        suggested = session.document.path.with_suffix(".yaml")
        target = dialogs_seam.choose_save(
            self._window, tr("Write the inputs to a file"), suggested, filters=tr(_INPUTS_FILES)
        )
        if target is not None:
            self._run(
                session,
                lambda document: export_inputs(document, target),
                tr("Inputs were written to {target}.").format(target=target),
            )

    def check(self) -> None:
        """Check the chain of changes, the replay and every evidence digest."""
        session = self._session()
        if session is not None:
            session.write_now()
            session.run_beside(
                lambda document, progress: document.check(progress=progress),
                done=self._on_checked,
                failed=self._window.tell_error,
                lane="storage",
            )

    def _on_checked(self, problems: tuple[str, ...]) -> None:
        if problems:
            self._window.tell(
                ntr("{count} problem in the file", "{count} problems in the file", len(problems)).format(
                    count=len(problems)
                ),
                " ".join(problems),
            )
        else:
            dialogs_seam.inform(
                self._window, tr("The file is intact"), tr("History, contents and evidence digests agree.")
            )

    def _run(self, session: Session, work: Callable[[Document], T], said: str) -> None:
        session.perform(
            work,
            done=lambda _: dialogs_seam.inform(self._window, tr("Done"), said),
            failed=self._window.tell_error,
        )

    def _session(self) -> Session | None:
        bench = self._window.workbench
        return bench.session if bench is not None else None
