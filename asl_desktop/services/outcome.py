"""The outcome of an assessment as JSON data: one builder for the command line, the report's attachment and its checks.

The keys of :func:`determination_json` are a promise to other programs. Keys may be added; none changes its meaning.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from asl_desktop import codec
from asl_desktop.services.assessments import inputs_json

if TYPE_CHECKING:
    from asl_desktop.domain.determination import (
        Determination,
        GateResult,
        Margin,
        Snapshot,
        ThresholdResult,
        TrackResult,
        Watched,
    )

DOCUMENT_FORMAT = "asl-assessment-json-1"


def determination_json(snapshot: Snapshot) -> dict[str, Any]:
    """Return the determination in the stable shape that ``asl determine --json`` prints.

    A number that is not finite (the open end of an interval) is null; the reasons beside it say so in words.
    """
    outcome = snapshot.determination
    data: dict[str, Any] = {
        "pack": outcome.pack,
        "pack_version": snapshot.pack.version,
        "pack_digest": outcome.pack_digest,
        "as_of": outcome.as_of.isoformat(),
        "snapshot_digest": snapshot.digest,
        "scope": codec.to_json(snapshot.inputs.scope),
        "label": outcome.label,
        "precautionary": outcome.precautionary,
        "tracks": {item.track: _track(item) for item in outcome.tracks},
        "thresholds": {item.id: _threshold(item) for item in outcome.thresholds},
        "margins": {item.indicator: _margin(item) for item in outcome.margins},
        "watched": {item.indicator: _watched(item) for item in outcome.watched},
        "gates": {item.id: _gate(item) for item in outcome.gates},
        **_lists(outcome),
    }
    finite: dict[str, Any] = _finite(data)
    return finite


def snapshot_document(snapshot: Snapshot) -> bytes:
    """Return the assessment as canonical JSON (RFC 8785): what is attached to the report and compared when verifying.

    It holds everything but the evidence itself, whose digests it names, and says how far the history had come.
    """
    history = {"document": snapshot.document_id, "events": snapshot.events, "head": snapshot.head}
    return codec.canonical(
        {
            "format": DOCUMENT_FORMAT,
            "snapshot_digest": snapshot.digest,
            "pack": {"id": snapshot.pack.id, "version": snapshot.pack.version, "digest": snapshot.pack.digest},
            "as_of": snapshot.as_of.isoformat(),
            "inputs": inputs_json(snapshot.inputs),
            "determination": determination_json(snapshot),
            **({"history": history} if snapshot.events else {}),
        }
    )


def _lists(outcome: Determination) -> dict[str, Any]:
    return {
        "tensions": [codec.to_json(item) for item in outcome.tensions],
        "gap": [codec.to_json(item) for item in outcome.gap],
        "triggers": [codec.to_json(item) for item in outcome.triggers],
        "duties": list(outcome.duties),
        "not_assessed": [codec.to_json(item) for item in outcome.not_assessed],
        "not_asked": list(outcome.not_asked),
        "notes": list(outcome.notes),
    }


def _track(item: TrackResult) -> dict[str, Any]:
    return {
        "required": item.required,
        "precautionary": item.precautionary,
        "demanded_by": list(item.demanded_by),
        "met": item.met,
        "reasons": list(item.reasons),
    }


def _threshold(item: ThresholdResult) -> dict[str, Any]:
    return {
        "state": item.state,
        "reasons": list(item.reasons),
        "tensions": [codec.to_json(tension) for tension in item.tensions],
        "raises_level": item.raises_level,
        "trace": {"crossed": codec.to_json(item.crossed), "ruled_out": codec.to_json(item.ruled_out)},
    }


def _margin(item: Margin) -> dict[str, Any]:
    data: dict[str, Any] = codec.to_json(item)
    del data["indicator"]
    return data


def _watched(item: Watched) -> dict[str, Any]:
    data: dict[str, Any] = codec.to_json(item)
    del data["indicator"]
    return data


def _gate(item: GateResult) -> dict[str, Any]:
    data: dict[str, Any] = codec.to_json(item)
    del data["id"]
    return data


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value
