"""The safeguards of the pack as rows under headings, with the state of each in words and as an icon."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from asl_desktop.domain import wording
from asl_desktop.domain.determination import Snapshot
from asl_desktop.i18n import tr
from ui.icons import pixmap
from ui.mirroring import corner, visual
from ui.plain import visible
from ui.theme import font, px, tokens

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
ROW_HEIGHT = 46
HEADING_HEIGHT = 34
_ICON = {
    "in_place": ("circle-check", "ok"),
    "not_applicable": ("ban", "muted"),
    "excepted": ("clock", "warn"),
    "partly": ("circle-dot", "warn"),
    "planned": ("calendar", "warn"),
    "not_assessed": ("circle", "muted"),
    "unspecified": ("octagon-alert", "danger"),
}


@dataclass(frozen=True, slots=True)
class SafeguardRow:
    """One line of the list: a heading, a requirement, or a standard that nobody ever specified.

    ``missing`` is true where the determination counts the row to the gap; ``required`` where the standard is required.
    """

    id: str
    title: str
    track: str
    standard: str
    status: str
    words: str
    required: bool
    missing: bool
    heading: bool = False

    @property
    def unspecified(self) -> bool:
        """Whether this is a whole standard; its id is a key that tells people nothing."""
        return self.status == "unspecified"


def safeguard_rows(snapshot: Snapshot) -> tuple[SafeguardRow, ...]:
    """Return every standard with its requirements; those of standards above the required ones come last per track."""
    found: list[SafeguardRow] = []
    gap = {item.requirement: item for item in snapshot.determination.gap}
    records = snapshot.inputs.requirement_by_id
    for result in snapshot.determination.tracks:
        track = snapshot.pack.track_by_id[result.track]
        for rank, standard in enumerate(track.standards):
            required = rank <= track.rank(result.required)
            need = tr("required") if required else tr("not required now")
            heading = f"{standard.id} {track.title.lower()}, {need}"
            found.append(SafeguardRow("", heading, track.id, standard.id, "", "", required, False, heading=True))
            rows = _rows(snapshot, track.id, standard.id)
            for row_id, title in rows:
                missing = gap.get(row_id)
                status = records[row_id].status if row_id in records else "not_assessed"
                words = missing.reason.rstrip(".") if missing else _covered(status, required=required)
                found.append(
                    SafeguardRow(row_id, title, track.id, standard.id, status, words, required, missing is not None)
                )
            if not rows and not (standard.specified_by and rank == 0):
                key = f"{track.id}/{standard.id}"
                words = tr("Never specified; the lab can record its own")
                found.append(
                    SafeguardRow(key, standard.title, track.id, standard.id, "unspecified", words, required, required)
                )
    return tuple(found)


def _rows(snapshot: Snapshot, track: str, standard: str) -> tuple[tuple[str, str], ...]:
    """Return id and title of a standard's requirements: the framework's, else those that the lab specified."""
    rows = snapshot.pack.requirements_by_standard.get((track, standard), ())
    if rows:
        return tuple((row.id, row.title) for row in rows)
    for own in snapshot.inputs.specifications:
        if (own.track, own.standard) == (track, standard):
            return tuple((row.id, row.title) for row in own.requirements)
    return ()


def _covered(status: str, *, required: bool) -> str:
    words = tr(wording.REQUIREMENT_WORDS[status]).capitalize()
    return words if required else tr("{words}; not required now").format(words=words)


class SafeguardListModel(QAbstractListModel):
    """The rows of :func:`safeguard_rows`; headings cannot be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[SafeguardRow, ...] = ()

    def show(self, snapshot: Snapshot) -> None:
        """Show the safeguards of this snapshot."""
        rows = safeguard_rows(snapshot)
        if [row.id for row in rows] == [row.id for row in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def row_of(self, row_id: str) -> int:
        """Return the line of a requirement, -1 when there is none."""
        return next((at for at, row in enumerate(self.rows) if row.id and row.id == row_id), -1)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if index.isValid() and self.rows[index.row()].heading:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(row.title if row.heading or row.unspecified else f"{row.id}  {row.title}")
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if row.heading:
                return visible(row.title)
            return visible(f"{row.title}, {row.words}" if row.unspecified else f"{row.id}, {row.title}, {row.words}")
        return None


class SafeguardDelegate(QStyledItemDelegate):
    """Paints a heading, or a requirement with its state."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        row = index.data(ROW_ROLE)
        return QSize(120, px(HEADING_HEIGHT if row.heading else ROW_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: SafeguardRow = index.data(ROW_ROLE)
        table = tokens()
        rect: QRect = option.rect
        painter.save()
        if row.heading:
            painter.setFont(font(11, 600))
            painter.setPen(table.color("muted"))
            place = visual(option, rect.adjusted(px(12), px(8), -px(8), 0))
            title = painter.fontMetrics().elidedText(row.title.upper(), Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, title)
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, table.color("accent_soft"))
            painter.fillRect(
                visual(option, QRect(rect.x(), rect.y() + 8, 3, rect.height() - 16)), table.color("accent")
            )
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, table.color("sunken"))
        name, role = ("triangle-alert", "warn") if row.missing and row.status == "in_place" else _ICON[row.status]
        painter.drawPixmap(corner(option, rect.x() + px(12), rect.y() + px(14), px(18)), pixmap(name, role, px(18)))
        inner = visual(option, rect.adjusted(px(40), px(6), -px(10), -px(6)))
        painter.setFont(font(13, 500))
        painter.setPen(table.color("text"))
        title = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(font(12))
        painter.setPen(table.color("muted"))
        words = painter.fontMetrics().elidedText(visible(row.words), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignBottom, words)
        painter.restore()
