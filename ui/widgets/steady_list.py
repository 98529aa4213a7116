"""A list of rows of equal height."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtWidgets import QAbstractItemView, QListView

Index = QModelIndex | QPersistentModelIndex


class SteadyList(QListView):
    """A row that says something else is painted anew; the toolkit's own list would lay out all ten thousand again."""

    def __init__(self) -> None:
        super().__init__()
        self.setUniformItemSizes(True)

    def dataChanged(self, topLeft: Index, bottomRight: Index, roles: Sequence[int] = ()) -> None:  # noqa: N803
        QAbstractItemView.dataChanged(self, topLeft, bottomRight, list(roles))
