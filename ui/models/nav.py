"""The left bar as rows: pages, domains with their progress, safeguards per track, review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from asl_desktop.domain.determination import Snapshot
from asl_desktop.i18n import ntr, tr
from ui.counting import (
    ANSWERED,
    DECIDED,
    IN_PLACE,
    MEASURED,
    Count,
    Tally,
    count_indicators,
    count_safeguards,
    count_showings,
)
from ui.icons import pixmap
from ui.mirroring import visual
from ui.plain import tip
from ui.theme import font, px, tokens

if TYPE_CHECKING:
    from asl_desktop.services.preflight import Preflight

ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1
HEADING_HEIGHT = 26
ROW_HEIGHT = 44
SHORT_HEIGHT = 36
NARROW_GAP = 8
"""What is left of a heading in a narrow bar."""
_LEFT, _RIGHT = 46, 6
"""Space beside the words of a row; the left one at 100 %."""
_TITLE, _WORDS = (13, 500), (12, 400)
_MOST_LINES = 3
NARROW = 100
"""Below this width only rings and icons are painted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. A heading has no page.

    Attributes:
        words: the line below the title.
        fraction: part of the ring that is filled; None paints ``icon`` instead of a ring.
    """

    title: str
    page: str = ""
    item: str = ""
    words: str = ""
    fraction: float | None = None
    complete: bool = False
    icon: str = ""


class NavModel(QAbstractListModel):
    """Rows of the left bar; :meth:`show` replaces their contents and keeps the selection."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[Entry, ...] = ()
        self._preflight = ""
        self._tally = Tally()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The rows as plain data."""
        return self._entries

    def show(self, snapshot: Snapshot, found: Preflight | None) -> None:
        """Show the state of a snapshot; ``found`` is None while its pre-flight check is being made.

        The words of the check before it then stay, with an ellipsis that says they are on their way.
        """
        if found is not None:
            self._preflight = preflight_words(found)
        waiting = f"{self._preflight} \u2026" if self._preflight else tr("Being counted")
        entries = entries_of(snapshot, waiting if found is None else self._preflight, self._tally)
        if [(e.page, e.item) for e in entries] == [(e.page, e.item) for e in self._entries]:
            changed = [row for row, pair in enumerate(zip(self._entries, entries, strict=True)) if pair[0] != pair[1]]
            self._entries = entries
            for row in changed:
                self.dataChanged.emit(self.index(row), self.index(row))
            return
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def row_of(self, page: str, item: str = "") -> int:
        """Return the row of a page (and item), -1 for none."""
        exact = [i for i, e in enumerate(self._entries) if e.page == page and e.item == item]
        loose = [i for i, e in enumerate(self._entries) if e.page == page]
        return (exact or loose or [-1])[0]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if not index.isValid() or not self._entries[index.row()].page:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(text for text in (entry.title, entry.words) if text)
        if role == Qt.ItemDataRole.ToolTipRole and entry.page:
            return tip(f"{entry.title}\n{entry.words}" if entry.words else entry.title)
        return None


def entries_of(snapshot: Snapshot, preflight: str, tally: Tally | None = None) -> tuple[Entry, ...]:
    """Return the rows for a snapshot; a heading without rows is left out.

    ``preflight`` says what its pre-flight check found; ``tally`` makes counting the next snapshot cheaper.
    """
    counts = (tally or Tally()).count(snapshot)
    pack = snapshot.pack
    rows = [Entry(tr("Overview"), "hub", icon="layout-list"), Entry(tr("Scope"), "scope", icon="target")]
    rows.append(_plan_entry(snapshot))
    rows.append(Entry(tr("Evidence"), "evidence", words=_evidence_words(snapshot), icon="folder-open"))
    rows.append(Entry(tr("DOMAINS")))
    for domain in pack.domains:
        count = counts[domain.id]
        if count.total:
            rows.append(_counted(domain.title, "questions", f"domain:{domain.id}", count, ANSWERED))
    rows.append(Entry(tr("EVALUATIONS")))
    rows.append(_counted(tr("Measurements"), "measurements", "", count_indicators(snapshot), MEASURED))
    rows.append(Entry(tr("Margins"), "margins", words=_margin_words(snapshot), icon="chart-no-axes-column"))
    showings = count_showings(snapshot)
    if showings.total:
        rows.append(_counted(tr("Showings"), "showings", "", showings, DECIDED))
    rows.append(Entry(tr("SAFEGUARDS")))
    rows.extend(
        _counted(track.title, "safeguards", track.id, count_safeguards(snapshot, track.id), IN_PLACE)
        for track in pack.tracks
    )
    rows.append(Entry(tr("REVIEW")))
    rows.append(Entry(tr("Pre-flight check"), "preflight", words=preflight, icon="shield-check"))
    shut = sum(1 for gate in snapshot.determination.gates if gate.state == "closed")
    rows.append(
        Entry(
            tr("Gates and sign-off"),
            "gate",
            words=tr("{shut} closed").format(shut=shut) if shut else "",
            icon="door-open",
        )
    )
    rows.append(Entry(tr("History"), "history", icon="history"))
    rows.append(Entry(tr("Report"), "report", icon="file-check"))
    following = [*rows[1:], Entry("")]
    return tuple(row for row, after in zip(rows, following, strict=True) if row.page or after.page)


def _plan_entry(snapshot: Snapshot) -> Entry:
    from asl_desktop.services.planning import results_before_lock

    plan = snapshot.inputs.plan
    if not plan.locked_at:
        return Entry(tr("Plan"), "plan", words=tr("Not locked"), icon="pen-line")
    words = tr("Locked after results") if results_before_lock(snapshot.inputs) else tr("Locked")
    if plan.amendments:
        words = ntr("{words}, {count} amendment", "{words}, {count} amendments", len(plan.amendments)).format(
            words=words, count=len(plan.amendments)
        )
    return Entry(tr("Plan"), "plan", words=words, icon="lock")


def preflight_words(found: Preflight) -> str:
    """Return how many errors and warnings stand in the way, in words."""
    errors, warnings = found.counts["error"], found.counts["warning"]
    parts = [ntr("{count} error", "{count} errors", errors).format(count=errors)] if errors else []
    parts += [ntr("{count} warning", "{count} warnings", warnings).format(count=warnings)] if warnings else []
    return ", ".join(parts) or tr("Nothing in the way")


def _counted(title: str, page: str, item: str, count: Count, said: tuple[str, str]) -> Entry:
    fraction = count.done / count.total if count.total else 0.0
    return Entry(title, page, item, count.words(said), fraction, count.complete)


def _evidence_words(snapshot: Snapshot) -> str:
    linked = snapshot.inputs.linked_evidence
    held = snapshot.inputs.evidence
    loose = sum(1 for item in held if item.sha256 not in linked)
    words = ntr("{count} file", "{count} files", len(held)).format(count=len(held))
    return tr("{words}, {loose} not linked").format(words=words, loose=loose) if loose else words


def _margin_words(snapshot: Snapshot) -> str:
    margins = snapshot.determination.margins
    urgent = sum(1 for margin in margins if margin.state in {"not_excluded", "crossed"})
    unknown = sum(1 for margin in margins if margin.state in {"not_measured", "not_adequate"})
    parts = [tr("{urgent} not clear").format(urgent=urgent)] if urgent else []
    if unknown:
        parts.append(tr("{unknown} unmeasured").format(unknown=unknown))
    return (
        ", ".join(parts) if parts else ntr("{count} margin", "{count} margins", len(margins)).format(count=len(margins))
    )


class NavDelegate(QStyledItemDelegate):
    """Paints headings, rings and icons; a narrow bar shows rings and icons only.

    Titles and the words below them go on in a second line where the bar is too narrow for them.
    """

    narrow = False

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        entry: Entry = index.data(ENTRY_ROLE)
        if not entry.page:
            return QSize(40, px(NARROW_GAP if self.narrow else HEADING_HEIGHT))
        height = px(ROW_HEIGHT if entry.words else SHORT_HEIGHT)
        if not self.narrow:
            room = self._view.viewport().width() - px(_LEFT) - _RIGHT
            height += _more(entry.title, _TITLE, room) + (_more(entry.words, _WORDS, room) if entry.words else 0)
        return QSize(40, height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        rect: QRect = option.rect
        table = tokens()
        narrow = rect.width() < px(NARROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not entry.page:
            if not narrow:
                painter.setFont(font(11, 600))
                painter.setPen(table.color("muted"))
                painter.drawText(visual(option, rect.adjusted(8, 0, 0, -3)), Qt.AlignmentFlag.AlignBottom, entry.title)
            painter.restore()
            return
        self._paint_ground(painter, option, rect)
        ring = px(24)
        left = rect.x() + (rect.width() - ring) // 2 if narrow else rect.x() + px(12)
        place = QRect(left, rect.y() + (rect.height() - ring) // 2, ring, ring)
        self._paint_mark(painter, entry, visual(option, place))
        if not narrow:
            self._paint_words(painter, entry, visual(option, rect.adjusted(px(_LEFT), px(5), -_RIGHT, -px(5))))
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> None:
        table = tokens()
        inner = QRectF(rect).adjusted(0, 2, 0, -2)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(table.color("accent_soft"))
            painter.drawRoundedRect(inner, 8, 8)
            painter.setBrush(table.color("accent"))
            painter.drawRect(visual(option, QRect(rect.x(), rect.y() + 10, 2, rect.height() - 20)))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(table.color("sunken"))
            painter.drawRoundedRect(inner, 8, 8)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(table.color("accent"), 2))
            painter.drawRoundedRect(inner.adjusted(1, 1, -1, -1), 7, 7)

    def _paint_mark(self, painter: QPainter, entry: Entry, box: QRect) -> None:
        table = tokens()
        if entry.fraction is None:
            painter.drawPixmap(box.x() + px(2), box.y() + px(2), pixmap(entry.icon, "accent", px(20)))
            return
        circle = QRectF(box).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(table.color("ok" if entry.complete else "line"), 3))
        painter.drawEllipse(circle)
        if entry.complete:
            painter.drawPixmap(box.x() + px(5), box.y() + px(5), pixmap("check", "ok", px(14)))
        elif entry.fraction > 0:
            pen = QPen(table.color("accent"), 3)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawArc(circle, 90 * 16, -round(min(entry.fraction, 1.0) * 360 * 16))

    def _paint_words(self, painter: QPainter, entry: Entry, rect: QRect) -> None:
        table, flags = tokens(), Qt.TextFlag.TextWordWrap
        painter.setFont(font(*_TITLE))
        painter.setPen(table.color("text"))
        if not entry.words:
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | flags, _shortened(entry.title, _TITLE, rect.width()))
            return
        painter.drawText(rect, Qt.AlignmentFlag.AlignTop | flags, _shortened(entry.title, _TITLE, rect.width()))
        painter.setFont(font(*_WORDS))
        painter.setPen(table.color("muted"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignBottom | flags, _shortened(entry.words, _WORDS, rect.width()))


def _lines(text: str, kind: tuple[int, int], room: int) -> int:
    """Return how many lines a text takes."""
    metrics = QFontMetrics(font(*kind))
    if metrics.horizontalAdvance(text) <= room:
        return 1
    area = QRect(0, 0, max(room, 1), 10_000)
    return -(-metrics.boundingRect(area, Qt.TextFlag.TextWordWrap, text).height() // metrics.lineSpacing())


def _more(text: str, kind: tuple[int, int], room: int) -> int:
    """Return the height of what a text takes beyond its first line."""
    lines = min(_lines(text, kind, room), _MOST_LINES)
    return (lines - 1) * QFontMetrics(font(*kind)).lineSpacing()


def _shortened(text: str, kind: tuple[int, int], room: int) -> str:
    """Return as much of a text as the lines hold that it may take; wrapping leaves some of them partly empty."""
    if _lines(text, kind, room) <= _MOST_LINES:
        return text
    return QFontMetrics(font(*kind)).elidedText(text, Qt.TextElideMode.ElideRight, round(room * (_MOST_LINES - 0.3)))
