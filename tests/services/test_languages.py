"""The translation layer: what is said in which language, and that every text can be collected for translators."""

from __future__ import annotations

import ast
import string
import threading
from pathlib import Path

import pytest

from asl_desktop import i18n
from asl_desktop.errors import FileMissing
from asl_desktop.i18n_pseudo import pseudo
from asl_desktop.messages import message_for
from tools import translations

ROOT = Path(__file__).parents[2]

_GERMAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Save now"
msgstr "Jetzt speichern"

msgid "{count} file"
msgid_plural "{count} files"
msgstr[0] "{count} Datei"
msgstr[1] "{count} Dateien"
"""


@pytest.fixture(autouse=True)
def _english_again() -> object:
    yield
    i18n.use_language(i18n.ENGLISH)


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A translation as a translator makes it, compiled, in the place of those of the program."""
    source = tmp_path / "de" / "LC_MESSAGES" / "asl.po"
    source.parent.mkdir(parents=True)
    source.write_text(_GERMAN, encoding="utf-8")
    assert translations.compile_all(tmp_path) == []
    monkeypatch.setattr(i18n, "resource_path", lambda _: tmp_path)
    return source


def test_text_without_a_translation_is_said_in_english() -> None:
    assert i18n.use_language("xx") == "en"
    assert i18n.tr("Save now") == "Save now"
    assert i18n.tr("") == ""
    assert i18n.ntr("{count} file", "{count} files", 1) == "{count} file"
    assert i18n.ntr("{count} file", "{count} files", 0) == "{count} files"


def test_language_with_a_catalogue_is_found_and_spoken(german: Path) -> None:
    assert i18n.languages() == ("en", "de")
    assert i18n.use_language("de_AT") == "de"
    assert i18n.tr("Save now") == "Jetzt speichern"
    assert i18n.ntr("{count} file", "{count} files", 3).format(count=3) == "3 Dateien"
    assert i18n.tr("Not in the catalogue") == "Not in the catalogue"


def test_system_language_is_spoken_when_none_is_chosen(german: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert i18n.use_language("") == "de"
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert i18n.use_language("") == "en"


def test_catalogue_with_other_placeholders_is_not_compiled(tmp_path: Path) -> None:
    source = tmp_path / "de" / "LC_MESSAGES" / "asl.po"
    source.parent.mkdir(parents=True)
    source.write_text(_GERMAN.replace('"{count} Dateien"', '"{zahl} Dateien"'), encoding="utf-8")
    problems = translations.compile_all(tmp_path)
    assert len(problems) == 1
    assert "{zahl} Dateien" in problems[0]
    assert not source.with_suffix(".mo").exists()


def test_thread_that_speaks_english_leaves_the_others_alone() -> None:
    i18n.use_language(i18n.PSEUDO_LONG)
    said: list[str] = []
    with i18n.in_english():
        other = threading.Thread(target=lambda: said.append(i18n.tr("Save now")))
        other.start()
        other.join()
        assert i18n.tr("Save now") == "Save now"
        assert i18n.language() == "en"
    assert said == [pseudo("Save now")]
    assert i18n.tr("Save now") == said[0]


def test_message_about_an_error_keeps_its_values_in_another_language() -> None:
    i18n.use_language(i18n.PSEUDO_LONG)
    message = message_for(FileMissing(path="/data/one.asl"))
    assert "/data/one.asl" in message.text
    assert message.title.startswith("[")


def test_isolated_sign_and_number_keep_their_order_in_a_language_from_the_right() -> None:
    assert i18n.isolate("+31") == "+31"
    i18n.use_language(i18n.PSEUDO_MIRRORED)
    assert i18n.right_to_left()
    assert i18n.isolate("+31") == "\u2068+31\u2069"


@pytest.mark.parametrize("mirrored", [False, True])
def test_made_up_language_keeps_placeholders_and_is_longer(mirrored: bool) -> None:
    text = "Write the report to {path} on {count:,} pages"
    said = pseudo(text, mirrored=mirrored)
    names = [(name, form) for _, name, form, _ in string.Formatter().parse(said) if name is not None]
    assert names == [("path", ""), ("count", ",")]
    assert mirrored or len(said) >= round(1.3 * len(text))
    assert not any(word in said for word in ("Write", "report", "pages"))
    assert pseudo("{low}\u2013{high}") == "{low}\u2013{high}"


def test_template_for_translators_is_that_of_the_source() -> None:
    """Fails when a text changed: run ``python tools/translations.py template``."""
    assert translations.TEMPLATE.read_text(encoding="utf-8") == translations.template_text()


def test_every_text_has_well_formed_placeholders_the_same_in_both_forms() -> None:
    for message in translations.collect():
        forms = message.id if isinstance(message.id, tuple) else (message.id,)
        names = [{name for _, name, _, _ in string.Formatter().parse(str(form)) if name is not None} for form in forms]
        assert "" not in names[0], forms
        assert names[0] == names[-1], forms


@pytest.mark.parametrize("call", ['tr(f"Save {name}")', 'tr("Save " + name)', 'ntr(f"{n} file", "files", n)'])
def test_text_that_nobody_can_collect_is_refused(call: str) -> None:
    with pytest.raises(translations.NotCollectable, match=r"here.py:1"):
        list(translations.messages_of(call, "here.py"))


def test_nothing_is_translated_when_a_module_is_imported() -> None:
    """A text translated at import would stay in the language of that moment: tables hold ``mark`` instead."""
    for package in translations.SPEAKING:
        for path in (ROOT / package).rglob("*.py"):
            found = _at_import(ast.parse(path.read_text(encoding="utf-8")))
            assert not found, f"{path}:{found}"


def _at_import(node: ast.AST) -> list[int]:
    """Return the lines of calls of ``tr`` and ``ntr`` that run when the module does."""
    found: list[int] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            defaults = [item for item in (*child.args.defaults, *child.args.kw_defaults) if item is not None]
            found += [line for item in defaults for line in _at_import(ast.Expr(item))]
            continue
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in {"tr", "ntr"}:
            found.append(child.lineno)
        found += _at_import(child)
    return found
