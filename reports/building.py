"""From a snapshot to a finished report file: built and signed beside its place, then put there in one step."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

from asl_desktop import codec
from asl_desktop.clock import Clock, SystemClock
from asl_desktop.errors import FileExists, OutputNotWritable, ValueRefused
from asl_desktop.files import open_ordinary, put, staging_folder, writing
from asl_desktop.i18n import in_english
from asl_desktop.progress import Progress, Silent
from asl_desktop.services.outcome import snapshot_document
from asl_desktop.storage.open_here import OPEN_HERE

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.domain.determination import Snapshot
    from reports.identity import Identity
    from reports.lineage import Lineage
    from reports.rendering import Written

MAX_LINES = 40_000
"""Of all texts together, by a rough count; some eight hundred pages."""
_LINE = 80


@in_english()
def build_report(
    snapshot: Snapshot,
    target: Path,
    *,
    lineage: Lineage | None = None,
    identity: Identity | None = None,
    role: str = "Assessor",
    despite: str = "",
    clock: Clock | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write the board report, signed when an identity is given. Until all is done, nothing at ``target`` changes.

    The digest in the result is that of the finished file, signature included. ``despite`` is why it is signed although
    the pre-flight check found errors; it becomes the stated reason of the signature.

    Raises:
        OutputNotWritable, DiskFull, SigningRefused: what was at ``target`` is left as it is.
        ValueRefused: the assessment holds more text than a report can.
        Cancelled: the person stopped it; what was at ``target`` is left as it is.
    """
    from reports.document import board_report
    from reports.rendering import write_pdf
    from reports.signing import sign_report

    _require_printable(snapshot)
    time, watch = clock or SystemClock(), progress or Silent()
    with staging_folder(target) as stage:
        draft = stage / target.name
        report = board_report(snapshot, generated_at=time.now(), lineage=lineage, despite=despite)
        written = write_pdf(report, draft, attachment=snapshot_document(snapshot), progress=watch)
        watch.check()
        if identity is not None:
            reason = signed_despite(despite) if despite else ""
            sign_report(draft, draft, identity, role=role, reason=reason, clock=time)
            watch.check()
        with writing(target):
            digest = hashlib.sha256(draft.read_bytes()).hexdigest()
            put(draft, target)
    return dataclasses.replace(written, path=target, sha256=digest)


def _require_printable(snapshot: Snapshot) -> None:
    lines = _lines_of(codec.to_json(snapshot.inputs)) + _lines_of(codec.to_json(snapshot.pack))
    if lines > MAX_LINES:
        problem = f"it would have some {lines} lines, more than the {MAX_LINES} that a report can have"
        raise ValueRefused(field="report", problem=f"{problem}; move long texts into evidence files")


def _lines_of(data: object) -> int:
    """Return about how many printed lines the texts in JSON data take."""
    if isinstance(data, str):
        return len(data) // _LINE + data.count("\n")
    if isinstance(data, dict):
        return sum(map(_lines_of, data.values()))
    return sum(map(_lines_of, data)) if isinstance(data, list) else 0


def signed_despite(reason: str, *, checked: bool = True) -> str:
    """Return what a signature states where somebody signs past the pre-flight check, or where it could not be made."""
    found = "found errors" if checked else "could not be made"
    return f"Signed although the pre-flight check {found}: {' '.join(reason.split())}"


def require_replaceable(path: Path, *, replace: bool) -> None:
    """Refuse to write over anything but an unsigned report, so that neither signatures nor other files are lost.

    Raises:
        FileExists: there is something else, or a signed report and ``replace`` is not set.
        OutputNotWritable: there is a folder, or it cannot be looked at.
    """
    if path.is_dir():
        raise OutputNotWritable(path=str(path), detail="it is a folder")
    if OPEN_HERE.has(path):  # not even looked at: closing it would drop the locks that SQLite holds on it
        raise FileExists(path=str(path))
    with writing(path):
        try:
            with open_ordinary(path) as stream:
                is_report = stream.read(5) == b"%PDF-"
                is_signed = is_report and b"/ByteRange" in stream.read()
        except (FileNotFoundError, NotADirectoryError):
            return
    if not is_report or (is_signed and not replace):
        raise FileExists(path=str(path))
