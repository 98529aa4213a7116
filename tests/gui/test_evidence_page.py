"""The evidence library: filters, links, what is said of a file, digests, removal, folders, paste, previews, safety."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from sqlcipher3 import dbapi2

from asl_desktop.domain.inputs import (
    Answer,
    Counts,
    EvidenceItem,
    EvidenceLink,
    Inputs,
    Measurement,
    RequirementRecord,
    Scope,
    ShowingRecord,
)
from asl_desktop.domain.records import Record
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.evidence import attach_evidence
from asl_desktop.storage.document import Document
from tests import hostile_files as hostile
from tests.gui_world import on_disk, settle, show_page, type_in, unnamed, words_of
from tests.services_world import small_pack
from ui import dialogs_seam
from ui.dialogs.pick_evidence import PickEvidence
from ui.dialogs.preview_dialog import PreviewDialog
from ui.main_window import MainWindow
from ui.models.evidence_list import EvidenceEntry, EvidenceModel
from ui.pages.evidence import EvidencePage
from ui.preview.protocol import Kind, Reason
from ui.session import Session


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Return three files to take in."""
    folder = tmp_path / "files"
    folder.mkdir()
    made = {"study.pdf": hostile.pdf("the study", "page two"), "arms.csv": b"arm,n\na,1\n", "notes.txt": b"some notes"}
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in made}


def put(path: Path, *records: Record) -> None:
    with Document.open(path) as document:
        for record in records:
            document.put(record, actor="A").result()


@pytest.fixture
def digests(assessment: Path, files: dict[str, Path]) -> dict[str, str]:
    """Return the digests of the files, which are in the assessment; the notes are stale."""
    with Document.open(assessment) as document:
        items = {name: attach_evidence(document, path, actor="A") for name, path in files.items()}
    put(assessment, dataclasses.replace(items["notes.txt"], valid_until=date(2025, 5, 1)))
    return {name: item.sha256 for name, item in items.items()}


@pytest.fixture
def page(qtbot: QtBot, make_session: Callable[[], Session], digests: dict[str, str]) -> EvidencePage:
    """Return the page on three files."""
    result = EvidencePage(make_session())
    show_page(qtbot, result, width=1100)
    return result


def titles(page: EvidencePage) -> list[str]:
    return sorted(str(page.model.index(row).data()) for row in range(page.model.rowCount()))


def pick(page: EvidencePage, position: int) -> None:
    page.which.buttons[position].click()


def test_filters_show_missing_stale_and_unlinked(
    qtbot: QtBot, make_session: Callable[[], Session], assessment: Path, digests: dict[str, str]
) -> None:
    put(
        assessment,
        Answer("Q-YES", value={"value": True}, evidence=(EvidenceLink(digests["study.pdf"]),)),
        Measurement("m1", "acc", Counts(1, 20)),
        RequirementRecord("R1", "in_place", evidence=(EvidenceLink(digests["notes.txt"]),)),
    )
    page = EvidencePage(make_session())
    show_page(qtbot, page, width=1100)
    assert [button.text() for button in page.which.buttons] == ["All 3", "Missing 2", "Stale 1", "Unlinked 1"]
    assert titles(page) == ["arms.csv", "notes.txt", "study.pdf"]
    pick(page, 1)
    assert titles(page) == ["Result acc: Accuracy", "Safeguard R1: Base row"]
    page.list.setCurrentIndex(page.model.index(page.model.row_of("requirement:R1")))
    assert "no linked evidence supports it and is still valid" in words_of(page)
    with qtbot.waitSignal(page.wants) as asked:
        QTest.keyClick(page.list, Qt.Key.Key_Return)
    assert asked.args == ["safeguards", "R1"]
    pick(page, 2)
    assert titles(page) == ["notes.txt"]
    assert "Valid only until 1 May 2025" in words_of(page)
    pick(page, 3)
    assert titles(page) == ["arms.csv"]
    type_in(qtbot, page.words, "nowhere")
    qtbot.waitUntil(lambda: "Nothing here fits these words." in words_of(page))
    page.open_item(digests["study.pdf"])
    assert page.here() == digests["study.pdf"]


def test_words_find_by_source_title_and_digest(qtbot: QtBot, page: EvidencePage, digests: dict[str, str]) -> None:
    held = page.session.inputs.evidence_by_sha[digests["arms.csv"]]
    page.session.put(dataclasses.replace(held, title="Allocation", cites="Appendix C"))
    for words in ("allocation", "appendix", digests["arms.csv"][:12], "ALLOC arms"):
        type_in(qtbot, page.words, words)
        qtbot.waitUntil(lambda: titles(page) == ["Allocation"])


def test_what_is_said_of_a_file_is_kept_with_who_brought_it(
    qtbot: QtBot, page: EvidencePage, digests: dict[str, str], assessment: Path
) -> None:
    page.session.actor = "Somebody else"
    page.open_item(digests["arms.csv"])
    page.view.tabs.buttons[1].click()
    details = page.view.details
    type_in(qtbot, details.texts["title"], "Allocation")
    type_in(qtbot, details.texts["cites"], "Appendix C")
    type_in(qtbot, details.days["valid_until"], "14 Mar 2026")
    details.choices["strength"].setCurrentIndex(3)
    details.choices["strength"].activated.emit(3)
    details.choices["confidentiality"].activated.emit(4)
    with dialogs_seam.queued_answers(digests["study.pdf"]):
        details.choose.click()
    assert page.session.flush()
    item = on_disk(assessment).evidence_by_sha[digests["arms.csv"]]
    assert (item.title, item.cites, item.valid_until) == ("Allocation", "Appendix C", date(2026, 3, 14))
    assert (item.strength, item.confidentiality, item.replaces) == ("strong", "restricted", digests["study.pdf"])
    assert (item.author, item.name) == ("A", "arms.csv")
    page.open_item(digests["study.pdf"])
    assert details.newer.isVisibleTo(page)
    assert "A newer version is on file" in words_of(page)


def test_day_that_is_none_is_refused_and_named_before_leaving(
    qtbot: QtBot, page: EvidencePage, digests: dict[str, str]
) -> None:
    page.open_item(digests["arms.csv"])
    page.view.tabs.buttons[1].click()
    type_in(qtbot, page.view.details.days["valid_until"], "soon")
    assert page.unrecorded() == "Valid until: write the day as 14 Mar 2026 or 2026-03-14."
    assert page.session.inputs.evidence_by_sha[digests["arms.csv"]].valid_until is None
    page.open_item(digests["study.pdf"])
    assert page.unrecorded() == ""


def test_older_version_in_a_circle_says_why_not(page: EvidencePage, digests: dict[str, str]) -> None:
    held = page.session.inputs.evidence_by_sha[digests["arms.csv"]]
    page.session.put(dataclasses.replace(held, replaces=digests["study.pdf"]))
    page.open_item(digests["study.pdf"])
    with dialogs_seam.queued_answers(digests["arms.csv"]):
        page.view.details.choose.click()
    assert "newer version of itself" in page.view.details.problem.text()
    assert page.session.inputs.evidence_by_sha[digests["study.pdf"]].replaces == ""


def test_link_is_added_changed_and_removed_from_the_library(
    qtbot: QtBot, page: EvidencePage, digests: dict[str, str], assessment: Path
) -> None:
    page.open_item(digests["study.pdf"])
    page.view.tabs.buttons[2].click()
    links = page.view.links
    type_in(qtbot, links.target, "nothing of that name")
    links.add.click()
    assert "Choose from the list" in links.problem.text()
    type_in(qtbot, links.target, "q-yes")
    type_in(qtbot, links.anchor, "p. 14")
    QTest.keyClick(links.anchor, Qt.Key.Key_Return)
    type_in(qtbot, links.target, "Showing S1 for T1: Evaluations")
    links.stance.setCurrentIndex(1)
    links.add.click()
    inputs = page.session.inputs
    assert inputs.answer_by_question["Q-YES"].state == "unanswered"
    assert inputs.answer_by_question["Q-YES"].evidence == (EvidenceLink(digests["study.pdf"], anchor="p. 14"),)
    assert inputs.showing_by_key["S1", "T1"].evidence == (EvidenceLink(digests["study.pdf"], "counters"),)
    assert page.view.tabs.buttons[2].text() == "Links 2"
    type_in(qtbot, links.rows[0].anchor, "p. 15")
    QTest.keyClick(links.rows[0].anchor, Qt.Key.Key_Return)
    links.rows[0].remove.click()
    settle()
    assert page.session.inputs.answer_by_question["Q-YES"].evidence == ()
    with qtbot.waitSignal(page.wants) as asked:
        links.rows[0].go.click()
    assert asked.args == ["showings", "S1@T1"]
    assert page.session.flush()
    assert on_disk(assessment).showing_by_key["S1", "T1"].evidence[0].stance == "counters"


def test_linked_file_is_not_removed_and_the_links_are_named(page: EvidencePage, digests: dict[str, str]) -> None:
    page.session.put(ShowingRecord("S1", "T1", evidence=(EvidenceLink(digests["study.pdf"]),)))
    page.open_item(digests["study.pdf"])
    QTest.keyClick(page.list, Qt.Key.Key_Delete)
    assert "study.pdf is not removed: showing S1 for T1 cite it." in page.problem.words()
    assert digests["study.pdf"] in page.session.inputs.evidence_by_sha


def test_unlinked_file_is_removed_after_a_question_and_undo_brings_it_back(
    page: EvidencePage, digests: dict[str, str], assessment: Path
) -> None:
    page.open_item(digests["arms.csv"])
    with dialogs_seam.queued_answers(False):
        page.view.remove()
    assert digests["arms.csv"] in page.session.inputs.evidence_by_sha
    with dialogs_seam.queued_answers(True):
        page.view.remove()
    assert page.session.flush()
    assert digests["arms.csv"] not in on_disk(assessment).evidence_by_sha
    assert titles(page) == ["notes.txt", "study.pdf"]
    page.session.document.undo(actor="A").result()
    assert digests["arms.csv"] in on_disk(assessment).evidence_by_sha


def test_digests_are_checked_beside_and_a_changed_file_stays_marked(
    qtbot: QtBot, make_session: Callable[[], Session], assessment: Path, digests: dict[str, str]
) -> None:
    raw = dbapi2.connect(str(assessment))
    raw.execute("UPDATE chunk SET data = CAST('SOME notes' AS BLOB) WHERE data = CAST('some notes' AS BLOB)")
    raw.commit()
    raw.close()
    page = EvidencePage(make_session())
    show_page(qtbot, page, width=1100)
    page.recheck.every.click()
    qtbot.waitUntil(page.recheck.wrong.isVisible)
    said = page.recheck.wrong.words()
    assert "1 of 3 files changed since it was sealed" in said
    assert "notes.txt: the bytes no longer match their digest." in said
    page.open_item(digests["notes.txt"])
    assert "Changed: the digest is not right" in words_of(page)
    page.recheck.run((page.session.inputs.evidence_by_sha[digests["arms.csv"]],))
    qtbot.waitUntil(page.recheck.right.isVisible)
    assert "arms.csv has the digest it was sealed under" in page.recheck.right.words()
    entry = page.model.entry(digests["notes.txt"])
    assert entry is not None
    assert entry.problem
    qtbot.waitUntil(lambda: "the bytes no longer match" in page.view.preview.refusal.text())


def test_check_that_is_stopped_says_nothing_of_the_files(
    qtbot: QtBot, page: EvidencePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asl_desktop.services import evidence as services

    def until_cancelled(document: Document, items: object, *, progress: object) -> None:
        while True:
            progress.check()  # type: ignore[attr-defined]

    monkeypatch.setattr(services, "recheck_evidence", until_cancelled)
    page.recheck.every.click()
    assert not page.recheck.every.isEnabled()
    page.recheck.strip.cancel.click()
    qtbot.waitUntil(page.recheck.unfinished.isVisible)
    assert "Nothing is said about the files" in page.recheck.unfinished.words()


def test_folder_is_asked_about_once_and_duplicates_are_recognised(
    qtbot: QtBot, page: EvidencePage, files: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "more"
    (folder / "below").mkdir(parents=True)
    (folder / "new.txt").write_text("new", "utf-8")
    (folder / "below" / "same.pdf").write_bytes(files["study.pdf"].read_bytes())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    with dialogs_seam.queued_answers(False) as asked:
        assert page.zone.take(data)
        qtbot.waitUntil(lambda: not asked)
    assert len(page.session.inputs.evidence) == 3
    with dialogs_seam.queued_answers(True) as asked:
        page.zone.take(data)
        qtbot.waitUntil(lambda: not asked)
    qtbot.waitUntil(page.intake._said.isVisible)
    assert "1 file sealed." in page.intake.result.text()
    assert "same.pdf (as study.pdf) was on file already and is not kept twice." in page.intake.result.text()
    assert titles(page) == ["arms.csv", "new.txt", "notes.txt", "study.pdf"]
    entry = page.model.entry(page.here())
    assert entry is not None
    assert entry.title == "new.txt"


def test_folder_without_files_and_missing_file_say_so(qtbot: QtBot, page: EvidencePage, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    page.take((tmp_path / "empty",))
    qtbot.waitUntil(lambda: "empty holds no files that could be evidence." in page.intake.result.text())
    page.take((tmp_path / "gone.pdf",))
    qtbot.waitUntil(lambda: "gone.pdf cannot be read" in page.intake.result.text())


def test_screenshot_is_pasted_into_the_library(qtbot: QtBot, page: EvidencePage) -> None:
    picture = QImage(40, 20, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(picture)
    page.list.setFocus()
    QTest.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(page.session.inputs.evidence) == 4)
    preview = page.view.preview
    qtbot.waitUntil(lambda: preview.shown is not None and preview.shown.kind is Kind.PICTURE)
    assert preview.shown is not None
    assert preview.shown.body[:3] == b"\xff\0\0"


def test_preview_turns_pages_shows_words_and_follows_the_list(
    qtbot: QtBot, page: EvidencePage, digests: dict[str, str]
) -> None:
    preview = page.view.preview
    page.open_item(digests["study.pdf"])
    qtbot.waitUntil(lambda: preview.shown is not None)
    assert (preview.shown.kind, preview.shown.pages) == (Kind.PICTURE, 2)  # type: ignore[union-attr]
    QTest.keyClick(preview, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: preview.shown is not None and preview.shown.page == 1)
    assert "Page 2 of 2" in words_of(page)
    preview.words.click()
    qtbot.waitUntil(lambda: preview.text.toPlainText().strip() == "page two")
    page.open_item(digests["arms.csv"])
    qtbot.waitUntil(lambda: preview.shown is not None and preview.shown.kind is Kind.TABLE)
    assert preview.cells.index(0, 1).data() == "1"
    assert preview.cells.headerData(0, Qt.Orientation.Horizontal) == "arm"


def test_page_is_drawn_anew_for_another_width(qtbot: QtBot, page: EvidencePage, digests: dict[str, str]) -> None:
    preview = page.view.preview
    page.open_item(digests["study.pdf"])
    qtbot.waitUntil(lambda: preview.shown is not None)
    assert preview.shown is not None
    wide = preview.shown.width
    page.resize(900, 700)
    qtbot.waitUntil(lambda: preview.shown is not None and preview.shown.width < wide)
    assert not preview._area.horizontalScrollBar().isVisible()


def test_preview_that_nobody_sees_starts_no_process(
    qtbot: QtBot, page: EvidencePage, digests: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page.view.tabs.buttons[1].click()
    settle()
    preview = page.view.preview
    started: list[object] = []
    monkeypatch.setattr(preview, "_open", lambda: started.append(1))
    page.open_item(digests["arms.csv"])
    page.open_item(digests["study.pdf"])
    assert not preview._settle.isActive()
    page.view.tabs.buttons[0].click()
    assert preview._settle.isActive()


def test_hostile_file_leaves_the_window_alive_and_says_why(qtbot: QtBot, page: EvidencePage, tmp_path: Path) -> None:
    names = {"<b>bold</b>\u202egnp.png": hostile.png(20_000, 20_000, bits=24), "uses.svg": hostile.USES}
    for name, data in names.items():
        (tmp_path / name.replace("/", "\u2215")).write_bytes(data)
    page.take(tuple(tmp_path / name.replace("/", "\u2215") for name in names))
    qtbot.waitUntil(lambda: len(page.session.inputs.evidence) == 5 and page.intake._said.isVisible())
    held = {item.name: item for item in page.session.inputs.evidence}
    preview = page.view.preview
    page.open_item(held["uses.svg"].sha256)
    qtbot.waitUntil(lambda: preview.shown is not None and preview.shown.kind is Kind.TEXT)
    assert "never drawn" in preview.notes.text()
    bomb = next(item for name, item in held.items() if name.startswith("<b>"))
    page.open_item(bomb.sha256)
    qtbot.waitUntil(lambda: preview.shown is not None and preview.shown.kind is Kind.REFUSED)
    assert preview.shown is not None
    assert preview.shown.notes == Reason.TOO_MANY_PIXELS
    assert preview.refusal.isVisible()
    row = page.model.index(page.model.row_of(bomb.sha256))
    assert "<b>bold" in str(row.data())
    assert "\u202e" not in words_of(page) + str(row.data())


def test_every_control_has_a_name_in_every_tab(page: EvidencePage, digests: dict[str, str]) -> None:
    page.session.put(ShowingRecord("S1", "T1", evidence=(EvidenceLink(digests["study.pdf"]),)))
    page.open_item(digests["study.pdf"])
    for position in range(3):
        page.view.tabs.buttons[position].click()
        assert list(unnamed(page)) == []


def test_page_is_reached_and_used_by_keyboard(qtbot: QtBot, open_window: MainWindow, files: dict[str, Path]) -> None:
    bench = open_window.workbench
    assert bench is not None
    open_window.actions_by_name["evidence"].trigger()
    assert bench.page_id == "evidence"
    with dialogs_seam.queued_answers(tuple(files.values())):
        open_window.actions_by_name["attach"].trigger()
    qtbot.waitUntil(lambda: len(bench.session.inputs.evidence) == 3)
    assert "3 files, 3 not linked" in [entry.words for entry in bench.nav.model.entries]
    assert isinstance(bench.page, EvidencePage)
    assert bench.page.list.hasFocus() or bench.page.isAncestorOf(open_window.focusWidget())


def test_evidence_on_a_question_is_looked_at_without_leaving_it(
    qtbot: QtBot, open_window: MainWindow, files: dict[str, Path]
) -> None:
    bench = open_window.workbench
    assert bench is not None
    bench.go("questions", "Q-YES")
    card = bench.questions.card
    assert card is not None
    card.evidence.attach((files["notes.txt"],))
    qtbot.waitUntil(lambda: card.evidence._rows.count() == 1 and bool(bench.session.inputs.evidence))
    card.evidence._acts.look(bench.session.inputs.evidence[0])
    dialog = card.evidence.findChild(PreviewDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.pane.text.toPlainText() == "some notes")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert bench.page_id == "questions"


def test_file_that_is_on_file_already_is_linked_and_said_to_be(
    qtbot: QtBot, open_window: MainWindow, files: dict[str, Path]
) -> None:
    bench = open_window.workbench
    assert bench is not None
    bench.session.attach((files["notes.txt"],))
    qtbot.waitUntil(lambda: len(bench.session.inputs.evidence) == 1)
    bench.go("questions", "Q-YES")
    card = bench.questions.card
    assert card is not None
    section = card.evidence
    section.attach((files["notes.txt"],))
    qtbot.waitUntil(lambda: "notes.txt was on file already, as notes.txt." in words_of(section))
    assert len(bench.session.inputs.evidence) == 1
    assert len(bench.session.inputs.answer_by_question["Q-YES"].evidence) == 1


def test_evidence_on_file_is_picked_by_name(qtbot: QtBot, page: EvidencePage, digests: dict[str, str]) -> None:
    dialog = PickEvidence(page, page.session, "Link evidence that is on file")
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.keyClicks(dialog.words, "arms")
    QTest.keyClick(dialog.words, Qt.Key.Key_Return)
    assert dialog.result() == PickEvidence.DialogCode.Accepted
    assert dialog.chosen == digests["arms.csv"]


def test_model_of_ten_thousand_files_keeps_its_promises(qtmodeltester: ModelTester) -> None:
    items = tuple(
        EvidenceItem(f"{number:064x}", f"log {number}.json", number, at=f"2025-01-01T00:00:{number % 60:02}Z")
        for number in range(10_000)
    )
    link = (EvidenceLink(items[5].sha256),)
    inputs = Inputs(Scope("M"), evidence=items, requirements=(RequirementRecord("R1", "in_place", evidence=link),))
    model = EvidenceModel()
    snapshot = snapshot_of(small_pack(), inputs, as_of=date(2025, 6, 2))
    model.show(snapshot)
    assert model.rowCount() == 10_000
    model.choose(text="log 4217")
    assert [row.title for row in model.rows if isinstance(row, EvidenceEntry)] == ["log 4217.json"]
    model.choose(which="unlinked", text="", order="size")
    assert (model.rowCount(), model.rows[0].item.size) == (9_999, 9_999)  # type: ignore[union-attr]
    model.choose(text="log 42")
    qtmodeltester.check(model)
