"""Which open input matters most, and that looking for it can be stopped."""

from __future__ import annotations

import dataclasses

import pytest

from asl_desktop.errors import Cancelled
from asl_desktop.progress import Silent
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.priorities import next_that_matters, open_references
from tests.preflight_world import DAY, complete
from tests.services_world import small_pack


class Impatient(Silent):
    """A progress that stops the work at once."""

    def check(self) -> None:
        raise Cancelled


def test_open_input_that_moves_most_is_found() -> None:
    inputs = dataclasses.replace(complete(), answers=())
    snapshot = snapshot_of(small_pack(), inputs, as_of=DAY)
    found = next_that_matters(snapshot)
    assert found is not None
    assert found.ref == "answer:Q-END"
    assert found.effects


def test_settled_input_is_named_only_when_no_open_one_moves_anything() -> None:
    snapshot = snapshot_of(small_pack(), complete(), as_of=DAY)
    assert open_references(snapshot) == frozenset()
    found = next_that_matters(snapshot)
    assert found is not None
    assert found.weight > 0


def test_search_stops_when_asked() -> None:
    snapshot = snapshot_of(small_pack(), complete(), as_of=DAY)
    with pytest.raises(Cancelled):
        next_that_matters(snapshot, progress=Impatient())
