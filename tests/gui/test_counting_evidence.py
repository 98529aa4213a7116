"""Progress says at once when evidence that an answer needs runs out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from asl_desktop.domain.inputs import Answer, EvidenceItem, EvidenceLink
from asl_desktop.services.assessments import snapshot_of
from tests.services_world import SHA, small_pack, with_evidence
from ui.counting import Tally, lacks

DAY = date(2026, 3, 14)


def test_tally_counts_an_answer_as_lacking_once_its_evidence_is_stale() -> None:
    pack = small_pack()
    strict = replace(pack, questions=tuple(replace(item, evidence_required=True) for item in pack.questions))
    answer = Answer("Q-YES", value={"value": True}, evidence=(EvidenceLink(SHA),))
    inputs = replace(with_evidence(), answers=(answer,))
    tally, question = Tally(), strict.question_by_id["Q-YES"]

    def _lacking(valid_until: date | None, day: date) -> int:
        on_file = replace(inputs, evidence=(EvidenceItem(SHA, "proof.txt", 4, valid_until=valid_until),))
        shot = snapshot_of(strict, on_file, as_of=day)
        count = tally.count(shot)["bio"]
        assert count.done == 1
        assert bool(lacks(question, shot)) is bool(count.lacking)
        return count.lacking

    assert _lacking(None, DAY) == 0
    assert _lacking(date(2026, 3, 13), DAY) == 1
    assert _lacking(date(2026, 3, 13), date(2026, 3, 13)) == 0
    assert "still valid" in lacks(question, snapshot_of(strict, replace(inputs, evidence=()), as_of=DAY))
