"""The process that opens evidence: what it shows and refuses, and that it can neither stay, reach out nor write."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Scope
from asl_desktop.errors import Cancelled, FileDamaged
from asl_desktop.progress import Silent
from asl_desktop.services.evidence import attach_evidence
from asl_desktop.storage.document import Document
from tests import hostile_files as hostile
from tests.conftest import ROOT
from tests.services_world import small_pack
from ui.preview import running
from ui.preview.kinds import content_of
from ui.preview.protocol import (
    MAX_DRAWN,
    MAX_SIDE,
    Kind,
    Note,
    Reason,
    Request,
    Shown,
    most_answer,
    refused,
    unpacked,
)
from ui.preview.sentences import notes_of, refusal_of

_INSIDE = """
import ctypes, os, socket, sys, threading
sys.path.insert(0, {root!r})
from ui.preview import walls
walls.limit()
walls.shut()
open({file!r}).read()
tries = dict(
    write=lambda: open({file!r} + ".new", "w"),
    change=lambda: open({file!r}, "r+"),
    delete=lambda: os.unlink({file!r}),
    rename=lambda: os.rename({file!r}, {file!r} + ".new"),
    times=lambda: os.utime({file!r}, (0, 0)),
    attributes=lambda: os.setxattr({file!r}, "user.asl", b"x"),
    rights=lambda: os.chmod({file!r}, 0),
    network=lambda: socket.socket(),
    run=lambda: os.execv("/bin/true", ["true"]),
    fork=lambda: os.fork(),
    thread=lambda: threading.Thread(target=print).start(),
    kill=lambda: os.kill(os.getppid(), 0),
)
done = []
for name, call in tries.items():
    try:
        call()
        done.append(name)
    except (OSError, RuntimeError):
        pass
try:
    bytearray(2**30)
    done.append("memory")
except MemoryError:
    pass
print(",".join(done) or "nothing")
"""


def look(data: bytes, request: Request | None = None) -> Shown:
    return running.ask(data, replace(request or Request(), content=content_of(data)), progress=Silent())


def test_nothing_is_possible_inside_but_to_read(tmp_path: Path) -> None:
    file = tmp_path / "evidence.txt"
    file.write_text("as it was", "utf-8")
    code = _INSIDE.format(root=str(ROOT), file=str(file))
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "nothing"
    assert file.read_text("utf-8") == "as it was"
    assert list(tmp_path.iterdir()) == [file]


def test_preview_process_never_loads_the_window_toolkit() -> None:
    arguments = ["--preview-worker", *Request(suffix="txt").arguments()]
    code = (
        f"import runpy, sys\nsys.path.insert(0, {str(ROOT)!r})\nsys.argv[1:] = {arguments!r}\n"
        "try:\n    runpy.run_module('ui', run_name='__main__')\n"
        "except SystemExit as end:\n    sys.exit(end.code or any(name.startswith('PySide6') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], input=b"words", capture_output=True, check=False)
    assert done.returncode == 0
    assert unpacked(done.stdout).text == "words"


def test_page_of_a_pdf_comes_as_pixels_and_as_words() -> None:
    data = hostile.pdf("first page", "second page")
    shown = look(data, Request(page=1, width=600))
    assert (shown.kind, shown.page, shown.pages, shown.width) == (Kind.PICTURE, 1, 2, 600)
    assert len(set(shown.body)) > 1
    assert look(data, Request(page=1, words=True)).text.strip() == "second page"
    assert refusal_of(look(data, Request(page=2))) == "There is no page 3; the file has 2."


def test_table_and_json_are_laid_out_without_changing_a_value() -> None:
    table = look(b"name;value\nplain;1,50\n\xe2\x80\xaeevil;2\n", Request(suffix="csv"))
    assert table.rows == (("name", "value"), ("plain", "1,50"), ("[U+202E]evil", "2"))
    assert Note.MARKED in Note(table.notes)
    json = look(b'{"a": 1.10, "a": 1e999, "b": []}', Request(suffix="json"))
    assert json.text == '{\n  "a": 1.10,\n  "a": 1e999,\n  "b": []\n}'


def test_long_table_is_paged_and_loses_no_row() -> None:
    lines = ["n,square", *(f"{n},{n * n}" for n in range(1200))]
    seen = []
    first = look("\n".join(lines).encode(), Request(suffix="csv"))
    for page in range(first.pages):
        shown = look("\n".join(lines).encode(), Request(suffix="csv", page=page))
        assert shown.rows[0] == ("n", "square")
        seen += [",".join(row) for row in shown.rows[1:]]
    assert seen == lines[1:]


def test_long_text_is_paged_and_loses_no_line() -> None:
    text = "\n".join(f"line {n} {'x' * 50}" for n in range(4000))
    first = look(text.encode())
    pages = [look(text.encode(), Request(page=page)).text for page in range(first.pages)]
    assert first.pages > 1
    assert "\n".join(pages) == text


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_picture_is_made_to_fit(kind: str) -> None:
    import io

    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (400, 100), "red").save(target, kind)
    shown = look(target.getvalue(), Request(width=200))
    assert (shown.kind, shown.width, shown.height) == (Kind.PICTURE, 200, 50)
    assert look(target.getvalue()[:50]).notes == Reason.BROKEN


REFUSED = {
    "picture of 20 000 by 20 000 pixels": (
        hostile.png(20_000, 20_000, bits=24),
        "The picture is 20000 by 20000 pixels",
    ),
    "picture of 60 000 by 60 000 pixels": (hostile.png(60_000, 60_000), "The picture is 60000 by 60000 pixels"),
    "broken PDF": (b"%PDF-1.7\n" + bytes(1000), "damaged, or not what it claims to be"),
    "PDF with a password": (hostile.locked_pdf(), "protected by a password"),
    "crowded archive": (hostile.crowded_zip(), "more than 10000 files"),
    "broken archive": (hostile.zip_bomb()[:200], "damaged, or not what it claims to be"),
    "unknown bytes": (bytes(range(256)) * 4, "no preview for this kind of file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_file_is_refused_in_a_sentence(name: str) -> None:
    data, sentence = REFUSED[name]
    shown = look(data)
    assert shown.kind is Kind.REFUSED
    assert sentence in refusal_of(shown)


AS_TEXT = {
    "entities": (hostile.ENTITIES, "svg", "never drawn"),
    "nested uses": (hostile.USES, "svg", "never drawn"),
    "HTML": (hostile.HTML, "html", "never drawn"),
    "deep JSON": (hostile.DEEP_JSON, "json", "could not be laid out"),
    "huge CSV line": (hostile.HUGE_LINE, "csv", "Only the beginning is shown."),
}


@pytest.mark.parametrize("name", AS_TEXT)
def test_hostile_text_is_shown_as_text_and_bounded(name: str) -> None:
    data, suffix, note = AS_TEXT[name]
    shown = look(data, Request(suffix=suffix))
    assert shown.kind in {Kind.TEXT, Kind.TABLE}
    assert note in notes_of(shown)
    assert len(shown.body) < 200_000


def test_giant_page_stays_within_the_budget_of_pixels() -> None:
    for size in ((2_000_000, 2_000_000), (2_000_000, 80), (80, 2_000_000)):
        shown = look(hostile.pdf("x", size=size), Request(width=2000))
        assert shown.kind is Kind.PICTURE
        assert shown.width * shown.height <= MAX_DRAWN


def test_zip_bomb_is_listed_and_never_unpacked() -> None:
    shown = look(hostile.zip_bomb())
    assert shown.rows[1] == ("zeros[U+202E]gnp.exe", "20 000 000", shown.rows[1][2])
    assert "An archive that says it holds 1 file, 20 MB unpacked" in notes_of(shown)
    assert "more than 100 times its size" in notes_of(shown)


def test_page_that_is_drawn_for_years_is_killed() -> None:
    shown = running.ask(hostile.slow_pdf(), Request("pages"), progress=Silent(), seconds=1.0)
    assert shown.notes in {Reason.TIMED_OUT, Reason.DIED}
    assert "stopped" in refusal_of(shown)


def test_whoever_cancels_leaves_no_process_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    class Watched(real):  # type: ignore[misc,valid-type]
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)
            started.append(self)

    class Stop(Silent):
        def check(self) -> None:
            if started:
                raise Cancelled

    monkeypatch.setattr(subprocess, "Popen", Watched)
    with pytest.raises(Cancelled):
        running.ask(hostile.slow_pdf(), Request("pages"), progress=Stop())
    assert [child.returncode for child in started] == [-9]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import sys; sys.stdin.buffer.read()", Reason.GARBLED),
        ("import os; os.write(1, b'<b>trust me</b>')", Reason.GARBLED),
        ("import os\nwhile True: os.write(1, bytes(65536))", Reason.GARBLED),
        ("import os; os._exit(3)", Reason.DIED),
        ("import os; os.abort()", Reason.DIED),
        ("import time; time.sleep(60)", Reason.TIMED_OUT),
    ],
)
def test_process_that_was_taken_over_is_not_believed(
    code: str, reason: Reason, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "command", lambda: [sys.executable, "-I", "-c", code])
    shown = running.ask(b"x" * 3_000_000, Request(), progress=Silent(), seconds=2.0)
    assert (shown.kind, shown.notes) == (Kind.REFUSED, reason)


LIES = (
    b"",
    Shown(Kind.TEXT, body=b"x").packed() + b"more",
    Shown(Kind.PICTURE, width=10, height=10, body=b"x").packed(),
    Shown(Kind.PICTURE, width=MAX_SIDE + 1, height=1, body=bytes(3 * MAX_SIDE + 3)).packed(),
    Shown(Kind.PICTURE, width=0, height=0).packed(),
    refused(Reason.TIMED_OUT).packed(),
    Shown(Kind.REFUSED, 99).packed(),
    Shown(Kind.REFUSED, int(Reason.BROKEN), body=b"words of my own").packed(),
    Shown(Kind.TEXT, body=bytes(5 * 1024 * 1024)).packed(),
)


@pytest.mark.parametrize("number", range(len(LIES)))
def test_answer_out_of_bounds_is_refused(number: int) -> None:
    assert len(LIES[number]) <= most_answer()
    with pytest.raises(ValueError, match=r"answer|picture|refusal|text|valid"):
        unpacked(LIES[number])


def test_every_reason_has_a_sentence() -> None:
    for reason in Reason:
        assert refusal_of(refused(reason, 1, 2)).endswith((".", "file."))


@pytest.fixture
def document(tmp_path: Path, clock: FixedClock) -> Document:
    return Document.create(tmp_path / "a.asl", pack=small_pack(), scope=Scope("M"), actor="Ada", clock=clock)


def test_evidence_reaches_the_process_without_touching_a_disk(
    document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.txt"
    source.write_text("the words", "utf-8")
    item = attach_evidence(document, source, actor="Ada")
    source.unlink()
    before = sorted(tmp_path.iterdir())
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    shown = running.preview(document, item.sha256, size=item.size, request=Request(suffix="txt"), progress=Silent())
    assert shown.text == "the words"
    assert sorted(tmp_path.iterdir()) == before
    document.close()


def test_changed_bytes_are_not_shown(document: Document, tmp_path: Path) -> None:
    import sqlite3

    source = tmp_path / "a.txt"
    source.write_text("the words", "utf-8")
    item = attach_evidence(document, source, actor="Ada")
    document.close()
    with sqlite3.connect(document.path) as raw:
        raw.execute("UPDATE chunk SET data = CAST('the swords' AS BLOB), raw_len = 10, codec = 'raw'")
    raw.close()
    with Document.open(document.path) as again, pytest.raises(FileDamaged):
        running.preview(again, item.sha256, size=item.size, request=Request(), progress=Silent())


def test_beginning_of_a_long_text_is_shown_and_said_to_be_one(document: Document, tmp_path: Path) -> None:
    source = tmp_path / "log.txt"
    with source.open("wb") as stream:
        for _ in range(66):
            stream.write(b"line\n" * 200_000)
    item = attach_evidence(document, source, actor="Ada")
    shown = running.preview(document, item.sha256, size=item.size, request=Request(suffix="txt"), progress=Silent())
    assert shown.kind is Kind.TEXT
    assert "Only the beginning is shown." in notes_of(shown)
    document.close()
