"""Throw-away identities and signed reports, made once per run: keys and key derivation are slow on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from asl_desktop.clock import FixedClock
from asl_desktop.services.assessments import take_snapshot
from asl_desktop.services.examples import build_example, example_names
from asl_desktop.services.outcome import snapshot_document
from reports.document import board_report
from reports.identity import Identity, create_identity
from reports.rendering import Written, write_pdf
from reports.signing import sign_report
from tests import report_world
from tests.signing_world import MOMENT, PASSPHRASE, report_bytes

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot


@pytest.fixture(scope="session")
def identity_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of identities whose roots are trusted only where a test says so."""
    return tmp_path_factory.mktemp("identities")


def _created(folder: Path, name: str, file: str, **more: Any) -> Identity:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASL_TRUST_DIR", str(folder / "trust"))
        return create_identity(name, folder / file, PASSPHRASE, clock=FixedClock(MOMENT), **more)


@pytest.fixture(scope="session")
def assessor(identity_folder: Path) -> Identity:
    return _created(
        identity_folder, "Dr Ada Öst", "assessor.p12", organisation="Frontier Lab", role="Head of evaluation"
    )


@pytest.fixture(scope="session")
def reviewer(identity_folder: Path) -> Identity:
    return _created(identity_folder, "Bo Lind", "reviewer.p12", key="ecdsa-p256")


@pytest.fixture
def trusted(identity_folder: Path, assessor: Identity, reviewer: Identity, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Trust both identities on this machine."""
    monkeypatch.setenv("ASL_TRUST_DIR", str(identity_folder / "trust"))
    return identity_folder / "trust"


@pytest.fixture
def nothing_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "no-trust"
    monkeypatch.setenv("ASL_TRUST_DIR", str(folder))
    return folder


@pytest.fixture(scope="session")
def signed_reports(
    tmp_path_factory: pytest.TempPathFactory, assessor: Identity, reviewer: Identity
) -> tuple[Path, Path, Path]:
    """The same report unsigned, certified by the assessor, and then approved by the reviewer. Never write to them."""
    folder = tmp_path_factory.mktemp("signed")
    unsigned, once, twice = (folder / name for name in ("unsigned.pdf", "once.pdf", "twice.pdf"))
    unsigned.write_bytes(report_bytes())
    sign_report(unsigned, once, assessor, reason="Ready for the board", clock=FixedClock(MOMENT))
    sign_report(once, twice, reviewer, role="Reviewer", clock=FixedClock(MOMENT))
    return unsigned, once, twice


@pytest.fixture(scope="session")
def example_reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Snapshot, Written]]:
    """Each worked example with its unsigned report. Never write to them."""
    clock, found = FixedClock(report_world.MOMENT), {}
    for name in example_names():
        folder = tmp_path_factory.mktemp(name)
        with build_example(name, folder / "example.asl", clock=clock) as document:
            snapshot = take_snapshot(document, clock=clock)
        report = board_report(snapshot, generated_at=report_world.MOMENT)
        found[name] = (snapshot, write_pdf(report, folder / "report.pdf", attachment=snapshot_document(snapshot)))
    return found
