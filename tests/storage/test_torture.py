"""The harnesses of ``make torture`` in their short form."""

from __future__ import annotations

import importlib

import pytest

from torture.tally import MUST_BE_ZERO

MINE = ("kills", "power", "diskfull", "copies", "sharing", "flips", "insider")


@pytest.mark.slow
@pytest.mark.parametrize("name", MINE)
def test_harness_in_short_finds_nothing(name: str) -> None:
    counts = importlib.import_module(f"torture.{name}").run("small")
    assert {what: counts.get(what, 0) for what in MUST_BE_ZERO} == dict.fromkeys(MUST_BE_ZERO, 0)
    if not counts.get("skipped"):
        assert any(number for what, number in counts.items() if what not in MUST_BE_ZERO)
