"""INPUTS.yaml out: text that :func:`asl_desktop.interchange.inputs_file.read_inputs` turns into the same records.

Authors, times and ids are always written out, so that nothing takes a default on the way back. Text values stand in
double quotes or, when long, as block text: a quoted value is never mistaken for a number, a date or a yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import yaml

from asl_desktop import codec
from asl_desktop.domain.records import KIND_BY_NAME, Record
from asl_desktop.interchange.inputs_model import FORMAT

if TYPE_CHECKING:
    from asl_desktop.domain.inputs import EvidenceItem, Inputs

_EXPLICIT = frozenset({"author", "at", "by", "name", "media_type"})
_BLOCK = re.compile(r"(?! )(?:[^\S\n]*\S[^\n]*(?<! )\n)*[^\S\n]*\S[^\n]*(?<! )\n?")
_PLAIN_ALIAS = re.compile(r"[^A-Za-z0-9._-]+")


def inputs_yaml(pack: str, inputs: Inputs, files: Mapping[str, str]) -> str:
    """Return the text of INPUTS.yaml.

    Args:
        pack: id of the framework.
        inputs: what to write.
        files: SHA-256 -> path of the evidence file, relative to INPUTS.yaml, with ``/``.
    """
    aliases = aliases_of(inputs.evidence)
    data: dict[str, Any] = {
        "format": FORMAT,
        "pack": pack,
        "scope": codec.to_json(inputs.scope),
        "plan": _plan(codec.to_json(inputs.plan)),
        "evidence": {aliases[item.sha256]: _evidence(item, files, aliases) for item in _ordered(inputs, "evidence")},
        "answers": {item["question"]: _answer(item, aliases) for item in _json(inputs, "answer")},
        "measurements": [_measurement(item, aliases) for item in _json(inputs, "measurement")],
        "showings": [_trimmed(item, aliases) for item in _json(inputs, "showing")],
        "requirements": {
            item["requirement"]: _trimmed(item, aliases, without="requirement") for item in _json(inputs, "requirement")
        },
        "decisions": {item["gate"]: _decision(item) for item in _json(inputs, "decision")},
        "interim": [_trimmed(item, aliases) for item in _json(inputs, "interim")],
        "specifications": _json(inputs, "specification"),
    }
    kept = {key: value for key, value in data.items() if value not in ({}, [])}
    return yaml.dump(
        _quoted(kept), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False
    )


def aliases_of(evidence: Iterable[EvidenceItem]) -> Mapping[str, str]:
    """Return a short, unique, repeatable alias for every piece of evidence, by SHA-256."""
    aliases: dict[str, str] = {}
    for item in sorted(evidence, key=lambda e: (e.name, e.sha256)):
        stem = _PLAIN_ALIAS.sub("-", item.name.rsplit(".", 1)[0]).strip("-._")[:40] or "evidence"
        alias = stem
        number = 2
        while alias in aliases.values():
            alias = f"{stem}-{number}"
            number += 1
        aliases[item.sha256] = alias
    return aliases


def _ordered(inputs: Inputs, kind_name: str) -> list[Any]:
    kind = KIND_BY_NAME[kind_name]
    records: tuple[Record, ...] = getattr(inputs, kind.field)
    return sorted(records, key=kind.key)


def _json(inputs: Inputs, kind_name: str) -> list[dict[str, Any]]:
    return [codec.to_json(record) for record in _ordered(inputs, kind_name)]


def _trimmed(item: Mapping[str, Any], aliases: Mapping[str, str], *, without: str = "") -> dict[str, Any]:
    """Leave out what the reader fills in by itself, and name evidence by alias."""
    data: dict[str, Any] = {}
    for key, value in item.items():
        if key == without or (key not in _EXPLICIT and value in ("", None, [], {}, False)):
            continue
        data[key] = [_link(link, aliases) for link in value] if key == "evidence" else value
    return data


def _link(link: Mapping[str, Any], aliases: Mapping[str, str]) -> str | dict[str, Any]:
    ref = aliases.get(link["evidence"], link["evidence"])
    if link["stance"] == "supports":
        return f"{ref}#{link['anchor']}" if link["anchor"] else ref
    return {"ref": ref, "stance": link["stance"], "anchor": link["anchor"]}


def _plan(item: Mapping[str, Any]) -> dict[str, Any]:
    explicit = {name: item[name] for name in ("pack_digest", "locked_digest")}
    return _trimmed(item, {}) | explicit | {"indicators": [_trimmed(row, {}) for row in item["indicators"]]}


def _evidence(item: EvidenceItem, files: Mapping[str, str], aliases: Mapping[str, str]) -> dict[str, Any]:
    data = codec.to_json(item)
    del data["size"]
    data["replaces"] = aliases.get(item.replaces, item.replaces)
    return {"file": files[item.sha256], **_trimmed(data, {})}


def _decision(item: Mapping[str, Any]) -> dict[str, Any]:
    """Leave the signature out: it speaks of one assessment at one moment, and would hold nowhere else."""
    unsigned = {key: value for key, value in item.items() if key != "signature"}
    return _trimmed(unsigned, {}, without="gate")


def _answer(item: Mapping[str, Any], aliases: Mapping[str, str]) -> dict[str, Any]:
    data = _trimmed(item, aliases, without="question")
    value = item["value"]
    if item["state"] == "answered":
        del data["state"]
    if value:
        data["value"] = value["value"] if set(value) == {"value"} else value
    return data


def _measurement(item: Mapping[str, Any], aliases: Mapping[str, str]) -> dict[str, Any]:
    report = dict(item["report"])
    kind = report.pop("kind")
    for arm in ("treatment", "control"):
        if arm in report:
            report[arm] = {key: value for key, value in report[arm].items() if key != "kind"}
    data = _trimmed(item, aliases, without="report")
    head = {name: data.pop(name) for name in ("id", "indicator")}
    return head | {kind: report} | data


class _Text(str):
    """A text value, as opposed to a key."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Block style, list items indented, no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def _represent_text(dumper: yaml.SafeDumper, text: _Text) -> yaml.ScalarNode:
    block = "\n" in text and _BLOCK.fullmatch(text) is not None and text.replace("\n", "").isprintable()
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|" if block else '"')


_Dumper.add_representer(_Text, _represent_text)


def _quoted(value: Any) -> Any:
    if isinstance(value, str):
        return _Text(value)
    if isinstance(value, Mapping):
        return {key: _quoted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_quoted(item) for item in value]
    return value
