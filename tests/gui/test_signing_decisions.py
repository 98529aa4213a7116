"""Decisions signed on the gate page with real keys, and what the card says of their signatures afterwards."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from asl_desktop.clock import FixedClock
from asl_desktop.domain.inputs import Answer
from asl_desktop.storage.document import Document
from reports.identity import create_identity
from reports.verifying import verify_assessment
from tests.gui_world import on_disk, pass_preflight, settle, show_page, type_in, unnamed, words_of
from tests.layout_world import misfits
from ui.focus import focusable
from ui.pages.gate import GatePage
from ui.session import Session
from ui.theme import Look
from ui.widgets.decision_form import DecisionForm

PASSPHRASE = "correct horse \u00fc battery"
GO, CONDITIONS, HOLD = range(3)


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> GatePage:
    result = GatePage(session)
    show_page(qtbot, result, height=1600)
    return result


@pytest.fixture
def form(session: Session, page: GatePage) -> DecisionForm:
    result = page.gates["deploy"].decision
    pass_preflight(session, result.guard)
    return result


@pytest.fixture
def identity(tmp_path: Path, clock: FixedClock) -> Path:
    """An identity file whose root this test's own home trusts."""
    path = tmp_path / "ada.p12"
    create_identity("Ada \u00d6st", path, PASSPHRASE, organisation="Lab", key="ecdsa-p256", clock=clock)
    return path


def decide(qtbot: QtBot, form: DecisionForm, outcome: int, by: str, reason: str = "") -> None:
    form.outcome.buttons[outcome].click()
    type_in(qtbot, form.by, by)
    if reason:
        type_in(qtbot, form.reason, reason)


def sign(qtbot: QtBot, form: DecisionForm, identity: Path, passphrase: str = PASSPHRASE) -> None:
    """Fill in who signs and press the button; returns when that came to an end."""
    form.signing.sign.setChecked(True)
    form.signing.identity_file.setText(str(identity))
    form.signing.passphrase.setText(passphrase)
    form.record_button.click()
    assert form.signing.passphrase.text() == ""
    qtbot.waitUntil(lambda: form._running is None, timeout=20_000)


def standing(qtbot: QtBot, form: DecisionForm) -> str:
    """Return what the card says of the signature once it was checked."""
    qtbot.waitUntil(lambda: form.signature.checked is not None, timeout=20_000)
    settle()
    return words_of(form.signature).strip()


def test_signed_decision_is_on_disk_and_the_card_says_who_signed(
    qtbot: QtBot, session: Session, form: DecisionForm, identity: Path, assessment: Path, clock: FixedClock
) -> None:
    session.put(Answer("Q-TEXT", value={"value": "typed a moment ago"}), coalesce="k")
    decide(qtbot, form, HOLD, "Ada \u00d6st")
    sign(qtbot, form, identity)
    (held,) = on_disk(assessment).decisions
    assert held.signature is not None
    assert (held.outcome, held.by, held.signature.state) == ("hold", "Ada \u00d6st", "closed")
    said = standing(qtbot, form)
    assert said.startswith("The signature holds.\nSigned by Ada \u00d6st, Lab with key ")
    assert "The signer is trusted on this machine." in said
    assert not form.dirty()
    assert "Ada \u00d6st, 2 Jun 2025" in words_of(form)
    assert session.flush()
    assert verify_assessment(assessment, clock=clock).ok


def test_decision_recorded_without_a_signature_says_so_before_and_after(
    qtbot: QtBot, session: Session, form: DecisionForm
) -> None:
    decide(qtbot, form, HOLD, "CEO")
    assert "It will be recorded without a signature." in words_of(form)
    form.record_button.click()
    settle()
    assert standing(qtbot, form) == "Recorded without a signature."
    assert "It will be" not in words_of(form)


def test_wrong_passphrase_records_nothing_and_keeps_what_is_typed(
    qtbot: QtBot, session: Session, form: DecisionForm, identity: Path
) -> None:
    decide(qtbot, form, HOLD, "CEO", "because")
    sign(qtbot, form, identity, "wrong")
    assert "could not be opened" in form.problem_line.text()
    assert session.inputs.decisions == ()
    assert (form.by.text(), form.reason.toPlainText()) == ("CEO", "because")
    assert form.record_button.isEnabled()
    assert form.signing.passphrase.hasFocus()


def test_button_pressed_twice_signs_once_and_keeps_the_focus(
    qtbot: QtBot, session: Session, form: DecisionForm, identity: Path, assessment: Path
) -> None:
    decide(qtbot, form, HOLD, "Ada \u00d6st")
    form.signing.sign.setChecked(True)
    form.signing.identity_file.setText(str(identity))
    form.signing.passphrase.setText(PASSPHRASE)
    form.record_button.setFocus()
    qtbot.keyClick(form.record_button, Qt.Key.Key_Space)
    qtbot.keyClick(form.record_button, Qt.Key.Key_Space)
    assert form.record_button.hasFocus()
    assert "Signing" in words_of(form)
    qtbot.waitUntil(lambda: form._running is None, timeout=20_000)
    assert form.record_button.hasFocus()
    assert session.flush()
    with Document.open(assessment, read_only=True) as document:
        assert [event.kind for event in document.events()].count("decision") == 1


def test_form_for_signing_reads_from_top_to_bottom_with_a_new_identity_open(
    qtbot: QtBot, page: GatePage, form: DecisionForm
) -> None:
    decide(qtbot, form, HOLD, "CEO")
    form.signing.sign.setChecked(True)
    form.signing._create.click()
    settle()
    names = [widget.accessibleName() for widget in focusable(form)]
    wanted = [
        "Sign the decision, at Deploy", "Identity file, at Deploy", "Passphrase of the identity, at Deploy",
        "Name of the person who signs", "New passphrase", "Create the identity", "Sign and record it at Deploy",
    ]  # fmt: skip
    assert [name for name in names if name in wanted] == wanted


def test_new_identity_made_at_a_gate_signs_the_decision(
    qtbot: QtBot, session: Session, page: GatePage, form: DecisionForm, tmp_path: Path
) -> None:
    decide(qtbot, form, HOLD, "Bo Lind")
    form.signing.sign.setChecked(True)
    form.signing._create.click()
    new = form.signing.new_identity
    new.name.setText("Bo Lind")
    new.path.setText(str(tmp_path / "bo"))
    for field in (new.passphrase, new.again):
        field.setText(PASSPHRASE)
    new.create_button.click()
    qtbot.waitUntil(lambda: form.signing.identity_file.text() != "", timeout=60_000)
    sign(qtbot, form, tmp_path / "bo.p12")
    assert "Signed by Bo Lind with key" in standing(qtbot, form)


def test_signing_asks_for_identity_and_passphrase_and_uses_neither_for_what_does_not_fit(
    qtbot: QtBot, session: Session, form: DecisionForm, identity: Path
) -> None:
    decide(qtbot, form, GO, "CEO")
    form.signing.sign.setChecked(True)
    form.signing.passphrase.setText(PASSPHRASE)
    form.record_button.click()
    assert "needs a reason" in form.problem_line.text()
    assert form.signing.passphrase.text() == PASSPHRASE
    type_in(qtbot, form.reason, "The board takes it upon itself")
    form.record_button.click()
    assert "Choose the identity file" in form.signing.problem_line.text()
    form.signing.identity_file.setText(str(identity))
    form.signing.passphrase.clear()
    form.record_button.click()
    assert "Type the passphrase" in form.signing.problem_line.text()
    assert session.inputs.decisions == ()


def test_decision_on_record_is_signed_later_and_keeps_its_own_time(
    qtbot: QtBot, session: Session, form: DecisionForm, identity: Path, clock: FixedClock
) -> None:
    decide(qtbot, form, HOLD, "Ada \u00d6st")
    form.record_button.click()
    settle()
    before = session.inputs.decision_by_gate["deploy"]
    assert not form.record_button.isEnabled()
    form.signing.sign.setChecked(True)
    assert form.record_button.text() == "Sign what is recorded"
    sign(qtbot, form, identity)
    held = session.inputs.decision_by_gate["deploy"]
    assert dataclasses.replace(held, signature=None) == before
    assert "The signature holds." in standing(qtbot, form)


def test_inputs_that_change_later_are_said_on_the_card(
    qtbot: QtBot, session: Session, form: DecisionForm, identity: Path
) -> None:
    decide(qtbot, form, HOLD, "Ada \u00d6st")
    sign(qtbot, form, identity)
    assert "The signature holds." in standing(qtbot, form)
    session.put(Answer("Q-TEXT", value={"value": "found since"}))
    settle()
    said = standing(qtbot, form)
    assert "for an earlier state of the inputs" in said
    assert "The inputs have changed since" in said
    sign(qtbot, form, identity)
    assert standing(qtbot, form).startswith("The signature holds.")


def test_change_without_a_signature_says_that_the_one_on_record_does_not_cover_it(
    qtbot: QtBot, session: Session, form: DecisionForm, identity: Path
) -> None:
    decide(qtbot, form, HOLD, "Ada \u00d6st")
    sign(qtbot, form, identity)
    form.signing.sign.setChecked(False)
    type_in(qtbot, form.reason, "Otherwise")
    assert "the one on record does not cover it" in words_of(form)
    form.record_button.click()
    settle()
    assert session.inputs.decision_by_gate["deploy"].signature is None
    assert standing(qtbot, form) == "Recorded without a signature."


def test_decision_changed_past_its_signature_is_shown_as_not_holding(
    qtbot: QtBot, session: Session, form: DecisionForm, identity: Path, assessment: Path, clock: FixedClock
) -> None:
    decide(qtbot, form, HOLD, "Ada \u00d6st")
    sign(qtbot, form, identity)
    held = session.inputs.decision_by_gate["deploy"]

    def _forge(document: Document) -> None:
        document.put(dataclasses.replace(held, role="Board"), actor="Mallory").result()

    with qtbot.waitSignal(session.snapshot_changed):
        session.perform(_forge)
    said = standing(qtbot, form)
    assert said.startswith("The signature does NOT hold.")
    assert "was changed after Ada \u00d6st signed it" in said
    assert "Signed by" not in said


def test_signer_not_trusted_here_is_said(
    qtbot: QtBot, session: Session, form: DecisionForm, identity: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASL_TRUST_DIR", str(tmp_path / "nobody"))
    decide(qtbot, form, HOLD, "Ada \u00d6st")
    sign(qtbot, form, identity)
    said = standing(qtbot, form)
    assert "is not trusted on this machine" in said
    assert "The signer is trusted" not in said


def test_every_field_for_signing_has_a_name_with_its_gate(page: GatePage, form: DecisionForm) -> None:
    form.signing.sign.setChecked(True)
    form.signing._create.click()
    settle()
    assert list(unnamed(form)) == []
    assert form.signing.passphrase.accessibleName() == "Passphrase of the identity, at Deploy"
    assert form.signing.sign.accessibleName() == "Sign the decision, at Deploy"


@pytest.mark.parametrize(("width", "text"), [(620, 100), (900, 200)], ids=str)
def test_form_for_signing_with_a_new_identity_open_fits(
    qtbot: QtBot, look: Look, session: Session, identity: Path, width: int, text: int
) -> None:
    look.enlarge(text)
    try:
        page = GatePage(session)
        show_page(qtbot, page, width=width, height=900)
        form = page.gates["deploy"].decision
        decide(qtbot, form, HOLD, "Ada \u00d6st")
        sign(qtbot, form, identity)
        assert "The signature holds." in standing(qtbot, form)
        form.signing._create.click()
        type_in(qtbot, form.reason, "Otherwise")
        form.record_button.click()
        for _ in range(20):
            settle()
            if not misfits(page):
                break
        assert misfits(page) == []
    finally:
        look.enlarge(100)
