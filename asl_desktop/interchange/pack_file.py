"""Framework packs as files: read, checked, frozen.

A pack is taken apart (:mod:`.pack_form`), read into the domain records, and held against the rules that no type can
express (:mod:`.pack_checks`). Every problem found is reported, with file, line and field; a pack with one is not used.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from asl_desktop import codec
from asl_desktop.domain.pack import Indicator, Pack, Question, Source
from asl_desktop.errors import PackInvalid, Problem
from asl_desktop.interchange import pack_form
from asl_desktop.interchange.explaining import explain, suggestion
from asl_desktop.interchange.pack_checks import check_pack
from asl_desktop.interchange.pack_form import Form
from asl_desktop.interchange.yaml_source import FieldPath, Located, parse_yaml, read_yaml, refuse

PACK_FORMAT = "asl-pack-1"
LIBRARY_FORMAT = "asl-library-1"

_CHANGES = {
    "sources": pack_form.plain_item,
    "tracks": pack_form.plain_track,
    "domains": pack_form.plain_item,
    "thresholds": pack_form.plain_threshold,
    "requirements": pack_form.plain_item,
    "indicators": pack_form.plain_indicator,
    "questions": pack_form.plain_question,
    "showings": pack_form.plain_showing,
    "triggers": pack_form.plain_item,
    "gates": pack_form.plain_gate,
    "interim_measures": pack_form.plain_item,
    "roles": pack_form.plain_item,
    "documents": pack_form.plain_item,
    "clocks": pack_form.plain_item,
}
_SHARED: Mapping[str, type] = {"questions": Question, "indicators": Indicator}


@dataclasses.dataclass(frozen=True, slots=True)
class LibraryItem:
    """A question or indicator of the shared library in plain form, and where it was written."""

    data: Mapping[str, Any]
    form: Form
    path: FieldPath


@dataclasses.dataclass(frozen=True, slots=True)
class Library:
    """The shared questions, indicators and the sources they cite, by id."""

    questions: Mapping[str, LibraryItem] = dataclasses.field(default_factory=dict)
    indicators: Mapping[str, LibraryItem] = dataclasses.field(default_factory=dict)
    sources: Mapping[str, LibraryItem] = dataclasses.field(default_factory=dict)

    def items(self, key: str) -> Mapping[str, LibraryItem]:
        """Return the items under ``questions`` or ``indicators``."""
        return self.questions if key == "questions" else self.indicators


NO_LIBRARY = Library()


def read_library(sources: Iterable[Path | str]) -> Library:
    """Read library files (paths, or YAML text) into one library.

    Items are read in full only when a pack uses them; :func:`check_library` reads them all.

    Raises:
        PackInvalid: with ``problems``; also when two files give the same id, or one source two meanings.
    """
    found: dict[str, dict[str, LibraryItem]] = {"questions": {}, "indicators": {}, "sources": {}}
    problems: list[Problem] = []
    for source in sources:
        form = Form(_locate(source, name="library text"))
        _check_head(form, LIBRARY_FORMAT, {"format", "notices", *found})
        if not form.unusable:
            for key, items in found.items():
                _collect(form, key, items)
        problems.extend(form.problems)
    if problems:
        refuse(PackInvalid, problems)
    return Library(**found)


def check_library(library: Library) -> None:
    """Read every item of the library.

    Raises:
        PackInvalid: with ``problems``.
    """
    problems: list[Problem] = []
    for key, kind in (*_SHARED.items(), ("sources", Source)):
        items = library.sources if key == "sources" else library.items(key)
        for item in items.values():
            data = _with_bound_cites(dict(item.data))
            for path, problem in _faults(kind, data):
                problems.append(item.form.problem((*item.path, *path), problem))
            for source in sorted(_cited(data) - library.sources.keys()):
                problem = f"cites {source!r}, which is not among the sources{suggestion(source, library.sources)}"
                problems.append(item.form.problem((*item.path, "cite"), problem))
    if problems:
        refuse(PackInvalid, problems)


def read_pack(source: Path | str, *, library: Library = NO_LIBRARY, name: str = "pack text") -> Pack:
    """Read a pack from a file (a ``Path``) or from YAML text (a ``str``).

    Args:
        source: the file or the text.
        library: where ``use:`` finds questions and indicators.
        name: what problems call the text; a file is called by its path.

    Raises:
        FileMissing: there is no such file.
        PackInvalid: with values of the first problem and all ``problems``.
    """
    form = Form(_locate(source, name=name))
    known = {field.name for field in dataclasses.fields(Pack)} - {"digest"}
    _check_head(form, PACK_FORMAT, {"format", *known})
    if form.unusable:
        refuse(PackInvalid, form.problems)
    data = {key: value for key, value in form.located.data.items() if key in known}
    for key, change in _CHANGES.items():
        if key in data:
            data[key] = pack_form.plain_items(form, key, change)
    for key in _SHARED:
        if isinstance(data.get(key), list):
            data[key] = _with_library(form, key, data[key], library)
    _add_library_sources(form, data, library)
    return _validated(form, data)


def pack_digest(pack: Pack) -> str:
    """Return the SHA-256 over the canonical JSON of the resolved pack without its own digest."""
    return codec.digest({key: value for key, value in codec.to_json(pack).items() if key != "digest"})


def _locate(source: Path | str, *, name: str) -> Located:
    if isinstance(source, Path):
        return read_yaml(source, error=PackInvalid)
    return parse_yaml(source, file=name, error=PackInvalid)


def _check_head(form: Form, wanted: str, known: set[str]) -> None:
    data = form.located.data
    written = data.get("format") if isinstance(data, dict) else None
    if written != wanted:
        said = f"must be {wanted}, not {written!r}; this program reads no other" if written else f"must be {wanted}"
        form.refuse(("format",), said)
        form.unusable.add(())
        return
    for key in data:
        if key not in known:
            form.refuse((key,), "is not a known field" + suggestion(key, known))


def _collect(form: Form, key: str, found: dict[str, LibraryItem]) -> None:
    plain = pack_form.plain_items(form, key, _CHANGES[key])
    if not isinstance(plain, list):
        form.refuse((key,), "must be a list")
        return
    for position, item in enumerate(plain):
        path: FieldPath = (key, position)
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(name, str):
            form.refuse((*path, "id"), "is missing or is not text")
            continue
        earlier = found.get(name)
        if earlier is None:
            found[name] = LibraryItem(item, form, path)
        elif key != "sources" or earlier.form is form or earlier.data != item:
            place, line = earlier.form.located.file, earlier.form.located.line_of(earlier.path)
            form.refuse((*path, "id"), f"{name!r} already stands in {place}, line {line}")


def _with_library(form: Form, key: str, items: list[Any], library: Library) -> list[Any]:
    return [
        _used(form, item, (key, position), library.items(key)) if isinstance(item, dict) and "use" in item else item
        for position, item in enumerate(items)
    ]


def _used(form: Form, item: dict[str, Any], path: FieldPath, shared: Mapping[str, LibraryItem]) -> dict[str, Any]:
    name = item["use"]
    found = shared.get(name) if isinstance(name, str) else None
    if found is None:
        form.refuse((*path, "use"), f"{name!r} is not in the library{suggestion(str(name), shared)}")
        form.unusable.add(path)
        return {}
    if "id" in item:
        form.refuse((*path, "id"), "cannot stand beside use; the library's id is kept")
    own = {key: value for key, value in item.items() if key not in {"use", "id"}}
    for key in found.data:
        if key not in own:
            form.moved[(*path, key)] = (found.form, (*found.path, key))
    return {**found.data, **own}


def _with_bound_cites(item: dict[str, Any]) -> dict[str, Any]:
    """Let a bound without a cite stand on the cite of its indicator."""
    bounds = item.get("bounds")
    if isinstance(bounds, list) and "cite" in item:
        item["bounds"] = [{"cite": item["cite"], **bound} if isinstance(bound, dict) else bound for bound in bounds]
    return item


def _add_library_sources(form: Form, data: dict[str, Any], library: Library) -> None:
    own = data.get("sources", [])
    if not isinstance(own, list):
        return
    written = {
        item["id"]: n for n, item in enumerate(own) if isinstance(item, dict) and isinstance(item.get("id"), str)
    }
    cited = _cited(data)
    added: list[dict[str, Any]] = []
    for name, item in library.sources.items():
        if name in written:
            position = written[name]
            if own[position] != item.data:
                place, line = item.form.located.file, item.form.located.line_of(item.path)
                form.refuse(("sources", position), f"{name!r} says something else in {place}, line {line}")
        elif name in cited:
            form.moved[("sources", len(own) + len(added))] = (item.form, item.path)
            added.append(dict(item.data))
    data["sources"] = [*own, *added]


def _cited(data: object) -> set[str]:
    """Return the ids of all sources cited anywhere in plain data."""
    if isinstance(data, Mapping):
        cite = data.get("cite")
        here = {cite["source"]} if isinstance(cite, Mapping) and isinstance(cite.get("source"), str) else set()
        return here.union(*(_cited(value) for value in data.values() if isinstance(value, Mapping | list)))
    if isinstance(data, list):
        return set().union(*(_cited(value) for value in data))
    return set()


def _faults(kind: type, data: object) -> Sequence[tuple[FieldPath, str]]:
    try:
        codec.from_json(kind, data)
    except ValidationError as failure:
        return explain(failure, kind, data)
    return ()


def _validated(form: Form, data: dict[str, Any]) -> Pack:
    if isinstance(data.get("indicators"), list):
        data["indicators"] = [
            _with_bound_cites(item) if isinstance(item, dict) else item for item in data["indicators"]
        ]
    try:
        pack = codec.from_json(Pack, data)
        found = check_pack(pack)
    except ValidationError as failure:
        found = explain(failure, Pack, data)
    problems = _with_later(form, found)
    if problems:
        refuse(PackInvalid, _in_file_order(form, problems))
    return dataclasses.replace(pack, digest=pack_digest(pack))


def _with_later(form: Form, found: Iterable[tuple[FieldPath, str]]) -> list[Problem]:
    """Add problems found later, but for those that only follow from one noted earlier at or inside the same field."""
    early = [problem.field for problem in form.problems]
    later = [
        form.problem(path, problem)
        for path, problem in found
        if not any(path[: len(unusable)] == unusable for unusable in form.unusable)
    ]
    return [
        *form.problems,
        *(problem for problem in later if not any(field.startswith(problem.field) for field in early)),
    ]


def _in_file_order(form: Form, problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.file != form.located.file, problem.file, problem.line))
