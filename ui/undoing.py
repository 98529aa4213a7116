"""Undo, redo and the way to the history: menu texts, what comes back into view, and words on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from asl_desktop.errors import Cancelled, NothingToTakeBack, UserError
from asl_desktop.i18n import tr

if TYPE_CHECKING:
    from asl_desktop.services.undoing import Offered, TakenBack, Way
    from asl_desktop.storage.document import Document
    from ui.main_window import MainWindow
    from ui.session import SaveState, Session
    from ui.workbench import Workbench


class Undoer(QObject):
    """Works for one window, on the window's thread, with whatever document is open."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._run = 0
        window.opened.connect(self._on_opened)
        window.closed.connect(lambda: self._name("", ""))

    def calls(self) -> dict[str, Callable[[], object]]:
        """Return what each command of this group calls."""
        return {
            "undo": partial(self.take_back, "undo"),
            "redo": partial(self.take_back, "redo"),
            "history": lambda: self._go(""),
            "history_here": self._go_here,
        }

    def take_back(self, way: Way) -> None:
        """Write what is unsaved, take the last act back, and show the record that came back."""
        bench = self._bench()
        if bench is None:
            return
        focused = QApplication.focusWidget()
        if focused is not None and bench.isAncestorOf(focused):
            focused.clearFocus()  # what is typed there is handed over, and the field may show what comes back
        if bench.page is not None:
            bench.page.commit()
        session = bench.session
        actor = session.actor

        def _work(document: Document) -> TakenBack:
            from asl_desktop.services.undoing import take_back

            return take_back(document, way, actor=actor)

        session.perform(_work, done=partial(self._on_done, bench), failed=partial(self._on_failed, bench))

    def _on_done(self, bench: Workbench, found: TakenBack) -> None:
        from ui.places import place_of_event

        change = found.change
        place = place_of_event(bench.session.inputs, change.events[0]) if len(change.references) == 1 else None
        if place is not None and bench.page_id != "history":
            bench.go(*place)
        other: Way = "redo" if found.way == "undo" else "undo"
        bench.say(found.in_words(), tr("Redo") if other == "redo" else tr("Undo"), partial(self.take_back, other))
        self._look(bench.session)

    def _on_failed(self, bench: Workbench, error: BaseException) -> None:
        if isinstance(error, NothingToTakeBack):
            bench.say(f"{str(error.values['problem']).rstrip('.')}.")
        elif isinstance(error, UserError | Cancelled):
            self._window.tell_error(error)
        else:
            raise error

    def _on_opened(self, session: Session) -> None:
        session.save_state_changed.connect(partial(self._on_save_state, session))
        self._look(session)

    def _on_save_state(self, session: Session, state: SaveState) -> None:
        if state.kind == "saved":
            self._look(session)

    def _look(self, session: Session) -> None:
        """Name in the menu what undo and redo would take back now."""
        self._run += 1
        run, pack, inputs = self._run, session.pack, session.inputs

        def _read(document: Document) -> Offered:
            from asl_desktop.services.record_words import RecordWords
            from asl_desktop.services.undoing import offered

            return offered(document, words=RecordWords(pack, inputs))

        def _done(found: Offered) -> None:
            if run == self._run and not session.read_only:
                self._name(found.undo, found.redo)

        session.run_beside(lambda document, _: _read(document), done=_done, failed=lambda _: self._name("", ""))

    def _name(self, undo: str, redo: str) -> None:
        for way, words in (("undo", undo), ("redo", redo)):
            action = self._window.actions_by_name[way]
            said = tr("Undo") if way == "undo" else tr("Redo")
            action.setText(f"{said} {words}".strip())

    def _go(self, of: str) -> None:
        bench = self._bench()
        if bench is not None:
            bench.go("history")
            bench.open_item(of)

    def _go_here(self) -> None:
        from ui.widgets.history_button import history_in_focus

        bench = self._bench()
        if bench is not None and bench.page is not None:
            self._go(history_in_focus(QApplication.focusWidget(), bench.page.history_of()))

    def _bench(self) -> Workbench | None:
        return self._window.workbench
