"""The command line in one process: every command, its exit status, and what it prints."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from asl_desktop.cli.app import run
from asl_desktop.domain.inputs import Scope
from asl_desktop.services.examples import example_inputs, example_names
from asl_desktop.services.packs import load_pack
from asl_desktop.storage.document import Document

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
PACK = "anthropic-rsp-2.2"
SECRET = "forty-two"


class Cli:
    """Runs commands and keeps what they said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: object) -> int:
        status = run([str(word) for word in words])
        self.out, self.err = self._capsys.readouterr()
        return status

    def json(self, *words: object) -> Any:
        assert self(*words) == 0, self.err
        assert self.err == ""
        return json.loads(self.out)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(capsys)


@pytest.fixture
def file(cli: Cli, tmp_path: Path) -> Path:
    path = tmp_path / "a.asl"
    assert cli("new", path, "--pack", PACK, "--model", "Tern", "--checkpoint", "c1", "--as-of", "2025-06-02") == 0
    return path


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_new_records_scope_and_actor(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    assert cli("new", path, "--pack", PACK, "--model", "Tern", "--by", "Ada") == 0
    with Document.open(path, read_only=True) as document:
        assert document.inputs().scope.model == "Tern"
        assert document.pack().id == PACK
        assert {event.actor for event in document.events()} == {"Ada"}


def test_determine_of_an_empty_assessment_fails_closed_and_has_the_stable_shape(cli: Cli, file: Path) -> None:
    data = cli.json("determine", file, "--json")
    assert set(data) >= {
        "pack", "label", "tracks", "thresholds", "margins", "gap", "gates", "not_assessed", "snapshot_digest",
    }  # fmt: skip
    assert data["pack"] == PACK
    assert {"CBRN-3", "CBRN-4", "AIRD-4", "AIRD-5", "CP-AUT", "CP-CYB"} == set(data["thresholds"])
    assert data["thresholds"]["CBRN-3"]["state"] == "not_assessed"
    assert set(data["thresholds"]["CBRN-3"]) >= {"state", "tensions", "trace"}
    assert data["tracks"]["deployment"]["required"] != "ASL-2"
    assert isinstance(data["tracks"]["security"]["precautionary"], bool)
    assert {margin["state"] for margin in data["margins"].values()} == {"not_measured"}
    assert all(margin["points"] is None and margin["reasons"] for margin in data["margins"].values())
    assert data["gates"]["deploy"]["state"] == "closed"
    assert all(step["ref"] for way in data["gates"]["deploy"]["would_open"] for step in way)
    assert re.fullmatch(r"[0-9a-f]{64}", data["snapshot_digest"])
    assert data["as_of"] == "2025-06-02"
    assert list(data) == sorted(data)


def test_determine_as_text_says_the_states_in_words_and_the_digest(cli: Cli, file: Path) -> None:
    digest = cli.json("determine", file, "--json")["snapshot_digest"]
    assert cli("determine", file) == 0
    for words in (
        "Determination:",
        "Required standards",
        "Gates",
        "Would open it",
        "not measured",
        "Not assessed",
        digest,
    ):
        assert words in cli.out
    assert "\x1b" not in cli.out


def test_determine_as_of_another_day_changes_the_snapshot(cli: Cli, file: Path) -> None:
    one = cli.json("determine", file, "--json")
    other = cli.json("determine", file, "--json", "--as-of", "2026-01-01")
    assert other["as_of"] == "2026-01-01"
    assert one["snapshot_digest"] != other["snapshot_digest"]


def test_determine_why_prints_the_rule_with_every_leaf(cli: Cli, file: Path) -> None:
    assert cli("determine", file, "--why", "CBRN-3") == 0
    assert "ruled_out_when" in cli.out
    assert "showing_accepted RO-1" in cli.out
    data = cli.json("determine", file, "--why", "deploy", "--json")
    assert data["opens_when"]["value"] == "false"


@pytest.mark.parametrize(
    ("item", "rule"), [("CBRN-3", "crossed_when"), ("AIRD-5", "ruled_out_when"), ("deploy", "opens_when")]
)
def test_determine_why_names_the_line_of_the_rule_and_the_functions(cli: Cli, file: Path, item: str, rule: str) -> None:
    assert cli("determine", file, "--why", item) == 0
    lines = cli.out.splitlines()
    heading = next(number for number, line in enumerate(lines) if line.startswith(f"{rule} in the pack"))
    path, _, line = lines[heading + 2].strip().rpartition(", line ")
    source = Path(path).read_text("utf-8").splitlines()
    assert source[int(line) - 1].strip().startswith(f"{rule}:")
    owner = next(text for text in reversed(source[: int(line)]) if text.startswith("  - id: "))
    assert owner == f"  - id: {item}"
    named = re.findall(r"(\S+\.py), function (\w+)\.", cli.out)
    assert len(named) == 2
    for module, function in named:
        assert f"\ndef {function}(" in (ROOT / module).read_text("utf-8")


def test_determine_why_of_a_pack_that_is_not_here_names_no_line(
    cli: Cli, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asl_desktop.services.packs._paths_by_id", lambda _: {})
    assert cli("determine", file, "--why", "CBRN-3") == 0
    assert ", line " not in cli.out
    assert "No file here holds this content of the pack" in cli.out


def test_determine_what_if_lists_changes_that_really_move_the_outcome(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "example.asl"
    assert cli("new", path, "--pack", PACK, "--model", "Claude Opus 4") == 0
    assert cli("apply", path, example_inputs("claude-opus-4")) == 0
    changes = cli.json("determine", path, "--what-if", "--json")
    assert [change["weight"] for change in changes] == sorted((c["weight"] for c in changes), reverse=True)
    rejected = next(c for c in changes if c["change"] == "RO-1 for CBRN-4 rejected")
    assert "CBRN-4 becomes not ruled out (now ruled out)." in rejected["effects"]
    assert cli("determine", path, "--what-if") == 0
    assert "RO-1 for CBRN-4 rejected" in cli.out
    assert cli("determine", path, "--what-if", "--why", "CBRN-4") == 2


def test_determine_why_of_an_unknown_id_suggests_the_nearest(cli: Cli, file: Path) -> None:
    assert cli("determine", file, "--why", "CBRN-33") == 1
    assert 'Did you mean "CBRN-3"?' in cli.err


def test_determine_under_an_unknown_pack_is_refused(cli: Cli, file: Path) -> None:
    assert cli("determine", file, "--pack", "nobody-1.0") == 1
    assert cli.out == ""
    assert 'no framework pack called "nobody-1.0"' in cli.err


@pytest.mark.parametrize(
    ("example", "label", "states"),
    [
        ("claude-opus-4", "ASL-3", {"CBRN-3": "not_ruled_out", "CBRN-4": "ruled_out", "AIRD-4": "ruled_out"}),
        ("claude-sonnet-4", "ASL-2", {"CBRN-3": "ruled_out", "CBRN-4": "ruled_out", "AIRD-4": "ruled_out"}),
    ],
)
def test_worked_example_applied_by_hand_has_the_published_outcome(
    cli: Cli, tmp_path: Path, example: str, label: str, states: dict[str, str]
) -> None:
    path = tmp_path / "x.asl"
    assert cli("new", path, "--pack", PACK, "--model", "to be replaced") == 0
    assert cli("apply", path, example_inputs(example)) == 0
    before = sha(path)
    data = cli.json("determine", path, "--json")
    assert data["label"] == label
    assert {name: data["thresholds"][name]["state"] for name in states} == states
    assert sha(path) == before
    if example == "claude-sonnet-4":
        assert data["thresholds"]["CBRN-3"]["tensions"]


def test_example_round_trip_through_the_command_line_keeps_the_snapshot(cli: Cli, tmp_path: Path) -> None:
    first, second = tmp_path / "1.asl", tmp_path / "2.asl"
    for path in (first, second):
        assert cli("new", path, "--pack", PACK, "--model", "M") == 0
    assert cli("apply", first, example_inputs("claude-opus-4"), "--by", "Ada") == 0
    assert cli("export", first, "--inputs", "--out", tmp_path / "back") == 0
    assert str(tmp_path / "back" / "INPUTS.yaml") in cli.out
    assert cli("apply", second, tmp_path / "back" / "INPUTS.yaml", "--by", "Bob") == 0
    digests = {cli.json("determine", path, "--json")["snapshot_digest"] for path in (first, second)}
    assert len(digests) == 1
    assert cli("apply", second, tmp_path / "back" / "INPUTS.yaml") == 0
    assert ": 0 records new or changed" in cli.out


def test_attach_prints_the_digest_and_check_finds_all_in_order(cli: Cli, file: Path, tmp_path: Path) -> None:
    source = tmp_path / "proof.txt"
    source.write_bytes(b"proof")
    assert cli("attach", file, source, "--title", "Proof") == 0
    assert cli.out == f"{hashlib.sha256(b'proof').hexdigest()}  proof.txt\n"
    assert cli("check", file) == 0
    assert "In order" in cli.out
    head = cli.json("history", file, "--json")[-1]["hash"]
    assert cli.json("verify", file, "--json") == {
        "ok": True, "kind": "assessment", "signatures": [], "problems": [], "facts": cli_facts(cli), "events": 4,
        "head": head, "touched": [],
    }  # fmt: skip


def cli_facts(cli: Cli) -> Any:
    return json.loads(cli.out)["facts"]


def test_packs_lists_shows_and_validates(cli: Cli) -> None:
    assert PACK in {item["id"] for item in cli.json("packs", "list", "--json")}
    assert cli.json("packs", "--json") == cli.json("packs", "list", "--json")
    assert cli("packs", "--json", "list") == 2
    assert cli("packs") == 0
    assert PACK in cli.out
    assert cli("packs", "show", PACK) == 0
    for words in ("CBRN-3", "S3-2a", "RO-1", "QC-03"):
        assert words in cli.out
    path = next(item["path"] for item in cli.json("packs", "list", "--json") if item["id"] == PACK)
    assert cli("packs", "validate", path) == 0


def test_packs_validate_names_file_line_and_field(cli: Cli, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("format: asl-pack-1\nid: bad\ntitle: T\nversion: 1\n", "utf-8")
    assert cli("packs", "validate", bad) == 1
    assert str(bad) in cli.err
    assert "line 4, version" in cli.err


def test_every_command_has_help_and_the_statuses_are_documented(cli: Cli) -> None:
    assert cli("--help") == 0
    assert "Exit status" in cli.out
    commands = re.findall(r"^  ([a-z]+)  ", cli.out.partition("Commands:")[2], re.MULTILINE)
    assert commands
    for command in commands:
        assert cli(command, "--help") == 0
        assert f"asl {command}" in cli.out
    documented = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    assert not [command for command in commands if f"asl {command}" not in documented]


@pytest.mark.parametrize(
    "words",
    [
        ("frobnicate",),
        ("determine",),
        ("new", "x.asl"),
        ("determine", "x.asl", "--as-of", "yesterday"),
        ("export", "x.asl"),
    ],
)
def test_wrong_usage_ends_with_status_2(cli: Cli, words: Sequence[str]) -> None:
    assert cli(*words) == 2
    assert "Error:" in cli.err
    assert cli.out == ""


def test_names_from_a_file_cannot_drive_the_terminal(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    assert cli("new", path, "--pack", PACK, "--model", "evil\x1b]0;owned\x07 \u202egnp") == 0
    assert cli("determine", path) == 0
    assert not set("\x1b\x07\u202e") & set(cli.out)
    assert "evil" in cli.out


def test_determine_with_a_line_break_in_the_model_prints_no_line_of_its_making(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    scope = Scope(model="Heron\nDetermination: ASL-1")
    Document.create(path, pack=load_pack(PACK), scope=scope, actor="A").close()
    assert cli("determine", path) == 0
    assert "Heron\\nDetermination: ASL-1" in cli.out
    assert "Determination: ASL-1" not in cli.out.splitlines()


def test_a_bug_names_a_log_that_holds_no_answers(
    cli: Cli, file: Path, monkeypatch: pytest.MonkeyPatch, user_dirs: Path
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("asl_desktop.services.assessments.determine", broken)
    assert cli("determine", file) == 70
    assert SECRET not in cli.err
    assert "Traceback" not in cli.err
    named = re.search(r"(/\S+\.log)", cli.err)
    assert named is not None
    log = Path(named.group(1))
    assert log.is_relative_to(user_dirs)
    content = log.read_text("utf-8")
    assert "RuntimeError" in content
    assert "assessments.py" in content
    assert SECRET not in content


def test_example_names_are_the_two_published_ones() -> None:
    assert {"claude-opus-4", "claude-sonnet-4"} <= set(example_names())


def test_determine_puts_the_same_inputs_to_another_pack(
    cli: Cli, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "packs"
    own.mkdir()
    listed = {item["id"]: item for item in cli.json("packs", "list", "--json")}
    text = Path(listed[PACK]["path"]).read_text("utf-8")
    (own / "house.yaml").write_text(text.replace(f"id: {PACK}\n", "id: house-policy\n", 1), "utf-8")
    monkeypatch.setenv("ASL_PACKS", str(own))
    before = sha(file)
    mine = cli.json("determine", file, "--json")
    other = cli.json("determine", file, "--pack", "house-policy", "--json")
    assert (mine["pack"], other["pack"]) == (PACK, "house-policy")
    assert mine["snapshot_digest"] != other["snapshot_digest"]
    assert mine["label"] == other["label"]
    assert sha(file) == before


def test_history_prints_every_event_and_undo_names_what_it_takes_back(cli: Cli, file: Path, tmp_path: Path) -> None:
    inputs = tmp_path / "in.yaml"
    inputs.write_text(
        f"format: asl-inputs-1\npack: {PACK}\nanswers:\n  QC-01: {{state: unknown, rationale: no record}}\n", "utf-8"
    )
    assert cli("apply", file, inputs, "--by", "Ada") == 0, cli.err
    events = cli.json("history", file, "--json")
    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    assert set(events[-1]) == {
        "seq", "device", "n", "change", "actor", "at", "kind", "key", "action", "was", "now", "reverts", "hash",
    }  # fmt: skip
    assert (events[-1]["actor"], events[-1]["kind"], events[-1]["key"]) == ("Ada", "answer", "QC-01")
    assert cli.json("history", file, "--json", "--limit", "1") == events[-1:]
    assert cli.json("history", file, "--json", "--by", "Nobody") == []
    assert cli("undo", file, "--by", "Bob") == 0
    assert "Undone: answer QC-01, Ada, " in cli.out
    assert cli("undo", file) == 1
    assert "Nothing was changed since the assessment was created." in cli.err
    assert cli("redo", file, "--by", "Bob") == 0
    assert cli("history", file, "--of", "QC-01") == 0
    assert re.findall(r"Redone|Undone|Answer recorded", cli.out) == ["Redone", "Undone", "Answer recorded"]
    assert cli.json("history", file, "--json", "--of", "QC-01")[-1]["reverts"] != ""
    assert cli("history", file, "--of", "QC-99999") == 1


def test_a_signed_report_leaves_a_checkpoint_and_finds_an_older_file(cli: Cli, file: Path, tmp_path: Path) -> None:
    words, signer, pdf = tmp_path / "pw", tmp_path / "ann.p12", tmp_path / "r.pdf"
    words.write_text(SECRET)
    assert cli("identity", "new", "--name", "Ann", "--out", signer, "--passphrase-file", words) == 0
    older = tmp_path / "older.asl"
    older.write_bytes(file.read_bytes())
    sealed = tmp_path / "a.checkpoint"
    assert cli("checkpoint", file, "--sign", signer, "--passphrase-file", words, "--out", sealed) == 0
    why = "The board wants it"
    signing = ("--sign", signer, "--passphrase-file", words, "--despite", why)
    assert cli("report", file, "--out", pdf, *signing) == 0, cli.err
    assert "signed although the pre-flight check found" in cli.out
    assert "checkpoint was not kept" not in cli.out
    assert why.encode() in pdf.read_bytes()
    events = cli.json("history", file, "--json")
    assert [(event["kind"], event["actor"]) for event in events[3:]] == [("checkpoint", "Ann"), ("checkpoint", "Ann")]
    assert cli.json("verify", file, "--against", pdf, "--json")["against"]["contained"] is True
    assert cli("verify", file, "--against", sealed) == 0
    assert cli("verify", older, "--against", pdf, "--json") == 1
    found = json.loads(cli.out)
    assert (found["ok"], found["against"]["kind"], found["against"]["first"]) == (False, "cut_off", 4)
    assert cli("verify", pdf, "--against", pdf) == 2
    assert cli("verify", file, "--against", tmp_path / "missing.pdf") == 2
    file.write_bytes(older.read_bytes())
    assert cli("history", file) == 0
    assert "An earlier version may have been put back" in cli.err


def test_a_report_of_a_file_that_is_open_elsewhere_is_signed_and_says_that_no_checkpoint_was_kept(
    cli: Cli, file: Path, tmp_path: Path
) -> None:
    words, signer = tmp_path / "pw", tmp_path / "ann.p12"
    words.write_text(SECRET)
    assert cli("identity", "new", "--name", "Ann", "--out", signer, "--passphrase-file", words) == 0
    signing = ("--sign", signer, "--passphrase-file", words, "--despite", "a rehearsal")
    with Document.open(file):
        assert cli("report", file, "--out", tmp_path / "r.pdf", *signing) == 0
    assert "Note: The checkpoint was not kept in the assessment." in cli.out


def test_report_with_errors_is_not_signed_unless_somebody_says_why(cli: Cli, file: Path, tmp_path: Path) -> None:
    words, signer, report = tmp_path / "pw", tmp_path / "ann.p12", tmp_path / "r.pdf"
    words.write_text(SECRET)
    assert cli("identity", "new", "--name", "Ann", "--out", signer, "--passphrase-file", words) == 0
    assert cli("report", file, "--out", report, "--sign", signer, "--passphrase-file", words) == 1
    assert "of the pre-flight check stand in the way" in cli.err
    assert "showing:" in cli.err
    assert not report.exists()
    assert cli("report", file, "--out", report) == 0


def test_preflight_of_an_empty_assessment_names_what_stands_in_the_way(cli: Cli, file: Path) -> None:
    assert cli("preflight", file) == 1
    assert cli.out.startswith("Pre-flight check: ")
    assert "ERROR: Questions without an answer" in cli.out
    assert cli("preflight", file, "--json") == 1
    data = json.loads(cli.out)
    assert data["clear"] is False
    assert data["snapshot_digest"] == cli.json("determine", file, "--json")["snapshot_digest"]
    assert len(data["findings"]) == sum(data["counts"].values())


DECIDED = """\
format: asl-inputs-1
pack: anthropic-rsp-2.2
decisions:
  deploy: {outcome: hold, by: Ann, role: RSO, reason: Much is open., at: 2025-06-02T10:00:00Z}
"""


def test_decisions_are_signed_by_apply_and_verify_says_whether_they_hold(cli: Cli, file: Path, tmp_path: Path) -> None:
    words, signer, listing = tmp_path / "pw", tmp_path / "ann.p12", tmp_path / "INPUTS.yaml"
    words.write_text(SECRET)
    listing.write_text(DECIDED)
    assert cli("identity", "new", "--name", "Ann", "--out", signer, "--passphrase-file", words) == 0
    assert cli("apply", file, listing) == 0
    assert "Recorded without a signature: the decision at deploy." in cli.out
    assert cli("verify", file) == 0
    assert "Decision at deploy: Recorded without a signature." in cli.out
    signing = ("--sign", signer, "--passphrase-file", words)
    assert cli("apply", file, listing, *signing) == 0, cli.err
    assert "Signed by Ann: the decision at deploy." in cli.out
    assert "1 records new or changed" in cli.out
    assert cli("apply", file, listing, *signing) == 0
    assert "0 records new or changed" in cli.out
    told = cli.json("verify", file, "--json")["decisions"]["deploy"]
    assert (told["standing"], told["signer"], told["trusted"]) == ("holds", "Ann", True)
    assert cli("determine", file) == 0
    assert "by Ann; reason: Much is open.; signed, see: asl verify" in cli.out
    more = "answers:\n  QC-01: {state: unknown, rationale: nobody asked}\n"
    listing.write_text(DECIDED + more)
    assert cli("apply", file, listing) == 0
    assert "the decision at" not in cli.out
    assert cli("verify", file) == 0
    assert "for an earlier state of the inputs" in cli.out
    assert cli("apply", file, listing, *signing) == 0
    assert "Signed by Ann" in cli.out
    assert cli.json("verify", file, "--json")["decisions"]["deploy"]["standing"] == "holds"


def test_signed_decision_that_was_changed_is_named_by_verify(cli: Cli, file: Path, tmp_path: Path) -> None:
    words, signer, listing = tmp_path / "pw", tmp_path / "ann.p12", tmp_path / "INPUTS.yaml"
    words.write_text(SECRET)
    listing.write_text(DECIDED)
    assert cli("identity", "new", "--name", "Ann", "--out", signer, "--passphrase-file", words) == 0
    assert cli("apply", file, listing, "--sign", signer, "--passphrase-file", words) == 0, cli.err
    with Document.open(file) as document:
        (held,) = document.inputs().decisions
        document.put(dataclasses.replace(held, reason="Little is open."), actor="Mallory").result()
    assert cli("verify", file, "--json") == 1
    told = json.loads(cli.out)
    assert told["touched"] == ["decision:deploy"]
    assert "was changed after Ann signed it, or Ann never signed it" in told["problems"][0]
    assert cli("check", file) == 0


def test_signing_a_decision_to_go_on_past_errors_is_refused_and_nothing_is_recorded(
    cli: Cli, file: Path, tmp_path: Path
) -> None:
    words, signer, listing = tmp_path / "pw", tmp_path / "ann.p12", tmp_path / "INPUTS.yaml"
    words.write_text(SECRET)
    listing.write_text(DECIDED.replace("hold", "go"))
    assert cli("identity", "new", "--name", "Ann", "--out", signer, "--passphrase-file", words) == 0
    assert cli("apply", file, listing, "--sign", signer, "--passphrase-file", words) == 1
    assert "of the pre-flight check stand in the way" in cli.err
    words.write_text("wrong")
    assert cli("apply", file, listing, "--sign", signer, "--passphrase-file", words) == 1
    assert cli("apply", file, listing, "--identity-passphrase-file", words) == 2
    with Document.open(file, read_only=True) as document:
        assert document.inputs().decisions == ()
