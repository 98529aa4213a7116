"""Somebody who uses a window through the accessibility bus alone. Run by the system's Python, which has the binding.

``atspi_person.py press NAME ...`` presses, one after the other, what has each name, as soon as it can be pressed; exit
status 0 means that everything was found and pressed.

``atspi_person.py read`` reads everything of every window over and over, as fast as it can, also children that were
there a moment ago, until its standard input ends; it prints how many things it read.
"""

from __future__ import annotations

import select
import sys
import time
from typing import Any

import gi  # type: ignore[import-not-found]

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # type: ignore[import-not-found] # noqa: E402

PATIENCE = 15.0
DEEP = 60


def windows() -> list[Any]:
    """Return every program on the bus."""
    desktop = Atspi.get_desktop(0)
    desktop.set_cache_mask(Atspi.Cache.NONE)  # what the binding remembers may be of a page before
    return [desktop.get_child_at_index(at) for at in range(desktop.get_child_count())]


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
            for window in windows():
                found = find(window, name)
                if found is not None and found.do_action(0):
                    sys.stderr.write(f"pressed {name}\n")
                    return
        except GLib.Error:
            pass  # the window changed while we were looking
        time.sleep(0.05)
    sys.exit(f"nothing called {name} can be pressed")


def read(node: Any, depth: int = 0) -> int:
    """Read a thing and what is below it; return how many things that were. What goes away meanwhile ends there."""
    if node is None or depth > DEEP:
        return 0
    things = 1
    try:
        for ask in (node.get_name, node.get_description, node.get_role, node.get_state_set, node.get_relation_set):
            ask()
        text, component = node.get_text_iface(), node.get_component_iface()
        if text is not None:
            text.get_text(0, text.get_character_count())
        if component is not None:
            component.get_extents(Atspi.CoordType.SCREEN)
        for at in range(node.get_child_count() + 2):
            things += read(node.get_child_at_index(at), depth + 1)
    except GLib.Error:
        pass
    return things


def read_on() -> None:
    """Read all there is until nobody wants it any more."""
    things = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        try:
            for window in windows():
                window.set_cache_mask(Atspi.Cache.NONE)
                things += read(window)
        except GLib.Error:
            pass  # the window itself came or went
    sys.stdout.write(f"{things}\n")


def main(what: str, *names: str) -> None:
    """Do one of the two things."""
    if what == "read":
        read_on()
    else:
        for name in names:
            press(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
