"""What people read when something outside the program is wrong; one place for the window and the command line.

Every code of :mod:`asl_desktop.errors` has an entry. A field of an entry is a ladder of sentences: the first one whose
placeholders all have a value is used, so a missing line number or suggestion never leaves a hole in a sentence.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from asl_desktop.i18n import mark, tr

if TYPE_CHECKING:
    from asl_desktop.errors import UserError


@dataclass(frozen=True, slots=True)
class Message:
    """A finished message.

    Attributes:
        title: a few words that say what happened.
        text: which file or field, and the cause.
        advice: the next step.
    """

    title: str
    text: str
    advice: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Templates for one code; ``text`` and ``advice`` are ladders, most telling sentence first."""

    title: str
    text: tuple[str, ...]
    advice: tuple[str, ...]


ENTRIES: Mapping[str, Entry] = {
    "input-invalid": Entry(
        mark("The inputs file cannot be used"),
        (
            mark("{file}, line {line}, {field}: {problem}."),
            mark("{file}, {field}: {problem}."),
            mark("{file}, line {line}: {problem}."),
            mark("{file}: {problem}."),
        ),
        (mark("Nothing was changed. Correct the file and apply it again."),),
    ),
    "pack-invalid": Entry(
        mark("The framework pack breaks a rule of its format"),
        (
            mark("{file}, line {line}, {field}: {problem}."),
            mark("{file}, {field}: {problem}."),
            mark("{file}, line {line}: {problem}."),
            mark("{file}: {problem}."),
        ),
        (mark("Correct the pack and check it with: asl packs validate {file}"),),
    ),
    "pack-unknown": Entry(
        mark("No such framework pack"),
        (mark('There is no framework pack called "{pack}".'),),
        (mark("Known packs: {known}."), mark("List the packs with: asl packs list")),
    ),
    "pack-conflict": Entry(
        mark("Two different packs claim the same id and version"),
        (
            (
                mark(
                    'Pack "{pack}" version {version} has digest {digest}, but the same id and version is already known '
                    "with digest {other_digest}."
                )
            ),
        ),
        (mark("A changed pack needs a new version number. Ask where the two copies come from before going on."),),
    ),
    "item-unknown": Entry(
        mark("No such item in the framework"),
        (mark('The framework "{pack}" has no {kind} called "{id}".'), mark('There is no {kind} called "{id}".')),
        (mark('Did you mean "{suggestion}"?'), mark("The command asl packs show lists every id of a framework.")),
    ),
    "value-refused": Entry(
        mark("The value does not fit"),
        (mark("{field}: {problem}."), "{problem}."),
        (mark("Nothing was changed. Correct the value and try again."),),
    ),
    "file-missing": Entry(
        mark("The file does not exist"),
        (mark("There is no file {path}."),),
        (mark("Check the name and the folder."),),
    ),
    "file-exists": Entry(
        mark("The file already exists"),
        (mark("{path} already exists and was left as it is."),),
        (mark("Choose another name, or move the existing file away first."),),
    ),
    "file-not-assessment": Entry(
        mark("Not an assessment"),
        (mark("{path} is not an assessment file: {detail}."), mark("{path} is not an assessment file.")),
        (mark("The file was left as it is. Choose a file that asl new or ASL Desktop made."),),
    ),
    "file-damaged": Entry(
        mark("The assessment file is damaged"),
        (mark("{path} is truncated or corrupt: {detail}."), mark("{path} is truncated or corrupt.")),
        (
            mark(
                "The file was left as it is. Go back to a backup or another copy, or salvage what is left into "
                "a new one."
            ),
        ),
    ),
    "file-tampered": Entry(
        mark("The assessment file was altered by another program"),
        (
            mark("{path} is not as ASL Desktop makes its files: {detail}."),
            mark("{path} is not as ASL Desktop makes its files."),
        ),
        (
            mark(
                "It was left as it is and not trusted. Ask where it comes from, use another copy, or salvage "
                "its history."
            ),
        ),
    ),
    "file-not-upgraded": Entry(
        mark("The file could not be brought up to date"),
        (
            mark("{path} has the older format version {version}, and bringing it up to date failed: {detail}."),
            mark("{path} has an older format, and bringing it up to date failed."),
        ),
        (
            mark("The file is as it was; a backup is at {backup}. Report this, with the program's version."),
            mark("The file is as it was. Report this, with the program's version."),
        ),
    ),
    "file-too-new": Entry(
        mark("A newer program wrote this file"),
        (
            mark(
                "{path} has format version {version}, written by {program}; this program reads up to version "
                "{supported}."
            ),
            mark("{path} has format version {version}; this program reads up to version {supported}."),
        ),
        (mark("The file was left as it is. Open it with the newer version of ASL Desktop."),),
    ),
    "passphrase-needed": Entry(
        mark("The file is encrypted"),
        (mark("{path} looks like an encrypted assessment and opens only with its passphrase or its recovery key."),),
        (
            mark(
                "Give one of them. On the command line: --passphrase-file, --recovery-key-file, or type it on a "
                "terminal."
            ),
        ),
    ),
    "passphrase-wrong": Entry(
        mark("The file did not open"),
        (
            (
                mark(
                    "{path} did not open with this passphrase or recovery key. Either it is not the right one, or the "
                    "beginning of the file is damaged, or the file is not an assessment; from outside these cannot "
                    "be told "
                    "apart."
                )
            ),
        ),
        (
            (
                mark(
                    "The file was left as it is. Check capital letters and keyboard layout, then try again. If you are "
                    "sure of the passphrase, use the recovery key or another copy of the file."
                )
            ),
        ),
    ),
    "passphrase-refused": Entry(
        mark("The passphrase or recovery key cannot be used"),
        ("{problem}.",),
        (mark("Nothing was changed. Correct it and try again."),),
    ),
    "file-locked": Entry(
        mark("The file is open elsewhere"),
        (
            mark("{path} is being changed by {holder} on {host}."),
            mark("{path} is being changed by {holder}."),
            mark("{path} is being changed by another program."),
        ),
        (mark("Close it there first, or open it here for reading only."),),
    ),
    "file-marked-elsewhere": Entry(
        mark("The file is marked as open on another computer"),
        (mark("{path} was opened by {holder} on {host} and not closed there."),),
        (
            (
                mark(
                    "Close it there first, or open it here for reading only. When it is certain that nobody works "
                    "on it "
                    "there, take it over: asl take-over {path}"
                )
            ),
        ),
    ),
    "file-read-only": Entry(
        mark("The file is open for reading only"),
        (mark("{path} is open for reading only, so the change was not made."),),
        (mark("Close it and open it again for writing, or save a copy and change that."),),
    ),
    "nothing-to-take-back": Entry(
        mark("There is nothing to take back"),
        ("{problem}.",),
        (mark("Nothing was changed. The history shows what happened and what an earlier text was."),),
    ),
    "disk-full": Entry(
        mark("The disk is full"),
        (
            mark("There is no room left for {path}: {needed} are needed and {free} are free."),
            mark("There is no room left for {path}."),
        ),
        (mark("Nothing half-written was kept. Free some space or choose another disk, then try again."),),
    ),
    "file-too-large": Entry(
        mark("The medium holds no file of this size"),
        (
            (
                mark(
                    "{path} cannot be written: it would have {needed}, and the file system of this medium (FAT) "
                    "holds only "
                    "files of less than 4 GiB, however much room is left."
                )
            ),
            mark("{path} cannot be written: the file system of this medium (FAT) holds only files of less than 4 GiB."),
        ),
        (mark("Nothing was begun. Use a medium that is formatted as exFAT, NTFS, APFS or ext4."),),
    ),
    "save-failed": Entry(
        mark("The change could not be saved"),
        (mark("{path} could not be written: {detail}."), mark("{path} could not be written.")),
        (mark("What was saved before is unharmed. Check the disk, then try again or save a copy elsewhere."),),
    ),
    "file-replaced": Entry(
        mark("The file is not the one that was opened"),
        (mark("{path} is not the file that was opened: {detail}."),),
        (mark("Put it back and open it again, or save a copy elsewhere and go on in that."),),
    ),
    "file-changed": Entry(
        mark("Another program changed the file"),
        (mark("{path} was changed by another program while it was open here, so nothing more is written to it."),),
        (mark("Note down what was not saved, close the file and open it again: it shows what it holds now."),),
    ),
    "output-not-writable": Entry(
        mark("The output place cannot be written"),
        (mark("{path} cannot be written: {detail}."), mark("{path} cannot be written.")),
        (mark("Choose a folder that you may write to."),),
    ),
    "output-lost": Entry(
        mark("The output was lost"),
        (
            mark("What the command prints could not be written: {detail}."),
            mark("What the command prints could not be written."),
        ),
        (mark("The command itself may have been carried out; look before you run it again."),),
    ),
    "evidence-missing": Entry(
        mark("The evidence file cannot be read"),
        (mark("{path} cannot be read: {detail}."), mark("{path} is missing or cannot be read.")),
        (mark("Nothing was attached. Check the name and your rights to the file."),),
    ),
    "identity-refused": Entry(
        mark("The signing identity could not be opened"),
        (
            mark("{path} could not be opened: {detail}."),
            mark("{path} could not be opened: the passphrase is wrong or the file is damaged."),
        ),
        (mark("Type the passphrase again, or choose another identity file."),),
    ),
    "signing-refused": Entry(
        mark("The report could not be signed"),
        (mark("{path} could not be signed: {detail}."), mark("{path} could not be signed.")),
        (mark("The unsigned report was left as it is."),),
    ),
    "verify-impossible": Entry(
        mark("The file could not be checked"),
        (mark("{path} could not be looked at: {detail}."), mark("{path} could not be looked at.")),
        (mark("This says nothing about the file being good or bad. Check the name and try again."),),
    ),
}


_SIZES = frozenset({"needed", "free"})


def placeholders(template: str) -> frozenset[str]:
    """Return the names of the values that a template needs."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


def message_for(error: UserError) -> Message:
    """Return the message for an error, filled with its values."""
    entry = ENTRIES[error.code]
    values = {name: _size(value) if name in _SIZES else _words(value) for name, value in error.values.items()}
    return Message(tr(entry.title), _fill(entry.text, values), _fill(entry.advice, values))


def _fill(ladder: Iterable[str], values: Mapping[str, str]) -> str:
    rungs = tuple(ladder)
    for template in rungs:
        if all(values.get(name) for name in placeholders(template)):
            return _tidy(tr(template).format_map(values))
    return _tidy(
        tr(rungs[-1]).format_map({name: values.get(name) or tr("(not stated)") for name in placeholders(rungs[-1])})
    )


def _tidy(sentence: str) -> str:
    """End with one full stop where a value brought its own."""
    return sentence[:-1] if sentence.endswith("..") else sentence


def _size(value: object) -> str:
    """Write a number of bytes as people read it; 0 means unknown or nothing and is left out of the sentence."""
    if not isinstance(value, int) or value <= 0:
        return _words(value or None)
    amount, unit = float(value), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return tr("{value} bytes").format(value=value) if unit == "bytes" else f"{amount:.1f} {unit}"


def _words(value: object) -> str:
    """Write a value for a sentence: lists with commas, absence as nothing, control characters made visible."""
    if value is None:
        return ""
    if isinstance(value, str | PurePath):
        text = str(value)
    elif isinstance(value, Iterable):
        text = ", ".join(_words(item) for item in value)
    else:
        text = str(value)
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
