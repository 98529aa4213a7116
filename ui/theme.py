"""Turns one table of colours (``resources/themes/*.toml``) into a palette, a short style sheet and plain tokens.

The theme in force hangs on the application object, so any widget may call :func:`tokens` while painting; Qt sends
``QEvent.Type.PaletteChange`` to every widget when the theme changes, and repainting then picks up the new colours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias, cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from asl_desktop.resources_access import read_bytes
from ui.stylesheet import style_sheet

Choice: TypeAlias = Literal["system", "light", "dark"]

FONT_FAMILY = "Inter"
FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as ``#RRGGBB``. Which text may stand on which ground is checked by a test.

    Attributes:
        name: ``Light`` or ``Dark``.
        surface: cards, bars and panes; ``canvas`` lies behind them and ``sunken`` is cut into them.
        line: divides; ``strong_line`` is the border of a control (at least 3:1 against what it stands on).
        status: glyph colour per margin state (``clear``, ``in_buffer``, ``not_excluded``, ``crossed``,
            ``not_measured``).
        chart: ``track``, ``buffer``, ``buffer_hatch``, ``past``.
    """

    name: str
    canvas: str
    surface: str
    sunken: str
    line: str
    strong_line: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    danger: str
    danger_soft: str
    status: Mapping[str, str]
    chart: Mapping[str, str]

    @property
    def dark(self) -> bool:
        """Tell whether light text stands on a dark ground."""
        return self.name == "Dark"

    def color(self, role: str) -> QColor:
        """Return the colour of a role by name, ``status.crossed`` and ``chart.track`` included."""
        group, _, key = role.partition(".")
        if key:
            return QColor(cast("Mapping[str, str]", getattr(self, group))[key])
        return QColor(cast("str", getattr(self, role)))


@cache
def load_tokens(name: Literal["light", "dark"]) -> Tokens:
    """Read one theme from the resources."""
    table = tomllib.loads(read_bytes(f"themes/{name}.toml").decode("utf-8"))
    return Tokens(name=table["name"], **table["color"], status=table["status"], chart=table["chart"])


def tokens() -> Tokens:
    """Return the colours in force, light ones when no :class:`Look` was put on the application."""
    app = QApplication.instance()
    look = app.property("look") if app is not None else None
    return look.tokens if isinstance(look, Look) else load_tokens("light")


def palette_of(table: Tokens) -> QPalette:
    """Build the palette that Fusion draws with."""
    palette = QPalette()
    role = QPalette.ColorRole
    pairs = {
        role.Window: "canvas", role.WindowText: "text", role.Base: "surface", role.AlternateBase: "sunken",
        role.Text: "text", role.Button: "surface", role.ButtonText: "text", role.BrightText: "danger",
        role.Highlight: "accent", role.HighlightedText: "on_accent", role.Link: "accent", role.LinkVisited: "accent",
        role.ToolTipBase: "surface", role.ToolTipText: "text", role.PlaceholderText: "muted", role.Accent: "accent",
        role.Light: "surface", role.Midlight: "line", role.Mid: "line", role.Dark: "strong_line",
        role.Shadow: "strong_line",
    }  # fmt: skip
    for target, name in pairs.items():
        palette.setColor(target, table.color(name))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, table.color("muted"))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, table.color("line"))
    return palette


class Look(QObject):
    """Owns fonts and theme of the application and switches between System, Light and Dark.

    One per application; it stores itself as the application's ``look`` property, where :func:`tokens` finds it.
    """

    changed = Signal()

    def __init__(self, app: QApplication, choice: Choice = "system") -> None:
        super().__init__(app)
        self._app = app
        self._choice: Choice = choice
        self.tokens = load_tokens("light")
        app.setProperty("look", self)
        app.setStyle("Fusion")
        load_fonts()
        app.setFont(font())
        app.setCursorFlashTime(0 if app.platformName() == "offscreen" else app.cursorFlashTime())
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self.choose(choice)

    @property
    def choice(self) -> Choice:
        """What the person picked; ``system`` follows the desktop where it says anything."""
        return self._choice

    def choose(self, choice: Choice) -> None:
        """Switch the theme of every window at once."""
        self._choice = choice
        self._apply("dark" if self._wants_dark() else "light")

    def _wants_dark(self) -> bool:
        if self._choice == "system":
            return self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._choice == "dark"

    def _apply(self, name: Literal["light", "dark"]) -> None:
        self.tokens = load_tokens(name)
        self._app.setPalette(palette_of(self.tokens))
        self._app.setStyleSheet(style_sheet(self.tokens))
        self.changed.emit()

    def _on_scheme_changed(self) -> None:
        if self._choice == "system":
            self.choose("system")


@cache
def load_fonts() -> tuple[str, ...]:
    """Make the bundled fonts known to Qt and return the families found; needs a running application."""
    families: list[str] = []
    for name in FONT_FILES:
        number = QFontDatabase.addApplicationFontFromData(read_bytes(f"fonts/{name}"))
        families += QFontDatabase.applicationFontFamilies(number)
    return tuple(dict.fromkeys(families))


def font(size: int = 13, weight: int = 400) -> QFont:
    """Return the interface font with figures of equal width; ``size`` in logical pixels, ``weight`` 400 to 700."""
    result = QFont(FONT_FAMILY)
    result.setPixelSize(size)
    result.setWeight(QFont.Weight(weight))
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def set_role(widget: QWidget, **properties: str | bool) -> None:
    """Set dynamic properties that the style sheet looks at (``role``, ``primary``, ``state``) and restyle."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
