"""Hold the history of an assessment against what is known of it from outside: report, checkpoint or bare head."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asl_desktop.clock import Clock, SystemClock
from asl_desktop.errors import UserError, VerifyImpossible
from asl_desktop.files import open_ordinary
from asl_desktop.services.continuity import Continuity, compare, in_words
from asl_desktop.storage.model import Head
from reports.checkpoints import check_checkpoint, read_checkpoint
from reports.dates import day
from reports.identity import DEMONSTRATION
from reports.verifying import Verification, anchors_for, verify_pdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cryptography.x509 import Certificate

    from asl_desktop.storage.document import Document
    from asl_desktop.storage.keys import Secret

_HEAD = re.compile(r"(?:(\d{1,15}):)?([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What holding a history against something from outside found.

    Attributes:
        head: what was compared with.
        continuity: None when the two could not be compared, as they speak of different documents.
    """

    head: Head
    continuity: Continuity | None
    problems: tuple[str, ...]
    facts: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """Return the member ``against`` of ``asl verify --json``."""
        found = self.continuity
        return {
            "events": self.head.events,
            "head": self.head.hash,
            "contained": found is not None and found.contained,
            "kind": found.kind if found is not None else "not_compared",
            "first": found.first if found is not None else 0,
        }


@dataclass(frozen=True, slots=True)
class Outside:
    """What is known of a history from outside the file.

    Attributes:
        what: how sentences name it, such as ``the report board.pdf``.
        document: UUID of the document that it speaks of, empty when it does not say.
        problems: why it cannot be relied on itself.
        facts: worth knowing about it.
    """

    what: str
    head: Head
    document: str = ""
    problems: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


def outside_of(
    against: str,
    *,
    trust: Iterable[Path | Certificate] = (),
    clock: Clock = SystemClock(),  # noqa: B008
) -> Outside:
    """Read what a person holds against a file: a signed report, a checkpoint file, or ``[EVENTS:]HEAD``.

    Raises:
        VerifyImpossible: it is none of these, or the report names no history.
    """
    if (match := _HEAD.fullmatch(against.strip().lower())) is not None:
        return Outside("the given head", Head(int(match[1] or 0), match[2]))
    path = Path(against)
    if _is_pdf(path):
        return _report(path, trust=tuple(trust), clock=clock)
    checkpoint = read_checkpoint(path)
    anchors, facts = anchors_for(trust)
    result = check_checkpoint(checkpoint, anchors=anchors, moment=clock.now())
    made = f"{path.name}: {checkpoint.events} events, signed by {result.signer}, {_when(checkpoint.at)}."
    found = [made] if result.valid else []
    if result.organisation == DEMONSTRATION:
        found.append("The signer is a demonstration identity, whose passphrase lies beside it: anyone may have signed.")
    return Outside(
        f"the checkpoint {path.name}",
        Head(checkpoint.events, checkpoint.head),
        checkpoint.document,
        (result.problem,) if result.problem else (),
        (*found, *facts),
    )


def compared(
    document: Document,
    outside: Outside,
    *,
    trust: Iterable[Path | Certificate] = (),
    clock: Clock = SystemClock(),  # noqa: B008
) -> Comparison:
    """Say whether the history of a document goes through the head from outside, and if not, from where on."""
    if outside.document and outside.document != document.document_id:
        problem = f"{_large(outside.what)} speaks of another assessment than this file holds."
        return Comparison(outside.head, None, (problem, *outside.problems), outside.facts)
    anchors, _ = anchors_for(trust)
    found = compare(document, outside.head, known=trusted_heads(document, anchors=anchors, clock=clock))
    sentence = in_words(found, outside.head, outside.what)
    problems, facts = outside.problems, outside.facts
    if found.contained:
        return Comparison(outside.head, found, problems, (sentence, *facts))
    return Comparison(outside.head, found, (sentence, *problems), facts)


def trusted_heads(document: Document, *, anchors: Sequence[Certificate], clock: Clock) -> Iterator[Head]:
    """Yield the heads of the checkpoints in a document that a signer trusted here vouches for."""
    for checkpoint in document.checkpoints():
        result = check_checkpoint(checkpoint, anchors=anchors, moment=clock.now())
        if result.trusted and checkpoint.document == document.document_id:
            yield Head(checkpoint.events, checkpoint.head)


def together(file: Verification, history: Comparison) -> Verification:
    """Return the verification of a file with what comparing its history found added to it."""
    return replace(
        file,
        ok=file.ok and history.ok,
        problems=(*file.problems, *history.problems),
        facts=(*file.facts, *history.facts),
    )


def _report(path: Path, *, trust: Sequence[Path | Certificate], clock: Clock) -> Outside:
    result = verify_pdf(path, trust=trust, clock=clock)
    stated = stated_history(path)
    if stated is None:
        raise VerifyImpossible(path=path, detail="the report does not name the history that it was made from")
    signers = ", ".join(f"{item.signer} ({item.role})" for item in result.signatures if item.intact and item.valid)
    problems = tuple(f"{path.name}: {problem}" for problem in result.problems)
    facts = (f"{path.name} names {stated[1].events} events; signed by {signers}.",) if signers else ()
    return Outside(f"the report {path.name}", stated[1], stated[0], problems, facts)


def stated_history(path: Path) -> tuple[str, Head] | None:
    """Return document and head that the data attached to a report names; None when it names none."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    from reports.pdf_contents import attachments
    from reports.quiet import library_silenced

    try:
        with library_silenced(), open_ordinary(path) as stream:
            files = attachments(PdfFileReader(stream, strict=True))
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        return None
    for data in files.values():
        try:
            history: Any = json.loads(data)["history"]
            return str(history["document"]), Head(int(history["events"]), str(history["head"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
    return None


def compare_file(
    path: Path,
    against: str,
    *,
    secret: Secret | None = None,
    trust: Sequence[Path | Certificate] = (),
    clock: Clock = SystemClock(),  # noqa: B008
) -> Comparison:
    """Open a file for reading and hold its history against what a person names.

    Raises:
        VerifyImpossible: what to compare with cannot be looked at.
    """
    from asl_desktop.messages import message_for
    from asl_desktop.storage.document import Document as Opened

    outside = outside_of(against, trust=trust, clock=clock)
    try:
        with Opened.open(path, read_only=True, secret=secret) as document:
            return compared(document, outside, trust=trust, clock=clock)
    except UserError as error:
        problem = f"The history could not be compared with {outside.what}. {message_for(error).text}"
        return Comparison(outside.head, None, (problem,), outside.facts)


def _is_pdf(path: Path) -> bool:
    try:
        with open_ordinary(path) as stream:
            return stream.read(5) == b"%PDF-"
    except FileNotFoundError as error:
        detail = "there is no such file, and it is not a head of 64 hexadecimal digits"
        raise VerifyImpossible(path=path, detail=detail) from error
    except OSError as error:
        raise VerifyImpossible(path=path, detail=error.strerror or str(error)) from error


def _when(at: str) -> str:
    from datetime import datetime

    return day(datetime.fromisoformat(at))


def _large(text: str) -> str:
    return text[:1].upper() + text[1:]
