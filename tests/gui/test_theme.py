from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QPalette, QTextLayout
from PySide6.QtWidgets import QApplication, QWidget

from asl_desktop.resources_access import list_names
from tests.scripts_world import SAMPLES
from ui import icons
from ui.preferences import ZOOMS, Preferences
from ui.stylesheet import style_sheet
from ui.theme import FONT_FAMILY, Look, ThemeName, fix, font, load_fonts, load_tokens, moves, palette_of, tokens

TEXT_ON = [
    *((text, ground) for text in ("text", "muted", "accent") for ground in ("surface", "canvas", "sunken")),
    ("text", "accent_soft"), ("muted", "accent_soft"), ("on_accent", "accent"), ("on_accent", "accent_hover"),
    ("ok", "surface"), ("ok", "ok_soft"), ("warn", "surface"), ("warn", "warn_soft"), ("danger", "surface"),
    ("danger", "danger_soft"), ("text", "danger_soft"), ("text", "warn_soft"), ("text", "ok_soft"),
    ("danger", "canvas"), ("text", "line"),
]  # fmt: skip
EDGES = [
    *(("strong_line", ground) for ground in ("surface", "canvas", "sunken")),
    *(("accent", ground) for ground in ("surface", "canvas", "sunken", "accent_soft")),
    *((f"status.{state}", "surface") for state in ("clear", "in_buffer", "not_excluded", "crossed", "not_measured")),
    ("danger", "surface"),
]
THEMES: tuple[ThemeName, ...] = ("light", "dark", "contrast-light", "contrast-dark")
ROOT = Path(__file__).resolve().parents[2]


def luminance(color: QColor) -> float:
    parts = [
        c / 12.92 if c <= 0.03928 else float(((c + 0.055) / 1.055) ** 2.4)
        for c in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_on_its_ground_has_enough_contrast(theme: ThemeName, text: str, ground: str) -> None:
    table = load_tokens(theme)
    assert contrast(table.color(text), table.color(ground)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_and_glyphs_stand_out_from_their_ground(theme: ThemeName, edge: str, ground: str) -> None:
    table = load_tokens(theme)
    assert contrast(table.color(edge), table.color(ground)) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_palette_text_has_enough_contrast_in_every_group(theme: ThemeName) -> None:
    palette = palette_of(load_tokens(theme))
    role = QPalette.ColorRole
    pairs = [(role.WindowText, role.Window), (role.Text, role.Base), (role.ButtonText, role.Button),
             (role.HighlightedText, role.Highlight), (role.ToolTipText, role.ToolTipBase),
             (role.PlaceholderText, role.Base), (role.Link, role.Base)]  # fmt: skip
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        for text, ground in pairs:
            assert contrast(palette.color(group, text), palette.color(group, ground)) >= 4.5, (group, text)
    disabled = QPalette.ColorGroup.Disabled
    assert contrast(palette.color(disabled, role.Text), palette.color(disabled, role.Base)) >= 4.5


def test_look_switches_the_tokens_of_the_application(qapp: QApplication, look: Look) -> None:
    look.choose("dark")
    assert tokens().dark
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == load_tokens("dark").canvas
    look.choose("light")
    assert not tokens().dark


def test_fonts_bundled_are_used_for_every_weight(look: Look) -> None:
    assert FONT_FAMILY in load_fonts()
    for weight, style in ((400, "Regular"), (500, "Medium"), (600, "Semi"), (700, "Bold")):
        info = QFontInfo(font(13, weight))
        assert info.family() == FONT_FAMILY
        assert style in info.styleName()


def test_icon_takes_the_colour_of_its_role(look: Look) -> None:
    wanted = tokens().color("danger")
    image = icons.pixmap("flag", "danger", 32).toImage()
    solid = [c for x in range(32) for y in range(32) if (c := image.pixelColor(x, y)).alpha() == 255]
    assert solid
    assert all(abs(c.red() - wanted.red()) < 8 and abs(c.blue() - wanted.blue()) < 8 for c in solid)


def test_icons_shipped_are_single_coloured_and_licensed() -> None:
    from asl_desktop.resources_access import read_text

    names = list_names("icons", ".svg")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "ui").rglob("*.py"))
    unused = [name for name in names if f'"{PurePosixPath(name).stem}"' not in sources]
    assert unused == []
    for name in names:
        assert 'stroke="currentColor"' in read_text(name), name
        assert "<script" not in read_text(name)
    assert "ISC License" in read_text("icons/LICENSE-lucide.txt")
    assert "SIL OPEN FONT LICENSE" in read_text("fonts/OFL.txt")


@pytest.mark.parametrize("theme", ["contrast-light", "contrast-dark"])
@pytest.mark.parametrize(("text", "ground"), [pair for pair in TEXT_ON if pair != ("text", "line")])
def test_high_contrast_text_has_seven_to_one(theme: ThemeName, text: str, ground: str) -> None:
    table = load_tokens(theme)
    assert contrast(table.color(text), table.color(ground)) >= 7


@pytest.mark.parametrize("zoom", ZOOMS)
def test_text_enlarged_grows_and_focus_shifts_nothing(zoom: int) -> None:
    sheet = style_sheet(load_tokens("light"), zoom)
    rest, focused = (
        re.search(rf"^QPushButton{state} {{(.*?)}}", sheet, re.DOTALL | re.MULTILINE) for state in ("", ":focus")
    )
    assert rest is not None
    assert focused is not None

    def outer(rule: str) -> int:
        border, height = re.search(r"border: (\d+)px", rule), re.search(r"min-height: (\d+)px", rule)
        assert border is not None
        assert height is not None
        return 2 * int(border[1]) + int(height[1])

    assert outer(rest[1]) == outer(focused[1])
    assert outer(rest[1]) >= 32 * zoom // 100


def test_look_enlarged_changes_font_and_fixed_sizes(qapp: QApplication, look: Look) -> None:
    bar = QWidget()
    fix(bar, height=40)
    look.enlarge(200)
    assert font(13).pixelSize() == 26
    assert bar.height() == 80
    look.enlarge(100)
    assert bar.height() == 40


def test_look_kept_still_stops_what_moves(qapp: QApplication, look: Look) -> None:
    look.keep_still(True)
    assert not qapp.isEffectEnabled(Qt.UIEffect.UI_AnimateMenu)
    assert qapp.cursorFlashTime() == 0
    assert not moves()
    look.keep_still(False)
    assert moves()


def test_preferences_with_an_unknown_size_of_text_fall_back(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.write_text('{"zoom": 1000, "still": true}', encoding="utf-8")
    read = Preferences.load(path)
    assert (read.zoom, read.still) == (100, True)


@pytest.mark.parametrize("script", sorted(SAMPLES))
def test_every_script_is_shown_in_letters_and_not_in_boxes(look: Look, script: str) -> None:
    layout = QTextLayout(SAMPLES[script], font())
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    glyphs = [glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes()]
    assert glyphs
    assert 0 not in glyphs
