"""Honest files with a few things wrong with them: at most a sentence comes out. Budget: EXAMPLES per target.

The long form without a test runner, in processes that are watched, is ``python -m torture --only fuzz``.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asl_desktop.errors import UserError
from asl_desktop.messages import message_for
from torture import fuzz

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = 100


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return fuzz.make_seeds(tmp_path_factory.mktemp("seeds"))


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_mutated_file_gives_at_most_a_sentence(seeds: dict[str, Path], tmp_path: Path, target: str) -> None:
    honest = seeds[target].read_bytes()
    place = tmp_path / f"mutant{seeds[target].suffix}"

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(rng=st.randoms(use_true_random=False))
    def attempt(rng: random.Random) -> None:
        place.write_bytes(fuzz.mutate(honest, rng))
        try:
            fuzz.TARGETS[target](place)
        except UserError as error:
            message_for(error)

    attempt()


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_honest_file_passes(seeds: dict[str, Path], target: str) -> None:
    fuzz.TARGETS[target](seeds[target])
