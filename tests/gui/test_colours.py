"""How far apart the colours of the five states look, in every theme, also to people who see fewer colours."""

from __future__ import annotations

from itertools import combinations

import colorspacious  # type: ignore[import-untyped]
import numpy as np
import pytest

from reports.charts.model import SHAPE_OUTLINE
from reports.charts.palette import palette
from tests.gui.test_theme import THEMES, contrast
from ui.theme import Look, ThemeName, load_tokens
from ui.widgets.margin_painter import colors

SIGHT = (None, "deuteranomaly", "protanomaly", "tritanomaly")
"""Normal sight, and the three at full severity, which is dichromacy."""
STATES = ("clear", "in_buffer", "not_excluded", "crossed", "not_measured")
APART = 15


def seen(color: str, sight: str | None) -> np.ndarray:
    rgb = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    if sight is not None:
        space = {"name": "sRGB1+CVD", "cvd_type": sight, "severity": 100}
        rgb = np.clip(colorspacious.cspace_convert(rgb, space, "sRGB1"), 0, 1)
    return np.asarray(colorspacious.cspace_convert(rgb, "sRGB1", "CAM02-UCS"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHT)
def test_states_as_drawn_look_apart_to_every_kind_of_sight(look: Look, theme: ThemeName, sight: str | None) -> None:
    look.choose(theme)
    drawn = {state: seen(colors().status[state], sight) for state in STATES}  # type: ignore[index]
    for one, other in combinations(STATES, 2):
        assert float(np.linalg.norm(drawn[one] - drawn[other])) >= APART, (one, other)


@pytest.mark.parametrize("theme", THEMES)
def test_states_as_drawn_stand_out_from_every_ground_of_the_chart(look: Look, theme: ThemeName) -> None:
    look.choose(theme)
    table, shade = load_tokens(theme), colors()
    assert dict(table.status) == {state: shade.status[state] for state in STATES}  # type: ignore[index]
    for state in STATES:
        for ground in ("surface", "canvas", "sunken", "chart.track", "chart.buffer", "chart.past"):
            assert contrast(table.color(f"status.{state}"), table.color(ground)) >= 3, (state, ground)


def test_states_have_shapes_of_their_own() -> None:
    outlines = [tuple(map(tuple, outline)) for outline in SHAPE_OUTLINE.values()]
    assert len(set(outlines)) == len(outlines)


def test_report_takes_the_colours_of_the_light_theme() -> None:
    assert {state: palette("light").status[state] for state in STATES} == dict(load_tokens("light").status)  # type: ignore[index]
