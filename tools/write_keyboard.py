"""Write ``docs/keyboard.md`` from the table of commands; a test fails while the two differ."""

from __future__ import annotations

from pathlib import Path

from ui.actions import keyboard_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "keyboard.md"

if __name__ == "__main__":
    PAGE.write_text(keyboard_page(), encoding="utf-8")
    print(PAGE)
