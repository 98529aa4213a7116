"""The live margin chart: a narrow list beside the question and the full chart of the margins page."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from asl_desktop.domain.determination import Snapshot
from asl_desktop.i18n import isolate, tr
from reports.charts.model import STATUS_LABEL, STATUS_SHAPE, TICKS, DrawnRow, MarginChart, Row, margin_chart
from reports.charts.wording import DASH, signed
from ui.plain import visible
from ui.session import Session
from ui.theme import Grown, fix, font, px, set_role, tokens
from ui.widgets.margin_painter import (
    Axis,
    colors,
    draw_glyph,
    draw_ground,
    draw_text,
    draw_threshold,
    draw_track_text,
    draw_value,
    drawn,
    text_width,
)
from ui.widgets.parts import IconLabel, clear, column, label
from ui.wording import Verdict, verdict


class MarginRows(QWidget):
    """Base of the painted charts: holds a chart, reports hover and clicks, lets the keyboard walk through the rows.

    ``chosen(indicator id)`` is sent on a click and on Enter. ``drawn_rows`` says what painting put down, row by row.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = MarginChart("", "", (), 125.0, (), "")
        self.drawn_rows: tuple[DrawnRow, ...] = ()
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Capability margins"))

    def show_chart(self, chart: MarginChart) -> None:
        """Draw another chart; where its rows are those of the one before, only what differs."""
        before, self.chart = self.chart, chart
        if chart == before:
            return
        self._current = min(self._current, len(chart.rows) - 1)
        self.setAccessibleDescription(" ".join(row.words for row in chart.rows) or tr("No margins to show."))
        if _places(chart) == _places(before):
            self._repaint(i for i, pair in enumerate(zip(before.rows, chart.rows, strict=True)) if pair[0] != pair[1])
            return
        self.drawn_rows = ()
        self.updateGeometry()
        self.update()

    def row_area(self, index: int) -> QRectF:
        """Return where the row of that index lies."""
        raise NotImplementedError

    def row_at(self, point: QPointF) -> int:
        """Return the index of the row under a point, -1 when there is none."""
        hits = (i for i in range(len(self.chart.rows)) if self.row_area(i).contains(point))
        return next(hits, -1)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.row_at(QPointF(event.pos()))
            if index >= 0:
                words = html.escape(visible(self.chart.rows[index].words))
                QToolTip.showText(event.globalPos(), f"<p>{words}</p>", self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.row_at(event.position())
        if index >= 0:
            self._select(index)
            self.chosen.emit(self.chart.rows[index].indicator)
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps and self.chart.rows:
            self._select(min(max(self._current + steps[Qt.Key(event.key())], 0), len(self.chart.rows) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._current < len(self.chart.rows):
            self.chosen.emit(self.chart.rows[self._current].indicator)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def _select(self, index: int) -> None:
        self._repaint((self._current, index))
        self._current = index
        self.setAccessibleName(tr("Capability margins. {words}").format(words=self.chart.rows[index].words))

    def _repaint(self, indices: Iterable[int]) -> None:
        for index in indices:
            if index >= 0:
                self.update(self.row_area(index).toAlignedRect())

    def _draw_rows(self, painter: QPainter, axis: Axis, area: QRect) -> None:
        """Draw the rows that touch the area, and those never drawn."""
        kept = dict(enumerate(self.drawn_rows))
        for index, row in enumerate(self.chart.rows):
            if index not in kept or self.row_area(index).toAlignedRect().intersects(area):
                kept[index] = self._row(painter, axis, index, row)
        self.drawn_rows = tuple(kept.values())

    def _row(self, painter: QPainter, axis: Axis, index: int, row: Row) -> DrawnRow:
        raise NotImplementedError

    def _draw_focus(self, painter: QPainter) -> None:
        if self.hasFocus() and 0 <= self._current < len(self.chart.rows):
            painter.setPen(QPen(self.palette().accent().color(), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.row_area(self._current).adjusted(1, 1, -1, -1), 6, 6)


class MarginList(MarginRows):
    """One margin under another: name and points above a track, as beside the question."""

    ROW = Grown(54.0)
    HEAD = Grown(22.0)
    FOOT = Grown(26.0)
    SIDE = Grown(8.0)

    def sizeHint(self) -> QSize:
        rows = len(self.chart.rows)
        return QSize(280, round(self.HEAD + rows * self.ROW + self.FOOT) if rows else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.sizeHint().height())

    def row_area(self, index: int) -> QRectF:
        return QRectF(0, self.HEAD + index * self.ROW, self.width(), self.ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.chart.rows:
            self.drawn_rows = ()
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        axis = Axis(self.SIDE, self.width() - 2 * self.SIDE, self.chart.axis_max)
        self._head(painter, axis)
        self._draw_rows(painter, axis, event.rect())
        self._foot(painter, axis)
        self._draw_focus(painter)
        painter.end()

    def _head(self, painter: QPainter, axis: Axis) -> None:
        painter.setFont(font(12, 600))
        painter.setPen(QColor(colors().text))
        area = QRectF(axis.x(100) - px(40), 0, px(80), self.HEAD)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, tr("Bound"))

    def _row(self, painter: QPainter, axis: Axis, index: int, row: Row) -> DrawnRow:
        area = self.row_area(index)
        name = _head_line(painter, area, row, side=self.SIDE)
        places = _track(painter, axis, row, area.top() + px(36))
        return drawn(row, (name, row.margin_text, row.status_label), places)

    def _foot(self, painter: QPainter, axis: Axis) -> None:
        top = self.HEAD + len(self.chart.rows) * self.ROW
        painter.setFont(font(12))
        painter.setPen(QColor(colors().muted))
        for tick, text in ((0.0, "0"), (50.0, "50"), (100.0, "100 %")):
            width = float(px(48))
            left = axis.x(tick) - (0 if tick == 0 else width / 2)
            side = Qt.AlignmentFlag.AlignLeft if tick == 0 else Qt.AlignmentFlag.AlignHCenter
            painter.drawText(QRectF(left, top, width, self.FOOT), side | Qt.AlignmentFlag.AlignVCenter, text)


class MarginOverview(MarginRows):
    """The full chart: groups per domain, tracks on one axis, margin and status in columns of their own.

    Where there is no room for columns, name, margin and status stand above each track.
    """

    ROW = Grown(34.0)
    TALL = Grown(78.0)
    TIGHT = Grown(600.0)
    """Narrower than this there is no room for columns."""
    GROUP = Grown(40.0)
    HEAD = Grown(28.0)
    FOOT = Grown(30.0)
    NAME = Grown(290.0)
    MARGIN = Grown(84.0)
    STATUS = Grown(130.0)
    SIDE = Grown(8.0)

    def __init__(self) -> None:
        super().__init__()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(900, self.heightForWidth(900))

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.heightForWidth(self.width()))

    def heightForWidth(self, width: int) -> int:
        rows = len(self.chart.rows) * self._step(width)
        return round(self.HEAD + len(self.chart.groups) * self.GROUP + rows + self.FOOT)

    def is_tight(self) -> bool:
        """Tell whether names stand above their tracks."""
        return self.width() < self.TIGHT

    def row_area(self, index: int) -> QRectF:
        top, step = self.HEAD, self._step(self.width())
        for group in self.chart.groups:
            top += self.GROUP
            if index < len(group.rows):
                return QRectF(0, top + index * step, self.width(), step)
            index -= len(group.rows)
            top += len(group.rows) * step
        return QRectF()

    def axis(self) -> Axis:
        """Return the axis for the present width."""
        if self.is_tight():
            return Axis(self.SIDE, self.width() - 2 * self.SIDE, self.chart.axis_max)
        name = min(self.NAME, self.width() * 0.32)
        return Axis(name + 8, self.width() - name - self.MARGIN - self.STATUS - 24, self.chart.axis_max)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        axis, tight = self.axis(), self.is_tight()
        if self.chart.rows:
            self._frame(painter, axis, tight=tight)
        self._draw_rows(painter, axis, event.rect())
        if self.chart.rows and not tight:
            draw_threshold(painter, axis, self.HEAD, self._bottom())
        self._draw_focus(painter)
        painter.end()

    def _step(self, width: float) -> float:
        return self.TALL if width < self.TIGHT else self.ROW

    def _bottom(self) -> float:
        return self.heightForWidth(self.width()) - self.FOOT

    def _frame(self, painter: QPainter, axis: Axis, *, tight: bool) -> None:
        shade = colors()
        bottom = self._bottom()
        if not tight:
            past = QRectF(axis.x(100), self.HEAD, axis.x(axis.maximum) - axis.x(100), bottom - self.HEAD)
            painter.fillRect(past, QColor(shade.past))
        painter.setFont(font(12))
        for tick in TICKS:
            painter.setPen(QPen(QColor(shade.line), 1))
            if not tight:
                painter.drawLine(QPointF(axis.x(tick), self.HEAD), QPointF(axis.x(tick), bottom))
            painter.setPen(QColor(shade.muted))
            text = f"{tick:.0f} %" if tick == TICKS[-1] else f"{tick:.0f}"
            place = QRectF(axis.x(tick) - px(30), bottom, px(60), self.FOOT)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        draw_text(painter, QRectF(axis.x(100) - px(30), 0, px(60), self.HEAD), tr("Bound"), weight=600)
        if not tight:
            right = axis.left + axis.width + 16
            status = QRectF(right + self.MARGIN, 0, self.STATUS, self.HEAD)
            draw_text(painter, QRectF(right, 0, self.MARGIN, self.HEAD), tr("Margin"), size=12, color="muted")
            draw_text(painter, status, tr("Status"), size=12, color="muted")
        self._titles(painter, axis, tight=tight)

    def _titles(self, painter: QPainter, axis: Axis, *, tight: bool) -> None:
        top = self.HEAD
        left, right = (self.SIDE, self.width()) if tight else (0, axis.x(50) - 8)
        for group in self.chart.groups:
            area = QRectF(left, top + 12, right - left, self.GROUP - 12)
            width = text_width(group.title.upper(), 11, 600)
            painter.fillRect(
                QRectF(left, top + 13, min(width + 8, area.width()), self.GROUP - 14), tokens().color("surface")
            )
            draw_text(painter, area, group.title.upper(), size=11, weight=600, color="muted")
            top += self.GROUP + len(group.rows) * self._step(self.width())

    def _row(self, painter: QPainter, axis: Axis, index: int, row: Row) -> DrawnRow:
        return (self._tall if self.is_tight() else self._flat)(painter, axis, self.row_area(index), row)

    def _tall(self, painter: QPainter, axis: Axis, area: QRectF, row: Row) -> DrawnRow:
        name = _head_line(painter, area, row, side=self.SIDE)
        status = self._status(
            painter, QRectF(self.SIDE, area.top() + px(26), area.width() - 2 * self.SIDE, px(20)), row
        )
        places = _track(painter, axis, row, area.top() + px(58))
        return drawn(row, (name, row.margin_text, status), places)

    def _flat(self, painter: QPainter, axis: Axis, area: QRectF, row: Row) -> DrawnRow:
        middle = area.center().y()
        name = draw_text(painter, QRectF(0, area.top(), axis.left - 12, area.height()), row.label)
        draw_ground(painter, axis, row, middle)
        places = draw_value(painter, axis, row, middle)
        if row.track_text and row.position is None:
            draw_track_text(painter, axis, row.track_text, middle)
        right = axis.left + axis.width + 16
        place = QRectF(right, area.top(), self.MARGIN, area.height())
        margin = draw_text(painter, place, row.margin_text, weight=600)
        status = self._status(painter, QRectF(right + self.MARGIN, area.top(), self.STATUS, area.height()), row)
        return drawn(row, (name, margin, status), places)

    def _status(self, painter: QPainter, area: QRectF, row: Row) -> str:
        draw_glyph(painter, row.shape, area.left() + px(6), area.center().y(), QColor(colors().status[row.status]))
        weight, color = (600, "text") if row.loud else (400, "muted")
        return draw_text(painter, area.adjusted(px(20), 0, 0, 0), row.status_label, weight=weight, color=color)


def _head_line(painter: QPainter, area: QRectF, row: Row, *, side: float) -> str:
    """Write the name above a track, and the points at its end; return the name as written."""
    points = None if row.margin_text == DASH else row.margin_points
    shown = DASH if points is None else isolate(signed(points))
    room = text_width(shown, 13, 600) + 2
    value = QRectF(area.width() - side - room, area.top() + px(4), room, px(20))
    draw_text(painter, value, shown, weight=600, right=True)
    place = QRectF(side, area.top() + px(4), value.left() - side - 12, px(20))
    return draw_text(painter, place, row.label, weight=500)


def _track(painter: QPainter, axis: Axis, row: Row, middle: float) -> tuple[float | None, float | None, float | None]:
    """Draw a track with a bound of its own; return what :func:`draw_value` does."""
    draw_ground(painter, axis, row, middle)
    places = draw_value(painter, axis, row, middle)
    draw_threshold(painter, axis, middle - 11, middle + 11)
    return places


def _places(chart: MarginChart) -> tuple[object, ...]:
    """What decides where the rows of a chart lie, and what stands around them."""
    return chart.axis_max, tuple((group.title, tuple(row.indicator for row in group.rows)) for group in chart.groups)


class Glyph(QWidget):
    """One status glyph, as in a legend."""

    def __init__(self, status: str) -> None:
        super().__init__()
        self._status = status
        fix(self, width=18, height=18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = QColor(colors().status[self._status])  # type: ignore[index]
        middle = self.width() / 2
        draw_glyph(painter, STATUS_SHAPE[self._status], middle, middle, color)  # type: ignore[index]
        painter.end()


class MarginPane(QFrame):
    """What the answer at hand bears on: thresholds with their states, margins, and a count of what needs attention.

    ``chosen(indicator id)`` is sent when a margin is clicked.
    """

    chosen = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._domain: str | None = None
        self._shown: tuple[MarginChart, list[tuple[str, Verdict]]] | None = None
        set_role(self, role="pane")
        self.setAccessibleName(tr("Margins"))
        self.list = MarginList()
        self.list.chosen.connect(self.chosen)
        self._states = QVBoxLayout()
        self._states.setSpacing(4)
        self._counts = QVBoxLayout()
        self._counts.setSpacing(4)
        self._subtitle = label("", "muted", wrap=True)
        self._lay_out()
        session.snapshot_changed.connect(self._show)
        self._show(session.snapshot)

    def show_domain(self, domain: str | None) -> None:
        """Show one domain; None, or a domain without margins, shows all."""
        if domain != self._domain:
            self._domain = domain
            self._show(self._session.snapshot)

    def _lay_out(self) -> None:
        inner = QWidget()
        set_role(inner, role="canvas")
        box = QVBoxLayout(inner)
        side = round(MarginList.SIDE)
        box.setContentsMargins(16 - side, 20, 16 - side, 16)
        box.setSpacing(8)
        above = column(label(tr("Margins"), "pane-title"), self._subtitle, self._states)
        for words in (above, self._counts):
            words.setContentsMargins(side, 0, side, 0)
        box.addLayout(above)
        box.addSpacing(4)
        box.addWidget(self.list)
        box.addLayout(self._counts)
        box.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _show(self, snapshot: Snapshot) -> None:
        chart = margin_chart(snapshot, domain=self._domain, cited=False)
        domain = self._domain
        if not chart.rows:
            chart, domain = margin_chart(snapshot, cited=False), None
        states = [
            (result.id, verdict(result))
            for result in snapshot.determination.thresholds
            if domain is None or snapshot.pack.threshold_by_id[result.id].domain == domain
        ]
        if (chart, states) == self._shown:
            return  # most keystrokes change no margin
        self._shown = (chart, states)
        self._subtitle.setText(tr("Riskier end of each measurement against its bound, in points"))
        self.list.show_chart(chart)
        clear(self._states)
        for threshold, (words, tone, icon) in states:
            self._states.addWidget(_line(IconLabel(icon, tone), f"{threshold} {words}"))
        clear(self._counts)
        counted = Counter(row.status for row in chart.rows)
        for status in ("crossed", "not_excluded", "in_buffer", "not_adequate", "not_measured"):
            if counted[status]:
                self._counts.addWidget(_line(Glyph(status), f"{counted[status]} {tr(STATUS_LABEL[status]).lower()}"))


def _line(mark: QWidget, text: str) -> QWidget:
    """A mark and its words, side by side."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    words = label(text)
    words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    row.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(words, 1)
    return holder
