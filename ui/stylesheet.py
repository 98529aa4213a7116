"""The short style sheet on top of the palette. Few selectors: each one is paid for at every widget's construction."""

from __future__ import annotations

import re
from string import Template
from typing import TYPE_CHECKING

from asl_desktop.resources_access import resource_path

if TYPE_CHECKING:
    from ui.theme import Tokens

_SHEET = Template("""
QToolTip { color: $text; background: $surface; border: 1px solid $strong_line; padding: 4px 8px; }
QLabel { background: transparent; }
QLabel[role="muted"] { color: $muted; font-size: 12px; }
QLabel[role="page-title"] { font-size: 24px; font-weight: 600; }
QLabel[role="pane-title"] { font-size: 15px; font-weight: 600; }
QLabel[role="question"] { font-size: 18px; font-weight: 600; }
QLabel[role="label"] { font-weight: 600; font-size: 12px; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="group"] { color: $muted; font-size: 11px; font-weight: 600; }
QLabel[role="chip"] { background: $sunken; color: $muted; font-size: 11px; font-weight: 500;
  border-radius: 4px; padding: 2px 8px; }
QLabel[role="chip"][tone="warn"] { background: $warn_soft; color: $warn; font-weight: 600; }
QLabel[role="chip"][tone="ok"] { background: $ok_soft; color: $ok; font-weight: 600; }
QLabel[role="chip"][tone="danger"] { background: $danger_soft; color: $danger; font-weight: 600; }
QLabel[role="chip"][tone="accent"] { background: $accent_soft; color: $text; font-weight: 600; }
QLabel[role="error"] { color: $danger; font-size: 12px; }
QFrame[role="card"] { background: $surface; border: 1px solid $line; border-radius: 10px; }
QFrame[role="bar"] { background: $surface; border: 0; border-bottom: 1px solid $line; }
QFrame[role="pane"] { background: $surface; border: 0; border-left: 1px solid $line; }
QFrame[role="nav"] { background: $surface; border: 0; border-right: 1px solid $line; }
QFrame[role="note"] { background: $sunken; border: 0; border-left: 3px solid $accent; border-radius: 4px; }
QFrame[role="banner"] { background: $danger_soft; border: 1px solid $danger; border-radius: 8px; }
QFrame[role="banner"][tone="warn"] { background: $warn_soft; border-color: $warn; }
QFrame[role="banner"][tone="info"] { background: $accent_soft; border-color: $accent; }
QFrame[role="banner"][tone="ok"] { background: $ok_soft; border-color: $ok; }
QFrame[role="drop"] { background: $sunken; border: 1px dashed $strong_line; border-radius: 8px; }
QFrame[role="drop"][active="true"] { background: $accent_soft; border: 2px solid $accent; }
QFrame[role="paper"] { background: $sunken; border: 1px solid $line; border-radius: 8px; }
QFrame[role="line"] { background: $line; border: 0; max-height: 1px; min-height: 1px; }
QPushButton { background: $surface; color: $text; border: 1px solid $strong_line; border-radius: 6px;
  padding: 0 12px; min-height: 30px; font-weight: 500; }
QPushButton:hover { background: $sunken; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border: 2px solid $accent; padding: 0 11px; min-height: 28px; }
QPushButton:disabled { color: $muted; border-color: $line; background: $sunken; }
QPushButton[primary="true"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[primary="true"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[primary="true"]:focus { border: 2px solid $text; }
QPushButton[primary="true"]:disabled { background: $sunken; color: $muted; border-color: $line; }
QPushButton[role="link"] { background: transparent; border: 1px solid transparent; color: $accent;
  padding: 0 1px; margin-left: -2px; min-height: 22px; text-align: left; font-weight: 600; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { border: 2px solid $accent; padding: 0; min-height: 20px; }
QPushButton[role="segment"] { border-radius: 0; border-right-width: 0; padding: 0 8px; min-height: 32px; }
QPushButton[role="segment"][place="first"] { border-top-left-radius: 6px; border-bottom-left-radius: 6px; }
QPushButton[role="segment"][place="last"] { border-top-right-radius: 6px; border-bottom-right-radius: 6px;
  border-right-width: 1px; }
QPushButton[role="segment"][place="only"] { border-radius: 6px; border-right-width: 1px; }
QPushButton[role="segment"]:checked { background: $accent; color: $on_accent; font-weight: 600; }
QPushButton[role="segment"]:focus { border: 2px solid $accent; padding: 0 7px; min-height: 30px; }
QPushButton[role="segment"]:checked:focus { border: 2px solid $text; }
QPushButton[role="row"] { text-align: left; }
QPushButton[role="row"]:checked { background: $accent; color: $on_accent; font-weight: 600; }
QPushButton[role="row"]:checked:focus { border: 2px solid $text; }
QPushButton[role="toggle"] { min-height: 22px; padding: 0 8px; font-size: 12px; border-color: $strong_line; }
QPushButton[role="toggle"]:checked { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[role="toggle"]:focus { border: 2px solid $accent; padding: 0 7px; min-height: 20px; }
QPushButton[role="toggle"]:checked:focus { border: 2px solid $text; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px; }
QToolButton:hover { background: $sunken; }
QToolButton:checked { background: $accent_soft; }
QToolButton:focus { border: 2px solid $accent; padding: 4px; }
QToolButton::menu-indicator { image: none; }
QLineEdit, QComboBox, QAbstractSpinBox, QDateEdit { background: $surface; color: $text;
  border: 1px solid $strong_line; border-radius: 6px; padding: 0 8px; min-height: 30px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus, QDateEdit:focus { border: 2px solid $accent; padding: 0 7px;
  min-height: 28px; }
QLineEdit[state="invalid"], QPlainTextEdit[state="invalid"] { border: 2px solid $danger; }
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled { background: $sunken; color: $muted;
  border-color: $line; }
QLineEdit:read-only, QPlainTextEdit:read-only { background: $sunken; }
QPlainTextEdit { background: $surface; color: $text; border: 1px solid $strong_line; border-radius: 6px; padding: 6px;
  selection-background-color: $accent; selection-color: $on_accent; }
QPlainTextEdit[role="reading"] { background: transparent; border: 1px solid $line; }
QPlainTextEdit:focus { border: 2px solid $accent; padding: 5px; }
QCheckBox { spacing: 8px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $strong_line; border-radius: 4px;
  background: $surface; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($check); }
QCheckBox::indicator:disabled { border-color: $line; background: $sunken; }
QCheckBox::indicator:focus { border: 2px solid $accent; width: 12px; height: 12px; }
QCheckBox::indicator:checked:focus { border-color: $text; }
QComboBox::drop-down { border: 0; width: 28px; }
QComboBox::down-arrow { image: url($chevron); width: 16px; height: 16px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $strong_line; outline: 0; }
QListView, QTreeView, QTableView { background: $surface; border: 1px solid $line; border-radius: 8px; outline: 0; }
QTableView { selection-background-color: $accent_soft; selection-color: $text; }
QListView:focus, QTreeView:focus, QTableView:focus { border: 2px solid $accent; }
QListWidget::item { padding: 5px 8px; border-radius: 4px; }
QListWidget::item:selected { background: $accent_soft; color: $text; }
QHeaderView::section { background: $sunken; color: $muted; border: 0; border-bottom: 1px solid $line;
  padding: 6px 8px; font-size: 11px; font-weight: 600; }
QSplitter::handle { background: transparent; image: none; }
QScrollArea { background: transparent; border: 0; }
QScrollArea > QWidget > QWidget[role="canvas"] { background: transparent; }
QScrollBar:vertical { background: transparent; width: 9px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 9px; margin: 0; }
QScrollBar::handle { background: $strong_line; border-radius: 3px; margin: 1px 2px; min-height: 24px; min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QMenuBar { background: $surface; border-bottom: 1px solid $line; }
QMenuBar::item { padding: 4px 8px; background: transparent; }
QMenuBar::item:selected { background: $accent_soft; }
QDialog { background: $surface; }
QMenu { background: $surface; border: 1px solid $strong_line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QProgressBar { background: $sunken; border: 1px solid $line; border-radius: 4px; height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
""")


_LENGTH = re.compile(r"([\w-]+):([^;{}]*)")
_SIDE = re.compile(r"((?:border|margin|padding)(?:-top|-bottom)?-)(left|right)")
_PIXELS = re.compile(r"(\d+)px")
_BOX = {"min-height": 2, "width": 2, "height": 2, "padding": 1}
"""How many of its borders a focused control makes up for in these properties, so that nothing shifts."""


def style_sheet(tokens: Tokens, zoom: int = 100, *, mirrored: bool = False) -> str:
    """Return the application's style sheet in the colours of one theme, with text at ``zoom`` percent.

    ``mirrored`` puts borders and margins on the other side, for a window that is read from the right; the rest Qt
    mirrors itself.
    """
    names = (name for name in tokens.__slots__ if name not in {"name", "dark", "status", "chart"})
    tone = "dark" if tokens.dark else "light"
    pictures = {
        picture: f'"{resource_path(f"themes/{picture}-{tone}.svg").as_posix()}"' for picture in ("chevron", "check")
    }
    sheet = _SHEET.template if zoom == 100 else _enlarged(_SHEET.template, zoom)
    if mirrored:
        sheet = _SIDE.sub(lambda found: f"{found[1]}{'left' if found[2] == 'right' else 'right'}", sheet)
    return Template(sheet).substitute({name: getattr(tokens, name) for name in names}, **pictures)


def scaled(size: int, zoom: int) -> int:
    """Return a length at another size of text; what is there stays at least a pixel."""
    return max(1, (size * zoom + 50) // 100) if size else 0


def _enlarged(sheet: str, zoom: int) -> str:
    return "}".join(_enlarged_rule(rule, zoom) for rule in sheet.split("}"))


def _enlarged_rule(rule: str, zoom: int) -> str:
    selector, brace, body = rule.partition("{")
    focused = ":focus" in selector
    growth = scaled(2, zoom) - scaled(1, zoom)

    def _declaration(found: re.Match[str]) -> str:
        times = _BOX.get(found[1], 0) if focused else 0

        def _pixels(number: re.Match[str]) -> str:
            return f"{scaled(int(number[1]) + times, zoom) - times * growth}px"

        return f"{found[1]}:{_PIXELS.sub(_pixels, found[2])}"

    return selector + brace + _LENGTH.sub(_declaration, body)
