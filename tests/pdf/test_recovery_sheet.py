from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from reportlab.graphics.barcode.qrencoder import QRCode

from asl_desktop.clock import FixedClock
from asl_desktop.errors import OutputNotWritable
from asl_desktop.storage.keys import RecoveryKey
from reports import recovery_sheet
from reports.recovery_sheet import write_recovery_sheet

CLOCK = FixedClock(datetime(2026, 3, 14, 9, 0, tzinfo=UTC))
KEY = RecoveryKey(bytes(range(32)), bytes(range(16)))
DOCUMENT = "0191e6f0-7a40-7c31-9d52-6a1f0c2b9e77"


def write(target: Path, name: str = "heron-2.asl") -> Path:
    write_recovery_sheet(target, file=Path("/a/folder") / name, document_id=DOCUMENT, key=KEY.to_text(), clock=CLOCK)
    return target


def text_of(path: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def test_sheet_is_one_page_with_file_identity_day_and_key(tmp_path: Path) -> None:
    sheet = write(tmp_path / "sheet.pdf")
    text = text_of(sheet)
    for words in ("heron-2.asl", DOCUMENT, "14 Mar 2026", "Use the recovery key"):
        assert words in text
    assert "folder" not in text
    assert KEY.to_text().replace("-", "").replace("\n", "") in keyed(text)
    with pikepdf.open(sheet) as pdf:
        assert len(pdf.pages) == 1


def keyed(text: str) -> str:
    """Return the characters of the numbered lines, one after another."""
    lines = [line.split(maxsplit=1) for line in text.splitlines()]
    return "".join("".join(rest.split()) for number, rest in filter(lambda p: len(p) == 2, lines) if number in "123456")


def test_sheet_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    assert write(tmp_path / "sheet.pdf").stat().st_mode & 0o077 == 0


def test_sheet_code_holds_the_key_that_the_text_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coded: list[str] = []

    class Listening(QRCode):  # type: ignore[misc] # the library has no types
        def addData(self, data: str) -> None:  # noqa: N802 - the library's name
            coded.append(data)
            super().addData(data)

    monkeypatch.setattr(recovery_sheet, "QRCode", Listening)
    write(tmp_path / "sheet.pdf")
    assert [RecoveryKey.from_text(text) for text in coded] == [KEY]


@pytest.mark.parametrize("name", ["\u65e5\u672c\u8a9e.asl", "a" * 200 + ".asl", "x\u202ey.asl", "line\nbreak.asl"])
def test_sheet_with_an_odd_file_name_is_still_one_page(tmp_path: Path, name: str) -> None:
    with pikepdf.open(write(tmp_path / "sheet.pdf", name)) as pdf:
        assert len(pdf.pages) == 1


def test_sheet_into_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable):
        write(tmp_path / "none" / "sheet.pdf")
