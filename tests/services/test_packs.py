"""Which packs a person can use, and what happens when two of them disagree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asl_desktop.errors import PackConflict, PackInvalid, PackUnknown
from asl_desktop.interchange.pack_file import pack_digest
from asl_desktop.services import packs
from asl_desktop.services.packs import list_packs, load_pack, validate_pack
from tests.builders import SMALL_PACK, changed_text, small_pack

if TYPE_CHECKING:
    from collections.abc import Iterator

RSP = "anthropic-rsp-2.2"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "packs"
    folder.mkdir()
    monkeypatch.setenv(packs.OWN_PACKS_VARIABLE, str(folder))
    packs.forget_packs()
    yield folder
    packs.forget_packs()


def put(folder: Path, text: str, name: str = "small.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_load_pack_installed_is_read_once_and_carries_its_digest(own: Path) -> None:
    pack = load_pack(RSP)
    assert pack.id == RSP
    assert pack.digest == pack_digest(pack)
    assert load_pack(RSP) is pack


def test_load_pack_unknown_names_known_ones_nearest_first(own: Path) -> None:
    put(own, SMALL_PACK.read_text("utf-8"))
    with pytest.raises(PackUnknown) as caught:
        load_pack("small-policy")
    assert caught.value.values["pack"] == "small-policy"
    known = str(caught.value.values["known"]).split(", ")
    assert known[0] == "small-policy-1"
    assert RSP in known


def test_load_pack_own_folder_is_found(own: Path) -> None:
    put(own, SMALL_PACK.read_text("utf-8"))
    assert load_pack("small-policy-1") == small_pack()


def test_load_pack_own_library_serves_own_packs(own: Path) -> None:
    (own / "library").mkdir()
    shared = SMALL_PACK.parent / "library" / "shared.yaml"
    put(own / "library", shared.read_text("utf-8"), "shared.yaml")
    put(own, changed_text("questions:\n", "questions:\n  - {use: SQ-1, bears_on: [BIO-1]}\n"))
    assert "SQ-1" in load_pack("small-policy-1").question_by_id


def test_load_pack_same_version_other_content_is_refused(own: Path) -> None:
    put(own, SMALL_PACK.read_text("utf-8"), "a.yaml")
    put(own, changed_text("Significantly helps beginners.", "Helps."), "b.yaml")
    with pytest.raises(PackConflict) as caught:
        load_pack("small-policy-1")
    values = caught.value.values
    assert (values["pack"], values["version"]) == ("small-policy-1", "1")
    assert small_pack().digest in {values["digest"], values["other_digest"]}
    assert values["digest"] != values["other_digest"]
    with pytest.raises(PackConflict):
        list_packs()


def test_load_pack_same_content_twice_is_no_conflict(own: Path) -> None:
    put(own, SMALL_PACK.read_text("utf-8"), "a.yaml")
    put(own, "# copied\n" + SMALL_PACK.read_text("utf-8"), "b.yaml")
    assert load_pack("small-policy-1") == small_pack()


def test_load_pack_several_versions_gives_the_newest(own: Path) -> None:
    for version in ("2.9", "2.10", "2.2"):
        put(own, changed_text('version: "1"\npublisher', f'version: "{version}"\npublisher'), f"{version}.yaml")
    assert load_pack("small-policy-1").version == "2.10"


def test_load_pack_broken_stranger_does_not_stand_in_the_way_but_is_listed_aloud(own: Path) -> None:
    put(own, "format: [", "broken.yaml")
    assert load_pack(RSP).id == RSP
    with pytest.raises(PackInvalid, match=r"broken\.yaml"):
        list_packs()
    with pytest.raises(PackInvalid, match=r"broken\.yaml"):
        load_pack("broken")


def test_list_packs_tells_installed_from_own(own: Path) -> None:
    path = put(own, SMALL_PACK.read_text("utf-8"))
    found = {summary.id: summary for summary in list_packs()}
    assert found[RSP].installed
    small = found["small-policy-1"]
    assert (small.installed, small.path, small.digest) == (False, path, small_pack().digest)
    assert (small.title, small.version, small.publisher) == ("Small policy", "1", "Nobody")


def test_validate_pack_gives_pack_without_making_it_known(own: Path, tmp_path: Path) -> None:
    assert validate_pack(put(tmp_path, SMALL_PACK.read_text("utf-8"))) == small_pack()
    with pytest.raises(PackUnknown):
        load_pack("small-policy-1")


def test_validate_pack_broken_raises_with_all_problems(own: Path, tmp_path: Path) -> None:
    path = put(tmp_path, changed_text("days: 365", "days: soon").replace("level: 0.95", "level: high"))
    with pytest.raises(PackInvalid) as caught:
        validate_pack(path)
    assert [problem.field for problem in caught.value.problems] == ["level", "clocks[yearly].days"]
    assert caught.value.values["file"] == str(path)
    assert caught.value.values["line"] == 7


def test_validate_pack_against_known_other_content_is_refused(own: Path, tmp_path: Path) -> None:
    put(own, SMALL_PACK.read_text("utf-8"))
    with pytest.raises(PackConflict):
        validate_pack(put(tmp_path, changed_text("Significantly helps beginners.", "Helps.")))
    assert validate_pack(put(tmp_path, SMALL_PACK.read_text("utf-8"))) == small_pack()


def test_own_pack_folder_without_variable_lies_in_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(packs.OWN_PACKS_VARIABLE, raising=False)
    folder = packs.own_pack_folder()
    assert folder.name == "packs"
    assert folder.parent.name == "asl-desktop"
