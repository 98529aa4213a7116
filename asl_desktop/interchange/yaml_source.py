"""YAML that people write, read into plain data that remembers its lines.

A closed subset of YAML: the YAML 1.2 core scalars (only ``true`` and ``false`` are booleans, dates stay text), string
keys, one document. Anchors, aliases, tags and duplicate keys are refused, as are files too large or too deep, so that
a hostile file costs no more than its own size. The text is read as a stream of events: nothing here recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import yaml

from asl_desktop.errors import FileMissing, Problem, UserError
from asl_desktop.files import open_ordinary

if TYPE_CHECKING:
    from pathlib import Path

FieldPath: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 40
MAX_VALUES = 250_000
MAX_PROBLEMS = 200
MAX_WHOLE = 2**53 - 1  # beyond it canonical JSON, and so a digest, is not defined

# The C parser is some ten times faster and is in every wheel of PyYAML that we lock.
_LOADER = yaml.CSafeLoader

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# What a reader of the report could not see: controls, and marks that make text read otherwise than it is stored.
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
_MAX_DIGITS = 400  # int() and float() of longer text cost more than their length


@dataclass(frozen=True, slots=True)
class Located:
    """What a file says, and on which line it says it.

    Attributes:
        data: mappings, lists, text, numbers, booleans and None.
        file: the name under which problems are reported.
        lines: field path -> line, counted from 1; a mapping entry stands where its key stands.
    """

    data: Any
    file: str
    lines: Mapping[FieldPath, int]

    def line_of(self, path: FieldPath) -> int:
        """Return the line of the field, or of the nearest thing around it when the field itself is absent."""
        for length in range(len(path), -1, -1):
            line = self.lines.get(path[:length])
            if line is not None:
                return line
        return 1

    def problem(self, path: FieldPath, problem: str) -> Problem:
        """Return a problem at a field of this file."""
        return Problem(self.file, self.line_of(path), field_name(path, self.data), problem)


def read_yaml(path: Path, *, error: type[UserError], max_bytes: int = MAX_BYTES, any_text: bool = False) -> Located:
    """Read a YAML file.

    Args:
        path: the file; problems name it as given.
        error: the kind of error that problems become (``PackInvalid``, ``InputInvalid``).
        max_bytes: larger files are refused unread.
        any_text: let escaped control and direction characters pass in values. What people paste into an assessment may
            hold them and must come back from an export; a pack is text that others are asked to trust.

    Raises:
        FileMissing: there is no such file.
        UserError: of the kind ``error``, with ``problems``, when the text is not the YAML we accept.
    """
    try:
        with open_ordinary(path) as stream:
            raw = stream.read(max_bytes + 1)
    except FileNotFoundError as missing:
        raise FileMissing(path=str(path)) from missing
    except OSError as failure:
        raise _refusal(error, str(path), 0, f"cannot be read ({failure.strerror or failure})") from failure
    if len(raw) > max_bytes:
        raise _refusal(error, str(path), 0, f"is larger than {max_bytes:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = raw.count(b"\n", 0, failure.start) + 1
        raise _refusal(error, str(path), line, "is not UTF-8 text") from failure
    return parse_yaml(text, file=str(path), error=error, any_text=any_text)


def parse_yaml(text: str, *, file: str, error: type[UserError], any_text: bool = False) -> Located:
    """Read YAML text that came from ``file``; ``any_text`` as in :func:`read_yaml`.

    Raises:
        UserError: of the kind ``error``, with ``problems``, when the text is not the YAML we accept.
    """
    try:
        return _Builder(file, error, any_text).build(text)
    except yaml.MarkedYAMLError as failure:
        mark = failure.problem_mark or failure.context_mark
        line = min(mark.line + 1, text.count("\n") + 1) if mark is not None else 0
        raise _refusal(error, file, line, f"is not valid YAML ({failure.problem or failure.context})") from failure
    except yaml.reader.ReaderError as failure:
        line = text.count("\n", 0, failure.position) + 1 if isinstance(failure.position, int) else 0
        raise _refusal(error, file, line, f"is not valid YAML ({failure.reason})") from failure
    except (yaml.YAMLError, UnicodeError) as failure:
        raise _refusal(error, file, 0, f"is not valid YAML ({failure})") from failure


def refuse(error: type[UserError], problems: Sequence[Problem]) -> NoReturn:
    """Raise ``error`` for the problems: values of the first in file order, all of them in ``problems``."""
    ordered = tuple(dict.fromkeys(problems))[:MAX_PROBLEMS]
    first = ordered[0]
    values: dict[str, object] = {"file": first.file, "problem": first.problem}
    if first.line:
        values["line"] = first.line
    if first.field:
        values["field"] = first.field
    failure = error(**values)
    failure.problems = ordered
    raise failure


def field_name(path: FieldPath, data: object) -> str:
    """Return a path as people read it, list items by id: ``thresholds[CBRN-3].requires.security``."""
    name = ""
    for step in path:
        data = _step_into(data, step)
        if isinstance(step, int):
            name += f"[{_item_id(data) or step}]"
        else:
            name += f".{step}" if name else step
    return name


def _step_into(data: object, step: str | int) -> object:
    if isinstance(data, Mapping):
        return data.get(step)
    if isinstance(data, list | tuple) and isinstance(step, int) and 0 <= step < len(data):
        return data[step]
    return None


def _item_id(data: object) -> str:
    if not isinstance(data, Mapping):
        return ""
    return next((value for key in ("id", "use") if isinstance(value := data.get(key), str) and value), "")


def _refusal(error: type[UserError], file: str, line: int, problem: str) -> UserError:
    try:
        refuse(error, [Problem(file, line, "", problem)])
    except UserError as failure:
        return failure


@dataclass(slots=True)
class _Open:
    """A list or mapping that has begun; ``key`` is the mapping key whose value comes next."""

    container: dict[str, Any] | list[Any]
    path: FieldPath
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Builds data from parser events with a stack of its own."""

    file: str
    error: type[UserError]
    any_text: bool
    stack: list[_Open] = field(default_factory=list)
    lines: dict[FieldPath, int] = field(default_factory=dict)
    root: Any = None
    values: int = 0

    def build(self, text: str) -> Located:
        documents = 0
        for event in _events(text):
            line = event.start_mark.line + 1 if event.start_mark is not None else 0
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fail(line, "holds more than one YAML document")
            elif isinstance(event, yaml.NodeEvent):
                self._node(event, line)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.stack.pop()
        return Located(self.root, self.file, self.lines)

    def _node(self, event: yaml.NodeEvent, line: int) -> None:
        if event.anchor is not None:
            self._fail(line, "uses an anchor or alias (& or *); write the value out")
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if event.tag is not None:
            self._fail(line, f"uses the tag {event.tag}; tags are not accepted")
        if isinstance(event, yaml.ScalarEvent) and self._takes_key():
            self._key(event, line)
            return
        self.values += 1
        if self.values > MAX_VALUES:
            self._fail(line, f"holds more than {MAX_VALUES:,} values")
        if isinstance(event, yaml.ScalarEvent):
            self._place(self._scalar(event, line), line)
            return
        if self._takes_key():
            self._fail(line, "uses a list or mapping as a key")
        if len(self.stack) >= MAX_DEPTH:
            self._fail(line, f"is nested more than {MAX_DEPTH} levels deep")
        container: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(container, self._place(container, line)))

    def _takes_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].container, dict) and self.stack[-1].key is None

    def _key(self, event: yaml.ScalarEvent, line: int) -> None:
        top = self.stack[-1]
        if _HIDDEN.search(event.value):
            self._fail(line, "holds a control character in a key")
        if event.value in top.container:
            first = self.lines[(*top.path, event.value)]
            self._fail(line, f"the key {event.value!r} already stands on line {first}", (*top.path, event.value))
        top.key = event.value
        self.lines[(*top.path, event.value)] = line

    def _place(self, value: object, line: int) -> FieldPath:
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return ()
        top = self.stack[-1]
        if isinstance(top.container, list):
            path: FieldPath = (*top.path, len(top.container))
            top.container.append(value)
            self.lines[path] = line
            return path
        assert top.key is not None
        path = (*top.path, top.key)
        top.container[top.key] = value
        top.key = None
        return path

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> str | int | float | bool | None:
        text: str = event.value
        if not self.any_text and _HIDDEN.search(text):
            self._fail(line, "holds a control character or one that turns the direction of the text")
        plain = event.implicit[0]
        if not plain:
            return text
        if text in _NULL:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        return self._number(text, line)

    def _number(self, text: str, line: int) -> str | int | float:
        if text[0] not in "+-.0123456789":
            return text
        if len(text) > _MAX_DIGITS and _FLOAT.fullmatch(text):
            self._fail(line, f"holds a number of {len(text)} characters")
        if _DECIMAL.fullmatch(text):
            return self._whole(int(text), line)
        if _BASED.fullmatch(text):
            return self._whole(int(text, 0), line)
        if _FLOAT.fullmatch(text):
            return float(text)
        if _SPECIAL.fullmatch(text):
            return float(text.replace(".", "", 1))
        return text

    def _whole(self, number: int, line: int) -> int:
        if abs(number) > MAX_WHOLE:
            self._fail(line, f"holds a whole number beyond {MAX_WHOLE:,}")
        return number

    def _fail(self, line: int, problem: str, path: FieldPath = ()) -> NoReturn:
        refuse(self.error, [Problem(self.file, line, field_name(path, self.root), problem)])


def _events(text: str) -> Iterator[yaml.Event]:
    loader = _LOADER(text)
    try:
        while True:
            event = loader.get_event()
            if event is None or isinstance(event, yaml.StreamEndEvent):
                return
            yield event
    finally:
        loader.dispose()
