"""Nothing is written that makes a file too large to be opened again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from asl_desktop.domain.inputs import Answer
from asl_desktop.domain.pack import Source
from asl_desktop.errors import FileDamaged, ValueRefused
from asl_desktop.storage import bounds, room
from asl_desktop.storage.document import Document
from tests.storage_world import PACK, make

if TYPE_CHECKING:
    from pathlib import Path

LONG = "x" * (bounds.MAX_RECORD - 1000)
COMMAS = "," * (bounds.MAX_RECORD - 1000)


@pytest.mark.parametrize(("text", "fit"), [(LONG, 32), (COMMAS, 1)], ids=["bytes", "commas"])
def test_put_beyond_what_can_be_read_again_is_refused_and_the_file_still_opens(
    tmp_path: Path, text: str, fit: int
) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        for number in range(fit):
            document.put(Answer(f"Q-{number}", rationale=text), actor="Ann").result()
        with pytest.raises(ValueRefused, match="attach long texts and tables as files"):
            document.put(Answer("Q-more", rationale=text), actor="Ann").result()
        document.put(Answer("Q-more", rationale="short"), actor="Ann").result()
    with Document.open(path) as document:
        assert len(document.inputs().answers) == fit + 1
        with pytest.raises(ValueRefused):
            document.put(Answer("Q-more", rationale=text), actor="Ann").result()
        document.remove("answer", "Q-0", actor="Ann").result()
        document.put(Answer("Q-more", rationale=text), actor="Ann").result()
        document.undo(actor="Ann").result()
        document.put(Answer("Q-0", rationale=text), actor="Ann").result()
        with pytest.raises(ValueRefused):
            document.put(Answer("Q-new", rationale=text), actor="Ann").result()
        assert document.check() == ()


def test_count_after_a_change_that_did_not_become_durable_is_what_the_file_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_MOST", 5000)
    with make(tmp_path / "a.asl") as document:
        document.put(Answer("Q-1", rationale="x" * 2000), actor="Ann").result()
        with pytest.raises(ValueRefused):
            document.put(Answer("Q-2", rationale="x" * 2000), Answer("Q-3", rationale="x" * 2000), actor="Ann").result()
        document.put(Answer("Q-2", rationale="x" * 2000), actor="Ann").result()
        assert len(document.inputs().answers) == 2


def test_file_that_holds_too_much_already_may_still_be_made_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make(tmp_path / "a.asl") as document:
        document.put(Answer("Q-1", rationale="a, b, c, " * 500), actor="Ann").result()
        document.put(Answer("Q-2", rationale="a, b, c, " * 500), actor="Ann").result()
    monkeypatch.setattr(room, "_MOST", 2000)
    monkeypatch.setattr(bounds, "MAX_VALUES", 4000)
    with Document.open(tmp_path / "a.asl") as document:
        document.put(Answer("Q-1", rationale="a, b, c, " * 400), actor="Ann").result()
        with pytest.raises(ValueRefused):
            document.put(Answer("Q-1", rationale="a, b, c, " * 401), actor="Ann").result()
        document.remove("answer", "Q-2", actor="Ann").result()


def test_pack_with_more_items_than_can_be_read_again_is_refused(tmp_path: Path) -> None:
    large = dataclasses.replace(PACK, version="2", digest="", sources=tuple(Source(f"s{n}", "S") for n in range(1001)))
    with make(tmp_path / "a.asl") as document, pytest.raises(ValueRefused, match="1000 items"):
        document.add_pack(large, actor="Ann").result()


def test_commas_beyond_the_bound_would_not_have_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.Room, "change", lambda *_, **__: None)
    with make(tmp_path / "a.asl") as document:
        for number in range(2):
            document.put(Answer(f"Q-{number}", rationale=COMMAS), actor="Ann").result()
    with Document.open(tmp_path / "a.asl") as document, pytest.raises(FileDamaged):
        document.inputs()
