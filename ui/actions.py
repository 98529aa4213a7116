"""Every command of the window, in one table: where its menu entry is, its key, and what it calls.

There is no shortcut without an entry here, and no entry without a name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: stable id; the shell looks up what to call by it.
        key: as Qt writes key sequences; several separated by ``;``.
        needs_file: greyed while nothing is open.
        needs_key: greyed while no encrypted file is open.
        in_front: stays usable while another page stands in front of the workbench.
        group: commands of one group are ticked one at a time.
        apart: a line stands above it in the menu.
    """

    name: str
    menu: str
    text: str
    key: str = ""
    needs_file: bool = True
    needs_key: bool = False
    in_front: bool = False
    group: str = ""
    apart: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("new", "File", "New assessment", "Ctrl+N", needs_file=False),
    Command("open", "File", "Open file", "Ctrl+O", needs_file=False),
    Command("example", "File", "Open the worked example", needs_file=False),
    Command("save", "File", "Save now", "Ctrl+S", apart=True),
    Command("copy", "File", "Save a copy\u2026", "Ctrl+Shift+S"),
    Command("apply_inputs", "File", "Apply an inputs file", apart=True),
    Command("export_inputs", "File", "Write the inputs to a file"),
    Command("check", "File", "Check the file"),
    Command("report", "File", "Report", "Ctrl+P", apart=True),
    Command("write_report", "File", "Write the report", "Ctrl+Shift+P"),
    Command("protection", "File", "Protection and passphrase", apart=True),
    Command("recovery", "File", "Recovery key", needs_key=True),
    Command("lock", "File", "Lock now", "Ctrl+L", needs_key=True, in_front=True),
    Command("settings", "File", "Settings", "Ctrl+,", needs_file=False, apart=True),
    Command("close", "File", "Close the assessment", "Ctrl+W", in_front=True),
    Command("quit", "File", "Quit", "Ctrl+Q", needs_file=False),
    Command("undo", "Edit", "Undo", "Ctrl+Z"),
    Command("redo", "Edit", "Redo", "Ctrl+Shift+Z;Ctrl+Y"),
    Command("history", "Edit", "History", "Ctrl+H", apart=True),
    Command("history_here", "Edit", "History of what is in view", "H"),
    Command("find", "Go", "Find", "Ctrl+K;Ctrl+F"),
    Command("hub", "Go", "Overview", "Ctrl+0", apart=True),
    Command("scope", "Go", "Scope and plan"),
    Command("measurements", "Go", "Measurements"),
    Command("margins", "Go", "Margins"),
    Command("showings", "Go", "Showings"),
    Command("safeguards", "Go", "Safeguards"),
    Command("gate", "Go", "Gates and sign-off"),
    Command("next_unanswered", "Go", "Next unanswered question", "Ctrl+J", apart=True),
    Command("panes", "Go", "Next pane", "F6"),
    Command("next", "Question", "Save and next", "Ctrl+Return;Ctrl+Enter"),
    Command("forward", "Question", "Next question", "Alt+Right"),
    Command("back", "Question", "Previous question", "Alt+Left"),
    Command("list", "Question", "List of questions", "Ctrl+Shift+L"),
    *(Command(f"answer_{n}", "Question", f"Choose option {n}", f"Alt+{n}", apart=n == 1) for n in range(1, 6)),
    Command("attach", "Question", "Attach evidence", "Ctrl+E", apart=True),
    Command("paste", "Question", "Paste as evidence", "Ctrl+Shift+V"),
    Command("flag", "Question", "Flag for review", "Ctrl+Shift+F"),
    Command("toggle_margins", "View", "Margins beside the page", "Ctrl+M"),
    Command("theme_system", "View", "Theme as the system", needs_file=False, group="theme", apart=True),
    Command("theme_light", "View", "Light theme", needs_file=False, group="theme"),
    Command("theme_dark", "View", "Dark theme", needs_file=False, group="theme"),
    Command("guidance", "Help", "Guidance for this page", "F1", needs_file=False),
    Command("keys", "Help", "Keyboard shortcuts", "?", needs_file=False),
    Command("about", "Help", "About ASL Desktop", needs_file=False, apart=True),
)
MENUS = ("File", "Edit", "Go", "Question", "View", "Help")


def build_menu(owner: QWidget, calls: Mapping[str, Callable[[], object]]) -> tuple[QMenu, dict[str, QAction]]:
    """Return the menu with a submenu per group, and the actions by name; ``calls`` says what each command does."""
    menu = QMenu(owner)
    actions: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    for title in MENUS:
        part = menu.addMenu(title)
        for command in (item for item in COMMANDS if item.menu == title):
            action = QAction(command.text, owner)
            action.setShortcuts([QKeySequence(key) for key in command.key.split(";") if key])
            action.setShortcutVisibleInContextMenu(True)
            call = calls[command.name]
            action.triggered.connect(lambda _checked=False, call=call: call())
            if command.group:
                action.setCheckable(True)
                groups.setdefault(command.group, QActionGroup(owner)).addAction(action)
            if command.apart:
                part.addSeparator()
            part.addAction(action)
            owner.addAction(action)
            actions[command.name] = action
    return menu, actions


def shortcut_lines() -> tuple[str, ...]:
    """Return the shortcuts as lines of key, tab and words, grouped as in the menu."""
    lines: list[str] = []
    for title in MENUS:
        keyed = [command for command in COMMANDS if command.menu == title and command.key]
        if keyed:
            lines += [title, *(f"{c.key.replace('Return', 'Enter').split(';')[0]}\t{c.text}" for c in keyed), ""]
    return tuple(lines[:-1])
