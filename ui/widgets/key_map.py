"""The keyboard map (?): every key and what it does, to be looked through, filtered and used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from asl_desktop.i18n import mark, tr
from asl_desktop.services.search import fold
from ui.actions import COMMANDS, MENUS, STANDARD, Command, keys_of
from ui.widgets.overlay import Overlay, Row

_ALWAYS = mark("In every list and form")


class KeyMapBox(Overlay):
    """Shows the table of commands; Enter runs the one that is chosen."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, tr("Keyboard map: type to filter"))
        self._actions: Mapping[str, QAction] = {}

    def open_over(self, actions: Mapping[str, QAction]) -> None:
        """Show the map, ready for typing."""
        self._actions = actions
        self.appear()

    def rows(self, text: str) -> Sequence[Row]:
        words = fold(text).split()
        found: list[Row] = []
        for title in MENUS:
            group = [command for command in COMMANDS if command.menu == title and command.key]
            kept = [_row(command) for command in group if _holds(words, command.words(), *keys_of(command), tr(title))]
            found += [Row("", tr(title).upper()), *kept] if kept else []
        standard = [
            Row("", tr(words_), key=keys, payload="") for keys, words_ in STANDARD if _holds(words, keys, tr(words_))
        ]
        return [*found, Row("", tr(_ALWAYS).upper()), *standard] if standard else found

    def said(self, text: str, found: Sequence[Row]) -> str:
        if not found:
            return tr("No key does that. Ctrl+K finds commands without a key.")
        return tr("Letters, digits and ? work where no text is being edited. Enter runs a command.")

    def take(self, payload: object) -> None:
        action = self._actions.get(str(payload))
        if action is not None:
            action.trigger()


def _row(command: Command) -> Row:
    return Row("", command.words(), key=f"  {tr('or')}  ".join(keys_of(command)), payload=command.name)


def _holds(words: Sequence[str], *texts: str) -> bool:
    whole = fold(" ".join(texts))
    return all(word in whole for word in words)
