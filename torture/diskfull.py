"""A disk that fills up while a document is open: what was confirmed stays, and work goes on once there is room again.

Needs the right to mount a small file system in memory; where it is missing the harness says so and counts ``skipped``.
"""

from __future__ import annotations

import io
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import DiskFull
from asl_desktop.messages import message_for
from asl_desktop.services.protection import change_passphrase
from asl_desktop.storage.document import Document, EvidenceDraft
from torture import inspection
from torture.child import ACTOR, PACK, SCOPE
from torture.keyring import cheap, passphrase
from torture.mounts import MountingImpossibleError, medium, resize
from torture.tally import Scale, Tally, workplace
from torture.told import QUESTIONS, Told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asl_desktop.storage.keys import Passphrase

SMALL, MEDIUM, LARGE = 4, 40, 160
"""Sizes of media in MiB; the last one is how room is made."""
REFUSALS = 5
"""How often a person tries again before room is made."""
MANY = 20_000
TIDYING_SECONDS = 30.0


def run(scale: Scale) -> dict[str, int]:
    """Fill disks during everything that writes."""
    tally = Tally("diskfull")
    for what in (
        "disks_filled",
        "acknowledged",
        "lost",
        "corrupt",
        "leftovers",
        "unclear",
        "controls_unbroken",
        "skipped",
    ):
        tally.count(what, 0)
    cases: list[Callable[[Path, Tally, Passphrase | None], None]] = [_answers, _attach, _save_copy, _create]
    with workplace(tally) as folder, cheap():
        try:
            for secret in (None, passphrase(0)) if scale == "full" else (passphrase(0),):
                kind = "plain" if secret is None else "encrypted"
                for case in cases:
                    case(folder / f"{case.__name__}-{kind}", tally, secret)
                    tally.count("disks_filled")
            _change_passphrase(folder / "changing", tally)
            tally.count("disks_filled")
        except MountingImpossibleError as error:
            tally.say(f"skipped: {error}")
            tally.count("skipped")
    return tally.result()


class _Filler:
    """A progress that fills the disk as soon as something is under way, as another program would."""

    def __init__(self, place: Path) -> None:
        self.file = place / "filler"

    def report(self, done: int, total: int, text: str = "") -> None:  # noqa: ARG002 a progress takes them
        """Fill what is left."""
        if not self.file.exists():
            fill(self.file)

    def check(self) -> None:
        """Never stop it."""


def fill(file: Path) -> None:
    """Write a file until nothing more fits."""
    with suppress(OSError), file.open("wb", buffering=0) as target:
        while target.write(bytes(65536)):
            continue


class _Desk:
    """A document on a medium, and what it confirmed."""

    def __init__(self, document: Document, tally: Tally) -> None:
        self.document = document
        self.tally = tally
        self.said: list[str] = []
        self.next = 0

    def save(self) -> bool:
        """Save an answer; False when the disk was full."""
        answer = Answer(f"Q{self.next % QUESTIONS}", rationale=str(self.next), reason="x" * 3000)
        if not refused(self.tally, self.document.put(answer, actor=ACTOR).result):
            self.said.append(f"answer {self.next}")
            self.next += 1
            return True
        return False

    def until_full(self) -> None:
        """Save until the disk is full, and try some more."""
        while self.next < MANY and self.save():
            continue
        for _ in range(REFUSALS):
            self.save()

    def compare(self) -> None:
        """Look, without a restart, at whether everything confirmed is there and in order."""
        told = Told.of(self.said)
        for problem in told.missing_from(self.document):
            self.tally.fail("lost", problem)
        for problem in self.document.check():
            self.tally.fail("corrupt", problem)


def refused(tally: Tally, act: Callable[[], object]) -> bool:
    """Do something; True when the disk was full and said so in words for a person."""
    try:
        act()
    except DiskFull as error:
        message = message_for(error)
        if not (message.title and message.text and message.advice):
            tally.fail("unclear", f"nothing to read in {error}")
        return True
    except Exception as error:  # noqa: BLE001 whatever else it is, a person would not know what to do
        tally.fail("unclear", f"a full disk came out as {type(error).__name__}: {error}")
        return True
    return False


def _finish(desk: _Desk, path: Path, secret: Passphrase | None, *, known: tuple[str, ...] = ()) -> None:
    """Go on without a restart, then close, and look as on the day after."""
    before = desk.next
    for _ in range(20):
        desk.save()
    if desk.next != before + 20:
        desk.tally.fail("lost", f"{path}: saving did not work again although there was room")
    desk.compare()
    desk.document.close()
    inspection.look_at_document(path, Told.of(desk.said), desk.tally, secret=secret)
    for name in inspection.leftovers(path.parent, known=(path.name, *known)):
        desk.tally.fail("leftovers", str(path.parent / name))
    desk.tally.count("acknowledged", len(desk.said))


def _open(path: Path, secret: Passphrase | None) -> Document:
    return Document.create(path, pack=PACK, scope=SCOPE, actor=ACTOR, secret=secret)


def _answers(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    with medium(place, mib=SMALL), _open(place / "a.asl", secret) as document:
        desk = _Desk(document, tally)
        desk.until_full()
        desk.compare()
        resize(place, mib=LARGE)
        _finish(desk, place / "a.asl", secret)


def _attach(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """Evidence whose size nobody knows beforehand."""
    with medium(place, mib=MEDIUM), _open(place / "a.asl", secret) as document:
        desk = _Desk(document, tally)
        desk.save()
        source = io.BytesIO(os.urandom((MEDIUM + 8) << 20))
        if not refused(tally, lambda: document.attach(source, EvidenceDraft(name="log"), actor=ACTOR)):
            tally.fail("controls_unbroken", "evidence larger than the disk went in")
        desk.compare()
        resize(place, mib=LARGE)
        _finish(desk, place / "a.asl", secret)
        if not _shrinks(place / "a.asl", secret):
            tally.fail("leftovers", f"{place} kept the room of evidence that never came in")


def _shrinks(path: Path, secret: Passphrase | None) -> bool:
    """Tell whether a document that is open for a while gives back the room that nothing in it needs."""
    end = time.monotonic() + TIDYING_SECONDS
    with Document.open(path, secret=secret):
        while path.stat().st_size > 1 << 20 and time.monotonic() < end:
            time.sleep(0.05)
    return path.stat().st_size <= 1 << 20


def _save_copy(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    home = place.with_name(f"{place.name}-home")
    home.mkdir()
    with medium(place, mib=MEDIUM), _open(home / "a.asl", secret) as document:
        desk = _Desk(document, tally)
        item = document.attach(io.BytesIO(os.urandom(12 << 20)), EvidenceDraft(name="log"), actor=ACTOR)
        desk.said.append(f"in {item.sha256}")
        filler = _Filler(place)
        if not refused(tally, lambda: document.save_copy(place / "copy.asl", progress=filler)):
            tally.fail("controls_unbroken", "a copy went onto a full disk")
        for name in inspection.leftovers(place, known=("filler",)):
            tally.fail("leftovers", str(place / name))
        filler.file.unlink()
        document.save_copy(place / "copy.asl")
        told = Told.of([*desk.said, "copy copy.asl 3"])
        inspection.look_at_copies(place, told, tally, secret=secret)
        _finish(desk, home / "a.asl", secret)


def _create(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    with medium(place, mib=SMALL):
        fill(place / "filler")
        if not refused(tally, lambda: _open(place / "a.asl", secret)):
            tally.fail("controls_unbroken", "a new file went onto a full disk")
        for name in inspection.leftovers(place, known=("filler",)):
            tally.fail("leftovers", str(place / name))
        (place / "filler").unlink()
        _finish(_Desk(_open(place / "a.asl", secret), tally), place / "a.asl", secret)


def _change_passphrase(place: Path, tally: Tally) -> None:
    path, old, new = place / "a.asl", passphrase(0), passphrase(1)
    with medium(place, mib=MEDIUM):
        with _open(path, old) as document:
            desk = _Desk(document, tally)
            for _ in range(300):
                desk.save()
            item = document.attach(io.BytesIO(os.urandom(6 << 20)), EvidenceDraft(name="log"), actor=ACTOR)
            desk.said.append(f"in {item.sha256}")
        filler = _Filler(place)
        if not refused(tally, lambda: change_passphrase(path, old=old, new=new, progress=filler)):
            tally.fail("controls_unbroken", "a second file went onto a full disk")
        inspection.look_at_document(path, Told.of(desk.said), tally, secret=old)
        for name in inspection.leftovers(place, known=("a.asl", "filler")):
            tally.fail("leftovers", str(place / name))
        filler.file.unlink()
        change_passphrase(path, old=old, new=new)
        inspection.look_at_document(path, Told.of(desk.said), tally, secret=new)
