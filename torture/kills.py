"""kill -9 at random moments of everything that writes: what was acknowledged must be there, and nothing else broken.

A kill leaves the page cache to the system, so this shows that nothing is ever half done; whether it was synced is
shown by :mod:`torture.power`.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asl_desktop.services.assessments import create_assessment
from asl_desktop.storage.document import Document
from torture import inspection
from torture.child import ACTOR, PACK, SCOPE, Desk, Orders
from torture.child import run as child
from torture.keyring import cheap, in_turn, passphrase
from torture.tally import Scale, Tally, workplace
from torture.told import QUESTIONS, Acks, Told

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.keys import Passphrase

OPENING_SECONDS = 60.0
ROUNDS_PER_FILE = 15
UNREADY = 0.15
"""Share of the kills that do not wait for the document to be open."""
AIMED = 0.5
"""Share of the kills that, after their random moment, wait for a journal that would have to be played back."""
AIMING_SECONDS = 0.3
UNSEEN = 0.2
"""Share of the kills after which another process opens the file, hot journal and all, before anybody looks."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of work to be killed in.

    Attributes:
        work: name in :data:`torture.child.WORKS`.
        kills: how many, at full and at small scale.
        patience: longest time in seconds from being ready to being killed.
        encrypted: whether the files are.
        hot: share of the kills that must leave a journal to be played back, else the case is too gentle.
    """

    work: str
    kills: tuple[int, int]
    patience: float
    hot: float = 0.0
    encrypted: bool = False

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return f"{self.work}-{'encrypted' if self.encrypted else 'plain'}"


CASES = (
    Case("answering", (120, 1), 0.2, hot=0.3),
    Case("answering", (120, 2), 0.2, hot=0.3, encrypted=True),
    Case("attaching", (60, 1), 0.6, hot=0.3),
    Case("attaching", (60, 2), 0.6, hot=0.3, encrypted=True),
    Case("removing", (45, 2), 0.6, hot=0.3),
    Case("removing", (45, 1), 0.6, hot=0.3, encrypted=True),
    Case("copying", (30, 0), 0.4),
    Case("copying", (30, 1), 0.4, encrypted=True),
    Case("creating", (20, 0), 0.4),
    Case("creating", (20, 1), 0.4, encrypted=True),
    Case("migrating", (30, 1), 0.2, hot=0.1),
    Case("migrating", (30, 1), 0.4, hot=0.1, encrypted=True),
    Case("changing", (75, 2), 0.5, encrypted=True),
    Case("exporting", (20, 1), 1.0),
    Case("exporting", (20, 0), 1.0, encrypted=True),
)


def run(scale: Scale) -> dict[str, int]:
    """Kill and look; the sum of all hot journals must be large enough for the loop to mean something."""
    tally = Tally("kills")
    for what in ("kills", "hot_journals", "acknowledged", "lost", "corrupt", "leftovers", "controls_unbroken"):
        tally.count(what, 0)
    with workplace(tally) as folder, cheap():
        for case in CASES:
            _Loop(case, folder / case.name, tally, scale).run()
    return tally.result()


class _Loop:
    def __init__(self, case: Case, folder: Path, tally: Tally, scale: Scale) -> None:
        self.case = case
        self.folder = folder
        self.tally = tally
        self.kills = case.kills[0 if scale == "full" else 1]
        self.rng = random.Random(case.name)
        self.secret = passphrase(0) if case.encrypted else None
        self.hot = 0
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload(["torture.child", "reports.building", "asl_desktop.storage.migrations"])

    def run(self) -> None:
        for number in range(self.kills):
            place = self._place(number)
            self._kill(place, number)
            last = number == self.kills - 1 or (number + 1) % ROUNDS_PER_FILE == 0
            if last or self.case.work in {"changing", "migrating"} or self.rng.random() > UNSEEN:
                self._look(place)
            if last and not self.tally.failed:
                shutil.rmtree(place)
        self.tally.count("hot_journals", self.hot)
        self.tally.say(f"{self.case.name}: {self.kills} kills, {self.hot} hot journals")
        if self.kills >= ROUNDS_PER_FILE and self.hot < self.case.hot * self.kills:
            self.tally.fail("controls_unbroken", f"{self.case.name} left too few hot journals, the loop is too gentle")

    def _place(self, number: int) -> Path:
        """Return the folder to work in: one for many kills, or one for each where there is only one thing to do."""
        template = self.folder / f"{number // ROUNDS_PER_FILE}"
        if not template.exists():
            (template / "more").mkdir(parents=True)
            _furnish(template / "a.asl", template / "acks", self.case.work, self.secret)
        if self.case.work != "migrating":
            return template
        place = self.folder / f"{number}-of-many"
        shutil.copytree(template, place)
        return place

    def _kill(self, place: Path, number: int) -> None:
        more = str(place / "more")
        orders = Orders(
            self.case.work,
            str(place / "a.asl"),
            str(place / "acks"),
            seed=number,
            more=more,
            encrypted=self.case.encrypted,
            changes=Told.read(place / "acks").passphrase,
        )
        receiver, sender = self.processes.Pipe(duplex=False)
        process = self.processes.Process(target=child, args=(orders, sender))
        process.start()
        sender.close()
        if self.rng.random() > UNREADY and not receiver.poll(OPENING_SECONDS):
            self.tally.fail("hangs", f"{place} was not open after {OPENING_SECONDS} s")
        process.join(self.rng.uniform(0, self.case.patience))
        if self.case.hot and self.rng.random() < AIMED:
            _await_hot_journal(place / "a.asl")
        process.kill()
        process.join()
        if process.exitcode not in {-9, 0}:
            self.tally.fail("corrupt", f"{place}: work ended with {process.exitcode} before it was killed")
        process.close()
        receiver.close()
        self.tally.count("kills")
        self.hot += inspection.has_hot_journal(place / "a.asl")

    def _look(self, place: Path) -> None:
        told, secret = Told.read(place / "acks"), self.secret
        if self.case.work == "changing":
            changes = inspection.changes_in_force(place / "a.asl", told, self.tally)
            secret, acks = in_turn(changes), Acks(place / "acks")
            acks.say("passphrase", changes)
            acks.close()
        if self.case.work == "migrating":
            inspection.look_at_migration(place / "a.asl", self.tally, secret=secret)
        else:
            inspection.look_at_document(place / "a.asl", told, self.tally, secret=secret)
        inspection.look_at_copies(place / "more", told, self.tally, secret=secret)
        inspection.look_at_files(place / "more", told, self.tally)
        self.tally.count("acknowledged", told.saves)
        inspection.try_again(place / "a.asl", place / "more", secret=secret)
        for folder, known in ((place, ("a.asl", "acks", "more", "*.bak")), (place / "more", ("[!.]*",))):
            for name in inspection.leftovers(folder, known=known):
                self.tally.fail("leftovers", str(folder / name))


_SIZES = {"copying": 8_000_000, "changing": 3_000_000, "migrating": 100_000}
"""Bytes of evidence in the documents that are worked on as a whole."""


def _await_hot_journal(path: Path) -> None:
    end = time.monotonic() + AIMING_SECONDS
    while not inspection.has_hot_journal(path) and time.monotonic() < end:
        continue


def _furnish(path: Path, acks: Path, work: str, secret: Passphrase | None) -> None:
    """Make a document that the work has something to do with."""
    if work == "exporting":
        create_assessment(path, pack_id="anthropic-rsp-2.2", scope=SCOPE, actor=ACTOR, secret=secret).close()
        return
    said = Acks(acks)
    with Document.create(path, pack=PACK, scope=SCOPE, actor=ACTOR, secret=secret) as document:
        desk = Desk(document, said, Orders(work, str(path), str(acks), seed=-1))
        if work in _SIZES:
            for _ in range(QUESTIONS):
                desk.answer()
            desk.attach(_SIZES[work])
    said.close()
