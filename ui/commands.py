"""What the File menu does with the open document besides opening and closing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ui import dialogs_seam
from ui.widgets.task_strip import TaskStrip
from ui.wording import plural

if TYPE_CHECKING:
    from asl_desktop.services.copies import Copied
    from asl_desktop.storage.document import Document
    from ui.main_window import MainWindow
    from ui.session import Session

T = TypeVar("T")
_INPUTS_FILES = "Inputs files (*.yaml *.yml)"


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
            self._window.tell("A copy is being written already", "Wait until it is done, or cancel it above.")
            return
        place = session.document.path
        target = dialogs_seam.choose_save(self._window, "Save a copy", place.with_stem(f"{place.stem} copy"))
        if target is None:
            return
        target = target if target.suffix else target.with_suffix(".asl")
        if not session.flush():
            self._window.tell("The copy was not begun", f"Not everything is saved yet. {session.save_state.message}")
            return
        handle = session.run_beside(
            lambda document, progress: copy_assessment(document, target, progress=progress),
            done=self._on_copied,
            failed=self._window.tell_error,
        )
        self.strip.follow(handle, f"Writing {target.name}")

    def _on_copied(self, copied: Copied) -> None:
        if copied.problems:
            title = "The copy is complete, but not in order, and neither is this file"
            self._window.tell(title, " ".join(copied.problems))
        else:
            text = f"It lies at {copied.path} and was checked: history, tables and evidence are as recorded."
            dialogs_seam.inform(self._window, "The copy is complete", text)

    def apply_inputs(self) -> None:
        """Put an inputs file into the assessment, whole or not at all."""
        from asl_desktop.services.inputs_files import apply_inputs

        session = self._session()
        if session is None:
            return
        source = dialogs_seam.choose_open(self._window, "Apply an inputs file", filters=_INPUTS_FILES)
        if source is not None:
            actor = session.actor
            self._run(session, lambda document: apply_inputs(document, source, actor=actor), f"{source.name} applied.")

    def export_inputs(self) -> None:
        """Write everything a person can type as one inputs file."""
        from asl_desktop.services.inputs_files import export_inputs

        session = self._session()
        if session is None:
            return
        suggested = session.document.path.with_suffix(".yaml")
        target = dialogs_seam.choose_save(self._window, "Write the inputs to a file", suggested, filters=_INPUTS_FILES)
        if target is not None:
            self._run(session, lambda document: export_inputs(document, target), f"Inputs were written to {target}.")

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
            self._window.tell(plural(len(problems), "problem in the file", "problems in the file"), " ".join(problems))
        else:
            dialogs_seam.inform(self._window, "The file is intact", "History, contents and evidence digests agree.")

    def _run(self, session: Session, work: Callable[[Document], T], said: str) -> None:
        session.perform(
            work,
            done=lambda _: dialogs_seam.inform(self._window, "Done", said),
            failed=self._window.tell_error,
        )

    def _session(self) -> Session | None:
        bench = self._window.workbench
        return bench.session if bench is not None else None
