"""What a process said it had confirmed, and whether a document keeps that word."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from asl_desktop.storage.document import Document

QUESTIONS = 50
"""The n-th answer goes to question n modulo this, with n as its rationale."""


class Acks:
    """Says things in whole lines; what was said stays said when the process is killed."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def say(self, *words: object) -> None:
        """Write one line."""
        os.write(self._file, (" ".join(str(word) for word in words) + "\n").encode())

    def close(self) -> None:
        """Say nothing more."""
        os.close(self._file)


@dataclass(slots=True)
class Told:
    """The sum of all lines.

    Attributes:
        answers: newest acknowledged number by question.
        last: newest acknowledged number of all, -1 when there is none.
        evidence: ``in``, ``out``, or ``unsure`` while something was under way, by digest.
        files: digest by name, of files that were put in place for good.
        copies: number of events by name, of copies that were put in place for good.
        passphrase: number of the newest passphrase that was confirmed.
        saves: number of acknowledgements.
    """

    answers: dict[int, int] = field(default_factory=dict)
    last: int = -1
    evidence: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    copies: dict[str, int] = field(default_factory=dict)
    passphrase: int = 0
    saves: int = 0

    @classmethod
    def read(cls, path: Path) -> Told:
        """Read the lines of :class:`Acks`; a line that is not complete was never said."""
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return cls.of(text.split("\n")[:-1])

    @classmethod
    def of(cls, lines: Iterable[str]) -> Told:
        """Sum up lines."""
        told = cls()
        for line in lines:
            told._take(*line.split(" "))
        return told

    def _take(self, what: str, *values: str) -> None:
        self.saves += what != "trying"
        if what == "answer":
            self.last = int(values[0])
            self.answers[self.last % QUESTIONS] = self.last
        elif what == "trying":
            self.evidence[values[0]] = "unsure"
        elif what in {"in", "out"}:
            self.evidence[values[0]] = what
        elif what == "file":
            self.files[values[0]] = values[1]
        elif what == "copy":
            self.copies[values[0]] = int(values[1])
        elif what == "passphrase":
            self.passphrase = int(values[0])

    def missing_from(self, document: Document) -> list[str]:
        """Say what was acknowledged and is not there, or is there and cannot be."""
        inputs = document.inputs()
        held = {int(answer.question[1:]): int(answer.rationale) for answer in inputs.answers}
        problems = [
            f"answer {number} was acknowledged, Q{question} says {held.get(question)}"
            for question, number in self.answers.items()
            if held.get(question, -1) < number
        ]
        problems += [f"answer {number} was never given" for number in held.values() if number > self.last + 1]
        for sha256, state in self.evidence.items():
            if state != "unsure" and (sha256 in inputs.evidence_by_sha) != (state == "in"):
                problems.append(f"evidence {sha256} was acknowledged to be {state} and is not")
        unknown = inputs.evidence_by_sha.keys() - self.evidence.keys()
        if len(unknown) > 1:  # one may have become durable after the last line
            problems.append(f"evidence nobody attached: {sorted(unknown)}")
        return problems
