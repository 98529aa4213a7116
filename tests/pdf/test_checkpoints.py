"""Checkpoints with real keys, and holding real files against reports, checkpoints and bare heads."""

from __future__ import annotations

import base64
import dataclasses
import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from asl_desktop import codec
from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer, Scope
from asl_desktop.errors import FileExists, VerifyImpossible
from asl_desktop.services.assessments import take_snapshot
from asl_desktop.services.seen import remember
from asl_desktop.storage.document import Document, Head
from reports.building import build_report
from reports.checkpoints import (
    check_checkpoint,
    keep_checkpoint,
    read_checkpoint,
    sign_checkpoint,
    statement,
    write_checkpoint,
)
from reports.comparing import compare_file, outside_of, stated_history
from reports.identity import load_identity
from reports.lineage import lineage_of
from reports.sections.common import Context
from reports.sections.method import method
from reports.verifying import verify_assessment
from tests.services_world import small_pack
from tests.signing_world import MOMENT, PASSPHRASE, self_signed

if TYPE_CHECKING:
    from pathlib import Path

    from reports.identity import Identity

CLOCK = FixedClock(MOMENT)
HEAD = Head(312, "ab" * 32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return an assessment of three events."""
    path = tmp_path / "a.asl"
    Document.create(path, pack=small_pack(), scope=Scope("Heron-2"), actor="Ann", clock=CLOCK).close()
    return path


def answer(path: Path, *texts: str) -> Head:
    with Document.open(path, clock=CLOCK) as document:
        for text in texts:
            document.put(Answer("Q-TEXT", rationale=text), actor="Ann").result()
        return document.head()


def report(path: Path, target: Path, identity: Identity | None) -> Path:
    with Document.open(path, clock=CLOCK) as document:
        snapshot = take_snapshot(document, clock=CLOCK)
        lineage = lineage_of(document, snapshot, clock=CLOCK)
        build_report(snapshot, target, lineage=lineage, identity=identity, clock=CLOCK)
    return target


@pytest.mark.parametrize("signer", ["assessor", "reviewer"])
def test_a_checkpoint_is_signed_over_its_statement_and_trusted_through_its_root(
    signer: str, request: pytest.FixtureRequest
) -> None:
    identity: Identity = request.getfixturevalue(signer)
    made = sign_checkpoint("doc", HEAD, identity, clock=CLOCK)
    assert json.loads(statement(made)) == {
        "document": "doc", "events": 312, "head": HEAD.hash, "at": made.at, "program": made.program,
    }  # fmt: skip
    result = check_checkpoint(made, anchors=identity.chain[-1:], moment=MOMENT)
    assert (result.signer, result.valid, result.trusted, result.problem) == (identity.name, True, True, "")
    unknown = check_checkpoint(made, anchors=(), moment=MOMENT)
    assert unknown.valid
    assert not unknown.trusted
    assert "is not trusted on this machine" in unknown.problem
    late = check_checkpoint(made, anchors=identity.chain[-1:], moment=MOMENT + timedelta(days=6 * 365))
    assert "is valid from" in late.problem


def test_a_checkpoint_is_verified_by_an_outsider_with_openssl_means_only(assessor: Identity) -> None:
    made = sign_checkpoint("doc", HEAD, assessor, clock=CLOCK)
    said = codec.canonical({name: getattr(made, name) for name in ("document", "events", "head", "at", "program")})
    key = assessor.certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(base64.b64decode(made.signature), said, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    "change",
    [{"events": 290}, {"head": "cd" * 32}, {"document": "other"}, {"at": "2020-01-01T00:00:00.000Z"}, {"program": "9"}],
)
def test_a_changed_statement_is_found(assessor: Identity, change: dict[str, object]) -> None:
    made = dataclasses.replace(sign_checkpoint("doc", HEAD, assessor, clock=CLOCK), **change)  # type: ignore[arg-type]
    result = check_checkpoint(made, anchors=assessor.chain[-1:], moment=MOMENT)
    assert not result.valid
    assert not result.trusted


def test_another_certificate_before_the_signature_is_found(assessor: Identity, reviewer: Identity) -> None:
    made = sign_checkpoint("doc", HEAD, assessor, clock=CLOCK)
    other = sign_checkpoint("doc", HEAD, reviewer, clock=CLOCK)
    mixed = dataclasses.replace(made, certificates=other.certificates)
    anchors = (*assessor.chain[-1:], *reviewer.chain[-1:])
    assert not check_checkpoint(mixed, anchors=anchors, moment=MOMENT).valid
    for broken in ({"certificates": ()}, {"certificates": ("AA",)}, {"signature": ""}, {"signature": "?"}):
        found = check_checkpoint(dataclasses.replace(made, **broken), anchors=anchors, moment=MOMENT)
        assert found.problem == "The checkpoint carries no readable signature."


def test_a_signer_cannot_stand_in_for_an_authority(assessor: Identity, tmp_path: Path) -> None:
    """A trusted person's own certificate is no root: what it issued is not trusted through it."""
    outsider = load_identity(self_signed(tmp_path / "x.p12", "Mallory"), PASSPHRASE)
    made = sign_checkpoint("doc", HEAD, outsider, clock=CLOCK)
    result = check_checkpoint(made, anchors=(*assessor.chain, assessor.certificate), moment=MOMENT)
    assert result.valid
    assert not result.trusted


def test_a_checkpoint_file_reads_back_and_overwrites_nothing(assessor: Identity, tmp_path: Path) -> None:
    made = sign_checkpoint("doc", HEAD, assessor, clock=CLOCK)
    path = write_checkpoint(made, tmp_path / "a.checkpoint")
    assert read_checkpoint(path) == made
    with pytest.raises(FileExists):
        write_checkpoint(made, path)
    for content in (b"", b"[]", b"{}", b"\xff", b'{"format": "asl-checkpoint-1"}', b"[" * 100_000):
        path.write_bytes(content)
        with pytest.raises(VerifyImpossible):
            read_checkpoint(path)


@pytest.mark.usefixtures("trusted")
def test_a_history_that_went_on_is_contained_in_report_checkpoint_and_head(
    file: Path, assessor: Identity, tmp_path: Path
) -> None:
    head = answer(file, "one", "two")
    pdf = report(file, tmp_path / "r.pdf", assessor)
    with Document.open(file, clock=CLOCK) as document:
        made = sign_checkpoint(document.document_id, head, assessor, clock=CLOCK)
        assert keep_checkpoint(document, head, assessor, actor="Ann", clock=CLOCK) == ""
        assert document.check() == ()
        assert [item.head for item in document.checkpoints()] == [head.hash]
    answer(file, "three")
    checkpoint = write_checkpoint(made, tmp_path / "a.checkpoint")
    for against in (str(pdf), str(checkpoint), head.hash, f"{head.events}:{head.hash}"):
        found = compare_file(file, against, clock=CLOCK)
        assert found.ok, found.problems
        assert found.to_json()["contained"] is True
    assert stated_history(pdf) == (made.document, head)


@pytest.mark.usefixtures("trusted")
def test_a_cut_off_end_is_found_with_the_event_from_which_it_is_missing(
    file: Path, assessor: Identity, tmp_path: Path
) -> None:
    answer(file, "one")
    older = Path(shutil.copy(file, tmp_path / "older.asl"))
    head = answer(file, "two", "three")
    pdf = report(file, tmp_path / "r.pdf", assessor)
    for against in (str(pdf), f"{head.events}:{head.hash}"):
        found = compare_file(older, against, clock=CLOCK)
        assert not found.ok
        assert found.to_json() | {"head": ""} == {
            "events": 6, "head": "", "contained": False, "kind": "cut_off", "first": 5,
        }  # fmt: skip
        assert "The history ends at event 4" in found.problems[0]
        assert "from event 5 on it is missing" in found.problems[0]
    assert "No event of the history" in compare_file(older, head.hash, clock=CLOCK).problems[0]


@pytest.mark.usefixtures("trusted")
def test_a_rewritten_history_is_found_and_a_signed_checkpoint_narrows_down_where_it_began(
    file: Path, assessor: Identity, tmp_path: Path
) -> None:
    head = answer(file, "one")
    with Document.open(file, clock=CLOCK) as document:
        keep_checkpoint(document, head, assessor, actor="Ann", clock=CLOCK)
    forged = Path(shutil.copy(file, tmp_path / "forged.asl"))
    answer(file, "true words", "more")
    pdf = report(file, tmp_path / "r.pdf", assessor)
    answer(forged, "false words", "more", "and more")
    found = compare_file(forged, str(pdf), clock=CLOCK)
    assert found.continuity is not None
    assert (found.continuity.kind, found.continuity.first) == ("rewritten", 5)
    assert "From event 5 on the history was written anew" in found.problems[0]


@pytest.mark.usefixtures("trusted")
def test_what_cannot_be_relied_on_itself_proves_nothing(
    file: Path, assessor: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = answer(file, "one")
    unsigned = report(file, tmp_path / "unsigned.pdf", None)
    assert compare_file(file, str(unsigned), clock=CLOCK).problems == (
        "unsigned.pdf: The file is not signed by a person.",
    )
    signed = report(file, tmp_path / "signed.pdf", assessor)
    data = signed.read_bytes()
    signed.write_bytes(data[:-400] + bytes([data[-400] ^ 1]) + data[-399:])
    assert not compare_file(file, str(signed), clock=CLOCK).ok
    other = sign_checkpoint("another document", head, assessor, clock=CLOCK)
    path = write_checkpoint(other, tmp_path / "other.checkpoint")
    assert "speaks of another assessment" in compare_file(file, str(path), clock=CLOCK).problems[0]
    monkeypatch.setenv("ASL_TRUST_DIR", str(tmp_path / "nobody"))
    with Document.open(file, read_only=True) as document:
        own = sign_checkpoint(document.document_id, head, assessor, clock=CLOCK)
    mine = write_checkpoint(own, tmp_path / "mine.checkpoint")
    assert "is not trusted on this machine" in compare_file(file, str(mine), clock=CLOCK).problems[0]
    root = tmp_path / "root.pem"
    root.write_bytes(assessor.chain[-1].public_bytes(serialization.Encoding.PEM))
    assert compare_file(file, str(mine), trust=(root,), clock=CLOCK).ok


def test_verifying_says_what_this_computer_saw_of_the_file_before(file: Path, tmp_path: Path) -> None:
    older = Path(shutil.copy(file, tmp_path / "older.asl"))
    answer(file, "one")
    with Document.open(file, read_only=True) as document:
        remember(document, clock=CLOCK)
    shutil.copy(older, file)
    found = verify_assessment(file)
    assert found.ok  # nothing is wrong with the file itself
    assert "Warning: This file is older than" in found.facts[1]
    assert "4 events then, 3 now" in found.facts[1]


def test_something_else_to_compare_with_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("hello")
    for against in (str(tmp_path / "missing.pdf"), str(tmp_path / "x.txt"), "123"):
        with pytest.raises(VerifyImpossible):
            outside_of(against)


def test_the_report_prints_head_people_span_and_the_newest_checkpoints(
    file: Path, assessor: Identity, reviewer: Identity
) -> None:
    head = answer(file, "one")
    with Document.open(file, clock=CLOCK) as document:
        keep_checkpoint(document, head, assessor, actor="Ann", clock=CLOCK)
        false = dataclasses.replace(sign_checkpoint(document.document_id, head, reviewer, clock=CLOCK), events=2)
        document.add_checkpoint(false, actor="Mallory").result()
        foreign = sign_checkpoint(document.document_id, Head(5, "ab" * 32), reviewer, clock=CLOCK)
        document.add_checkpoint(foreign, actor="Mallory").result()
        snapshot = take_snapshot(document, clock=CLOCK)
        lineage = lineage_of(document, snapshot, clock=CLOCK)
    said = str(method(Context(snapshot, lineage)))
    assert "7 events by 2 people, the first 2 Jun 2025, 12:00 UTC, the last 2 Jun 2025, 12:00 UTC" in said
    assert snapshot.head in said
    assert "event 4, signed by Dr Ada \u00d6st, 2 Jun 2025, 12:00 UTC" in said
    assert "event 2: the signature does NOT hold" in said
    assert "event 5, signed by Bo Lind: NOT part of this history" in said
    assert "A signature on this report also covers" in said


def test_a_checkpoint_that_cannot_be_kept_says_so_and_nothing_fails(file: Path, assessor: Identity) -> None:
    with Document.open(file, read_only=True, clock=CLOCK) as document:
        words = keep_checkpoint(document, document.head(), assessor, actor="Ann", clock=CLOCK)
    assert words.startswith("The checkpoint was not kept in the assessment.")
