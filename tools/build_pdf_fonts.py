"""Make the fonts of the PDF from the fonts they come from: TrueType outlines, figures of one width, no layout tables.

The PDF library embeds TrueType outlines only, and Inter is published with PostScript ones here. Run it when a new
Inter is taken: ``python tools/build_pdf_fonts.py /usr/share/fonts/opentype/inter``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

TARGET = Path(__file__).parent.parent / "resources" / "fonts" / "pdf"
STYLES = ("Regular", "SemiBold", "Italic")
FAMILY = "Inter Tabular"
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


def rename(font: TTFont, style: str) -> None:
    """Give the changed font a name of its own, so that nobody takes it for the original."""
    names = {1: FAMILY, 2: style, 4: f"{FAMILY} {style}", 6: f"InterTabular-{style}", 16: FAMILY, 17: style}
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
    rename(font, style)
    target = TARGET / f"InterTabular-{style}.ttf"
    font.save(target)
    return target


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for one in STYLES:
        made = build(Path(sys.argv[1]), one)
        print(made.name, made.stat().st_size)
