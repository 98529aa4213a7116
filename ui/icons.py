"""Single-colour SVG icons, tinted when drawn and kept per name, colour, size and pixel ratio."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from asl_desktop.resources_access import read_bytes
from ui.theme import tokens

_MIRRORED = {"chevron-left": "chevron-right", "chevron-right": "chevron-left", "undo-2": "redo-2", "redo-2": "undo-2"}
"""What points the other way in a window that is read from the right."""


@cache
def _source(name: str) -> str:
    return read_bytes(f"icons/{name}.svg").decode("utf-8")


@lru_cache(maxsize=512)
def _draw(name: str, color: str, size: int, ratio: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    pixels = round(size * ratio)
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def pixmap(name: str, role: str = "text", size: int = 16) -> QPixmap:
    """Return an icon in the colour of a theme role (``text``, ``muted``, ``accent``, ``status.crossed``).

    ``size`` is in logical pixels. Ask again after a theme change; a pixmap does not change its colour.
    """
    app = QApplication.instance()
    ratio = app.devicePixelRatio() if isinstance(app, QApplication) else 1.0
    if isinstance(app, QApplication) and app.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        name = _MIRRORED.get(name, name)
    return _draw(name, tokens().color(role).name(), size, ratio)


def icon(name: str, role: str = "text", size: int = 16) -> QIcon:
    """Return the icon for a button or action, greyed when disabled."""
    result = QIcon(pixmap(name, role, size))
    result.addPixmap(pixmap(name, "muted", size), QIcon.Mode.Disabled)
    return result


def square(size: int) -> QSize:
    """Return a square size, for ``setIconSize``."""
    return QSize(size, size)
