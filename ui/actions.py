"""Every command of the window, in one table: where its menu entry is, its key, and what it calls.

There is no shortcut without an entry here, and no entry without a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from asl_desktop.i18n import mark, tr


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

    def words(self) -> str:
        """Return what its entry in the menu says."""
        return tr(self.text).format(number=self.name.removeprefix("answer_"))


COMMANDS: tuple[Command, ...] = (
    Command("new", mark("File"), mark("New assessment"), "Ctrl+N", needs_file=False),
    Command("open", mark("File"), mark("Open file"), "Ctrl+O", needs_file=False),
    Command("example", mark("File"), mark("Open the worked example"), needs_file=False),
    Command("save", mark("File"), mark("Save now"), "Ctrl+S", apart=True),
    Command("copy", mark("File"), mark("Save a copy\u2026"), "Ctrl+Shift+S"),
    Command("apply_inputs", mark("File"), mark("Apply an inputs file"), apart=True),
    Command("export_inputs", mark("File"), mark("Write the inputs to a file")),
    Command("check", mark("File"), mark("Check the file")),
    Command("report", mark("File"), mark("Report"), "Ctrl+P", apart=True),
    Command("write_report", mark("File"), mark("Write the report"), "Ctrl+Shift+P"),
    Command("protection", mark("File"), mark("Protection and passphrase"), apart=True),
    Command("recovery", mark("File"), mark("Recovery key"), needs_key=True),
    Command("lock", mark("File"), mark("Lock now"), "Ctrl+L", needs_key=True, in_front=True),
    Command("settings", mark("File"), mark("Settings"), "Ctrl+,", needs_file=False, apart=True),
    Command("close", mark("File"), mark("Close the assessment"), "Ctrl+W", in_front=True),
    Command("quit", mark("File"), mark("Quit"), "Ctrl+Q", needs_file=False),
    Command("undo", mark("Edit"), mark("Undo"), "Ctrl+Z"),
    Command("redo", mark("Edit"), mark("Redo"), "Ctrl+Shift+Z;Ctrl+Y"),
    Command("history", mark("Edit"), mark("History"), "Ctrl+H", apart=True),
    Command("history_here", mark("Edit"), mark("History of what is in view"), "H"),
    Command("find", mark("Go"), mark("Find a question, page, evidence or command"), "Ctrl+K"),
    Command("search", mark("Go"), mark("Search in all texts"), "Ctrl+F"),
    Command("hub", mark("Go"), mark("Overview"), "Alt+Home", apart=True),
    Command("scope", mark("Go"), mark("Scope")),
    Command("plan", mark("Go"), mark("Plan")),
    Command("evidence", mark("Go"), mark("Evidence"), "Ctrl+Shift+E"),
    Command("measurements", mark("Go"), mark("Measurements")),
    Command("margins", mark("Go"), mark("Margins")),
    Command("showings", mark("Go"), mark("Showings")),
    Command("safeguards", mark("Go"), mark("Safeguards")),
    Command("preflight", mark("Go"), mark("Pre-flight check")),
    Command("gate", mark("Go"), mark("Gates and sign-off")),
    Command("next_unanswered", mark("Go"), mark("Next unanswered question"), "Ctrl+J", apart=True),
    Command("panes", mark("Go"), mark("Next pane"), "F6"),
    Command("panes_back", mark("Go"), mark("Previous pane"), "Shift+F6"),
    Command("menu", mark("Go"), mark("Menu"), "F10", needs_file=False),
    Command("next", mark("Question"), mark("Save and next"), "Ctrl+Return;Ctrl+Enter"),
    Command("forward", mark("Question"), mark("Next question"), "Alt+Right;J"),
    Command("back", mark("Question"), mark("Previous question"), "Alt+Left;K"),
    Command("list", mark("Question"), mark("List of questions"), "Ctrl+Shift+L"),
    Command("note", mark("Question"), mark("Go to the rationale"), "N", apart=True),
    Command("to_evidence", mark("Question"), mark("Go to the evidence"), "E"),
    Command("attach", mark("Question"), mark("Attach evidence"), "Ctrl+E"),
    Command("paste", mark("Question"), mark("Paste as evidence"), "Ctrl+Shift+V"),
    Command("flag", mark("Question"), mark("Mark for review"), "Ctrl+Shift+F;R"),
    *(
        Command(f"answer_{n}", mark("Answer"), mark("Choose option {number}"), f"Alt+{n};{n}" if n < 6 else f"{n}")
        for n in range(1, 10)
    ),
    Command("toggle_margins", mark("View"), mark("Margins beside the page"), "Ctrl+M"),
    Command("zoom_in", mark("View"), mark("Larger text"), "Ctrl++;Ctrl+=", needs_file=False, apart=True),
    Command("zoom_out", mark("View"), mark("Smaller text"), "Ctrl+-", needs_file=False),
    Command("zoom_reset", mark("View"), mark("Text at 100 %"), "Ctrl+0", needs_file=False),
    Command("theme_system", mark("View"), mark("Theme as the system"), needs_file=False, group="theme", apart=True),
    Command("theme_light", mark("View"), mark("Light theme"), needs_file=False, group="theme"),
    Command("theme_dark", mark("View"), mark("Dark theme"), needs_file=False, group="theme"),
    Command("theme_contrast_light", mark("View"), mark("High contrast, light"), needs_file=False, group="theme"),
    Command("theme_contrast_dark", mark("View"), mark("High contrast, dark"), needs_file=False, group="theme"),
    Command("guidance", mark("Help"), mark("Guidance for this page"), "F1", needs_file=False),
    Command("keys", mark("Help"), mark("Keyboard shortcuts"), "?", needs_file=False),
    Command("about", mark("Help"), mark("About ASL Desktop"), needs_file=False, apart=True),
)
MENUS = (mark("File"), mark("Edit"), mark("Go"), mark("Question"), mark("Answer"), mark("View"), mark("Help"))
STANDARD: tuple[tuple[str, str], ...] = (
    ("Tab", mark("Next control")),
    ("Shift+Tab", mark("Previous control")),
    (mark("Space"), mark("Press the button or tick the box in focus")),
    ("Enter", mark("Open what is chosen in a list")),
    (mark("Up, Down"), mark("Move in a list")),
    ("Esc", mark("Close the box, panel or menu in front")),
)
"""Keys that controls know by themselves; they have no menu entry."""


def build_menu(owner: QWidget, calls: Mapping[str, Callable[[], object]]) -> tuple[QMenu, dict[str, QAction]]:
    """Return the menu with a submenu per group, and the actions by name; ``calls`` says what each command does."""
    menu = QMenu(owner)
    actions: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    for title in MENUS:
        part = menu.addMenu(tr(title))
        for command in (item for item in COMMANDS if item.menu == title):
            action = QAction(command.words(), owner)
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


def _or(keys: Iterable[str]) -> str:
    return " or ".join(f"`{key}`" for key in keys)


def keyboard_page() -> str:
    """Return ``docs/keyboard.md``: the whole map, written from the table of commands."""
    lines = [_INTRODUCTION]
    for title in MENUS:
        keyed = [command for command in COMMANDS if command.menu == title and command.key]
        lines += [f"\n## {title}\n", "| Keys | What they do |", "|---|---|"]
        lines += [f"| {_or(keys_of(command))} | {command.words()} |" for command in keyed]
    lines += ["\n## In every list and form\n", "| Keys | What they do |", "|---|---|"]
    lines += [f"| {_or(keys.split(', '))} | {text} |" for keys, text in STANDARD]
    return "\n".join(lines) + "\n"


_INTRODUCTION = """# Keyboard

Everything can be done without a mouse. `?` shows this map in the window; type there to filter it, Enter runs a command.
Every key stands beside its entry in the menu, which `F10` opens. Commands without a key are in the menu too, and
`Ctrl+K` finds them by name. Single letters, digits and `?` work only where no text is being edited; there they are
typed.

This page is written from the table of commands by `python tools/write_keyboard.py`; a test keeps the two in step."""
