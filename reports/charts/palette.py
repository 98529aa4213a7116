"""The colours of every chart, light and dark, optimised for normal and colour-blind eyes.

Text takes the text colour, never a status colour.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from asl_desktop.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl_desktop.domain.determination import MarginState

ThemeName: TypeAlias = Literal["light", "dark"]


@frozen
class Palette:
    """Colours as ``#RRGGBB``.

    Attributes:
        status: colour of the glyph and the interval bar per margin state; told apart also by shape and word.
        track: the bar an indicator is drawn on.
        buffer_fill: ground of the safety buffer; ``buffer_hatch`` is its hatching, which survives grey printing.
        past: the zone past the threshold.
        halo: ring round a glyph that keeps it off the bar beneath.
    """

    background: str
    text: str
    muted: str
    line: str
    track: str
    threshold: str
    buffer_fill: str
    buffer_hatch: str
    past: str
    halo: str
    status: Mapping[MarginState, str]


LIGHT = Palette(
    background="#FFFFFF",
    text="#1B1F24",
    muted="#55606B",
    line="#DFE3E8",
    track="#EEF1F4",
    threshold="#1B1F24",
    buffer_fill="#F6E3BE",
    buffer_hatch="#C79A3B",
    past="#F7E3EC",
    halo="#FFFFFF",
    status=MappingProxyType(
        {
            "clear": "#2F7DEB",
            "in_buffer": "#B3691A",
            "not_excluded": "#5B0988",
            "crossed": "#860B16",
            "not_measured": "#57606A",
            "not_adequate": "#57606A",
        }
    ),
)

DARK = Palette(
    background="#14181D",
    text="#E8ECF0",
    muted="#A6B0BB",
    line="#2E3640",
    track="#232A32",
    threshold="#E8ECF0",
    buffer_fill="#43351A",
    buffer_hatch="#A8822F",
    past="#3A1F2C",
    halo="#14181D",
    status=MappingProxyType(
        {
            "clear": "#29C2FC",
            "in_buffer": "#EB9F40",
            "not_excluded": "#B066B1",
            "crossed": "#EA4C63",
            "not_measured": "#A3ADB8",
            "not_adequate": "#A3ADB8",
        }
    ),
)


def palette(theme: ThemeName) -> Palette:
    """Return the colours of a theme."""
    return DARK if theme == "dark" else LIGHT
