"""What a tortured process does: it uses documents as a person does and says what was confirmed to it.

Run by ``multiprocessing`` or, under a tracer, as ``python -m torture.child ORDERS`` with the orders as JSON.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asl_desktop import files
from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.domain.pack import Pack
from asl_desktop.errors import FileLocked
from asl_desktop.storage import connection
from asl_desktop.storage.document import Document, EvidenceDraft
from torture.keyring import in_turn, key_to, make_cheap, passphrase
from torture.told import QUESTIONS, Acks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection

    from asl_desktop.storage.keys import Passphrase

PACK = Pack(
    id="invented", title="Invented", version="1", publisher="Nobody", sources=(), tracks=(), domains=(), thresholds=()
)
SCOPE = Scope(model="Model A")
ACTOR = "Ann"
ENDLESS = 1_000_000
IDLE_AFTER = 30


@dataclass(frozen=True, slots=True)
class Orders:
    """What to do.

    Attributes:
        work: name of one of :data:`WORKS`.
        path: the document.
        acks: where to say what was confirmed.
        seed: decides on sizes.
        rounds: after how many rounds to stop.
        more: folder for copies and exports, empty when the work makes none.
        synchronous: what SQLite is told. The product knows only EXTRA; a control shows what anything less does.
        encrypted: whether the files are.
        changes: how often the passphrase was changed before.
    """

    work: str
    path: str
    acks: str
    seed: int
    rounds: int = ENDLESS
    more: str = ""
    synchronous: str = "EXTRA"
    encrypted: bool = False
    changes: int = 0

    @property
    def secret(self) -> Passphrase | None:
        """What opens the files, at the beginning."""
        return passphrase(0) if self.encrypted else None


class Desk:
    """One open document and what can be done at it."""

    def __init__(self, document: Document, acks: Acks, orders: Orders) -> None:
        self.document = document
        self.acks = acks
        self.folder = Path(orders.more or orders.path)
        self.name = orders.seed
        self.rng = random.Random(orders.seed)
        found = max((int(answer.rationale) for answer in document.inputs().answers), default=-1)
        self.next = found + 1
        if found >= 0:  # the last one may never have been confirmed, but here it is
            acks.say("answer", found)

    def answer(self) -> None:
        """Save one answer."""
        number, self.next = self.next, self.next + 1
        answer = Answer(f"Q{number % QUESTIONS}", rationale=str(number), reason="x" * (number * 37 % 7000))
        self.document.put(answer, actor=ACTOR).result()
        self.acks.say("answer", number)

    def attach(self, size: int) -> str:
        """Attach random bytes; returns their digest."""
        data = self.rng.randbytes(size)
        sha256 = hashlib.sha256(data).hexdigest()
        self.acks.say("trying", sha256)
        item = self.document.attach(io.BytesIO(data), EvidenceDraft(name=f"{size}.bin"), actor=ACTOR)
        self.acks.say("in", item.sha256)
        return item.sha256

    def remove(self, sha256: str) -> None:
        """Remove a piece of evidence."""
        self.acks.say("trying", sha256)
        self.document.remove("evidence", sha256, actor=ACTOR).result()
        self.acks.say("out", sha256)

    def undo_removal(self, sha256: str) -> None:
        """Take back the removal that was just made."""
        self.acks.say("trying", sha256)
        self.document.undo(actor=ACTOR).result()
        self.acks.say("in", sha256)

    def copy(self, number: int) -> None:
        """Save a copy under a name of its own."""
        events = self.document.head().events
        target = self.folder / f"copy-{self.name}-{number}.asl"
        self.document.save_copy(target)
        self.acks.say("copy", target.name, events)


def _answering(desk: Desk, _: int) -> None:
    desk.answer()


def _attaching(desk: Desk, number: int) -> None:
    desk.attach((0, 3_000, 60_000, 400_000, 5_000_000)[number % 5])
    desk.answer()


def _removing(desk: Desk, number: int) -> None:
    sha256 = desk.attach((3_000, 3_000, 400_000)[number % 3])
    desk.remove(sha256)
    if number % 3 == 0:
        desk.undo_removal(sha256)
    if number % 4 == 3:
        desk.document.clear_removed()


def _copying(desk: Desk, number: int) -> None:
    answering = threading.Thread(target=desk.answer)
    answering.start()
    desk.copy(number)
    answering.join()


def _exporting(desk: Desk, number: int) -> None:
    from asl_desktop.services.assessments import take_snapshot
    from asl_desktop.services.inputs_files import export_inputs
    from reports.building import build_report

    name = f"{desk.name}-{number}"
    inputs = export_inputs(desk.document, desk.folder / f"{name}.yaml")
    desk.acks.say("file", inputs.name, _digest(inputs))
    report = desk.folder / f"{name}.pdf"
    build_report(take_snapshot(desk.document), report)
    desk.acks.say("file", report.name, _digest(report))


def _idling(desk: Desk, number: int) -> None:
    """Answer a little, then wait to be killed."""
    desk.answer()
    if number == IDLE_AFTER:
        desk.acks.say("idle")
        threading.Event().wait()


def _session(desk: Desk, number: int) -> None:
    """A little of everything, for the power to be cut in."""
    desk.answer()
    if number % 8 == 5:
        sha256 = desk.attach(desk.rng.choice((3_000, 60_000)))
        desk.answer()
        if number % 16 == 5:
            desk.remove(sha256)
            desk.answer()
            desk.document.clear_removed()


_AT_A_DESK: Mapping[str, Callable[[Desk, int], None]] = {
    "answering": _answering,
    "attaching": _attaching,
    "removing": _removing,
    "copying": _copying,
    "exporting": _exporting,
    "idling": _idling,
    "session": _session,
}


def _creating(orders: Orders, acks: Acks, ready: Callable[[], None]) -> None:
    ready()
    folder = Path(orders.more)
    first = len(list(folder.glob("*.asl")))
    for number in range(first, first + orders.rounds):
        target = folder / f"new-{orders.seed}-{number}.asl"
        Document.create(target, pack=PACK, scope=SCOPE, actor=ACTOR, secret=orders.secret).close()
        acks.say("copy", target.name, 3)


def migrate(path: Path, secret: Passphrase | None) -> None:
    """Bring a file up to date by an invented step: there is no second format yet."""
    from asl_desktop.storage import schema
    from asl_desktop.storage.migrations import bring_up_to_date

    def step(raw: Any) -> None:
        raw.execute("PRAGMA cache_size=5")
        raw.execute("CREATE TABLE note (text TEXT)")
        for number in range(12_000):
            raw.execute("INSERT INTO note VALUES (?)", (f"{number} " + "x" * 500,))
        raw.execute("UPDATE answer SET state = 'declined'")

    key, steps = key_to(path, secret), {schema.FORMAT: step}
    bring_up_to_date(path, key=key, steps=steps, target=schema.FORMAT + 1, differences=lambda _: ())


def _migrating(orders: Orders, acks: Acks, ready: Callable[[], None]) -> None:
    ready()
    migrate(Path(orders.path), orders.secret)
    acks.say("migrated")


def _changing(orders: Orders, acks: Acks, ready: Callable[[], None]) -> None:
    from asl_desktop.services.protection import change_passphrase

    ready()
    for number in range(orders.changes, orders.changes + orders.rounds):
        change_passphrase(Path(orders.path), old=in_turn(number), new=in_turn(number + 1))
        acks.say("passphrase", number + 1)


def _contending(orders: Orders, acks: Acks, ready: Callable[[], None]) -> None:
    """Open, answer and close, again and again, with others who want the same."""
    ready()
    for _ in range(orders.rounds):
        try:
            document = Document.open(Path(orders.path), secret=orders.secret)
        except FileLocked:
            threading.Event().wait(0.001)
            continue
        with document:
            acks.say("holds", os.getpid())
            Desk(document, acks, orders).answer()
            acks.say("gives", os.getpid())


_BY_ITSELF: Mapping[str, Callable[[Orders, Acks, Callable[[], None]], None]] = {
    "changing": _changing,
    "contending": _contending,
    "creating": _creating,
    "migrating": _migrating,
}
WORKS = (*_AT_A_DESK, *_BY_ITSELF)


def run(orders: Orders, ready: Connection | None = None) -> None:
    """Do the work; ``ready`` gets word as soon as the document is open."""
    make_cheap()
    acks = Acks(Path(orders.acks))
    _weaken(orders.synchronous)

    def tell() -> None:
        if ready is not None:
            ready.send(True)

    try:
        if orders.work in _BY_ITSELF:
            _BY_ITSELF[orders.work](orders, acks, tell)
            return
        with Document.open(Path(orders.path), secret=orders.secret) as document:
            desk = Desk(document, acks, orders)
            tell()
            for number in range(orders.rounds):
                _AT_A_DESK[orders.work](desk, number)
    finally:
        acks.close()


def _weaken(synchronous: str) -> None:
    value = {"OFF": 0, "NORMAL": 1, "FULL": 2, "EXTRA": 3}[synchronous]
    changed = {"synchronous": ("synchronous", synchronous, value)}
    if synchronous == "OFF":
        for name in ("sync_file", "sync_folder"):
            setattr(files, name, lambda _: None)
    settings = connection._SETTINGS  # noqa: SLF001 no product may offer this
    connection._SETTINGS = tuple(changed.get(setting[0], setting) for setting in settings)  # noqa: SLF001


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    run(Orders(**json.loads(sys.argv[1])))
