"""How long one full-text search takes in a very large assessment, against a loop that looks into every text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import EvidenceItem
from asl_desktop.services.search import Index, fold
from asl_desktop.services.search_texts import GROUPS
from benchmarks.measure import Row, alternate, row, timed
from benchmarks.synthetic import synthetic_inputs, synthetic_pack

if TYPE_CHECKING:
    from asl_desktop.domain.inputs import Inputs
    from asl_desktop.domain.pack import Pack

QUESTIONS, EVIDENCE = 5_880, 10_000
GUIDANCE = "Say which red team looked at it, with which tools, and how an expert's own work was told apart. " * 3
RATIONALE = "The interval reaches past the bound; a second run with better elicitation is planned. " * 3
QUERIES = ("uplift", "elicitation planned", '"second run" 417', "q-5300", "nothing holds this", "report 9 pdf", "é")
REFERENCE = "plain loop with `in` over the same texts, folded beforehand"


def rows(*, runs: int) -> list[Row]:
    """Search the same words in turn by index and by loop, and read one changed answer anew."""
    pack, inputs = large()
    index = Index()
    first = timed(lambda: index.update(pack, inputs))
    subjects = [source for group in GROUPS for source in group.sources(pack, inputs)]
    texts = [fold("\n".join((source.title, *(text for _, text in source.texts())))) for source in subjects]
    count = 0

    def subject() -> float:
        nonlocal count
        count += 1
        return timed(lambda: index.search(QUERIES[count % len(QUERIES)]))

    def reference() -> float:
        term = fold(QUERIES[count % len(QUERIES)])
        return timed(lambda: [text for text in texts if term in text])

    def changed() -> float:
        nonlocal count
        count += 1
        answer = replace(inputs.answers[count % QUESTIONS], rationale=f"Changed {count}")
        held = replace(inputs, answers=(*inputs.answers[: count % QUESTIONS], answer,
                                        *inputs.answers[count % QUESTIONS + 1 :]))  # fmt: skip
        return timed(lambda: index.update(pack, held))

    size = f"{QUESTIONS:,} questions and {EVIDENCE:,} evidence items"
    times = alternate(subject, reference, runs=runs, warm_up=len(QUERIES))
    again = alternate(changed, lambda: first, runs=max(runs // 4, 5))
    whole = "reading all texts for the first time"
    return [
        row(f"full-text search, {size}, p95", times, unit="ms", reference=REFERENCE, most=50.0, share=0.95),
        row(f"take over one change, {size}, p95", again, unit="ms", reference=whole, most=50.0, share=0.95),
    ]


def large() -> tuple[Pack, Inputs]:
    """Return a pack of 5,880 answered questions, and 10,000 pieces of evidence."""
    pack, inputs = synthetic_pack(), synthetic_inputs()
    question, answer = pack.questions[0], inputs.answers[0]
    questions = tuple(
        replace(question, id=f"Q-{n}", text=f"Question {n} on uplift", guidance=f"{GUIDANCE}{n}")
        for n in range(QUESTIONS)
    )
    answers = tuple(replace(answer, question=f"Q-{n}", rationale=f"{RATIONALE}{n}") for n in range(QUESTIONS))
    evidence = tuple(
        EvidenceItem(f"{n:064x}", f"report {n}.pdf", 1000, title=f"Transcripts of session {n}") for n in range(EVIDENCE)
    )
    return replace(pack, questions=questions), replace(inputs, answers=answers, evidence=evidence)
