"""INPUTS.yaml goes in whole or not at all, twice without effect, and comes back as it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from asl_desktop.domain.inputs import (
    Amendment,
    Answer,
    EvidenceItem,
    EvidenceLink,
    Inputs,
    Plan,
    PlannedIndicator,
    Scope,
)
from asl_desktop.errors import (
    Cancelled,
    DiskFull,
    EvidenceMissing,
    FileExists,
    FileMissing,
    InputInvalid,
    OutputNotWritable,
)
from asl_desktop.interchange.inputs_file import read_inputs
from asl_desktop.interchange.inputs_model import inputs_schema
from asl_desktop.interchange.yaml_source import parse_yaml
from asl_desktop.resources_access import resource_path
from asl_desktop.services.assessments import take_snapshot
from asl_desktop.services.evidence import attach_evidence
from asl_desktop.services.inputs_files import apply_inputs, export_inputs
from asl_desktop.services.plan_digest import plan_digest
from asl_desktop.services.recording import amend_plan, lock_plan, record
from asl_desktop.storage.document import Document
from tests.services_world import small_pack

if TYPE_CHECKING:
    from asl_desktop.clock import FixedClock

PACK = small_pack()
EXAMPLES = ("claude-opus-4", "claude-sonnet-4")
DAY = date(2025, 6, 2)

FULL = """\
format: asl-inputs-1
pack: small
author: Ada
at: 2025-05-22T12:00:00Z
scope: {model: Tern, checkpoint: "7", as_of: 2025-06-01}
plan:
  note: fixed first
  indicators: [{indicator: acc, min_n: 8, required_elicitation: [tools]}]
  locked_by: Ada
  locked_at: 2025-05-01T08:00:00Z
evidence:
  card: {file: proofs/card.md, title: Card, produced: 2025-05-20, strength: strong}
  log: {file: log.txt}
answers:
  Q-YES: {value: yes, rationale: seen, evidence: [card#7.2]}
  Q-ONE: {value: low}
  Q-MANY: {value: [low, high]}
  Q-NUM: {value: 12, confidence: moderate, evidence: [{ref: log, stance: counters, anchor: p. 4}]}
  Q-TEXT: {value: "yes"}
  Q-DAY: {value: 2025-05-01}
  Q-RANGE: {value: [1, 2, 3.5, 90]}
  Q-TWO: {value: {first: 1, second: text}}
  Q-END: {state: declined, reason: not ours}
measurements:
  - {indicator: acc, counts: {successes: 2, n: 40}, elicitation: [tools], produced: 2025-05-20, evidence: [card]}
  - {indicator: acc, ratio: {treatment: {mean: 63, stderr: 13, n: 8}, control: {successes: 1, n: 9}}, author: Bob}
showings:
  - {showing: S1, threshold: T1, status: accepted, by: Cy, rationales: {acc: thin}, dissent: [{by: Di, text: no}]}
requirements:
  R1: {status: in_place, evidence: [card]}
  X1: {status: planned, due: 2025-12-01}
decisions:
  deploy: {outcome: hold, by: CEO, reason: caution}
interim: [{measure: IM1, by: CEO, ends: 2025-12-31}]
specifications:
  - {track: security, standard: L3, author: Lab, dated: 2025-05-01, requirements: [{id: X1, title: Row}]}
"""


@pytest.fixture
def document(tmp_path: Path, clock: FixedClock) -> Iterator[Document]:
    with Document.create(tmp_path / "a.asl", pack=PACK, scope=Scope("Tern"), actor="Ada", clock=clock) as made:
        yield made


def inputs_folder(tmp_path: Path, text: str = FULL) -> Path:
    folder = tmp_path / "in"
    (folder / "proofs").mkdir(parents=True, exist_ok=True)
    (folder / "proofs" / "card.md").write_text("the card", "utf-8")
    (folder / "log.txt").write_text("the log", "utf-8")
    (folder / "INPUTS.yaml").write_text(text, "utf-8")
    return folder / "INPUTS.yaml"


def digest_of(document: Document) -> str:
    return take_snapshot(document, as_of=DAY).digest


def test_apply_puts_in_everything_with_authors_times_and_evidence(document: Document, tmp_path: Path) -> None:
    applied = apply_inputs(document, inputs_folder(tmp_path), actor="Zoe")
    inputs = document.inputs()
    card = hashlib.sha256(b"the card").hexdigest()
    assert (applied.attached, applied.unchanged) == (2, 0)
    assert applied.changes.ids("requirement") == {"R1", "X1"}
    assert inputs.scope == Scope("Tern", "7", as_of=date(2025, 6, 1))
    yes = inputs.answer_by_question["Q-YES"]
    assert yes.value == {"value": True}
    assert yes.evidence == (EvidenceLink(card, anchor="7.2"),)
    assert (yes.author, yes.at) == ("Ada", "2025-05-22T12:00:00Z")
    assert inputs.answer_by_question["Q-TEXT"].value == {"value": "yes"}
    assert inputs.answer_by_question["Q-RANGE"].value == {"value": (1.0, 2.0, 3.5, 90.0)}
    assert inputs.evidence_by_sha[card].title == "Card"
    assert inputs.evidence_by_sha[card].media_type == "text/markdown"
    assert inputs.evidence_by_sha[card].author == "Ada"
    assert inputs.plan.pack_digest == PACK.digest
    assert inputs.plan.locked_digest == plan_digest(inputs.plan)
    assert {m.author for m in inputs.measurements} == {"Ada", "Bob"}
    assert document.check() == ()


def test_apply_twice_changes_nothing_the_second_time(document: Document, tmp_path: Path) -> None:
    path = inputs_folder(tmp_path)
    apply_inputs(document, path, actor="Zoe")
    head = document.head()
    again = apply_inputs(document, path, actor="Zoe")
    assert not again.changes
    assert again.attached == 0
    assert document.head() == head


def test_apply_twice_without_times_and_authors_changes_nothing_the_second_time(
    document: Document, tmp_path: Path
) -> None:
    text = FULL.replace("author: Ada\n", "").replace("at: 2025-05-22T12:00:00Z\n", "")
    path = inputs_folder(tmp_path, text)
    apply_inputs(document, path, actor="Zoe")
    head = document.head()
    assert document.inputs().answer_by_question["Q-YES"].author == "Zoe"
    assert not apply_inputs(document, path, actor="Yan").changes
    assert document.head() == head


def test_apply_leaves_alone_what_the_file_does_not_mention(document: Document, tmp_path: Path) -> None:
    record(document, Answer("Q-SCALE", value={"value": 3.0}), actor="Ada").result()
    apply_inputs(document, inputs_folder(tmp_path), actor="Zoe")
    assert document.inputs().answer_by_question["Q-SCALE"].value == {"value": 3.0}


REFUSED = [
    ("pack: small", "pack: other", "pack", 'the assessment is under "small"'),
    ("Q-NUM: {value: 12,", "Q-NUM: {value: twelve,", "answers.Q-NUM.value", "a number is expected"),
    ("Q-NUM: {value: 12,", "Q-NUM: {value: 120,", "answers.Q-NUM.value", "largest allowed value, 100 %"),
    ("Q-YES: {value: yes", "Q-YES: {value: maybe", "answers.Q-YES.value", "yes or no is expected"),
    ("Q-ONE: {value: low}", "Q-ONE: {value: lov}", "answers.Q-ONE.value", 'did you mean "low"'),
    ("Q-ONE:", "Q-OEN:", "answers.Q-OEN", 'did you mean "Q-ONE"'),
    (
        "Q-DAY: {value: 2025-05-01}",
        "Q-DAY: {value: 2025-02-30}",
        "answers.Q-DAY.value",
        "not a day of the calendar",
    ),
    ("{first: 1, second", "{first: 1, secnod", "answers.Q-TWO.value.secnod", 'did you mean "second"'),
    (", reason: not ours", "", "answers.Q-END", "needs a reason"),
    ("successes: 2, n: 40", "successes: 42, n: 40", "measurements[0].counts", "42 successes"),
    ("successes: 2, n: 40", "successes: 2.5, n: 40", "measurements[0].counts.successes", "whole number"),
    ("counts: {successes: 2, n: 40}, ", "", "measurements[0]", "exactly one of counts"),
    ("evidence: [card#7.2]", "evidence: [crad#7.2]", "answers.Q-YES.evidence[0]", 'did you mean "card"'),
    ("file: log.txt", "file: gone.txt", "evidence.log.file", "no such file"),
    ("file: log.txt", "file: ../log.txt", "evidence.log.file", "below the folder"),
    ("file: log.txt", "file: /etc/passwd", "evidence.log.file", "below the folder"),
    ("file: log.txt", "file: proofs", "evidence.log.file", "not an ordinary file"),
    ("file: log.txt", "file: proofs/card.md", "evidence.log.file", "same content"),
    ("file: log.txt}", f"file: log.txt, sha256: {'a' * 64}}}", "evidence.log.sha256", "has the digest"),
    ("status: in_place", "status: done", "requirements.R1.status", "must be one of"),
    ("status: accepted, by: Cy", "stauts: accepted, by: Cy", "showings[0].stauts", 'did you mean "status"'),
    ("outcome: hold, by: CEO, reason: caution", "outcome: go, by: CEO", "decisions.deploy", "needs a reason"),
    ("produced: 2025-05-20, strength", "produced: 20 May, strength", "evidence.card.produced", "a date such as"),
    ("at: 2025-05-22T12:00:00Z", "at: 2025-05-22", "at", "moment in UTC"),
    ("at: 2025-05-22T12:00:00Z", "at: 2025-13-22T12:00:00Z", "at", "moment in UTC"),
    ('checkpoint: "7"', "checkpoint: 7", "scope.checkpoint", "put a number or true/false in quotes"),
    ("format: asl-inputs-1", "format: asl-inputs-2", "format", 'must be "asl-inputs-1"'),
]


@pytest.mark.parametrize(("old", "new", "field", "problem"), REFUSED, ids=lambda item: str(item)[:40])
def test_apply_of_a_wrong_file_names_the_place_and_changes_nothing(
    document: Document, tmp_path: Path, old: str, new: str, field: str, problem: str
) -> None:
    line = FULL[: FULL.index(old)].count("\n") + 1
    head = document.head()
    path = inputs_folder(tmp_path, FULL.replace(old, new, 1))
    with pytest.raises(InputInvalid) as caught:
        apply_inputs(document, path, actor="Zoe")
    assert problem in str(caught.value.values["problem"])
    assert (caught.value.values["field"], caught.value.values["line"]) == (field, line)
    assert document.head() == head
    assert document.inputs() == Inputs(scope=Scope("Tern"))


def test_apply_reports_every_problem_at_once(document: Document, tmp_path: Path) -> None:
    text = (
        FULL.replace("value: 12", "value: 120").replace("Q-ONE:", "Q-OEN:").replace("successes: 2,", "successes: 99,")
    )
    with pytest.raises(InputInvalid) as caught:
        apply_inputs(document, inputs_folder(tmp_path, text), actor="Zoe")
    assert [problem.line for problem in caught.value.problems] == [16, 18, 25]


def test_apply_follows_no_link_out_of_the_folder(document: Document, tmp_path: Path) -> None:
    path = inputs_folder(tmp_path)
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    (path.parent / "log.txt").unlink()
    (path.parent / "log.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(InputInvalid, match="leads out of the folder"):
        apply_inputs(document, path, actor="Zoe")


def test_apply_of_a_missing_file_says_so(document: Document, tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        apply_inputs(document, tmp_path / "none.yaml", actor="Zoe")


class StopsAtTheSecondFile:
    """Lets the hashing pass and asks to stop when the second file is being attached."""

    def __init__(self) -> None:
        self.attaching = 0

    def report(self, done: int, total: int, text: str = "") -> None:
        pass

    def check(self) -> None:
        self.attaching += 1
        if self.attaching > 4:
            raise Cancelled


def test_apply_cancelled_while_attaching_leaves_nothing(document: Document, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        apply_inputs(document, inputs_folder(tmp_path), actor="Zoe", progress=StopsAtTheSecondFile())
    assert document.inputs() == Inputs(scope=Scope("Tern"))
    assert document.check() == ()


def test_apply_on_a_full_disk_while_attaching_leaves_nothing(
    document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach = Document.attach

    def full_at_the_second(self: Document, source: Path, *args: object, **kwargs: object) -> EvidenceItem:
        # The second file meets a full disk: a real full medium needs a mount that tests may not make.
        if source.name == "log.txt":
            raise DiskFull(path=str(self.path))
        return attach(self, source, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Document, "attach", full_at_the_second)
    with pytest.raises(DiskFull):
        apply_inputs(document, inputs_folder(tmp_path), actor="Zoe")
    assert document.inputs() == Inputs(scope=Scope("Tern"))
    assert document.check() == ()


def test_export_then_apply_gives_the_same_snapshot_digest(
    document: Document, tmp_path: Path, clock: FixedClock
) -> None:
    apply_inputs(document, inputs_folder(tmp_path), actor="Zoe")
    listing = export_inputs(document, tmp_path / "out")
    assert listing == tmp_path / "out" / "INPUTS.yaml"
    assert (listing.parent / "evidence" / "card.md").read_text("utf-8") == "the card"
    with Document.create(tmp_path / "b.asl", pack=PACK, scope=Scope("?"), actor="Bo", clock=clock) as other:
        apply_inputs(other, listing, actor="Somebody else")
        assert other.inputs() == document.inputs() or digest_of(other) == digest_of(document)
        assert digest_of(other) == digest_of(document)
        assert not apply_inputs(other, listing, actor="Third").changes


def test_export_to_a_yaml_name_puts_evidence_beside_it(document: Document, tmp_path: Path) -> None:
    apply_inputs(document, inputs_folder(tmp_path), actor="Zoe")
    assert export_inputs(document, tmp_path / "x.yaml") == tmp_path / "x.yaml"
    assert sorted(p.name for p in (tmp_path / "evidence").iterdir()) == ["card.md", "log.txt"]
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".partial")] == []


def test_export_over_an_existing_file_is_refused_and_leaves_it(document: Document, tmp_path: Path) -> None:
    target = tmp_path / "x.yaml"
    target.write_text("mine", "utf-8")
    with pytest.raises(FileExists):
        export_inputs(document, target)
    assert target.read_text("utf-8") == "mine"


def test_export_below_a_file_is_refused(document: Document, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(OutputNotWritable):
        export_inputs(document, tmp_path / "file" / "sub" / "x.yaml")


def test_export_gives_safe_names_to_evidence_with_hostile_ones(document: Document, tmp_path: Path) -> None:
    from asl_desktop.storage.model import EvidenceDraft

    source = tmp_path / "source"
    for number, name in enumerate(("../../evil", "con.txt", "a/b", "A/B", ".hidden", "e\u202etxt.exe")):
        source.write_text(f"content {number}", "utf-8")
        attach_evidence(document, source, draft=EvidenceDraft(name=name), actor="Ada")
    (tmp_path / "deep").mkdir()
    listing = export_inputs(document, tmp_path / "deep" / "out")
    names = sorted(p.name for p in (listing.parent / "evidence").iterdir())
    assert len(names) == len({name.casefold() for name in names}) == 6
    assert all(not name.startswith(".") and "/" not in name for name in names)
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["out"]
    with Document.create(tmp_path / "b.asl", pack=PACK, scope=Scope("?"), actor="Bo") as other:
        apply_inputs(other, listing, actor="Bo")
        assert {item.name for item in other.inputs().evidence} == {item.name for item in document.inputs().evidence}


def test_plan_is_locked_then_changes_by_amendment_only(document: Document, clock: FixedClock) -> None:
    record(document, Plan(indicators=(PlannedIndicator("acc", 9),)), actor="Ada").result()
    lock_plan(document, by="Ada", clock=clock).result()
    plan = document.inputs().plan
    assert (plan.locked_by, plan.locked_at) == ("Ada", "2025-06-02T12:00:00.000Z")
    change = Plan(indicators=(PlannedIndicator("acc", 12),))
    amend_plan(document, by="Bo", reason="more runs", change="min_n 12", plan=change, clock=clock).result()
    amended = document.inputs().plan
    assert amended.indicators == change.indicators
    assert amended.locked_digest == plan.locked_digest
    assert amended.amendments == (Amendment("2025-06-02T12:00:00.000Z", "Bo", "more runs", "min_n 12"),)


def test_written_inputs_are_plain_yaml_for_other_readers(document: Document, tmp_path: Path) -> None:
    apply_inputs(document, inputs_folder(tmp_path), actor="Zoe")
    data = yaml.safe_load(export_inputs(document, tmp_path / "out").read_text("utf-8"))
    assert data["answers"]["Q-YES"]["value"] is True
    assert data["answers"]["Q-TEXT"]["value"] == "yes"


def test_published_schema_is_in_step_and_takes_what_the_reader_takes() -> None:
    schema = json.loads(resource_path("schemas/inputs-1.schema.json").read_text("utf-8"))
    assert schema == inputs_schema(), "run tools/write_schemas.py"
    validator = jsonschema.Draft202012Validator(schema)
    for text in (FULL, *(resource_path(f"examples/{name}/INPUTS.yaml").read_text("utf-8") for name in EXAMPLES)):
        located = parse_yaml(text, file="x", error=InputInvalid)
        assert [error.message for error in validator.iter_errors(located.data)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("format: asl-inputs-1", "format: asl-inputs-2"),
        ("status: in_place", "status: done"),
        ("Q-ONE: {value: low}", "Q-ONE: {vaule: low}"),
        ("successes: 2, n: 40", "successes: two, n: 40"),
        ("pack: small\n", ""),
        ("due: 2025-12-01", "due: 5"),
    ],
)
def test_published_schema_refuses_what_the_reader_refuses(old: str, new: str, tmp_path: Path) -> None:
    text = FULL.replace(old, new)
    validator = jsonschema.Draft202012Validator(inputs_schema())
    assert not validator.is_valid(parse_yaml(text, file="x", error=InputInvalid).data)
    with pytest.raises(InputInvalid):
        read_inputs(inputs_folder(tmp_path, text))


def test_file_that_changes_into_known_evidence_takes_nothing_away(
    document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tmp_path / "known.txt"
    known.write_text("known before", "utf-8")
    item = attach_evidence(document, known, actor="Ada")
    path = inputs_folder(tmp_path)
    attach = Document.attach

    def swapped(self: Document, source: Path, *args: object, **kwargs: object) -> EvidenceItem:
        source.write_text("known before", "utf-8")  # somebody rewrites the file between reading and attaching
        return attach(self, source, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Document, "attach", swapped)
    with pytest.raises(EvidenceMissing, match="changed while"):
        apply_inputs(document, path, actor="Zoe")
    assert document.inputs().evidence == (item,)


GOING = FULL.replace(
    "deploy: {outcome: hold, by: CEO, reason: caution}", "deploy: {outcome: go, by: CEO, reason: needed}"
)


def test_decision_to_go_on_past_errors_is_refused_with_their_list(document: Document, tmp_path: Path) -> None:
    with pytest.raises(InputInvalid) as caught:
        apply_inputs(document, inputs_folder(tmp_path, GOING), actor="Ada")
    said = str(caught.value.values)
    assert "of the pre-flight check stand" in said
    assert "showing:S1@T1" in said
    assert document.inputs().decisions == ()


def test_decision_to_go_on_past_errors_enters_with_its_reason(document: Document, tmp_path: Path) -> None:
    text = GOING.replace("reason: needed}", "reason: needed, despite: the board knows}")
    apply_inputs(document, inputs_folder(tmp_path, text), actor="Ada")
    assert [item.despite for item in document.inputs().decisions] == ["the board knows"]
