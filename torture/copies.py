"""Copies made by a file manager, media that go away, and files that somebody else changes while they are open."""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import OutputNotWritable, UserError
from asl_desktop.messages import message_for
from asl_desktop.storage.document import Document
from torture import inspection
from torture.child import ACTOR, PACK, SCOPE, Desk, Orders
from torture.child import run as child
from torture.keyring import cheap, passphrase
from torture.mounts import MountingImpossibleError, medium, protect, put_in, stick, take_out
from torture.tally import ROOT, Scale, Tally, workplace
from torture.told import Acks, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from asl_desktop.storage.keys import Passphrase

SAVES = 25
WAITING_SECONDS = 60.0


def run(scale: Scale) -> dict[str, int]:
    """Go through every situation, with a plain and an encrypted file."""
    tally = Tally("copies")
    for what in (
        "situations",
        "lost",
        "corrupt",
        "undetected",
        "overwrites",
        "unclear",
        "controls_unbroken",
        "skipped",
    ):
        tally.count(what, 0)
    with workplace(tally) as folder, cheap():
        for secret in (None, passphrase(0)) if scale == "full" else (None,):
            for situation in SITUATIONS:
                place = folder / f"{situation.__name__}-{'plain' if secret is None else 'encrypted'}"
                place.mkdir()
                try:
                    situation(place, tally, secret)
                    tally.count("situations")
                except MountingImpossibleError as error:
                    tally.say(f"{situation.__name__} skipped: {error}")
                    tally.count("skipped")
    return tally.result()


@contextmanager
def _open(folder: Path, secret: Passphrase | None) -> Iterator[Desk]:
    """Create a document with some answers in a folder and give it open for writing."""
    path, acks = folder / "a.asl", Acks(folder.parent / f"{folder.name}-acks")
    with Document.create(path, pack=PACK, scope=SCOPE, actor=ACTOR, secret=secret) as document:
        desk = Desk(document, acks, Orders("answering", str(path), "", seed=1))
        for _ in range(SAVES):
            desk.answer()
        yield desk
    acks.close()


def _told(folder: Path) -> Told:
    return Told.read(folder.parent / f"{folder.name}-acks")


def _bytes_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def idle(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """A file manager copies the file while it is open and nobody types."""
    with _open(place, secret):
        # A process of its own: to close the file here would drop the locks that SQLite holds on it.
        subprocess.run(["cp", place / "a.asl", place / "b.asl"], check=True)
    inspection.look_at_document(place / "b.asl", _told(place), tally, secret=secret)


def killed_idle(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """The program is killed while nobody types, and the file alone is copied."""
    with _open(place, secret):
        pass
    _killed(place, secret, until=lambda: "idle" in (place / "acks").read_text())
    if (place / "a.asl-journal").exists():
        tally.fail("lost", f"{place}: a journal is there although nobody typed")
    shutil.copy(place / "a.asl", place / "b.asl")
    inspection.look_at_document(place / "b.asl", Told.read(place / "acks"), tally, secret=secret)


def _killed(place: Path, secret: Passphrase | None, *, until: Callable[[], bool], work: str = "idling") -> None:
    orders = Orders(work, str(place / "a.asl"), str(place / "acks"), seed=1, encrypted=secret is not None)
    (place / "acks").touch()
    process = multiprocessing.get_context("forkserver").Process(target=child, args=(orders,))
    process.start()
    end = time.monotonic() + WAITING_SECONDS
    while not until() and time.monotonic() < end:
        time.sleep(0.0001)
    process.kill()
    process.join()
    process.close()


def read_only_medium(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """A copy lies on a medium that takes nothing."""
    with _open(place, secret):
        pass
    with medium(place / "stick") as there:
        shutil.copy(place / "a.asl", there)
        protect(there)
        _look_reading(there / "a.asl", _told(place), tally, secret)
        refused = _refusal(tally, lambda: Document.open(there / "a.asl", secret=secret))
        if not isinstance(refused, OutputNotWritable):
            tally.fail("unclear", f"writing on a read-only medium was answered by {refused!r}")


def hot_journal_on_read_only_medium(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """File and journal of an interrupted save lie on a medium that takes nothing."""
    with _open(place, secret):
        pass
    _killed(place, secret, until=lambda: inspection.has_hot_journal(place / "a.asl"), work="answering")
    if not inspection.has_hot_journal(place / "a.asl"):
        tally.say("no hot journal this time")
    with medium(place / "stick") as there:
        for name in ("a.asl", "a.asl-journal"):
            with suppress(FileNotFoundError):
                shutil.copy(place / name, there)
        protect(there)
        before = {path.name: _bytes_of(path) for path in there.iterdir()}
        _look_reading(there / "a.asl", Told.read(place / "acks"), tally, secret)
        if before != {path.name: _bytes_of(path) for path in there.iterdir()}:
            tally.fail("overwrites", f"{there} was changed by reading")


def _look_reading(path: Path, told: Told, tally: Tally, secret: Passphrase | None) -> None:
    with inspection.findings(path, tally), Document.open(path, read_only=True, secret=secret) as document:
        for problem in told.missing_from(document):
            tally.fail("lost", f"{path}: {problem}")
        for problem in document.check():
            tally.fail("corrupt", f"{path}: {problem}")


def _refusal(tally: Tally, act: Callable[[], object]) -> UserError | None:
    """Do what must be refused; None, counted as undetected, when it was not."""
    try:
        act()
    except UserError as error:
        message = message_for(error)
        if not (message.title and message.text and message.advice):
            tally.fail("unclear", f"nothing to read in {error}")
        return error
    except Exception as error:  # noqa: BLE001 whatever else it is, a person would not know what to do
        tally.fail("unclear", f"{type(error).__name__}: {error}")
        return None
    tally.fail("undetected", "a save was confirmed that is in no file")
    return None


def _save(desk: Desk) -> None:
    desk.document.put(Answer("Q0", rationale="999999"), actor=ACTOR).result()


def stick_taken_out(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """The medium is gone, and comes back."""
    with stick(place / "stick", place / "contents") as there, _open(there, secret) as desk:
        take_out(there)
        _refusal(tally, lambda: _save(desk))
        _copy_elsewhere(desk, place / "elsewhere.asl", _told(there), tally, secret)
        put_in(there, place / "contents")
        desk.answer()
    inspection.look_at_document(place / "contents" / "a.asl", _told(place / "stick"), tally, secret=secret)


def stick_swapped(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """Another, empty medium is where the file was; nothing may be put onto it."""
    with stick(place / "stick", place / "contents") as there, _open(there, secret) as desk:
        with medium(there):
            _refusal(tally, lambda: _save(desk))
            _copy_elsewhere(desk, place / "elsewhere.asl", _told(there), tally, secret)
            if list(there.iterdir()):
                tally.fail("overwrites", f"{list(there.iterdir())} appeared on another medium")
        desk.answer()
    inspection.look_at_document(place / "contents" / "a.asl", _told(place / "stick"), tally, secret=secret)


def stick_gone_for_good(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """The medium never comes back: the document can be closed, and what was confirmed is on the medium."""
    with stick(place / "stick", place / "contents") as there, _open(there, secret) as desk:
        take_out(there)
        _refusal(tally, lambda: _save(desk))
        desk.document.close()
        put_in(there, place / "contents")
    inspection.look_at_document(place / "contents" / "a.asl", _told(place / "stick"), tally, secret=secret)


def _copy_elsewhere(desk: Desk, target: Path, told: Told, tally: Tally, secret: Passphrase | None) -> None:
    """Take the way on that the message names."""
    with inspection.findings(target, tally):
        desk.document.save_copy(target)
    if target.exists():
        inspection.look_at_document(target, told, tally, secret=secret)
    else:
        tally.fail("lost", f"{target} could not be saved elsewhere")


def _other(path: Path, secret: Passphrase | None) -> str:
    """Make another document and return the digest of its file."""
    with Document.create(path, pack=PACK, scope=SCOPE, actor="Bob", secret=secret) as document:
        document.put(Answer("Q1", rationale="7"), actor="Bob").result()
    return _bytes_of(path)


def replaced(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """Another file gets the name of the open one; it must stay as it is."""
    digest = _other(place / "other.asl", secret)
    with _open(place, secret) as desk:
        (place / "other.asl").replace(place / "a.asl")
        _refusal(tally, lambda: _save(desk))
        _copy_elsewhere(desk, place / "elsewhere.asl", _told(place), tally, secret)
    _must_be(place / "a.asl", digest, tally)


def overwritten(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """Another program writes other contents into the open file; they must stay as they are."""
    digest = _other(place / "other.asl", secret)
    with _open(place, secret) as desk:
        subprocess.run(["cp", place / "other.asl", place / "a.asl"], check=True)
        _refusal(tally, lambda: _save(desk))
        _refusal(tally, lambda: _save(desk))
    _must_be(place / "a.asl", digest, tally)


def put_back(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """Somebody copies an older state of the same document over the open file."""
    with _open(place, secret) as desk:
        subprocess.run(["cp", place / "a.asl", place / "older.asl"], check=True)
        for _ in range(3):
            desk.answer()
        subprocess.run(["cp", place / "older.asl", place / "a.asl"], check=True)
        _refusal(tally, lambda: _save(desk))
        _refusal(tally, lambda: _save(desk))
    _must_be(place / "a.asl", _bytes_of(place / "older.asl"), tally)


def _must_be(path: Path, digest: str, tally: Tally) -> None:
    if _bytes_of(path) != digest:
        tally.fail("overwrites", f"{path} of somebody else was changed")


def edited(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """A database client changes an answer, past the history, while the file is open; plain files only."""
    if secret is not None:
        return
    statement = "UPDATE answer SET state = 'declined' WHERE key = 'Q3'"
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    with _open(place, secret) as desk:
        subprocess.run([sys.executable, "-c", program, place / "a.asl", statement], check=True)
        _refusal(tally, lambda: _save(desk))
        if not desk.document.check():
            tally.fail("undetected", f"{place}: the check does not see what a database client changed")


def second_writer(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """A second program writes as well, because somebody removed the lock; what it confirmed must stay."""
    with _open(place, secret) as desk:
        for name in ("a.asl.lock", "a.asl.lock.json"):
            (place / name).unlink()
        subprocess.run([sys.executable, "-m", "torture.child", _orders(place, secret)], check=True, cwd=ROOT)
        _refusal(tally, lambda: _save(desk))
        _refusal(tally, lambda: _save(desk))
    told = Told.of([*(place.parent / f"{place.name}-acks").read_text().splitlines(), *_lines(place / "acks")])
    inspection.look_at_document(place / "a.asl", told, tally, secret=secret)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def _orders(place: Path, secret: Passphrase | None) -> str:
    import json
    from dataclasses import asdict

    orders = Orders("answering", str(place / "a.asl"), str(place / "acks"), seed=2, rounds=5, encrypted=bool(secret))
    return json.dumps(asdict(orders))


SITUATIONS = (
    idle,
    killed_idle,
    read_only_medium,
    hot_journal_on_read_only_medium,
    stick_taken_out,
    stick_swapped,
    stick_gone_for_good,
    replaced,
    overwritten,
    put_back,
    edited,
    second_writer,
)
