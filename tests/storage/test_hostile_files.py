"""The short form of the hostile corpus: each kind of hostile file once, every opener, nothing may happen."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from asl_desktop.codec import parse
from asl_desktop.domain.inputs import Answer, Measurement, Point
from asl_desktop.domain.pack import MAX_ITEMS, Domain, overlong
from asl_desktop.errors import FileDamaged, FileMissing, OutputNotWritable, ValueRefused
from asl_desktop.files import open_ordinary
from asl_desktop.interchange.pack_checks import check_pack
from asl_desktop.storage import bounds, creating
from asl_desktop.storage.document import Document
from asl_desktop.storage.history import body_bytes, chain_hash, event_of
from tests.storage_world import PACK, SCOPE, file_digest, filled, make
from torture import hostile
from torture.cases import Case
from torture.forge import hot_journal
from torture.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHORT = (
    "text",
    "cut to 50%",
    "page size 512",
    "text in UTF-16 throughout",
    "page count huge",
    "answers that hold themselves",
    "log of endless width",
    "trigger named like ours",
    "view that never ends",
    "check that takes all memory",
    "index on the root of a table",
    "pipe",
    "link to itself",
    "second name",
    "crash in a save",
    "journal of another file",
    "journal that points to a precious file",
    "write-ahead log beside",
    "lock that is a second name",
    "lock's word that is a link",
    "lock's word of great depth",
    "event of great depth",
    "event counted to the end",
    "hash that is no number",
    "actor with half a character",
    "answer of great depth",
    "pack of great depth",
    "chunk of 40 MB",
    "content that says a terabyte",
    "names that lead elsewhere",
    "sealed, trigger that deletes",
    "sealed, some page flipped",
)

QUICK = ("open_reading", "check")
"""What opens a file without drawing or calculating; the full form has everything that opens files."""


@pytest.fixture(scope="module")
def firing_range(tmp_path_factory: pytest.TempPathFactory) -> hostile.Range:
    return hostile.Range(tmp_path_factory.mktemp("hostile"))


@pytest.mark.parametrize("name", SHORT)
def test_hostile_file_with_every_opener_does_no_harm(
    firing_range: hostile.Range, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = Tally("hostile")
    firing_range.one(tally, name, hostile.CASES[name], QUICK)
    assert tally["hostile"] == len(QUICK) + 1
    assert not tally.failed, capsys.readouterr().err


def test_range_notices_what_does_harm(firing_range: hostile.Range, capsys: pytest.CaptureFixture[str]) -> None:
    """The control: a case that says something else than what happens must fail."""
    tally = Tally("hostile")
    firing_range.one(tally, "control", Case(lambda scene: scene.path.unlink(), reading="", writing="no such"), QUICK)
    assert tally["unclear"] == 2
    assert "control, open_reading" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 300 + "1" + "}" * 300, "NaN", "1e999", "9" * 4000, '"\\ud800"', "", "\x00"],
)
def test_parse_of_json_that_is_none_or_means_harm_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_parse_of_numbers_keeps_them() -> None:
    assert parse("[1, 1.5, -0.0, 1e10, 9007199254740991]") == [1, 1.5, 0.0, 1e10, 2**53 - 1]
    assert math.copysign(1, parse("-0.0")) == -1


@pytest.mark.parametrize(
    "change",
    [{"lamport": "1"}, {"lamport": 2**60}, {"n": 0}, {"n": True}, {"record": []}, {"key": None}, {"kind": ["answer"]}],
)
def test_event_with_a_member_of_another_kind_is_refused(change: dict[str, object]) -> None:
    members: dict[str, object] = {"device": "d", "n": 1, "lamport": 1, "actor": "Ann", "at": "", "change": "c"}
    members |= {"kind": "answer", "key": "QC-1", "record": {"a": 1}}
    body = body_bytes(**members)  # type: ignore[arg-type]
    assert event_of(1, body, "", "").n == 1
    with pytest.raises(ValueError, match="event 1"):
        event_of(1, json.dumps({**json.loads(body), **change}).encode(), "", "")


@pytest.mark.parametrize("prev", ["", "00", "z" * 64, "0" * 63])
def test_chain_hash_after_something_that_is_no_hash_is_refused(prev: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        chain_hash(prev, b"{}")


def test_record_too_long_to_be_read_back_is_refused_before_it_is_written(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        with pytest.raises(ValueRefused, match="longer than 1 MiB"):
            document.put(Answer("QC-1", rationale="x" * bounds.MAX_RECORD), actor="Ann")
        with pytest.raises(ValueRefused, match="its name has more than"):
            document.put(Measurement("m" * 1001, "vct", Point(1.0)), actor="Ann")
        with pytest.raises(ValueRefused, match="the name has more than"):
            document.put(Answer("QC-1"), actor="A" * 1001)
        document.put(Answer("QC-1", rationale="x" * (bounds.MAX_RECORD - 1000)), actor="A" * 1000).result()
    with Document.open(tmp_path / "a.asl") as document:
        assert document.check() == ()
        assert len(document.inputs().answer_by_question["QC-1"].rationale) == bounds.MAX_RECORD - 1000


def test_file_with_a_second_name_opens_for_reading_only(tmp_path: Path) -> None:
    filled(tmp_path / "a.asl")
    os.link(tmp_path / "a.asl", tmp_path / "b.asl")
    with pytest.raises(OutputNotWritable, match="second name"):
        Document.open(tmp_path / "b.asl")
    with Document.open(tmp_path / "b.asl", read_only=True) as document:
        assert document.check() == ()
    (tmp_path / "a.asl").unlink()
    Document.open(tmp_path / "b.asl").close()


def test_journal_of_another_file_is_not_played_back(tmp_path: Path) -> None:
    filled(tmp_path / "a.asl")
    before = file_digest(tmp_path / "a.asl")
    (tmp_path / "other").mkdir()
    filled(tmp_path / "other" / "b.asl")
    with Document.open(tmp_path / "other" / "b.asl") as document:
        document.put(Answer("QC-1", rationale="another answer"), actor="Eve").result()
    planted = hot_journal(tmp_path / "other" / "b.asl", lambda raw: raw.execute("UPDATE answer SET state = 'declined'"))
    (tmp_path / "a.asl-journal").write_bytes(planted)
    with pytest.raises(FileDamaged, match="does not fit it"):
        Document.open(tmp_path / "a.asl")
    assert file_digest(tmp_path / "a.asl") == before


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make_other", [_pipe, _folder, _device])
def test_open_ordinary_of_anything_else_is_refused_at_once(tmp_path: Path, make_other: Callable[[Path], None]) -> None:
    make_other(tmp_path / "x")
    with pytest.raises(OSError, match="not an ordinary file"):
        open_ordinary(tmp_path / "x")


def test_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    from asl_desktop.errors import FileNotAssessment

    (tmp_path / "loop.asl").symlink_to("loop.asl")
    for name in ("loop.asl", "nul\0.asl"):
        with pytest.raises(FileNotAssessment, match="does not lead to any file"):
            Document.open(tmp_path / name)
    with pytest.raises((FileMissing, FileNotAssessment)):
        Document.open(tmp_path / ("x" * 300 + ".asl"))


def test_pack_with_more_than_can_be_calculated_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    domain = Domain("d", "D")
    long = replace(PACK, domains=tuple(replace(domain, id=f"d{number}") for number in range(MAX_ITEMS + 1)))
    Document.create(tmp_path / "a.asl", pack=PACK, scope=SCOPE, actor="Ann").close()
    assert overlong(long) == ("domains", MAX_ITEMS)
    assert overlong(PACK) == ("", 0)
    assert any(path == ("domains",) for path, _ in check_pack(long))
    with Document.open(tmp_path / "a.asl") as document:
        with pytest.raises(ValueRefused, match="more than 1000 items"):
            document.add_pack(replace(long, version="2"), actor="Ann").result()
        monkeypatch.setattr(creating, "overlong", lambda _: ("", 0))
        document.add_pack(replace(long, version="2", digest=""), actor="Ann").result()
        with pytest.raises(FileDamaged, match="more than 1000 domains"):
            document.packs()
