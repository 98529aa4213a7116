from __future__ import annotations

import io
import random
import shutil
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlcipher3 import dbapi2

from asl_desktop.domain.inputs import Answer, EvidenceLink, Inputs
from asl_desktop.errors import (
    FileDamaged,
    FileExists,
    FileLocked,
    FileMissing,
    FileNotAssessment,
    PassphraseNeeded,
    PassphraseWrong,
)
from asl_desktop.progress import Silent
from asl_desktop.services import salvaging
from asl_desktop.services.salvaging import Salvaged, salvage
from asl_desktop.storage import keys
from asl_desktop.storage.document import Document, EvidenceDraft
from asl_desktop.storage.findings import find
from asl_desktop.storage.keys import Passphrase, RecoveryKey
from asl_desktop.storage.locking import DocumentLock
from asl_desktop.storage.pages import Pages
from tests.storage_world import PACK, file_digest, filled, make, noise, tamper

if TYPE_CHECKING:
    from pathlib import Path

PAGE = 8192
SECRET = Passphrase("a long enough passphrase")


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the invented pack be the one that is installed, and deriving keys be cheap."""
    monkeypatch.setattr(salvaging, "load_pack", lambda _: PACK)
    monkeypatch.setattr(keys, "COST", keys.Cost(memory_kib=64, passes=1, lanes=1))


def wiped(path: Path, *pages: int) -> Path:
    """Return a copy of a file in which some pages are zeros, as a bad medium leaves them."""
    damaged = path.with_name(f"wiped-{'-'.join(map(str, pages))}.asl")
    shutil.copyfile(path, damaged)
    with damaged.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE)
            file.write(bytes(PAGE))
    return damaged


def salvaged(path: Path, secret: Passphrase | RecoveryKey | None = None) -> tuple[Salvaged, Inputs]:
    """Salvage a file, see that it stayed as it was and that the new one is sound, and return what is in that."""
    before, target = file_digest(path), path.with_name(f"new-{path.name}")
    report = salvage(path, target, actor="Ann", secret=secret)
    assert file_digest(path) == before
    assert not [item.name for item in path.parent.iterdir() if item.name.startswith(".")]
    with Document.open(target, secret=secret) as document:
        assert document.check() == ()
        assert document.pack() == PACK
        return report, document.inputs()


def root_of(path: Path, table: str) -> int:
    with closing(dbapi2.connect(str(path))) as raw:
        return int(raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0])


def test_salvage_of_a_sound_file_gives_the_same_history_and_says_nothing_is_lost(tmp_path: Path) -> None:
    filled(tmp_path / "a.asl")
    report, inputs = salvaged(tmp_path / "a.asl")
    assert (report.lost, report.again, report.damaged_pages) == ((), (), ())
    assert report.evidence == ("log.txt",)
    with Document.open(tmp_path / "a.asl", read_only=True) as document:
        assert inputs == document.inputs()
        with Document.open(tmp_path / "new-a.asl", read_only=True) as new:
            assert new.head() == document.head()
            assert new.document_id == document.document_id


def test_salvage_after_the_loss_of_any_one_page_keeps_every_record_that_can_be_had(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    with Document.open(path, read_only=True) as document:
        whole = document.inputs()
    chunk = root_of(path, "chunk")
    for page in range(1, path.stat().st_size // PAGE + 1):
        report, inputs = salvaged(wiped(path, page))
        if page == chunk:
            assert inputs == replace(whole, evidence=())
            name = f'Evidence "log.txt" ({whole.evidence[0].sha256[:12]})'
            assert report.lost == (f"{name} is lost: its bytes are missing or no longer match its digest.",)
        else:
            stripped = [line for line in report.lost if "no longer cites" in line]
            assert {answer.question for answer in inputs.answers} == {"QC-1", "QC-2"}
            assert inputs.evidence == whole.evidence
            assert (inputs == whole) == (not stripped)


def test_salvage_of_a_file_whose_history_is_lost_goes_by_the_tables_and_names_it(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        document.put(Answer("QC-1", rationale="one"), actor="Bob").result()
        document.put(Answer("QC-1", rationale="two"), actor="Bob").result()
    report, inputs = salvaged(wiped(path, root_of(path, "event")))
    assert inputs.answers == (Answer("QC-1", rationale="two"),)
    assert report.events == 0
    assert report.lost == ("5 events of the history, or more at its end, cannot be read.",)
    assert set(report.again) == {"answer:QC-1", "scope:scope"}
    with Document.open(tmp_path / f"new-{wiped(path, root_of(path, 'event')).name}", read_only=True) as document:
        assert {event.actor for event in document.events()} == {"Ann"}


def test_salvage_after_a_cut_in_the_history_keeps_what_is_before_it_word_for_word(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        for number in range(200):
            document.put(Answer(f"Q{number % 7}", rationale="x" * 300 + str(number)), actor="Bob").result()
        whole, events = document.inputs(), list(document.events())
    with closing(dbapi2.connect(str(path))) as raw:
        middle = raw.execute("SELECT seq FROM event WHERE seq > 100 LIMIT 1").fetchone()[0]
    tamper(path, f"DELETE FROM event WHERE seq = {middle}")
    report, inputs = salvaged(path)
    assert inputs == whole
    assert report.events == middle - 1
    assert report.lost == ("1 event of the history, or more at its end, cannot be read.",)
    with Document.open(tmp_path / "new-a.asl", read_only=True) as new:
        kept = list(new.events())
        assert kept[: middle - 1] == events[: middle - 1]
        assert {event.actor for event in kept[middle - 1 :]} == {"Ann"}


def page_of_the_last_event(path: Path, secret: Passphrase | None = None) -> int:
    key = None
    if secret is not None:
        with path.open("rb") as file:
            key = keys.key_of(secret, file.read(keys.SALT_BYTES))
    with Pages(path, key) as pages:
        cells = [link.cell for link in find(pages, Silent()).links.values()]
    return max(cells, key=lambda cell: cell.rowid).page


@pytest.mark.parametrize("secret", [None, SECRET], ids=["plain", "encrypted"])
def test_salvage_after_the_loss_of_a_removal_does_not_bring_the_record_back(
    tmp_path: Path, secret: Passphrase | None
) -> None:
    path = tmp_path / "a.asl"
    with make(path, secret=secret) as document:
        document.put(Answer("QC-1", rationale="x" * 300), actor="Bob").result()
        for number in range(60):
            document.put(Answer("QC-2", rationale="y" * 300 + str(number)), actor="Bob").result()
        document.remove("answer", "QC-1", actor="Bob").result()
        whole, events = document.inputs(), document.head().events
    damaged = wiped(path, page_of_the_last_event(path, secret))
    report, inputs = salvaged(damaged, secret)
    assert inputs == whole
    assert report.lost[0] == f"{events - report.events} events of the history, or more at its end, cannot be read."
    assert report.lost[1].startswith("answer:QC-1 was left out: what was recorded of it last is lost")
    with Document.open(tmp_path / f"new-{damaged.name}", secret=secret) as new:
        assert [event.action for event in new.events_of("answer", "QC-1")] == ["put", "remove"]


def test_salvage_of_a_cut_off_encrypted_file_without_its_passphrase_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    make(path, secret=SECRET).close()
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(FileDamaged, match="if it was encrypted, its passphrase or recovery key may help"):
        salvage(path, tmp_path / "new.asl", actor="Ann")
    report, _ = salvaged(path, SECRET)
    assert report.damaged_pages


def test_salvage_while_somebody_makes_a_file_of_that_name_waits_for_nobody_and_leaves_it(tmp_path: Path) -> None:
    filled(tmp_path / "a.asl")
    lock = DocumentLock(tmp_path / "new.asl")
    try:
        with pytest.raises(FileLocked):
            salvage(tmp_path / "a.asl", tmp_path / "new.asl", actor="Ann")
    finally:
        lock.release()
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def test_salvage_after_the_loss_of_several_pages_never_takes_an_older_or_removed_answer_for_the_last(
    tmp_path: Path,
) -> None:
    path, chance = tmp_path / "a.asl", random.Random(5)
    truth: dict[str, str] = {}
    with make(path) as document:
        for number in range(120):
            question = f"Q{chance.randrange(25)}"
            if question in truth and chance.random() < 0.25:
                document.remove("answer", question, actor="Bob").result()
                del truth[question]
            else:
                truth[question] = "x" * chance.randrange(50, 900) + str(number)
                document.put(Answer(question, rationale=truth[question]), actor="Bob").result()
    pages, found = path.stat().st_size // PAGE, 0
    for _ in range(12):
        _, inputs = salvaged(wiped(path, *sorted(chance.sample(range(2, pages + 1), chance.choice([2, 3, 5])))))
        assert {answer.question: answer.rationale for answer in inputs.answers}.items() <= truth.items()
        found += len(inputs.answers)
    assert found > 6 * len(truth)


def test_salvage_of_a_row_that_names_an_event_that_never_was_goes_by_the_history(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        document.put(Answer("QC-1", rationale="honest"), actor="Bob").result()
        whole = document.inputs()
    tamper(path, "UPDATE answer SET event = 9999, record = replace(record, 'honest', 'forged')")
    report, inputs = salvaged(path)
    assert inputs == whole
    assert report.lost == (
        "answer:QC-1 stands in its table as of event 9999, which did not make it: what the history says was kept.",
    )


def test_salvage_of_a_row_that_no_event_made_leaves_it_out(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        document.put(Answer("QC-1", rationale="honest"), actor="Bob").result()
        whole = document.inputs()
    tamper(path, "UPDATE answer SET key = 'QC-9', record = replace(record, 'QC-1', 'QC-9')")
    report, inputs = salvaged(path)
    assert inputs == whole
    assert report.lost == ("answer:QC-9 stands in its table as of event 4, which did not make it: it was left out.",)


def test_salvage_without_the_bytes_of_evidence_drops_the_citation_so_that_nothing_rests_on_it(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        item = document.attach(noise(3 * 4 * 1024 * 1024), EvidenceDraft(name="run.log"), actor="Bob")
        kept = document.attach(noise(5000), EvidenceDraft(name="card.pdf"), actor="Bob")
        links = (EvidenceLink(item.sha256), EvidenceLink(kept.sha256))
        document.put(Answer("QC-1", evidence=links), actor="Bob").result()
    tamper(path, "UPDATE chunk SET data = zeroblob(length(data)) WHERE seq = 1 AND length(data) > 4000000")
    report, inputs = salvaged(path)
    assert inputs.evidence == (kept,)
    assert inputs.answers[0].evidence == (EvidenceLink(kept.sha256),)
    assert report.evidence == ("card.pdf",)
    assert any(line.startswith('Evidence "run.log"') for line in report.lost)
    assert any(line.startswith("answer:QC-1 no longer cites") for line in report.lost)


def test_salvage_of_a_file_that_was_cut_off_keeps_what_lies_before_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        item = document.attach(noise(300_000), EvidenceDraft(name="first"), actor="Bob")
        for number in range(100):
            document.put(Answer(f"Q{number % 5}", rationale="x" * 500 + str(number)), actor="Bob").result()
        whole = document.inputs()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 3 * PAGE - 100)
    with pytest.raises(FileDamaged):
        Document.open(path)
    report, inputs = salvaged(path)
    assert inputs == whole
    assert inputs.evidence == (item,)
    assert 50 < report.events < 100
    assert len(report.lost) == 1


def test_salvage_of_an_encrypted_file_works_with_passphrase_and_recovery_key_and_stays_encrypted(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.asl"
    with make(path, secret=SECRET) as document:
        document.put(Answer("QC-1", rationale="a secret"), actor="Bob").result()
        item = document.attach(io.BytesIO(b"secret log\n" * 9000), EvidenceDraft(name="log.txt"), actor="Bob")
        recovery = RecoveryKey.from_text(document.recovery_key())
    flipped = bytearray(path.read_bytes())
    flipped[5 * PAGE + 77] ^= 1
    path.write_bytes(flipped)
    report, inputs = salvaged(path, SECRET)
    assert report.damaged_pages == (6,)
    assert inputs.answers[0].rationale == "a secret"
    assert inputs.evidence == (item,)
    assert b"secret" not in (tmp_path / "new-a.asl").read_bytes()
    report, inputs = salvaged(wiped(path, 1), recovery)
    assert report.damaged_pages == (1, 6)
    assert inputs.answers[0].rationale == "a secret"


def test_salvage_of_an_encrypted_file_asks_for_the_passphrase_and_knows_a_wrong_one(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    make(path, secret=SECRET).close()
    with pytest.raises(PassphraseNeeded):
        salvage(path, tmp_path / "b.asl", actor="Ann")
    with pytest.raises(PassphraseWrong):
        salvage(path, tmp_path / "b.asl", actor="Ann", secret=Passphrase("quite another passphrase"))
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


@pytest.mark.parametrize("content", [b"", b"just a text\n" * 9, bytes(5 * PAGE), random.Random(1).randbytes(PAGE + 5)])
def test_salvage_of_what_holds_nothing_of_ours_says_so_and_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.asl"
    path.write_bytes(content)
    with pytest.raises((FileNotAssessment, FileDamaged)):
        salvage(path, tmp_path / "b.asl", actor="Ann")
    assert [item.name for item in tmp_path.iterdir()] == ["a.asl"]


def test_salvage_over_a_file_of_nothing_or_of_an_open_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        salvage(tmp_path / "a.asl", tmp_path / "b.asl", actor="Ann")
    with make(tmp_path / "a.asl"), pytest.raises(FileLocked):
        salvage(tmp_path / "a.asl", tmp_path / "b.asl", actor="Ann")
    (tmp_path / "b.asl").write_text("mine")
    with pytest.raises(FileExists):
        salvage(tmp_path / "a.asl", tmp_path / "b.asl", actor="Ann")
    assert (tmp_path / "b.asl").read_text() == "mine"


def test_salvage_of_a_file_full_of_bad_bits_never_fails_in_another_way(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    filled(path)
    data, chance = path.read_bytes(), random.Random(7)
    for number in range(25):
        bad = bytearray(data)
        for _ in range(chance.choice((1, 30, 900))):
            bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        (tmp_path / "bad.asl").write_bytes(bad)
        target = tmp_path / f"new-{number}.asl"
        try:
            salvage(tmp_path / "bad.asl", target, actor="Ann")
        except (FileDamaged, FileNotAssessment):
            assert not target.exists()
        else:
            with Document.open(target, read_only=True) as document:
                assert document.check() == ()
