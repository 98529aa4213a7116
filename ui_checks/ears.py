"""Says what gets the focus, as a screen reader would. Run by the system's Python, which has the binding.

Prints one JSON object a line: ``name`` and ``role`` of whatever got the focus, or ``said`` for what is announced and
``level`` for how urgent it is, or ``typed``, how many letters came in somewhere. The first line is empty and means
that listening has begun.
"""

from __future__ import annotations

import json
from typing import Any

import gi  # type: ignore[import-not-found]

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # type: ignore[import-not-found] # noqa: E402

LEVELS = {1: "polite", 2: "assertive"}


def heard(event: Any) -> None:
    """Tell of one event; whatever has gone by the time it is looked at is passed over."""
    try:
        if event.type.startswith("object:announcement"):
            _tell(said=str(event.any_data), level=LEVELS.get(event.detail1, "unknown"))
        elif event.type.startswith("object:text-changed"):
            _tell(typed=str(event.detail2))
        elif event.detail1:
            _tell(name=event.source.get_name(), role=event.source.get_role_name())
    except GLib.Error:
        return


def _tell(**words: str) -> None:
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    Atspi.init()
    listener = Atspi.EventListener.new(heard)
    for kind in ("object:state-changed:focused", "object:announcement", "object:text-changed:insert"):
        listener.register(kind)
    _tell()
    Atspi.event_main()
