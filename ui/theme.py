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

from asl_desktop.i18n import mark
from asl_desktop.resources_access import list_names, read_bytes, resource_path
from ui.stylesheet import scaled, style_sheet

ThemeName: TypeAlias = Literal["light", "dark", "contrast-light", "contrast-dark"]
Choice: TypeAlias = Literal["system", "light", "dark", "contrast-light", "contrast-dark"]
CHOICES: tuple[tuple[Choice, str], ...] = (
    ("system", mark("As the system")),
    ("light", mark("Light")),
    ("dark", mark("Dark")),
    ("contrast-light", mark("High contrast, light")),
    ("contrast-dark", mark("High contrast, dark")),
)

_FIXED = "fixedAtFullSize"
_EFFECTS = (
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
    Qt.UIEffect.UI_AnimateToolBox,
)
FONT_FAMILY = "Inter"
FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as ``#RRGGBB``. Which text may stand on which ground is checked by a test.

    Attributes:
        name: as people read it.
        dark: whether light text stands on a dark ground.
        surface: cards, bars and panes; ``canvas`` lies behind them and ``sunken`` is cut into them.
        line: divides; ``strong_line`` is the border of a control (at least 3:1 against what it stands on).
        status: glyph colour per margin state (``clear``, ``in_buffer``, ``not_excluded``, ``crossed``,
            ``not_measured``).
        chart: ``track``, ``buffer``, ``buffer_hatch``, ``past``.
    """

    name: str
    dark: bool
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
    def strong(self) -> bool:
        """Whether this is a high-contrast theme."""
        return self.name.startswith("High")

    def color(self, role: str) -> QColor:
        """Return the colour of a role by name, ``status.crossed`` and ``chart.track`` included."""
        group, _, key = role.partition(".")
        if key:
            return QColor(cast("Mapping[str, str]", getattr(self, group))[key])
        return QColor(cast("str", getattr(self, role)))


@cache
def load_tokens(name: ThemeName) -> Tokens:
    """Read one theme from the resources."""
    table = tomllib.loads(read_bytes(f"themes/{name}.toml").decode("utf-8"))
    return Tokens(
        name=table["name"], dark=table["dark"], **table["color"], status=table["status"], chart=table["chart"]
    )


def tokens() -> Tokens:
    """Return the colours in force, light ones when no :class:`Look` was put on the application."""
    look = _look()
    return look.tokens if look else load_tokens("light")


def moves() -> bool:
    """Tell whether anything may move by itself: fade, slide or blink."""
    look = _look()
    return not look.still if look else True


def px(size: int) -> int:
    """Return a length in logical pixels at the size of text in force."""
    look = _look()
    return scaled(size, look.zoom) if look else size


class Grown:
    """A length in a class body, in logical pixels at 100 %, that is read at the size of text in force."""

    def __init__(self, size: float) -> None:
        self._size = size

    def __get__(self, owner: object, kind: type | None = None) -> float:
        return self._size * px(100) / 100


def fix(widget: QWidget, *, width: int = 0, height: int = 0) -> None:
    """Fix the width or height of what holds text; it grows with the text. Lengths at 100 %, 0 is as it was."""
    kept = widget.property(_FIXED) or (0, 0)
    widget.setProperty(_FIXED, (width or kept[0], height or kept[1]))
    if width:
        widget.setFixedWidth(px(width))
    if height:
        widget.setFixedHeight(px(height))


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
    """Owns fonts, theme, size of text and movement of the application.

    One per application; it stores itself as the application's ``look`` property, where :func:`tokens` finds it.
    """

    changed = Signal()

    def __init__(self, app: QApplication, choice: Choice = "system", *, zoom: int = 100, still: bool = False) -> None:
        super().__init__(app)
        self._app = app
        self._choice: Choice = choice
        self._blink = app.cursorFlashTime()
        self.tokens = load_tokens("light")
        self.zoom, self.still = zoom, still
        app.setProperty("look", self)
        app.setStyle("Fusion")
        load_fonts()
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        app.styleHints().accessibility().contrastPreferenceChanged.connect(self._on_system_changed)
        self.keep_still(still)
        self.choose(choice)

    @property
    def choice(self) -> Choice:
        """What the person picked; ``system`` follows the desktop where it says anything."""
        return self._choice

    def choose(self, choice: Choice) -> None:
        """Switch the theme of every window at once."""
        self._choice = choice
        self._apply(self._of_system() if choice == "system" else choice)

    def opposite(self) -> Choice:
        """Return the light theme for the dark one in force and the other way round, equally strong."""
        strong = "contrast-" if self.tokens.strong else ""
        return cast("Choice", f"{strong}{'light' if self.tokens.dark else 'dark'}")

    def enlarge(self, zoom: int) -> None:
        """Set the size of text in percent, one of :data:`ui.preferences.ZOOMS`."""
        self.zoom = zoom
        self.choose(self._choice)
        for widget in self._app.allWidgets():
            kept = widget.property(_FIXED)
            if kept:
                fix(widget, width=kept[0], height=kept[1])

    def keep_still(self, still: bool) -> None:
        """Stop or allow what moves by itself: menus that slide, a cursor that blinks."""
        self.still = still
        for effect in _EFFECTS:
            self._app.setEffectEnabled(effect, not still)
        quiet = still or self._app.platformName() == "offscreen"
        self._app.setCursorFlashTime(0 if quiet else self._blink)

    def _of_system(self) -> ThemeName:
        hints = self._app.styleHints()
        dark = hints.colorScheme() == Qt.ColorScheme.Dark
        strong = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
        return cast("ThemeName", f"{'contrast-' if strong else ''}{'dark' if dark else 'light'}")

    def _apply(self, name: ThemeName) -> None:
        self.tokens = load_tokens(name)
        self._app.setStyleSheet("")  # from one sheet to another every widget is laid out again, five times as slow
        self._app.setFont(font())
        self._app.setPalette(palette_of(self.tokens))
        mirrored = self._app.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self._app.setStyleSheet(style_sheet(self.tokens, self.zoom, mirrored=mirrored))
        self.changed.emit()

    def _on_system_changed(self) -> None:
        if self._choice == "system":
            self.choose("system")


@cache
def load_fonts() -> tuple[str, ...]:
    """Make the bundled fonts known to Qt and return the families found; needs a running application.

    Those of other scripts come behind ours wherever a letter is missing: many systems have none for them.
    """
    families: list[str] = []
    for name in FONT_FILES:
        number = QFontDatabase.addApplicationFontFromData(read_bytes(f"fonts/{name}"))
        families += QFontDatabase.applicationFontFamilies(number)
    for name in list_names("fonts/scripts", ".ttf"):
        QFontDatabase.addApplicationFont(str(resource_path(name)))
    return tuple(dict.fromkeys(families))


def font(size: int = 13, weight: int = 400) -> QFont:
    """Return the interface font with figures of equal width; ``size`` in pixels at 100 %, ``weight`` 400 to 700."""
    result = QFont(FONT_FAMILY)
    result.setPixelSize(px(size))
    result.setWeight(QFont.Weight(weight))
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def set_role(widget: QWidget, **properties: str | bool) -> None:
    """Set dynamic properties that the style sheet looks at (``role``, ``primary``, ``state``) and restyle.

    A widget that was never shown gets its style when it is; until then there is nothing to take back.
    """
    if all(widget.property(name) == value for name, value in properties.items()):
        return
    for name, value in properties.items():
        widget.setProperty(name, value)
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def _look() -> Look | None:
    app = QApplication.instance()
    look = app.property("look") if app is not None else None
    return look if isinstance(look, Look) else None
