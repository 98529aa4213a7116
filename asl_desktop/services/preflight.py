"""The pre-flight check: everything about an assessment that a person must see before they put their name under it.

How heavy a finding is follows one rule each, and what kind of rule it is decides:

==========  =====================================================================================================
error       What was asked for is silent, or something on record does not carry what it claims: an open question
            that bears on the outcome, an answer without the evidence or rationale it needs, "does not apply" that
            nobody confirmed, an indicator without an adequate result, a showing that is undecided or does not count,
            an exception that ended, a decision that differs without a reason. It stands in the way of signing until
            it is mended or a person says, on record, why they sign all the same.
warning     The record speaks openly, but what it says weighs on the decision: unknown or declined on a question that
            decides, an accepted point in tension, a rationale that speaks to a result no longer there, a required
            safeguard without owner or due date, stale evidence, a plan that was not fixed before results. It must be
            seen.
note        Good to know; nothing is wrong: dissent on record, evidence soon out of date, evidence nobody cites.
==========  =====================================================================================================

Nothing here judges a level, a margin or a gate: that is :mod:`asl_desktop.domain.determine`, which fails closed
whatever is found here. The check is a pure function of one snapshot.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from asl_desktop.domain.inputs import stated
from asl_desktop.i18n import mark, ntr, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asl_desktop.domain.determination import Snapshot

Severity: TypeAlias = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
COUNT_WORDS: Mapping[Severity, tuple[str, str, str]] = {
    "error": (mark("no errors"), mark("{count} error"), mark("{count} errors")),
    "warning": (mark("no warnings"), mark("{count} warning"), mark("{count} warnings")),
    "note": (mark("no notes"), mark("{count} note"), mark("{count} notes")),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked for.

    Attributes:
        title: what is wrong, in a few words, as the heading over all findings of this rule.
        why: why it matters, one sentence.
    """

    id: str
    severity: Severity
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        text: what is the matter, a sentence.
        target: where it is mended: ``answer:QC-20``, ``indicator:vct``, ``showing:RO-1@CBRN-3``, ``requirement:D3-1``,
            ``decision:deploy``, ``interim:IM-1``, ``evidence:<sha256>``, ``scope:model`` or ``plan``.
    """

    rule: Rule
    text: str
    target: str

    @property
    def severity(self) -> Severity:
        """How heavy it is."""
        return self.rule.severity


@dataclass(frozen=True)
class Preflight:
    """All findings, errors first, those of one rule together in the order of the framework."""

    findings: tuple[Finding, ...]

    @cached_property
    def counts(self) -> Mapping[Severity, int]:
        """How many findings there are of each severity."""
        return {each: sum(1 for item in self.findings if item.severity == each) for each in SEVERITIES}

    @cached_property
    def groups(self) -> tuple[tuple[Rule, tuple[Finding, ...]], ...]:
        """The findings by rule."""
        found: dict[Rule, list[Finding]] = {}
        for item in self.findings:
            found.setdefault(item.rule, []).append(item)
        return tuple((rule, tuple(items)) for rule, items in found.items())

    @property
    def clear(self) -> bool:
        """Tell whether no error stands in the way of signing."""
        return not self.counts["error"]

    def words(self) -> str:
        """Return ``3 errors, 1 warning and no notes``."""
        errors, warnings, notes = (_counted(each, self.counts[each]) for each in SEVERITIES)
        return tr("{errors}, {warnings} and {notes}").format(errors=errors, warnings=warnings, notes=notes)


def _counted(severity: Severity, count: int) -> str:
    none, one, many = COUNT_WORDS[severity]
    return ntr(one, many, count).format(count=count) if count else tr(none)


def check_before_signing(snapshot: Snapshot) -> Preflight:
    """Look at one moment of an assessment as a whole."""
    from asl_desktop.services.preflight_rules import findings

    return arranged(findings(snapshot))


def arranged(found: Iterable[Finding]) -> Preflight:
    """Put all that was found in order, errors first."""
    return Preflight(tuple(sorted(found, key=lambda item: SEVERITIES.index(item.severity))))


def sign_off_problem(found: Preflight, despite: str) -> str:
    """Return why nobody may sign or decide yet, or nothing.

    Args:
        found: what the check found at the moment of signing.
        despite: why a person does so although errors stand; it is kept with what they sign.
    """
    if found.clear or stated(despite):
        return ""
    count = found.counts["error"]
    return ntr(
        "{count} error of the pre-flight check stands in the way. Mend what can be mended, or say why you go on all "
        "the same; that reason is kept and printed.",
        "{count} errors of the pre-flight check stand in the way. Mend what can be mended, or say why you go on all "
        "the same; that reason is kept and printed.",
        count,
    ).format(count=count)


def errors_in_words(found: Preflight) -> str:
    """Return every error with the record to mend, in one line."""
    errors = [item for item in found.findings if item.severity == "error"]
    return " ".join(f"{item.target}: {item.text}" for item in errors)


def preflight_json(found: Preflight) -> dict[str, Any]:
    """Return the findings in the stable shape of ``asl preflight --json``."""
    return {
        "counts": dict(found.counts),
        "clear": found.clear,
        "findings": [
            {**{key: value for key, value in asdict(item.rule).items() if key != "id"}, "rule": item.rule.id}
            | {"text": item.text, "target": item.target}
            for item in found.findings
        ],
    }
