from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl_desktop.domain.light_marks import Line, Span, is_marked, lines_of


def shown(text: str) -> str:
    return "\n".join(f"{line.sign} {''.join(s.text for s in line.spans)}".strip() for line in lines_of(text))


def test_bold_italics_and_links_are_read() -> None:
    assert lines_of("**Not** run _twice_ or *once*, see [the card](https://x.org/a)") == (
        Line(
            "text",
            (
                Span("Not", bold=True), Span(" run "), Span("twice", italic=True), Span(" or "),
                Span("once", italic=True), Span(", see "), Span("the card (https://x.org/a)"),
            ),
        ),
    )  # fmt: skip


def test_lists_are_read_with_sign_and_depth() -> None:
    found = lines_of("Reasons:\n- one\n  - two\n12. three")
    assert [(line.kind, line.sign, line.depth) for line in found] == [
        ("text", "", 0), ("item", "\u2022", 0), ("item", "\u2022", 1), ("item", "12.", 0)]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["a_b_c and 3*4*5", "** not closed", "<b>bold</b> &amp; $x$", "2 * 3 * 4", "[no link] (apart)", "snake_case_name",
     "-5 % of 40", "1.5 times"],
)  # fmt: skip
def test_what_is_no_mark_stays_as_it_was_typed(text: str) -> None:
    assert shown(text) == text
    assert not is_marked(text)


@given(st.text(alphabet="ab *_[]()-\n1.<>&", max_size=60))
def test_no_word_is_ever_lost(text: str) -> None:
    kept = [c for c in shown(text) if c in "ab<>&"]
    assert kept == [c for c in text if c in "ab<>&"]
