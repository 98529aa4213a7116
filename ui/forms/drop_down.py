"""A list to choose one text from, with a name for itself and for the list that it drops."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox

from ui.widgets.elided import ElidedBox


def drop_down(name: str, texts: Sequence[str]) -> QComboBox:
    """Return a combo box that a screen reader names, opened or not."""
    box = ElidedBox()
    box.addItems(list(texts))
    box.setAccessibleName(name)
    box.view().setAccessibleName(name)
    return box
