"""Text in any script: shaped, in reading order, and read back out of the page by an independent tool."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pypdfium2 import PdfDocument
from reportlab.pdfgen.canvas import Canvas

from reports.blocks import Run
from reports.layout import scripts
from reports.layout.fonts import FONT_NAME, Cleaner, font, segments, text_width
from reports.layout.surface import Node, Surface
from reports.layout.text import break_lines
from tests.scripts_world import SAMPLES

SIZE = 12.0


def _drawn(path: Path, text: str, *, width: float = 400.0) -> str:
    """Draw a paragraph and return it as poppler reads it, with the marks for direction that it adds taken away."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(450, 300), invariant=1)
    surface, node, y = Surface(canvas), Node("P"), 270.0
    for line in break_lines((Run(Cleaner()(text)),), width, SIZE):
        with surface.content(node):
            surface.line_of_text(20, y, line, size=SIZE)
        y -= 18
    canvas.save()
    path.write_bytes(buffer.getvalue())
    run = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True)
    return re.sub("[\u202a-\u202e\u200b\f]", "", run.stdout)


def _boxes(path: Path) -> dict[str, float]:
    """Return where each letter stands, in points from the left."""
    page = PdfDocument(path)[0].get_textpage()
    return {page.get_text_range(at, 1): page.get_charbox(at)[0] for at in range(page.count_chars())}


def test_every_script_has_a_sample_here() -> None:
    assert set(SAMPLES) == set(scripts.FONTS)


@pytest.mark.parametrize("script", sorted(SAMPLES))
def test_script_is_set_in_its_font_and_reads_back(script: str, tmp_path: Path) -> None:
    text = SAMPLES[script]
    clean = Cleaner()
    assert clean(text) == text
    assert clean.notices() == ()
    assert {face for face, part in segments("regular", text) if part.strip() and not part.isascii()} - {"regular"} == {
        script
    }
    assert " ".join(_drawn(tmp_path / "page.pdf", text).split()) == text


@pytest.mark.parametrize("script", ["arabic", "bengali", "devanagari", "khmer", "malayalam", "myanmar"])
def test_letters_that_join_or_stack_get_other_glyphs_than_alone(script: str) -> None:
    word = max(SAMPLES[script].split(), key=len)
    own = font(script)
    alone = {own.face.charToGlyph[ord(char)] for char in word}
    letters = scripts.letters(own, word, rtl=script in scripts.FROM_THE_RIGHT)
    shaped = {own.face.charToGlyph[ord(glyph.char)] for letter in letters for glyph in letter.glyphs}
    assert shaped - alone


def test_text_from_the_right_keeps_the_sentence_around_it_in_place(tmp_path: Path) -> None:
    _drawn(tmp_path / "page.pdf", "a מ 12 z")
    at = _boxes(tmp_path / "page.pdf")
    assert at["a"] < at["מ"] < at["1"] < at["2"] < at["z"]


def test_paragraph_from_the_right_runs_from_the_right(tmp_path: Path) -> None:
    _drawn(tmp_path / "page.pdf", "אב (3) ג x.")
    at = _boxes(tmp_path / "page.pdf")
    assert at["."] < at["x"] < at["ג"] < at["3"] < at["ב"] < at["א"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ()),
        ("a אב", (0, 0, 1, 1)),
        ("a א 12 z", (0, 0, 1, 0, 0, 0, 0, 0)),  # digits of the sentence around it stay where they are
        ("a א 12 ב", (0, 0, 1, 1, 2, 2, 1, 1)),  # digits within the other text go with it
        ("a א (b) z", (0, 0, 1, 0, 0, 0, 0, 0, 0)),
        ("א (b) ב", (1, 1, 1, 2, 1, 1, 1)),
        ("\u0627 3.5", (1, 1, 2, 2, 2)),
        ("\u0627\u200c\u0628", (1, 1, 1)),
    ],
)
def test_levels_follow_the_annex_but_for_digits(text: str, expected: tuple[int, ...]) -> None:
    assert scripts.levels(text) == expected


@pytest.mark.parametrize(
    ("levels", "order"),
    [([0, 0], [0, 1]), ([1, 1, 0], [1, 0, 2]), ([1, 2, 1], [2, 1, 0]), ([0, 1, 2, 2, 1, 0], [0, 4, 2, 3, 1, 5])],
)
def test_visual_order_reverses_from_the_highest_level(levels: list[int], order: list[int]) -> None:
    assert scripts.visual_order(levels) == order


def test_ideographs_break_between_signs_but_not_before_a_comma() -> None:
    text = "风险\uff0c评估「测试」" * 12
    lines = break_lines((Run(text),), 100, SIZE)
    said = ["".join(piece.text for piece in line.pieces) for line in lines]
    assert "".join(said) == text
    assert len(lines) > 10
    assert all(line.width <= 100 for line in lines)
    assert not any(line.startswith(("\uff0c", "」")) or line.endswith("「") for line in said)


def test_long_word_is_cut_between_letters_and_never_before_a_mark() -> None:
    lines = break_lines((Run("क्षि" * 60),), 80, SIZE)
    said = ["".join(piece.text for piece in line.pieces) for line in lines]
    assert "".join(said) == "क्षि" * 60
    assert len(lines) > 5
    assert not any(scripts.clusters(line)[0][0] in "\u094d\u093f" for line in said)


def test_joiner_is_kept_where_letters_join_and_left_out_elsewhere() -> None:
    assert segments("regular", "می\u200cخ") == (("arabic", "می\u200cخ"),)
    assert segments("regular", "a\u200db\u00e9") == (("regular", "ab\u00e9"),)


def test_pages_are_the_same_however_often_they_are_drawn(tmp_path: Path) -> None:
    text = " ".join(SAMPLES.values())
    _drawn(tmp_path / "one.pdf", text)
    text_width("arabic", "غير ذلك")
    _drawn(tmp_path / "between.pdf", " ".join(reversed(SAMPLES.values())))
    _drawn(tmp_path / "two.pdf", text)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


@pytest.mark.parametrize("face", sorted(FONT_NAME))
def test_font_may_be_embedded(face: str) -> None:
    restricted, editable = 0x2, 0x8
    kind = TTFont(font(face).face.filename)["OS/2"].fsType
    assert not kind & restricted or kind & editable
