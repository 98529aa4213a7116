"""Two programs at one file: one writes, the others are told who, and read what is confirmed."""

from __future__ import annotations

import json
import multiprocessing
import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from asl_desktop.errors import FileLocked, FileMarkedElsewhere, UserError
from asl_desktop.messages import message_for
from asl_desktop.services.assessments import take_over
from asl_desktop.storage.document import Document
from torture import inspection
from torture.child import ACTOR, PACK, SCOPE, Orders
from torture.child import run as child
from torture.keyring import cheap, passphrase
from torture.tally import Scale, Tally, workplace
from torture.told import Told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from asl_desktop.storage.keys import Passphrase

READINGS = {"full": 12, "small": 3}
CONTENDERS = 3
TURNS = {"full": 60, "small": 10}
WAITING_SECONDS = 60.0
_PROCESSES = multiprocessing.get_context("forkserver")


def run(scale: Scale) -> dict[str, int]:
    """Share files in every way that people do."""
    tally = Tally("sharing")
    for what in ("openings", "refusals", "turns", "lost", "corrupt", "undetected", "unclear", "leftovers"):
        tally.count(what, 0)
    with workplace(tally) as folder, cheap():
        for secret in (None, passphrase(0)) if scale == "full" else (None,):
            place = folder / ("plain" if secret is None else "encrypted")
            place.mkdir()
            Document.create(place / "a.asl", pack=PACK, scope=SCOPE, actor=ACTOR, secret=secret).close()
            _read_while_written(place, tally, secret, readings=READINGS[scale])
            _marked_elsewhere(place, tally, secret)
            _contend(place, tally, secret, turns=TURNS[scale])
            for name in inspection.leftovers(place, known=("a.asl", "acks")):
                tally.fail("leftovers", str(place / name))
    return tally.result()


@contextmanager
def _at_work(place: Path, secret: Passphrase | None, work: str) -> Iterator[BaseProcess]:
    orders = Orders(work, str(place / "a.asl"), str(place / "acks"), seed=1, encrypted=secret is not None)
    receiver, sender = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=child, args=(orders, sender))
    process.start()
    try:
        if not receiver.poll(WAITING_SECONDS):
            raise TimeoutError(f"{work} did not begin")
        yield process
    finally:
        process.kill()
        process.join()
        process.close()
        receiver.close()
        sender.close()


def _read_while_written(place: Path, tally: Tally, secret: Passphrase | None, *, readings: int) -> None:
    """Refuse a second writer and name the first, read beside it, and take the lock of a killed one."""
    path = place / "a.asl"
    with _at_work(place, secret, "answering") as holder:
        for _ in range(readings):
            _refused(path, tally, secret, names=(f"process {holder.pid}", socket.gethostname()))
            told = Told.read(place / "acks")
            with inspection.findings(path, tally), Document.open(path, read_only=True, secret=secret) as document:
                held = {int(answer.rationale) for answer in document.inputs().answers}
                if max(held, default=-1) < told.last:
                    tally.fail("lost", f"answer {told.last} was confirmed and a reader does not see it")
                for problem in document.check():
                    tally.fail("corrupt", f"a reader beside a writer finds: {problem}")
            tally.count("openings")
    inspection.look_at_document(path, Told.read(place / "acks"), tally, secret=secret)


def _refused(path: Path, tally: Tally, secret: Passphrase | None, *, names: tuple[str, ...]) -> UserError | None:
    try:
        Document.open(path, secret=secret).close()
    except FileLocked as error:
        text = message_for(error).text
        for name in names:
            if name not in text:
                tally.fail("unclear", f"the refusal does not say {name}: {text}")
        tally.count("refusals")
        return error
    except UserError as error:
        tally.fail("unclear", f"a file that is open elsewhere came out as {error}")
        return error
    tally.fail("undetected", f"{path} was opened for writing twice")
    return None


def _marked_elsewhere(place: Path, tally: Tally, secret: Passphrase | None) -> None:
    """A computer that is gone left its mark: refused, then taken over by a person."""
    mark = {"pid": 4711, "host": "laptop-7", "user": "bob", "program": "ASL Desktop"}
    (place / "a.asl.lock.json").write_text(json.dumps(mark), encoding="utf-8")
    refused = _refused(place / "a.asl", tally, secret, names=("laptop-7", "4711"))
    if not isinstance(refused, FileMarkedElsewhere):
        tally.fail("unclear", f"the mark of another computer came out as {refused!r}")
    take_over(place / "a.asl")
    inspection.look_at_document(place / "a.asl", Told.read(place / "acks"), tally, secret=secret)


def _contend(place: Path, tally: Tally, secret: Passphrase | None, *, turns: int) -> None:
    """Several processes want to write at the same time; never do two of them."""
    orders = Orders(
        "contending", str(place / "a.asl"), str(place / "acks"), seed=1, rounds=10**6, encrypted=bool(secret)
    )
    processes = [_PROCESSES.Process(target=child, args=(orders,)) for _ in range(CONTENDERS)]
    for process in processes:
        process.start()
    end = time.monotonic() + WAITING_SECONDS
    while _turns(place) < turns and time.monotonic() < end:
        time.sleep(0.05)
    for process in processes:
        if not process.is_alive():
            tally.fail("unclear", "a process that wanted to write ended with an error")
        process.kill()
        process.join()
        process.close()
    holder = ""
    for line in (place / "acks").read_text(encoding="utf-8").splitlines():
        what, _, who = line.partition(" ")
        if what == "holds":
            if holder:
                tally.fail("undetected", f"process {who} writes while process {holder} does")
            holder = who
        elif what == "gives":
            holder = ""
    tally.count("turns", _turns(place))
    inspection.look_at_document(place / "a.asl", Told.read(place / "acks"), tally, secret=secret)


def _turns(place: Path) -> int:
    return (place / "acks").read_text(encoding="utf-8").count("gives ")
