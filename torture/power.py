"""Power cuts by model: the system calls of a real process, and from them what a medium may hold after the power went.

Two controls show that the model bites: without any sync most states must be broken, and with ``synchronous=FULL`` some
acknowledged saves must be gone, because a journal whose removal was not synced comes back.
"""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from asl_desktop.storage.document import Document
from torture import inspection
from torture.child import ACTOR, PACK, SCOPE, Orders
from torture.keyring import cheap, in_turn, passphrase
from torture.replay import crash
from torture.tally import ROOT, Scale, Tally, workplace
from torture.told import Told
from torture.trace import Step, TracingImpossibleError, traced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Case:
    """One process to cut the power under.

    Attributes:
        work: name in :data:`torture.child.WORKS`.
        rounds: how often it does that.
        states: how many crash states to look at, at full and at small scale.
        encrypted: whether the files are.
        synchronous: what SQLite is told; the product says EXTRA, everything else is a control.
        breaks: share of the states of a control that must be broken, or none of them tells anything.
    """

    work: str
    rounds: int
    states: tuple[int, int]
    encrypted: bool = False
    synchronous: str = "EXTRA"
    breaks: float = 0.0

    def states_at(self, scale: Scale) -> int:
        """How many states to look at."""
        return self.states[0 if scale == "full" else 1]

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return f"{self.work}-{'encrypted' if self.encrypted else 'plain'}-{self.synchronous.lower()}"


CASES = (
    Case("session", 40, (300, 0)),
    Case("session", 40, (300, 16), encrypted=True),
    Case("creating", 4, (80, 8)),
    Case("creating", 4, (80, 0), encrypted=True),
    Case("copying", 4, (80, 0)),
    Case("copying", 4, (80, 8), encrypted=True),
    Case("changing", 5, (200, 8), encrypted=True),
    Case("session", 40, (100, 12), synchronous="OFF", breaks=0.5),
    Case("creating", 4, (60, 0), synchronous="OFF", breaks=0.5),
    Case("changing", 5, (60, 0), encrypted=True, synchronous="OFF", breaks=0.01),
    Case("session", 40, (100, 20), synchronous="FULL", breaks=0.01),
)
"""At small scale 40 states of the product and two controls; a case without states is left out."""


def run(scale: Scale) -> dict[str, int]:
    """Trace, cut, look; a system without a tracer is said to be one by ``skipped``."""
    tally = Tally("power")
    for what in (
        "crash_states",
        "control_states",
        "lost",
        "corrupt",
        "leftovers",
        "unclear",
        "controls_unbroken",
        "skipped",
    ):
        tally.count(what, 0)
    with workplace(tally) as folder, cheap():
        try:
            for case in (each for each in CASES if each.states_at(scale)):
                _Case(case, folder / case.name, tally, case.states_at(scale)).run()
        except TracingImpossibleError as error:
            tally.say(f"skipped: {error}")
            tally.count("skipped")
    return tally.result()


class _Case:
    def __init__(self, case: Case, folder: Path, tally: Tally, states: int) -> None:
        self.case = case
        self.folder = folder
        self.live = folder / "live"
        self.tally = tally
        self.states = states
        self.rng = random.Random(case.name)
        self.secret = passphrase(0) if case.encrypted else None

    def run(self) -> None:
        self.live.mkdir(parents=True)
        if self.case.work != "creating":
            Document.create(self.live / "a.asl", pack=PACK, scope=SCOPE, actor=ACTOR, secret=self.secret).close()
        before = {path.name: path.read_bytes() for path in self.live.iterdir()}
        steps = self._trace()
        lost = broken = 0
        for number in range(self.states):
            state = Tally(self.tally.name, quiet=self.case.synchronous != "EXTRA")
            self._look(before, steps, place=self.folder / str(number), tally=state)
            lost += bool(state["lost"])
            broken += state.failed
            if self.case.synchronous == "EXTRA":
                self.tally.add(state)
        self.tally.count("crash_states" if self.case.synchronous == "EXTRA" else "control_states", self.states)
        self.tally.say(
            f"{self.case.name}: {len(steps)} steps, {self.states} states, {lost} lost a save, {broken} broken"
        )
        self._judge(lost=lost, broken=broken)

    def _judge(self, *, lost: int, broken: int) -> None:
        if self.case.synchronous == "EXTRA":
            return
        self.tally.count(f"broken_with_{self.case.synchronous.lower()}", broken)
        # With FULL nothing is ever corrupt: what it must show is a save that was confirmed and is gone.
        if (lost if self.case.synchronous == "FULL" else broken) < self.case.breaks * self.states:
            self.tally.fail("controls_unbroken", f"{self.case.name} broke in {broken} of {self.states} states only")

    def _trace(self) -> tuple[Step, ...]:
        orders = Orders(
            self.case.work,
            str(self.live / "a.asl"),
            str(self.folder / "acks"),
            seed=1,
            rounds=self.case.rounds,
            more=str(self.live),
            synchronous=self.case.synchronous,
            encrypted=self.case.encrypted,
        )
        program = ["-m", "torture.child", json.dumps(asdict(orders))]
        log = self.folder / "calls"
        steps = traced(program, log=log, folder=self.live, acks=self.folder / "acks", cwd=ROOT)
        log.unlink()
        return steps

    def _look(self, before: Mapping[str, bytes], steps: Sequence[Step], *, place: Path, tally: Tally) -> None:
        said = [number for number, step in enumerate(steps, 1) if step.kind == "said"]
        cut = self.rng.choice(said) if self.rng.random() < 0.4 else self.rng.randint(0, len(steps))
        state = crash(before, steps, cut=cut, rng=self.rng)
        state.lay_out(place)
        told = Told.of(state.said)
        secret = self.secret
        if self.case.work == "changing":
            secret = in_turn(inspection.changes_in_force(place / "a.asl", told, tally))
        if self.case.work != "creating":
            inspection.look_at_document(place / "a.asl", told, tally, secret=secret)
        inspection.look_at_copies(place, told, tally, secret=self.secret)
        for name in inspection.leftovers(place, known=("*.asl", ".*.part", ".*.part-journal", "*.lock", "*.lock.json")):
            tally.fail("leftovers", f"{place / name}")
        if not tally.failed or self.case.synchronous != "EXTRA":
            shutil.rmtree(place)
