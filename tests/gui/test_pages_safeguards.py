from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.gui_world import on_disk, settle, show_page, type_in, words_of
from ui.models.requirement_list import SafeguardListModel
from ui.pages.safeguards import SafeguardsPage
from ui.session import Session
from ui.widgets.safeguard_card import SafeguardCard


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> SafeguardsPage:
    result = SafeguardsPage(session)
    show_page(qtbot, result)
    return result


def opened(page: SafeguardsPage, item: str) -> SafeguardCard:
    page.open_item(item)
    settle()
    assert page.card is not None
    assert page.card.demand.id == item
    return page.card


def gap(session: Session) -> set[str]:
    return {item.requirement for item in session.snapshot.determination.gap}


def attach(qtbot: QtBot, card: SafeguardCard, tmp_path: Path) -> None:
    path = tmp_path / "audit.txt"
    path.write_bytes(b"audit")
    card.evidence.attach((path,))
    qtbot.waitUntil(lambda: bool(card.record().evidence), timeout=5000)


def test_status_in_place_closes_the_gap_only_with_evidence(
    qtbot: QtBot, session: Session, page: SafeguardsPage, assessment: Path, tmp_path: Path
) -> None:
    card = opened(page, "R1")
    assert "R1" in gap(session)
    card.status["in_place"].click()
    assert "R1" in gap(session)
    assert "Counts as missing" in words_of(card)
    attach(qtbot, card, tmp_path)
    assert "R1" not in gap(session)
    assert "Covered." in words_of(card)
    row = page._model.rows[page._model.row_of("R1")]
    assert not row.missing
    assert session.flush()
    assert on_disk(assessment).requirements[0].status == "in_place"


def test_exception_counts_only_with_approver_reason_and_end(
    qtbot: QtBot, session: Session, page: SafeguardsPage, assessment: Path
) -> None:
    card = opened(page, "R2")
    card.status["excepted"].click()
    assert "Not recorded yet" in card._problem.text()
    for field, text in ((card.reason, "Hardware is on its way"), (card.approved_by, "CEO")):
        assert field.isVisible()
        type_in(qtbot, field, text)
        assert "R2" in gap(session)
    held = session.inputs.requirement_by_id["R2"]
    assert (held.status, held.approved_by) == ("not_assessed", "CEO")
    type_in(qtbot, card.ends, "1 Jun 2025")
    assert session.inputs.requirement_by_id["R2"].status == "excepted"
    assert "R2" in gap(session), "the exception ended the day before"
    type_in(qtbot, card.ends, "30 Jun 2025")
    assert "R2" not in gap(session)
    assert session.flush()
    held = on_disk(assessment).requirement_by_id["R2"]
    assert (held.approved_by, held.reason, held.ends) == ("CEO", "Hardware is on its way", date(2025, 6, 30))


def test_day_that_is_none_is_said_and_not_recorded(qtbot: QtBot, session: Session, page: SafeguardsPage) -> None:
    card = opened(page, "R2")
    card.status["excepted"].click()
    type_in(qtbot, card.ends, "soon")
    assert "14 Mar 2026" in card._problem.text()
    type_in(qtbot, card.note, "Ordered in May")
    assert card.ends.text() == "soon"
    held = session.inputs.requirement_by_id["R2"]
    assert (held.status, held.ends, held.note) == ("not_assessed", None, "Ordered in May")
    assert page.unrecorded().startswith("R2: ")


def test_not_applicable_counts_only_when_a_reviewer_confirmed_it(
    qtbot: QtBot, session: Session, page: SafeguardsPage
) -> None:
    card = opened(page, "R1")
    card.status["not_applicable"].click()
    type_in(qtbot, card.reason, "No weights leave the house")
    assert "R1" in gap(session)
    type_in(qtbot, card.confirmed_by, "Bo Lind")
    assert "R1" not in gap(session)


def test_standard_never_specified_takes_the_labs_own_specification(
    qtbot: QtBot, session: Session, page: SafeguardsPage, assessment: Path
) -> None:
    page.open_item("security/L3")
    settle()
    form = page.specification
    assert form is not None
    assert page.card is None
    form._on_save()
    assert "at least one requirement" in form._problem.text()
    form.rows.setPlainText("no colon here")
    form._on_save()
    assert "no colon here" in form._problem.text()
    form.rows.setPlainText("R1: an id that the framework has")
    form._on_save()
    assert form._problem.isVisible()
    assert session.inputs.specifications == ()
    assert page.unrecorded().startswith("security/L3: ")
    opened(page, "R1")
    page.open_item("security/L3")
    settle()
    form = page.specification
    assert form is not None
    assert form.rows.toPlainText() == "R1: an id that the framework has"
    form.text.setPlainText("Against the best-resourced thieves")
    form.rows.setPlainText("X1: Weights leave only by two people\n\nX2: Nobody alone in the vault\n")
    form._on_save()
    settle()
    assert session.flush()
    (held,) = on_disk(assessment).specifications
    assert (held.track, held.standard, held.author, held.dated) == ("security", "L3", "A", date(2025, 6, 2))
    assert [(row.id, row.title) for row in held.requirements] == [
        ("X1", "Weights leave only by two people"),
        ("X2", "Nobody alone in the vault"),
    ]
    assert page.unrecorded() == ""
    own = opened(page, "X2")
    own.status["planned"].click()
    assert session.inputs.requirement_by_id["X2"].status == "planned"


def test_summary_says_how_many_safeguards_are_missing(qtbot: QtBot, session: Session, page: SafeguardsPage) -> None:
    assert "Security needs L2, precautionary" in words_of(page)
    assert "2 safeguards missing" in words_of(page)
    card = opened(page, "R1")
    card.status["not_applicable"].click()
    type_in(qtbot, card.reason, "x")
    type_in(qtbot, card.confirmed_by, "Bo Lind")
    settle()
    assert gap(session) == {"deployment/L2", "R2"}
    assert words_of(page).count("1 safeguard missing") == 2


def test_row_opened_first_is_one_that_is_missing(session: Session, page: SafeguardsPage) -> None:
    assert page.card is not None
    assert page.card.demand.id in gap(session)


def test_safeguard_list_follows_the_rules_of_item_models(
    qtmodeltester: object, qtbot: QtBot, session: Session, page: SafeguardsPage
) -> None:
    model = SafeguardListModel()
    model.show(session.snapshot)
    qtmodeltester.check(model)  # type: ignore[attr-defined]
    assert {row.id for row in model.rows if not row.heading} == {
        "R1",
        "R2",
        "deployment/L2",
        "deployment/L3",
        "security/L3",
    }
    opened(page, "R1").status["planned"].click()
    model.show(session.snapshot)
    qtmodeltester.check(model)  # type: ignore[attr-defined]
    assert model.rows[model.row_of("R1")].status == "planned"


def test_row_of_a_standard_never_specified_names_it_without_a_key(session: Session, page: SafeguardsPage) -> None:
    model = page._model
    at = next(i for i, row in enumerate(model.rows) if row.unspecified)
    row = model.rows[at]
    assert "/" in row.id
    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        said = str(model.data(model.index(at), role))
        assert said.startswith(row.title)
        assert row.id not in said
