"""Hold the snapshot digest that a report states against the assessment data attached to it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEX_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_STATED_IN = ("/Keywords", "/Subject")


def snapshot_digest(files: Mapping[str, bytes]) -> str:
    """Return the snapshot digest that an attached assessment states about itself, empty when there is none."""
    for data in files.values():
        stated = _document(data).get("snapshot_digest")
        if isinstance(stated, str) and stated:
            return stated
    return ""


def snapshot_problems(files: Mapping[str, bytes], information: Mapping[str, str]) -> list[str]:
    """Return why the digests do not agree: stated, recomputed from the attached inputs, and in the document's own data.

    A report without an attached assessment has no digest to compare and no problem here.
    """
    problems: list[str] = []
    for name, data in files.items():
        document = _document(data)
        if not document:
            continue
        stated = str(document["snapshot_digest"])
        if _recomputed(document) != stated:
            problems.append(f"The snapshot digest stated in {name} does not follow from the inputs in it.")
        if document.get("determination", {}).get("snapshot_digest", stated) != stated:
            problems.append(f"The determination in {name} belongs to another snapshot than the inputs in it.")
        printed = {found for key in _STATED_IN for found in _HEX_DIGEST.findall(information.get(key, ""))}
        if printed and stated not in printed:
            problems.append(f"The document names another snapshot digest than {name}.")
    return problems


def _document(data: bytes) -> dict[str, Any]:
    """Return an attached assessment, empty when the attachment is something else."""
    from asl_desktop.services.outcome import DOCUMENT_FORMAT

    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(content, dict) or content.get("format") != DOCUMENT_FORMAT or "snapshot_digest" not in content:
        return {}
    return content


def _recomputed(document: Mapping[str, Any]) -> str:
    """Return the digest that follows from the attached data, empty when something needed is missing from it."""
    from asl_desktop import codec
    from asl_desktop.services.snapshot_digest import SNAPSHOT_FORMAT

    try:
        inputs = dict(document["inputs"])
        return codec.digest(
            {
                "format": SNAPSHOT_FORMAT,
                "pack_digest": document["pack"]["digest"],
                "as_of": document["as_of"],
                "plan": inputs.pop("plan"),
                "inputs": inputs,
                "evidence_digests": sorted(item["sha256"] for item in inputs["evidence"]),
            }
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""
