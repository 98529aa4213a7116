"""Make the fonts of the PDF from the fonts they come from: TrueType outlines, figures of one width, no layout tables.

The PDF library embeds TrueType outlines only, and Inter is published with PostScript ones here. Run it when a new
Inter is taken, with its folder, and the files of Symbola and Nanum Gothic, of which pictographs and Hangul are kept:
``python tools/build_pdf_fonts.py /usr/share/fonts/opentype/inter .../Symbola_hint.ttf .../NanumGothic.ttf``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

if TYPE_CHECKING:
    from collections.abc import Iterable

TARGET = Path(__file__).parent.parent / "resources" / "fonts" / "pdf"
STYLES = ("Regular", "SemiBold", "Italic")
FAMILY = "Inter Tabular"
PICTOGRAPHS = (*range(0x2300, 0x2400), *range(0x2600, 0x27C0), *range(0x2B00, 0x2C00), *range(0x1F000, 0x1FB00))
HANGUL = (*range(0x1100, 0x1200), *range(0x3130, 0x3190), *range(0xAC00, 0xD7B0))
MAX_ERROR = 0.6  # units of 2816 per em


def tabular(font: TTFont) -> dict[str, str]:
    """Return proportional glyph -> tabular glyph from the font's ``tnum`` feature."""
    table = font["GSUB"].table
    swaps: dict[str, str] = {}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for subtable in table.LookupList.Lookup[index].SubTable:
                    inner = getattr(subtable, "ExtSubTable", subtable)
                    swaps.update(getattr(inner, "mapping", {}))
    return swaps


def to_truetype(font: TTFont) -> None:
    """Replace PostScript outlines by quadratic ones."""
    order = font.getGlyphOrder()
    source = font.getGlyphSet()
    glyphs: dict[str, Any] = {}
    for name in order:
        pen = TTGlyphPen(source)
        source[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    del font["CFF "]
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for name in ("Zones", "TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements"):
        setattr(maxp, f"max{name}", 1 if name == "Zones" else 0)
    maxp.maxSizeOfInstructions = maxp.maxComponentElements = 0
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"


def rename(font: TTFont, family: str, style: str) -> None:
    """Give the changed font a name of its own, so that nobody takes it for the original."""
    short = f"{family.replace(' ', '')}-{style}"
    names = {1: family, 2: style, 4: f"{family} {style}", 6: short, 16: family, 17: style}
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
        elif record.nameID not in {0, 5, 13, 14}:
            font["name"].removeNames(nameID=record.nameID)


def build(source: Path, style: str) -> Path:
    """Write one style and return its path."""
    font = TTFont(source / f"Inter-{style}.otf", recalcTimestamp=False)
    swaps = tabular(font)
    digits = [ord(c) for c in "0123456789"]
    for table in font["cmap"].tables:
        for code in digits:
            if table.cmap.get(code) in swaps:
                table.cmap[code] = swaps[table.cmap[code]]
    options = Options(layout_features=[], name_IDs=["*"], notdef_outline=True, hinting=False)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "DSIG", "STAT"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=list(font.getBestCmap()))
    subsetter.subset(font)
    to_truetype(font)
    rename(font, FAMILY, style)
    target = TARGET / f"InterTabular-{style}.ttf"
    font.save(target)
    return target


def build_part(source: Path, family: str, codes: Iterable[int]) -> Path:
    """Write some characters of a font under a name of their own and return the path."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options(layout_features=[], name_IDs=["*"], notdef_outline=True, hinting=False)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for code in (0x20, *codes) if code in font.getBestCmap()])
    subsetter.subset(font)
    rename(font, family, "Regular")
    target = TARGET.parent / "scripts" / f"{family.replace(' ', '')}.ttf"
    font.save(target)
    return target


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    others = (
        build_part(Path(sys.argv[2]), "Fallback Emoji", PICTOGRAPHS),
        build_part(Path(sys.argv[3]), "Fallback Hangul", HANGUL),
    )
    for made in (*(build(Path(sys.argv[1]), one) for one in STYLES), *others):
        print(made.name, made.stat().st_size)
