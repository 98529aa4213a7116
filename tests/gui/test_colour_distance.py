"""How far apart the colours of the statuses are, for people who see all colours and for those who do not.

Distances are of CAM02-UCS (Luo, Cui and Li 2006, viewing conditions of sRGB); what people without one kind of cone see
is simulated after Machado, Oliveira and Fernandes (2009). Shape and words tell statuses apart as well.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from reports.charts.palette import palette

Vector: TypeAlias = npt.NDArray[np.float64]

LEAST = 15.0
SEEN: dict[str, Vector] = {
    "all colours": np.eye(3),
    "no red cones": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green cones": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue cones": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_CAT02 = np.array([[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]])
_HPE = np.array([[0.38971, 0.68898, -0.07868], [-0.22981, 1.18340, 0.04641], [0.0, 0.0, 1.0]])
_WHITE = np.array([95.047, 100.0, 108.883])
_ADAPTING = 64 / np.pi / 5
_SHARE = 0.2
"""Luminance of the ground against that of white."""


def appearance(color: str, sight: Vector) -> Vector:
    """Return a colour (#rrggbb) as somebody with this sight sees it: lightness and two of colour."""
    coded = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    red, green, blue = _cones(_TO_XYZ @ np.clip(sight @ linear, 0, 1) * 100)
    induction = 0.725 * (1 / _SHARE) ** 0.2
    across, along = red - 12 * green / 11 + blue / 11, (red + green - 2 * blue) / 9
    bright = [(2 * r + g + b / 20 - 0.305) * induction for r, g, b in ((red, green, blue), _cones(_WHITE))]
    lightness = 100 * (bright[0] / bright[1]) ** (0.69 * (1.48 + np.sqrt(_SHARE)))
    hue = np.arctan2(along, across)
    eccentric = 0.25 * (np.cos(hue + 2) + 3.8)
    strength = 50000 / 13 * induction * eccentric * np.hypot(across, along) / (red + green + 21 / 20 * blue)
    chroma = strength**0.9 * np.sqrt(lightness / 100) * (1.64 - 0.29**_SHARE) ** 0.73
    colourful = np.log(1 + 0.0228 * chroma * _adaptation() ** 0.25) / 0.0228
    return np.array([1.7 * lightness / (1 + 0.007 * lightness), colourful * np.cos(hue), colourful * np.sin(hue)])


def _cones(xyz: Vector) -> Vector:
    """Return the compressed answers of the three kinds of cones, adapted to white."""
    degree = 1 - np.exp(-(_ADAPTING + 42) / 92) / 3.6
    adapted = (_CAT02 @ xyz) * (degree * 100 / (_CAT02 @ _WHITE) + 1 - degree)
    raised = (_adaptation() * np.abs(_HPE @ np.linalg.solve(_CAT02, adapted)) / 100) ** 0.42
    return np.asarray(400 * raised / (27.13 + raised) + 0.1)


def _adaptation() -> float:
    share = (1 / (5 * _ADAPTING + 1)) ** 4
    return float(0.2 * share * 5 * _ADAPTING + 0.1 * (1 - share) ** 2 * (5 * _ADAPTING) ** (1 / 3))


def least_distance(colors: dict[str, str], sight: Vector) -> tuple[float, str]:
    """Return how far apart the two nearest colours are, and which two they are."""
    seen = {name: appearance(color, sight) for name, color in colors.items()}
    return min(
        (float(np.linalg.norm(seen[one] - seen[other])), f"{one} and {other}") for one, other in combinations(seen, 2)
    )


def test_scale_of_distances_has_white_at_a_hundred_and_black_at_none() -> None:
    white, black = (appearance(color, SEEN["all colours"]) for color in ("#ffffff", "#000000"))
    assert abs(white[0] - 100) < 0.1
    assert abs(white[1:]).max() < 2
    assert black[0] < 1


def test_colours_that_look_alike_to_some_are_found() -> None:
    near = {"red": "#b05020", "green": "#707a20"}
    assert least_distance(near, SEEN["all colours"])[0] > LEAST
    assert least_distance(near, SEEN["no green cones"])[0] < LEAST


@pytest.mark.parametrize("sight", SEEN)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_statuses_are_far_apart_for_everybody(
    theme: Literal["light", "dark"], sight: str, record_property: Callable[[str, object], None]
) -> None:
    status = dict(palette(theme).status)
    del status["not_adequate"]  # shares its colour with what was not measured; the shape tells them apart
    distance, which = least_distance({str(name): color for name, color in status.items()}, SEEN[sight])
    record_property(f"{theme}, {sight}", f"{distance:.1f}")
    assert distance >= LEAST, which
