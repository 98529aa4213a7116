"""Hostile documents: whatever opens them must come back in time, in little memory, with a sentence and no trace.

For every case every opener runs in a process of its own making (:mod:`torture.jail`); afterwards nothing may have
changed in the folder of the document or in the folder beside it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from torture import hostile_contents, hostile_files, hostile_places, hostile_sealed
from torture.cases import NAME, OPENS, Case, Scene
from torture.jail import MEMORY_BYTES, PATIENCE_SECONDS, Jail, Outcome
from torture.openers import steps
from torture.tally import Scale, Tally, workplace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_READS_ALL = frozenset({"check", "verify", "salvage"})
"""They read every byte that there is, and may take the time that honest bytes take."""
_BYTES_PER_SECOND = 5_000_000
_SPARSE = 1 << 30
_KNOWN_STATUS = frozenset({0, 1, 2})
CASES: Mapping[str, Case] = {
    **hostile_files.CASES,
    **hostile_places.CASES,
    **hostile_contents.CASES,
    **hostile_sealed.CASES,
}


def run(scale: Scale) -> dict[str, int]:
    """Open every hostile document with everything that opens documents, and count what must not happen."""
    tally = Tally("hostile")
    for what in ("hostile", "hangs", "overwrites", "crashes", "executed", "bloated", "unclear"):
        tally.count(what, 0)
    with workplace(tally) as folder:
        Range(folder).go(tally, (name for name, case in CASES.items() if scale == "full" or not case.full))
    return tally.result()


class Range:
    """Where cases are made and opened."""

    def __init__(self, folder: Path) -> None:
        from asl_desktop.services.examples import build_example

        self.folder = folder
        self._healthy = folder / "healthy.asl"
        self._foreign = folder / "foreign.asl"
        build_example("claude-opus-4", self._healthy).close()
        build_example("claude-sonnet-4", self._foreign).close()
        self.jail = Jail()

    def go(self, tally: Tally, names: Iterable[str]) -> None:
        """Make and open the cases of these names."""
        for name in names:
            self.one(tally, name, CASES[name])

    def one(self, tally: Tally, name: str, case: Case, openers: Collection[str] = ()) -> None:
        """Make one case and let everything open it, or only these openers and the one that writes."""
        place = self.folder / re.sub(r"\W+", "-", name)
        scene = Scene(place / "file" / NAME, place / "victims", place / "foreign" / "foreign.asl")
        out = place / "out"
        for part in (scene.path.parent, scene.victims, scene.foreign.parent, out):
            part.mkdir(parents=True)
        shutil.copyfile(self._healthy, scene.path)
        shutil.copyfile(self._foreign, scene.foreign)
        (scene.victims / "precious.txt").write_bytes(b"precious\n" * 100)
        case.prepare(scene)
        home = place / "home"
        home.mkdir()
        secret = place / "passphrase" if case.sealed else None
        if secret is not None:
            secret.write_text(hostile_sealed.PASSPHRASE, encoding="utf-8")
        *reading, writing = steps(scene.path, out, secret)
        reading = [step for step in reading if not openers or step[0] in openers]
        before = traces(place / "file", scene.victims, scene.foreign.parent)
        outcomes = [self.jail.run(step, home, patience=_patience(step[0], _size(scene.path))) for step in reading]
        after = traces(place / "file", scene.victims, scene.foreign.parent)
        _judge_traces(tally, name, before, after)
        outcomes.append(self.jail.run(writing, home, patience=_patience(writing[0], _size(scene.path))))
        last = traces(place / "file", scene.victims, scene.foreign.parent)
        if case.changes:  # the file itself and what is its own beside it
            after, last = _abroad(after), _abroad(last)
        _judge_traces(tally, f"{name}, for writing", after, last)
        _judge_names(tally, name, out)
        for outcome in outcomes:
            _judge(tally, name, outcome, _size(scene.path))
        _judge_words(tally, name, case, {outcome.step: outcome for outcome in outcomes})
        if not tally.failed:
            shutil.rmtree(place)


def traces(*places: Path) -> dict[str, str]:
    """Return what lies in folders, name by name, such that any change shows; links are not followed."""
    found = {}
    for place in places:
        for root, folders, files in os.walk(place):
            for name in (*folders, *files):
                path = Path(root, name)
                found[str(path.relative_to(place.parent))] = _trace(path)
    return found


def _abroad(found: dict[str, str]) -> dict[str, str]:
    """Leave out the folder of the document."""
    return {name: trace for name, trace in found.items() if not name.startswith("file/")}


def _trace(path: Path) -> str:
    info = path.lstat()
    kind = stat.S_IFMT(info.st_mode)
    if kind == stat.S_IFLNK:
        return f"link to {path.readlink()}"
    if kind != stat.S_IFREG:
        return f"kind {kind:o}"
    if info.st_size > 1 << 30:
        return f"{info.st_size} bytes, {info.st_blocks} blocks, {info.st_mtime_ns}"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _judge_traces(tally: Tally, name: str, before: dict[str, str], after: dict[str, str]) -> None:
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    if changed:
        tally.fail("overwrites", f"{name}: {', '.join(changed)[:300]}")


def _judge_names(tally: Tally, name: str, out: Path) -> None:
    """What was written under names from a hostile file must have plain names and be plain files."""
    for path in out.rglob("*"):
        if not re.fullmatch(r"[A-Za-z0-9 ._()+,=@-]+", path.name) or path.is_symlink():
            tally.fail("overwrites", f"{name}: wrote {path.name!r}")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _patience(step: str, size: int) -> float:
    """Return how many seconds a step may compute; one that reads everything, in proportion to that."""
    return PATIENCE_SECONDS + (size / _BYTES_PER_SECOND if step in _READS_ALL and size < _SPARSE else 0)


def _judge(tally: Tally, name: str, outcome: Outcome, size: int) -> None:
    tally.count("hostile")
    where = f"{name}, {outcome.step}"
    if outcome.end == "hang" or outcome.seconds > _patience(outcome.step, size):
        tally.fail("hangs", f"{where}: {outcome.seconds:.1f} s")
    elif outcome.status not in _KNOWN_STATUS:
        tally.fail("crashes", f"{where}: {outcome.end or outcome.status}: {outcome.text[-1500:]}")
    if outcome.peak > MEMORY_BYTES:
        tally.fail("bloated", f"{where}: {outcome.peak >> 20} MiB")
    if outcome.executed:
        tally.fail("executed", f"{where}: {outcome.executed}")
    if outcome.status in {1, 2} and not outcome.text.strip():
        tally.fail("unclear", f"{where}: status {outcome.status} without a word")
    hidden = {char for char in outcome.text if not char.isprintable() and char not in "\n\t"}
    if hidden or "Traceback" in outcome.text:
        tally.fail("unclear", f"{where}: prints {sorted(hidden)[:5]!r}")


def _judge_words(tally: Tally, name: str, case: Case, outcomes: Mapping[str, Outcome]) -> None:
    for step, pattern in (("open_reading", case.reading), ("open_writing", case.writing)):
        outcome = outcomes[step]
        if outcome.status not in {0, 1}:
            continue
        if (outcome.status == 0) != (pattern == OPENS) or not re.search(pattern, outcome.text):
            tally.fail("unclear", f"{name}, {step}: status {outcome.status}, says {outcome.text.strip()[:300]!r}")
    if case.checked and "check" in outcomes and not re.search(case.checked, outcomes["check"].text):
        tally.fail("unclear", f"{name}, check: says {outcomes['check'].text.strip()[:300]!r}")
