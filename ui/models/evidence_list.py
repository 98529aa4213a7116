"""All evidence of an assessment as rows, and the claims that lack it; filtered and ordered here, painted as seen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from asl_desktop.domain import wording
from asl_desktop.domain.determination import Snapshot
from asl_desktop.domain.inputs import EvidenceItem
from asl_desktop.i18n import ntr, tr
from ui.icons import pixmap
from ui.mirroring import corner, visual
from ui.plain import tip, visible
from ui.theme import Tokens, font, px, tokens
from ui.wording import sentence

if TYPE_CHECKING:
    from asl_desktop.services.evidence_uses import Freshness, Lacking, Use

Which: TypeAlias = Literal["all", "missing", "stale", "unlinked"]
Order: TypeAlias = Literal["newest", "name", "size", "valid"]

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
KEY_ROLE = Qt.ItemDataRole.UserRole + 2
ROW_HEIGHT = 52
_ICONS = {
    "pdf": "file-text", "md": "file-text", "txt": "file-text", "log": "file-text", "csv": "file-spreadsheet",
    "tsv": "file-spreadsheet", "xlsx": "file-spreadsheet", "json": "file-json", "yaml": "file-code", "py": "file-code",
    "svg": "file-code", "html": "file-code", "png": "file-image", "jpg": "file-image", "jpeg": "file-image",
    "gif": "file-image", "webp": "file-image", "zip": "file-archive", "gz": "file-archive",
}  # fmt: skip


def suffix_of(name: str) -> str:
    """Return the ending of a file name, lower case, without the dot."""
    return PurePath(name).suffix.lower().removeprefix(".")


def icon_of(name: str) -> str:
    """Return the icon for a file of this name."""
    return _ICONS.get(suffix_of(name), "file")


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One piece of evidence with all that its row tells.

    Attributes:
        problem: what the last check of its digest found wrong.
        superseded: a newer version of it is on file.
    """

    item: EvidenceItem
    uses: tuple[Use, ...] = ()
    fresh: Freshness = ""
    problem: str = ""
    superseded: bool = False

    @property
    def title(self) -> str:
        """What a person calls it, else the name of the file."""
        return self.item.title or self.item.name

    def warning(self) -> str:
        """Return what is wrong or about to be, or nothing."""
        if self.problem:
            return tr("changed: the digest is not right")
        until = wording.day(self.item.valid_until)
        stale = {
            "past": tr("valid only until {until}").format(until=until),
            "near": tr("valid until {until}").format(until=until),
        }.get(self.fresh, "")
        return stale or ("" if self.uses else tr("not linked"))

    def words(self) -> str:
        """Return the rest of what its row tells."""
        item = self.item
        parts = [
            tr("linked from {count}").format(count=len(self.uses)) if self.uses else "",
            tr(item.strength),
            tr(item.confidentiality),
            tr("superseded") if self.superseded else tr("newer version") if item.replaces else "",
            tr("produced {date}").format(date=wording.day(item.produced)) if item.produced else "",
            item.name if item.title else "",
        ]
        return " · ".join(part for part in parts if part)


Row: TypeAlias = "EvidenceEntry | Lacking"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows each filter has, and the size of all files in bytes."""

    all: int = 0
    missing: int = 0
    stale: int = 0
    unlinked: int = 0
    size: int = 0

    def summary(self) -> str:
        """Return it as one line."""
        if not self.all and not self.missing:
            return tr("No evidence is on file yet.")
        parts = [
            ntr("{count} file, {size}", "{count} files, {size}", self.all).format(
                count=self.all, size=wording.size(self.size)
            )
        ]
        parts += [tr("{unlinked} not linked").format(unlinked=self.unlinked)] if self.unlinked else []
        parts += [tr("{stale} stale or soon to be").format(stale=self.stale)] if self.stale else []
        parts += (
            [
                ntr("{count} claim lacks evidence", "{count} claims lack evidence", self.missing).format(
                    count=self.missing
                )
            ]
            if self.missing
            else []
        )
        return " · ".join(parts)


_ORDERS: Mapping[Order, Callable[[EvidenceEntry], Any]] = {
    "newest": lambda entry: entry.item.at,
    "name": lambda entry: (entry.title.casefold(), entry.item.sha256),
    "size": lambda entry: entry.item.size,
    "valid": lambda entry: (entry.item.valid_until or date.max, entry.title.casefold()),
}
_BACKWARDS = frozenset({"newest", "size"})


class EvidenceModel(QAbstractListModel):
    """Rows for one filter, one text and one order; :meth:`show` keeps them in step with a snapshot."""

    def __init__(self) -> None:
        super().__init__()
        self.tally = Tally()
        self.which: Which = "all"
        self.order: Order = "newest"
        self._words: tuple[str, ...] = ()
        self._entries: dict[str, EvidenceEntry] = {}
        self._haystacks: dict[str, str] = {}
        self._lacking: tuple[Lacking, ...] = ()
        self._rows: list[Row] = []
        self._places: dict[str, int] = {}
        self._basis: tuple[object, ...] = ()
        self.problems: Mapping[str, str] = {}

    @property
    def rows(self) -> Sequence[Row]:
        """The rows in view order."""
        return self._rows

    def entry(self, sha256: str) -> EvidenceEntry | None:
        """Return what is known of a piece of evidence, whether its row is in view or not."""
        return self._entries.get(sha256)

    def row_of(self, key: str) -> int:
        """Return the row of a digest or a reference, -1 when the filter hides it."""
        return self._places.get(key, -1)

    def show(self, snapshot: Snapshot) -> None:
        """Take over a snapshot; nothing happens when nothing that a row tells has changed."""
        from asl_desktop.services.evidence_uses import freshness, lacking_of, uses_of

        inputs = snapshot.inputs
        basis = (
            inputs.evidence, inputs.answers, inputs.measurements, inputs.showings, inputs.requirements, inputs.interim,
            snapshot.as_of, self.problems,
        )  # fmt: skip
        if len(basis) == len(self._basis) and all(new is old for new, old in zip(basis, self._basis, strict=True)):
            return
        described = self._described(inputs.evidence) if self._basis[1:] == basis[1:] else None
        self._basis = basis
        if described is not None:
            self._describe(described)
            return
        uses = uses_of(inputs)
        superseded = {item.replaces for item in inputs.evidence}
        entries: dict[str, EvidenceEntry] = {}
        for item in inputs.evidence:
            facts = (
                uses.get(item.sha256, ()),
                freshness(item, snapshot.as_of),
                self.problems.get(item.sha256, ""),
                item.sha256 in superseded,
            )
            entry = self._entries.get(item.sha256)
            if (
                entry is None
                or entry.item is not item
                or (entry.uses, entry.fresh, entry.problem, entry.superseded) != facts
            ):
                entry = EvidenceEntry(item, *facts)
                self._haystacks[item.sha256] = _haystack(entry)
            entries[item.sha256] = entry
        self._entries = entries
        self._lacking = lacking_of(snapshot.pack, inputs, snapshot.as_of)
        self.tally = Tally(
            all=len(self._entries),
            missing=len(self._lacking),
            stale=sum(bool(entry.fresh) for entry in entries.values()),
            unlinked=sum(not entry.uses for entry in entries.values()),
            size=sum(entry.item.size for entry in entries.values()),
        )
        self._apply()

    def _described(self, evidence: Sequence[EvidenceItem]) -> EvidenceItem | None:
        """Return the one item that changed, if that is all and changes nothing that other rows or counts tell."""
        if len(evidence) != len(self._entries):
            return None
        known = {id(entry.item) for entry in self._entries.values()}
        changed = [item for item in evidence if id(item) not in known]
        before = self._entries.get(changed[0].sha256) if len(changed) == 1 else None
        if before is None or (before.item.replaces, before.item.valid_until) != (
            changed[0].replaces,
            changed[0].valid_until,
        ):
            return None
        return changed[0]

    def _describe(self, item: EvidenceItem) -> None:
        """Show what is said of one item now, in its row where it stays there."""
        before = self._entries[item.sha256]
        entry = dataclasses.replace(before, item=item)
        self._entries[item.sha256] = entry
        self._haystacks[item.sha256] = _haystack(entry)
        if self.which == "missing":
            return
        at, order = self.row_of(item.sha256), _ORDERS[self.order]
        if self._words or at < 0 or order(before) != order(entry):
            self._apply()
            return
        self._rows[at] = entry
        self.dataChanged.emit(self.index(at), self.index(at))

    def mark(self, problems: Mapping[str, str], snapshot: Snapshot) -> None:
        """Show what a check of digests found, by SHA-256."""
        self.problems = dict(problems)
        self.show(snapshot)

    def choose(self, *, which: Which | None = None, text: str | None = None, order: Order | None = None) -> None:
        """Change the filter, the text or the order; what is left out stays."""
        self.which = which or self.which
        self.order = order or self.order
        if text is not None:
            self._words = tuple(text.casefold().split())
        self._apply()

    def _apply(self) -> None:
        rows: list[Row]
        if self.which == "missing":
            rows = [row for row in self._lacking if self._fits(f"{row.target.text} {row.problem}".casefold())]
        else:
            found = self._belonging()
            found.sort(key=_ORDERS[self.order], reverse=self.order in _BACKWARDS)
            rows = list(found)
        places = {_key(row): at for at, row in enumerate(rows)}
        if list(places) == list(self._places):
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows, self._places = rows, places
        self.endResetModel()

    def _belonging(self) -> list[EvidenceEntry]:
        found = list(self._entries.values())
        if self.which == "stale":
            found = [entry for entry in found if entry.fresh]
        elif self.which == "unlinked":
            found = [entry for entry in found if not entry.uses]
        if self._words:
            found = [entry for entry in found if self._fits(self._haystacks[entry.item.sha256])]
        return found

    def _fits(self, haystack: str) -> bool:
        return all(word in haystack for word in self._words)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == KEY_ROLE:
            return _key(row)
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(_title(row))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return visible(", ".join(part for part in (_title(row), *_second_line(row), _aside(row)) if part))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip("\n".join(part for part in (_title(row), *_second_line(row)) if part))
        return None


def _key(row: Row) -> str:
    return row.item.sha256 if isinstance(row, EvidenceEntry) else row.target.reference


def _title(row: Row) -> str:
    return row.title if isinstance(row, EvidenceEntry) else row.target.text


def _second_line(row: Row) -> tuple[str, str]:
    return (row.warning(), row.words()) if isinstance(row, EvidenceEntry) else (row.problem.rstrip("."), "")


def _aside(row: Row) -> str:
    return wording.size(row.item.size) if isinstance(row, EvidenceEntry) else ""


def _haystack(entry: EvidenceEntry) -> str:
    item = entry.item
    parts = (item.title, item.name, item.cites, item.sha256, item.strength, item.confidentiality, item.author)
    return " ".join((*parts, *(use.reference for use in entry.uses))).casefold()


class EvidenceDelegate(QStyledItemDelegate):
    """Paints one row on two lines: icon, title and size; what is wrong, then what else is known."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(160, px(ROW_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        table, rect, row = tokens(), QRect(option.rect), index.data(ROW_ROLE)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, table.color("accent_soft"))
            painter.fillRect(
                visual(option, QRect(rect.x(), rect.y() + 8, 3, rect.height() - 16)), table.color("accent")
            )
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, table.color("sunken"))
        name, role = _mark(row)
        painter.drawPixmap(corner(option, rect.x() + px(14), rect.y() + px(9), px(18)), pixmap(name, role, px(18)))
        inner = visual(option, rect.adjusted(px(42), px(7), -px(12), -px(7)))
        _first(painter, inner, _title(row), _aside(row))
        _second(painter, inner, *_second_line(row), table=table, danger=_is_bad(row))
        painter.restore()


def _mark(row: Row) -> tuple[str, str]:
    if not isinstance(row, EvidenceEntry):
        return "triangle-alert", "warn"
    return ("octagon-alert", "danger") if row.problem else (icon_of(row.item.name), "accent")


def _is_bad(row: Row) -> bool:
    return isinstance(row, EvidenceEntry) and (bool(row.problem) or row.fresh == "past")


def _first(painter: QPainter, rect: QRect, title: str, aside: str) -> None:
    table = tokens()
    painter.setFont(font(12))
    painter.setPen(table.color("muted"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, aside)
    room = rect.width() - painter.fontMetrics().horizontalAdvance(aside) - 12
    painter.setFont(font(13, 500))
    painter.setPen(table.color("text"))
    words = painter.fontMetrics().elidedText(visible(title), Qt.TextElideMode.ElideMiddle, room)
    painter.drawText(rect, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, words)


def _second(painter: QPainter, rect: QRect, warning: str, rest: str, *, table: Tokens, danger: bool) -> None:
    side = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
    left = QRect(rect)
    if warning:
        painter.setFont(font(12, 500))
        painter.setPen(table.color("danger" if danger else "warn"))
        said = painter.fontMetrics().elidedText(sentence(warning), Qt.TextElideMode.ElideRight, left.width())
        painter.drawText(left, side, said)
        taken = painter.fontMetrics().horizontalAdvance(f"{said}  ")
        from_right = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left.adjust(0 if from_right else taken, 0, -taken if from_right else 0, 0)
    painter.setFont(font(12))
    painter.setPen(table.color("muted"))
    shown = visible(rest if warning else sentence(rest))
    painter.drawText(left, side, painter.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, left.width()))
