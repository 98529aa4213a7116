"""The results of an earlier assessment beside those of the present one, and what stands taken over from one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asl_desktop import codec
from asl_desktop.domain.inputs import EvidenceItem, Inputs, Measurement, Scope
from asl_desktop.domain.margins import read_indicator
from asl_desktop.domain.records import with_record
from asl_desktop.errors import UserError
from asl_desktop.i18n import tr
from asl_desktop.messages import message_for
from asl_desktop.services.checks import check_record
from asl_desktop.services.record_words import RecordWords

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot
    from asl_desktop.domain.pack import Pack
    from asl_desktop.services.previous import Previous
    from asl_desktop.storage.document import Document

_NOT_ITS_OWN = frozenset({"indicator", "carried_from", "set_aside_by", "set_aside_reason"})


@dataclass(frozen=True, slots=True)
class EarlierResult:
    """One result of an earlier assessment.

    Attributes:
        measurement: as the earlier assessment holds it.
        evidence: what it cites, as far as the earlier assessment holds it.
        facts: label and text of everything it says: the result as reported, elicitation, dates, evidence.
        hindrance: why it cannot be taken over, as a sentence; empty when it can.
    """

    measurement: Measurement
    evidence: tuple[EvidenceItem, ...]
    facts: tuple[tuple[str, str], ...]
    hindrance: str


def earlier_results(previous: Previous, pack: Pack, indicator: str) -> tuple[EarlierResult, ...]:
    """Return the results that an earlier assessment holds for an indicator, the latest first."""
    found = previous.inputs.measurements_by_indicator.get(indicator, ())
    dated = sorted(found, key=lambda m: m.produced.isoformat() if m.produced else m.at[:10], reverse=True)
    return tuple(_earlier(previous, pack, item) for item in dated)


def earlier_result(previous: Previous, pack: Pack, measurement_id: str) -> EarlierResult | None:
    """Return the result of this id, or None when the earlier assessment holds none."""
    found = next((item for item in previous.inputs.measurements if item.id == measurement_id), None)
    return _earlier(previous, pack, found) if found is not None else None


def facts_of(pack: Pack, inputs: Inputs, measurement: Measurement) -> tuple[tuple[str, str], ...]:
    """Return label and text of everything a result says about itself, the numbers first."""
    said = {name: value for name, value in codec.to_json(measurement).items() if name not in _NOT_ITS_OWN}
    return tuple(RecordWords(pack, inputs).fields("measurement", said).items())


def as_taken_over(document: Document, measurement_id: str) -> Measurement | None:
    """Return a result that is not confirmed as it was when it was taken over, before anything was changed here.

    None when it does not stand taken over.
    """
    first: Measurement | None = None
    for event in reversed(document.events_of("measurement", measurement_id)):
        if not event.record or not event.record.get("carried_from"):
            break
        first = codec.from_json(Measurement, event.record)
    return first


def still_lacking(snapshot: Snapshot, measurement: Measurement) -> tuple[str, ...]:
    """Return why a result that is taken over would not count in full even once it is confirmed, as sentences."""
    indicator = snapshot.pack.indicator_by_id[measurement.indicator]
    inputs = with_record(snapshot.inputs, dataclasses.replace(measurement, carried_from=""))
    readings = read_indicator(indicator, inputs, as_of=snapshot.as_of, level=snapshot.pack.level)
    return next((r.defects for r in readings.all if r.measurement.id == measurement.id), ())


def _earlier(previous: Previous, pack: Pack, measurement: Measurement) -> EarlierResult:
    held = previous.inputs.evidence_by_sha
    items = tuple(held[link.evidence] for link in measurement.evidence if link.evidence in held)
    facts = facts_of(previous.pack, previous.inputs, measurement)
    return EarlierResult(measurement, items, facts, _hindrance(pack, measurement))


def _hindrance(pack: Pack, measurement: Measurement) -> str:
    try:
        check_record(pack, Inputs(scope=Scope("")), dataclasses.replace(measurement, evidence=()))
    except UserError as error:
        return tr("It does not fit this framework. {text}").format(text=message_for(error).text)
    return ""
