"""Every error that a person can meet has words, and no words have holes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from asl_desktop.errors import DiskFull, InputInvalid, ItemUnknown, PackUnknown, UserError
from asl_desktop.messages import ENTRIES, message_for, placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator


def leaves(root: type[UserError]) -> Iterator[type[UserError]]:
    for kind in root.__subclasses__():
        if kind.__module__.startswith("asl_desktop"):
            yield kind
            yield from leaves(kind)


LEAVES = sorted(leaves(UserError), key=lambda kind: kind.code)


def documented(kind: type[UserError]) -> frozenset[str]:
    match = re.search(r"Values?: ([^.]*)\.", kind.__doc__ or "")
    assert match, f"{kind.__name__} does not document its values"
    return frozenset(re.findall(r"[a-z_]+", match.group(1)))


def test_codes_are_unique_and_every_entry_belongs_to_an_error() -> None:
    codes = [kind.code for kind in LEAVES]
    assert len(codes) == len(set(codes))
    assert set(codes) == set(ENTRIES)


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.code)
def test_entry_uses_only_values_that_the_error_documents(kind: type[UserError]) -> None:
    entry = ENTRIES[kind.code]
    for template in (*entry.text, *entry.advice):
        assert placeholders(template) <= documented(kind), template


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.code)
def test_message_names_file_cause_and_next_step_in_whole_sentences(kind: type[UserError]) -> None:
    values = {name: f"<{name}>" for name in documented(kind)}
    message = message_for(kind(**values))
    said = message.text + message.advice
    for name in {"path", "file", "problem"} & values.keys():
        assert values[name] in said
    assert message.text.endswith(".")
    assert message.advice
    assert "!" not in message.title + said
    assert "(not stated)" not in said


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.code)
def test_message_without_any_value_still_reads(kind: type[UserError]) -> None:
    message = message_for(kind())
    assert "{" not in message.text + message.advice
    assert message.text
    assert message.advice


def test_message_without_line_leaves_no_hole() -> None:
    message = message_for(InputInvalid(file="a.yaml", line=None, field="scope", problem="missing"))
    assert message.text == "a.yaml, scope: missing."


def test_message_with_a_list_joins_it_and_falls_back_when_it_is_empty() -> None:
    assert message_for(PackUnknown(pack="x", known=("a", "b"))).advice == "Known packs: a, b."
    assert message_for(PackUnknown(pack="x", known=())).advice == "List the packs with: asl packs list"


def test_message_with_suggestion_offers_it() -> None:
    error = ItemUnknown(kind="question", id="QC-3", pack="p", suggestion="QC-03")
    assert message_for(error).advice == 'Did you mean "QC-03"?'


def test_message_shows_control_characters_instead_of_obeying_them() -> None:
    assert "\x1b" not in message_for(DiskFull(path="a\x1b[2J.asl", needed=1, free=0)).text


def test_message_writes_sizes_as_people_read_them() -> None:
    text = message_for(DiskFull(path="a.asl", needed=64154432, free=900)).text
    assert text == "There is no room left for a.asl: 61.2 MiB are needed and 900 bytes are free."
    assert message_for(DiskFull(path="a.asl", needed=5000, free=0)).text == "There is no room left for a.asl."
