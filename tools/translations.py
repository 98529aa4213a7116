"""Keeps the texts for translators: collects them from the source, starts a language, compiles what was translated.

::

    python tools/translations.py template            write resources/translations/asl.pot anew
    python tools/translations.py template --check    fail when it differs from the source
    python tools/translations.py start de            begin or update resources/translations/de/LC_MESSAGES/asl.po
    python tools/translations.py compile             check every asl.po and write the asl.mo beside it
"""

from __future__ import annotations

import argparse
import ast
import io
import string
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "translations"
TEMPLATE = FOLDER / "asl.pot"
SPEAKING = (
    "asl_desktop",
    "reports/charts",
    "reports/checkpoints.py",
    "reports/decisions.py",
    "reports/statements.py",
    "ui",
)
"""Packages and modules whose texts are collected."""
_CALLS = {"tr": 1, "mark": 1, "ntr": 2}


class NotCollectable(Exception):
    """A text is put through the translation layer in a way that nobody can collect."""


def messages_of(source: str, name: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the texts of one module with their lines; of a count both forms.

    A call of ``tr`` with a name, not a text, looks up what was marked elsewhere and yields nothing.

    Raises:
        NotCollectable: the text is an f-string or a sum of pieces.
    """
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS):
            continue
        forms = node.args[: _CALLS[node.func.id]]
        if any(isinstance(form, ast.JoinedStr | ast.BinOp) for form in forms):
            raise NotCollectable(f"{name}:{node.lineno}: give {node.func.id} one literal and format what comes back")
        texts = tuple(form.value for form in forms if isinstance(form, ast.Constant) and isinstance(form.value, str))
        if len(texts) == len(forms) and all(texts):
            yield texts, node.lineno


def collect() -> Catalog:
    """Return the template as the source has it now."""
    catalog = Catalog(project="ASL Desktop", charset="utf-8", fuzzy=False, header_comment="# Texts of ASL Desktop")
    for part in SPEAKING:
        for path in [ROOT / part] if part.endswith(".py") else sorted((ROOT / part).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for texts, _ in sorted(messages_of(path.read_text(encoding="utf-8"), name), key=lambda found: found[1]):
                flags = {"python-brace-format"} if any("{" in text for text in texts) else set()
                catalog.add(texts if len(texts) > 1 else texts[0], locations=[(name, 0)], flags=flags)
    return catalog


def template_text() -> str:
    """Return the template as text, the same for the same source: no date, no line numbers, sorted by text."""
    out = io.BytesIO()
    write_po(out, collect(), omit_header=True, include_lineno=False, sort_output=True, width=110)
    head = "# Texts of ASL Desktop. Written by tools/translations.py; docs/translating.md says how to use it."
    return (
        f'{head}\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n{out.getvalue().decode("utf-8")}'
    )


def start(code: str) -> Path:
    """Begin the catalogue of a language, or bring it up to date without losing what is translated."""
    target = FOLDER / code / "LC_MESSAGES" / "asl.po"
    target.parent.mkdir(parents=True, exist_ok=True)
    held = Catalog(locale=code)
    if target.exists():
        with target.open("rb") as file:
            held = read_po(file, locale=code)
    held.update(collect(), no_fuzzy_matching=False)
    with target.open("wb") as file:
        write_po(file, held, include_lineno=False, sort_output=True, width=110)
    return target


def compile_all(folder: Path = FOLDER) -> list[str]:
    """Write every catalogue in the form that is read at run time; returns what is wrong with those left out."""
    problems: list[str] = []
    for source in sorted(folder.glob("*/LC_MESSAGES/asl.po")):
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parent.parent.name)
        wrong = [f"{source}: {text!r} has other placeholders than {original!r}" for original, text in _unlike(catalog)]
        problems += wrong
        if not wrong:
            with source.with_suffix(".mo").open("wb") as file:
                write_mo(file, catalog)
    return problems


def _unlike(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Yield what was translated with placeholders that its original does not have, or without one that it has."""
    for message in catalog:
        originals = message.id if isinstance(message.id, tuple | list) else (message.id,)
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        wanted = {frozenset(_placeholders(original)) for original in originals}
        for text in texts:
            if message.id and text and frozenset(_placeholders(text)) not in wanted:
                yield originals[0], text


def _placeholders(text: str) -> Iterator[str]:
    return (f"{name}:{form}" for _, name, form, _ in string.Formatter().parse(text) if name is not None)


def main() -> int:
    """Do what the command line asks; returns the exit status."""
    parser = argparse.ArgumentParser(description="Texts for translators.")
    does = parser.add_subparsers(dest="does", required=True)
    does.add_parser("template").add_argument("--check", action="store_true")
    does.add_parser("start").add_argument("code")
    does.add_parser("compile")
    asked = parser.parse_args()
    if asked.does == "start":
        print(start(asked.code))
    elif asked.does == "compile":
        problems = compile_all()
        print("\n".join(problems) or "Every catalogue is compiled.")
        return 1 if problems else 0
    elif not asked.check:
        TEMPLATE.write_text(template_text(), encoding="utf-8")
    elif not TEMPLATE.exists() or TEMPLATE.read_text(encoding="utf-8") != template_text():
        print(f"{TEMPLATE.relative_to(ROOT)} differs from the source: run python tools/translations.py template")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
