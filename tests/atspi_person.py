"""Somebody who uses a window through the accessibility bus alone. Run by the system's Python, which has the binding.

``python3 atspi_person.py NAME ...`` presses, one after the other, what has each name, once it can be pressed. Exit
status 0 means that everything was found and pressed.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import gi  # type: ignore[import-not-found]

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # type: ignore[import-not-found] # noqa: E402

PATIENCE = 40.0
PAUSE = 2.0
"""Seconds in which the window answers a press before anybody looks at it again, as people do."""
DEEP = 60


def find(node: Any, name: str, depth: int = 0) -> Any:
    """Return the first visible thing below a node that has this name and can be pressed, or None."""
    if node is None or depth > DEEP:
        return None
    states = node.get_state_set()
    if depth > 1 and not states.contains(Atspi.StateType.VISIBLE):
        return None
    if node.get_name() == name and states.contains(Atspi.StateType.SHOWING) and node.get_n_actions():
        return node
    for at in range(node.get_child_count()):
        found = find(node.get_child_at_index(at), name, depth + 1)
        if found is not None:
            return found
    return None


def press(name: str) -> None:
    """Press a button as soon as it is there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            desktop = Atspi.get_desktop(0)
            for at in range(desktop.get_child_count()):
                found = find(desktop.get_child_at_index(at), name)
                if found is not None and found.do_action(0):
                    sys.stderr.write(f"pressed {name}\n")
                    time.sleep(PAUSE)
                    return
        except gi.repository.GLib.Error:
            pass  # the window changed while we were looking
        time.sleep(0.2)
    sys.exit(f"nothing called {name} can be pressed")


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        press(wanted)
