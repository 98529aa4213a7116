"""The language people read, for window and services alike: gettext, without Qt.

``tr("Whole sentence with {name}.").format(name=...)``; a count goes through :func:`ntr`; a table of words built when a
module is imported holds ``mark("word")`` and is put through :func:`tr` where it is shown. The argument is always one
literal: the template for translators is collected from the source (``tools/translations.py``). What is kept in files,
hashed or read by other programs never passes through here.
"""

from __future__ import annotations

import gettext
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asl_desktop.resources_access import resource_path

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGLISH = "en"
PSEUDO_LONG, PSEUDO_MIRRORED = "en_XA", "he_XB"
MADE_UP = (PSEUDO_LONG, PSEUDO_MIRRORED)
"""Made-up languages for tests: longer and accented; written from right to left. Never offered to people unasked."""
ASKED = "ASL_LANGUAGE"
"""Environment variable of developers: the code of a language that goes before the one that was chosen."""
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_FOLDER, _DOMAIN = "translations", "asl"
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Speech:
    """A language in use: its code and where its sentences come from."""

    code: str
    words: gettext.NullTranslations


_english = Speech(ENGLISH, gettext.NullTranslations())


class _Here(threading.local):
    speech: Speech | None = None


class _Everywhere:
    speech = _english


_here, _everywhere = _Here(), _Everywhere()


def tr(message: str) -> str:
    """Return ``message`` in the language in use, or as it is when that has no translation."""
    return (_here.speech or _everywhere.speech).words.gettext(message) if message else ""


def ntr(one: str, many: str, count: int) -> str:
    """Return the form that fits ``count``; both forms carry the same placeholders, filled in by the caller."""
    return (_here.speech or _everywhere.speech).words.ngettext(one, many, count)


def mark(message: str) -> str:
    """Return ``message`` untouched; it is collected for translators and goes through :func:`tr` where it is shown."""
    return message


def use_language(code: str) -> str:
    """Speak a language from now on, in every thread; ``""`` asks the system.

    Returns:
        The code that is spoken: English when there is no translation into the one that was asked for.
    """
    _everywhere.speech = _speech(code or system_language())
    return _everywhere.speech.code


@contextmanager
def in_english() -> Iterator[None]:
    """Speak English in this thread for a while: for what is printed, kept or compared, not shown."""
    before, _here.speech = _here.speech, _english
    try:
        yield
    finally:
        _here.speech = before


def language() -> str:
    """Return the code of the language that is spoken here."""
    return (_here.speech or _everywhere.speech).code


def right_to_left(code: str | None = None) -> bool:
    """Say whether a language, by default the one that is spoken, is written from right to left."""
    return (language() if code is None else code).split("_")[0] in _RIGHT_TO_LEFT


def isolate(text: str) -> str:
    """Keep the order of signs inside ``text`` ("+31", a path, a name) when it stands in a right-to-left sentence."""
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}" if right_to_left() else text


def languages() -> tuple[str, ...]:
    """Return the codes of the languages this installation has, English first."""
    root = resource_path(_FOLDER)
    found = (place.parent.parent.name for place in root.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo"))
    return (ENGLISH, *sorted(code for code in found if code != ENGLISH))


def system_language() -> str:
    """Return the language the environment asks for, as ``de`` or ``pt_BR``; English when it names none."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "").split(":")[0].split(".")[0].split("@")[0]
        if value:
            return ENGLISH if value in ("C", "POSIX") else value
    return ENGLISH


def asked_language() -> str:
    """Return the language that a developer asks for through the environment, or nothing."""
    return os.environ.get(ASKED, "")


def _speech(code: str) -> Speech:
    """Return the closest language there is: ``pt_BR``, else ``pt``, else English."""
    if code in MADE_UP:
        from asl_desktop.i18n_pseudo import Pseudo

        return Speech(code, Pseudo(mirrored=code == PSEUDO_MIRRORED))
    for wanted in (code, code.split("_", maxsplit=1)[0]):
        if wanted and wanted != ENGLISH and wanted in languages():
            return Speech(wanted, gettext.translation(_DOMAIN, resource_path(_FOLDER), languages=[wanted]))
    return _english
