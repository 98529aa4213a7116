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
    Command("find", "Go", "Find a question, page, evidence or command", "Ctrl+K"),
    Command("search", "Go", "Search in all texts", "Ctrl+F"),
    Command("hub", "Go", "Overview", "Alt+Home", apart=True),
    Command("scope", "Go", "Scope"),
    Command("plan", "Go", "Plan"),
    Command("evidence", "Go", "Evidence", "Ctrl+Shift+E"),
    Command("measurements", "Go", "Measurements"),
    Command("margins", "Go", "Margins"),
    Command("showings", "Go", "Showings"),
    Command("safeguards", "Go", "Safeguards"),
    Command("preflight", "Go", "Pre-flight check"),
    Command("gate", "Go", "Gates and sign-off"),
    Command("next_unanswered", "Go", "Next unanswered question", "Ctrl+J", apart=True),
    Command("panes", "Go", "Next pane", "F6"),
    Command("panes_back", "Go", "Previous pane", "Shift+F6"),
    Command("menu", "Go", "Menu", "F10", needs_file=False),
    Command("next", "Question", "Save and next", "Ctrl+Return;Ctrl+Enter"),
    Command("forward", "Question", "Next question", "Alt+Right;J"),
    Command("back", "Question", "Previous question", "Alt+Left;K"),
    Command("list", "Question", "List of questions", "Ctrl+Shift+L"),
    Command("note", "Question", "Go to the rationale", "N", apart=True),
    Command("to_evidence", "Question", "Go to the evidence", "E"),
    Command("attach", "Question", "Attach evidence", "Ctrl+E"),
    Command("paste", "Question", "Paste as evidence", "Ctrl+Shift+V"),
    Command("flag", "Question", "Mark for review", "Ctrl+Shift+F;R"),
    *(
        Command(f"answer_{n}", "Answer", f"Choose option {n}", f"Alt+{n};{n}" if n < 6 else f"{n}")
        for n in range(1, 10)
    ),
    Command("toggle_margins", "View", "Margins beside the page", "Ctrl+M"),
    Command("zoom_in", "View", "Larger text", "Ctrl++;Ctrl+=", needs_file=False, apart=True),
    Command("zoom_out", "View", "Smaller text", "Ctrl+-", needs_file=False),
    Command("zoom_reset", "View", "Text at 100 %", "Ctrl+0", needs_file=False),
    Command("theme_system", "View", "Theme as the system", needs_file=False, group="theme", apart=True),
    Command("theme_light", "View", "Light theme", needs_file=False, group="theme"),
    Command("theme_dark", "View", "Dark theme", needs_file=False, group="theme"),
    Command("theme_contrast_light", "View", "High contrast, light", needs_file=False, group="theme"),
    Command("theme_contrast_dark", "View", "High contrast, dark", needs_file=False, group="theme"),
    Command("guidance", "Help", "Guidance for this page", "F1", needs_file=False),
    Command("keys", "Help", "Keyboard shortcuts", "?", needs_file=False),
    Command("about", "Help", "About ASL Desktop", needs_file=False, apart=True),
)
MENUS = ("File", "Edit", "Go", "Question", "Answer", "View", "Help")
STANDARD: tuple[tuple[str, str], ...] = (
    ("Tab", "Next control"),
    ("Shift+Tab", "Previous control"),
    ("Space", "Press the button or tick the box in focus"),
    ("Enter", "Open what is chosen in a list"),
    ("Up, Down", "Move in a list"),
    ("Esc", "Close the box, panel or menu in front"),
)
"""Keys that controls know by themselves; they have no menu entry."""


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


def theme_command(choice: str) -> str:
    """Return the name of the command that chooses a theme."""
    return f"theme_{choice.replace('-', '_')}"


def keys_of(command: Command) -> tuple[str, ...]:
    """Return the keys of a command as people read them."""
    keys = (key.replace("Return", "Enter") for key in command.key.split(";") if key)
    return tuple(dict.fromkeys(keys))


def is_plain(key: str) -> bool:
    """Tell whether a key is a letter, digit or sign that a text being edited takes for itself."""
    return len(key) == 1


def keyboard_page() -> str:
    """Return ``docs/keyboard.md``: the whole map, written from the table of commands."""
    lines = [_INTRODUCTION]
    for title in MENUS:
        keyed = [command for command in COMMANDS if command.menu == title and command.key]
        lines += [f"\n## {title}\n", "| Keys | What they do |", "|---|---|"]
        lines += [f"| {' or '.join(f'`{key}`' for key in keys_of(command))} | {command.text} |" for command in keyed]
    lines += ["\n## In every list and form\n", "| Keys | What they do |", "|---|---|"]
    lines += [f"| {' or '.join(f'`{key}`' for key in keys.split(', '))} | {text} |" for keys, text in STANDARD]
    return "\n".join(lines) + "\n"


_INTRODUCTION = """# Keyboard

Everything can be done without a mouse. `?` shows this map in the window; type there to filter it, Enter runs a command.
Every key stands beside its entry in the menu, which `F10` opens. Commands without a key are in the menu too, and
`Ctrl+K` finds them by name. Single letters, digits and `?` work only where no text is being edited; there they are
typed.

This page is written from the table of commands by `python tools/write_keyboard.py`; a test keeps the two in step."""
