from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pikepdf
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer
from reports.identity import create_identity, load_identity
from reports.verifying import verify
from tests.gui_world import pass_preflight, show_page, type_in, words_of
from ui import dialogs_seam
from ui.pages.report import ReportPage
from ui.session import Session

PASSPHRASE = "correct horse ü battery"


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> ReportPage:
    result = ReportPage(session)
    show_page(qtbot, result, height=1200)
    pass_preflight(session, result.guard)
    return result


@pytest.fixture
def identity(tmp_path: Path, clock: FixedClock) -> Path:
    """An identity file whose root this test's own home trusts."""
    path = tmp_path / "ada.p12"
    create_identity("Ada Öst", path, PASSPHRASE, organisation="Lab", key="ecdsa-p256", clock=clock)
    return path


def finish(qtbot: QtBot, page: ReportPage) -> None:
    qtbot.waitUntil(lambda: page._running is None, timeout=60_000)


def sign_with(page: ReportPage, identity: Path, passphrase: str) -> None:
    page.signing.identity_file.setText(str(identity))
    page.signing.passphrase.setText(passphrase)


def test_report_signed_verifies_and_says_so(
    qtbot: QtBot, session: Session, page: ReportPage, identity: Path, tmp_path: Path, clock: FixedClock
) -> None:
    session.put(Answer("Q-TEXT", value={"value": "typed a moment ago"}), coalesce="k")
    target = tmp_path / "report.pdf"
    page.target.setText(str(target))
    sign_with(page, identity, PASSPHRASE)
    page.signing.role.buttons[1].click()
    page.write_button.click()
    assert page.signing.passphrase.text() == ""
    assert page.cancel_button.isVisible()
    finish(qtbot, page)
    found = verify(target, clock=clock)
    assert found.ok
    assert [(s.signer, s.role) for s in found.signatures] == [("Ada Öst", "Reviewer")]
    said = "\n".join(page.result.lines)
    assert "The report is written and signed" in said
    assert "signed by Ada Öst as Reviewer" in said
    assert "Verified: intact, trusted" in said
    assert str(target) in said
    assert hashlib.sha256(target.read_bytes()).hexdigest() in said
    with pikepdf.open(target) as pdf:
        attached = json.loads(next(iter(pdf.attachments.values())).get_file().read_bytes())
    assert attached["snapshot_digest"] == session.snapshot.digest
    assert "typed a moment ago" in json.dumps(attached)


def test_wrong_passphrase_says_a_sentence_and_writes_nothing(
    qtbot: QtBot, page: ReportPage, identity: Path, tmp_path: Path
) -> None:
    target = tmp_path / "report.pdf"
    page.target.setText(str(target))
    sign_with(page, identity, "wrong")
    before = sorted(tmp_path.iterdir())
    page.write_button.click()
    finish(qtbot, page)
    assert sorted(tmp_path.iterdir()) == before
    assert page.banner.isVisible()
    assert "could not be opened" in page.banner.words()
    assert "Traceback" not in page.banner.words()
    assert (page.target.text(), page.signing.identity_file.text()) == (str(target), str(identity))
    assert not page.result.isVisible()


def test_signing_without_an_identity_is_asked_for_and_writes_nothing(
    qtbot: QtBot, page: ReportPage, tmp_path: Path
) -> None:
    page.target.setText(str(tmp_path / "report.pdf"))
    page.write_button.click()
    assert "Choose the identity file" in page.signing.problem_line.text()
    assert not (tmp_path / "report.pdf").exists()


@pytest.mark.skipif(os.name == "nt", reason="the folder below is a POSIX one")
def test_place_that_cannot_be_written_says_a_sentence_and_keeps_the_text(
    qtbot: QtBot, page: ReportPage, tmp_path: Path
) -> None:
    page.signing.sign.setChecked(False)
    target = tmp_path / "no such folder" / "report.pdf"
    page.target.setText(str(target))
    page.write_button.click()
    finish(qtbot, page)
    assert "cannot be written" in page.banner.words()
    assert page.target.text() == str(target)
    assert page.write_button.isEnabled()


def test_report_unsigned_is_written_and_called_so(qtbot: QtBot, page: ReportPage, tmp_path: Path) -> None:
    page.signing.sign.setChecked(False)
    page.target.setText(str(tmp_path / "report"))
    page.write_button.click()
    finish(qtbot, page)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "The report is written, not signed" in page.result.lines


def test_signed_report_in_the_way_is_replaced_only_when_asked(
    qtbot: QtBot, page: ReportPage, identity: Path, tmp_path: Path
) -> None:
    target = tmp_path / "report.pdf"
    page.target.setText(str(target))
    sign_with(page, identity, PASSPHRASE)
    page.write_button.click()
    finish(qtbot, page)
    first = target.read_bytes()
    page.signing.sign.setChecked(False)
    with dialogs_seam.queued_answers(False) as left:
        page.write_button.click()
        qtbot.waitUntil(lambda: not left and page._running is None, timeout=20_000)
    assert target.read_bytes() == first
    with dialogs_seam.queued_answers(True) as left:
        page.write_button.click()
        qtbot.waitUntil(lambda: not left and page._running is None, timeout=20_000)
    assert target.read_bytes() != first


def test_file_in_the_way_that_is_no_report_is_left_alone(qtbot: QtBot, page: ReportPage, tmp_path: Path) -> None:
    target = tmp_path / "letter.pdf"
    target.write_bytes(b"a letter")
    page.signing.sign.setChecked(False)
    page.target.setText(str(target))
    page.write_button.click()
    finish(qtbot, page)
    assert target.read_bytes() == b"a letter"
    assert "already exists" in page.banner.words()


def test_identity_created_on_the_page_signs_the_report(
    qtbot: QtBot, page: ReportPage, tmp_path: Path, clock: FixedClock
) -> None:
    form = page.signing.new_identity
    page.signing._create.click()
    assert form.name.text() == "A"
    type_in(qtbot, form.name, "Bo Lind")
    form.path.setText(str(tmp_path / "bo"))
    type_in(qtbot, form.passphrase, "one")
    type_in(qtbot, form.again, "two")
    form.create_button.click()
    assert "not the same" in form.banner.words()
    assert not (tmp_path / "bo.p12").exists()
    type_in(qtbot, form.again, "one")
    form.create_button.click()
    qtbot.waitUntil(form.done.isVisible, timeout=60_000)
    assert (form.passphrase.text(), form.again.text()) == ("", "")
    assert load_identity(tmp_path / "bo.p12", "one").name == "Bo Lind"
    assert page.signing.identity_file.text() == str(tmp_path / "bo.p12")
    assert "Fingerprint" in form.done.words()


def test_verify_another_file_says_what_is_wrong_with_it(
    qtbot: QtBot, page: ReportPage, identity: Path, tmp_path: Path, assessment: Path
) -> None:
    target = tmp_path / "report.pdf"
    page.target.setText(str(target))
    sign_with(page, identity, PASSPHRASE)
    page.write_button.click()
    finish(qtbot, page)
    bad = tmp_path / "bad.pdf"
    data = bytearray(target.read_bytes())
    data[len(data) // 3] ^= 1
    bad.write_bytes(bytes(data))
    with dialogs_seam.queued_answers(bad):
        page.verify_button.click()
    finish(qtbot, page)
    assert page.result.lines[:2] == ("bad.pdf", "NOT verified: do not rely on this file.")
    with dialogs_seam.queued_answers(assessment):
        page.verify_button.click()
    finish(qtbot, page)
    assert page.result.lines[1] == "Verified: the assessment is complete and unchanged."
    with dialogs_seam.queued_answers(tmp_path / "nothing.pdf"):
        page.verify_button.click()
    finish(qtbot, page)
    assert "there is no such file" in page.banner.words()


def test_cancel_writes_nothing_and_is_no_failure(qtbot: QtBot, page: ReportPage, tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    page.signing.sign.setChecked(False)
    page.target.setText(str(target))
    page.write_button.click()
    page.cancel_button.click()
    finish(qtbot, page)
    assert not target.exists()
    assert not page.banner.isVisible()
    assert page.write_button.isEnabled()
    assert [p for p in tmp_path.iterdir() if p.name.endswith(".partial")] == []


def test_page_says_what_the_report_contains_and_misses(qtbot: QtBot, page: ReportPage) -> None:
    shown = words_of(page)
    assert "Board report on Heron-2" in shown
    assert "Missing, and printed as missing: " in shown
    assert "10 open questions, 1 indicator not measured" in shown
    go = next(b for b in page.findChildren(QPushButton) if b.text() == "See what is still open")
    with qtbot.waitSignal(page.wants) as caught:
        go.click()
    assert caught.args == ["gate", ""]


def test_open_folder_asks_the_system_for_the_folder_of_the_report(
    qtbot: QtBot, page: ReportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    # The desktop of the machine is no part of this program.
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    page.signing.sign.setChecked(False)
    page.target.setText(str(tmp_path / "report.pdf"))
    page.write_button.click()
    finish(qtbot, page)
    next(b for b in page.result.findChildren(QPushButton) if "Open folder" in b.text()).click()
    assert [Path(url.toLocalFile()) for url in opened] == [tmp_path]


def test_signing_leaves_a_checkpoint_and_the_file_is_compared_with_reports(
    qtbot: QtBot, session: Session, page: ReportPage, identity: Path, tmp_path: Path
) -> None:
    target = tmp_path / "report.pdf"
    page.target.setText(str(target))
    sign_with(page, identity, PASSPHRASE)
    page.write_button.click()
    finish(qtbot, page)
    (kept,) = session.document.checkpoints()
    assert (kept.events, kept.signer) == (3, "Ada \u00d6st")
    assert session.document.check() == ()
    with dialogs_seam.queued_answers(target):
        page.compare_button.click()
    finish(qtbot, page)
    assert page.result.lines[0] == "The history of this file goes through what it names"
    assert "event 3; 1 was added since" in page.result.lines[1]
    with dialogs_seam.queued_answers(identity):
        page.compare_button.click()
    finish(qtbot, page)
    assert "is not a checkpoint file" in page.banner.words()
