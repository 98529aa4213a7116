"""The report as a file: real PDFs, looked at by tools that we did not write."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import unicodedata
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import page
import pikepdf
import pytest

from asl_desktop.domain.inputs import Inputs
from asl_desktop.errors import Cancelled, OutputNotWritable
from asl_desktop.progress import Silent
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.outcome import snapshot_document
from asl_desktop.services.packs import load_pack
from reports.document import board_report
from reports.rendering import Written, write_pdf
from tests.report_world import DAY, MOMENT, empty_snapshot, full_inputs, full_snapshot
from tests.text_safety_world import HOSTILE as EVERYTHING
from tests.text_safety_world import LETTERS, MARKED, UNBROKEN, typed_places, with_text

if TYPE_CHECKING:
    from asl_desktop.domain.determination import Snapshot

HOSTILE = {
    "tag": '<img src="/etc/passwd"/> and <a href="javascript:alert(1)">here</a>',
    "unclosed": "AT&T <CISO> said <b>no &amp; yes",
    "colour": "[[[1,2,3]]] <font color=[[[...]]]>",
    "slashes": r"a \ b ( c ) %PDF-1.7 endstream endobj",
    "word": "W" * 5000,
    "long": "A long rationale goes on and on. " * 3000,
    "scripts": "\u0395\u03bb\u03bb\u03b7\u03bd \u0440\u0443\u0441\u0441\u043a Ti\u1ebfng Vi\u1ec7t \u0141\u00f3d\u017a",
    "maths": "x \u2264 y \u2208 \u211d, \U0001d538 and \U0001f600",
    "lines": "first line\nsecond line\r\nthird\tline",
}


def _run(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr.strip(), done.stderr
    return done.stdout


def _text(path: Path) -> str:
    return "".join(_run("pdftotext", "-enc", "UTF-8", path, "-").split())


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _write(path: Path, inputs: Inputs | None = None) -> Written:
    snapshot = full_snapshot() if inputs is None else snapshot_of(load_pack("anthropic-rsp-2.2"), inputs, as_of=DAY)
    report = board_report(snapshot, generated_at=MOMENT)
    return write_pdf(report, path, attachment=snapshot_document(snapshot))


def _with_note(text: str) -> Inputs:
    inputs = full_inputs()
    first = next(a for a in inputs.answers if a.rationale)
    others = tuple(a for a in inputs.answers if a is not first)
    return replace(inputs, answers=(replace(first, rationale=text), *others))


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return _write(tmp_path_factory.mktemp("report") / "report.pdf")


def test_report_file_is_sound_for_an_independent_reader(written: Written) -> None:
    assert "No syntax or stream encoding errors" in _run("qpdf", "--check", written.path)


def test_report_embeds_every_font_as_subset_with_unicode_map(written: Written) -> None:
    rows = [line.split() for line in _run("pdffonts", written.path).splitlines()[2:]]

    assert rows
    assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows), rows
    assert not any(name in row[0] for row in rows for name in ("Helvetica", "Courier", "Symbol", "Times"))


def test_report_text_holds_determination_states_and_digest_on_every_page(written: Written) -> None:
    snapshot = full_snapshot()
    text = _text(written.path)

    assert _squeezed(f"Heron-2: {snapshot.determination.label}") in text
    assert all(_squeezed(snapshot.pack.threshold_by_id[t.id].title) in text for t in snapshot.determination.thresholds)
    for number in range(1, written.pages + 1):
        one = _squeezed(_run("pdftotext", "-f", str(number), "-l", str(number), written.path, "-"))
        assert f"Snapshot{snapshot.digest}" in one
        assert f"Page{number}of{written.pages}" in one


def test_report_properties_say_tagged_without_scripts(written: Written) -> None:
    info = dict(line.split(":", 1) for line in _run("pdfinfo", written.path).splitlines() if ":" in line)

    assert info["Tagged"].strip() == "yes"
    assert info["JavaScript"].strip() == "no"
    assert info["Encrypted"].strip() == "no"
    assert "Heron-2" in info["Title"]
    assert int(info["Pages"]) == written.pages


def test_report_structure_reads_in_order_from_heading_to_signature(written: Written) -> None:
    tree = _run("pdfinfo", "-struct", written.path)

    tags = re.findall(r"^\s*(\w+)", tree, re.MULTILINE)
    assert tags[0] == "Document"
    assert {"Sect", "H1", "H2", "P", "Table", "TR", "TH", "TD", "Figure", "L", "LI", "Form"} <= set(tags)
    assert tags.index("H1") < tags.index("Table") < tags.index("Figure") < tags.index("Form")


def test_attachment_taken_out_by_another_tool_is_the_assessment_byte_for_byte(written: Written, tmp_path: Path) -> None:
    _run("pdfdetach", "-save", "1", "-o", tmp_path / "out.json", written.path)

    expected = snapshot_document(full_snapshot())
    assert hashlib.sha256((tmp_path / "out.json").read_bytes()).digest() == hashlib.sha256(expected).digest()


def test_written_result_names_the_digest_of_the_file_on_disk(written: Written) -> None:
    assert written.sha256 == hashlib.sha256(written.path.read_bytes()).hexdigest()


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_report_conforms_to_archival_and_accessible_profile(written: Written, profile: str) -> None:
    assert page.is_pdf_compliant(str(written.path), profile=profile)


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_report_of_empty_record_conforms_too(tmp_path: Path, profile: str) -> None:
    snapshot = empty_snapshot()
    made = write_pdf(board_report(snapshot, generated_at=MOMENT), tmp_path / "e.pdf", attachment=b"{}")

    assert page.is_pdf_compliant(str(made.path), profile=profile)


def _no_intent(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


def _no_relationship(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.AF[0].AFRelationship


def _open_action(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))


def _no_font_program(pdf: pikepdf.Pdf) -> None:
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item:
            del item["/FontFile2"]


def _no_unicode_map(pdf: pikepdf.Pdf) -> None:
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
            del item["/ToUnicode"]


def _no_alternative_text(pdf: pikepdf.Pdf) -> None:
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and item.get("/S") == pikepdf.Name.Figure:
            del item["/Alt"]


@pytest.mark.parametrize(
    "harm", [_no_intent, _no_relationship, _open_action, _no_font_program, _no_unicode_map, _no_alternative_text]
)
def test_checker_when_report_is_harmed_notices(written: Written, tmp_path: Path, harm: Any) -> None:
    with pikepdf.open(written.path) as pdf:
        harm(pdf)
        pdf.save(tmp_path / "harmed.pdf", fix_metadata_version=False)

    verdicts = [page.is_pdf_compliant(str(tmp_path / "harmed.pdf"), profile=p) for p in ("3a", "ua1")]
    assert not all(verdicts)


def test_report_written_twice_has_the_same_bytes(written: Written, tmp_path: Path) -> None:
    assert _write(tmp_path / "again.pdf").sha256 == written.sha256


def test_report_written_in_another_process_with_other_settings_has_the_same_bytes(
    written: Written, tmp_path: Path
) -> None:
    code = (
        "from tests.report_world import *; from pathlib import Path; import sys\n"
        "from reports.document import board_report; from reports.rendering import write_pdf\n"
        "from asl_desktop.services.outcome import snapshot_document as d\n"
        "s = full_snapshot(); r = board_report(s, generated_at=MOMENT)\n"
        "print(write_pdf(r, Path(sys.argv[1]), attachment=d(s)).sha256)\n"
        "print(sorted({'matplotlib', 'pyhanko', 'scipy.stats'} & set(sys.modules)))"
    )
    settings = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LANG": "C", "PYTHONPATH": "."}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "other.pdf")],
        capture_output=True,
        text=True,
        check=True,
        env=settings,
    )

    digest, heavy = done.stdout.splitlines()
    assert digest == written.sha256
    assert "matplotlib" not in heavy
    assert "pyhanko" not in heavy


def test_signature_fields_are_placed_for_every_role(written: Written) -> None:
    with pikepdf.open(written.path) as pdf:
        fields = {str(item.T): item for item in pdf.Root.AcroForm.Fields}

        assert list(fields) == ["Assessor", "Reviewer", "Board", "ArchiveTimestamp"]
        assert all("/V" not in item for item in fields.values())
        assert all(
            float(item.Rect[2]) > float(item.Rect[0]) for name, item in fields.items() if name != "ArchiveTimestamp"
        )
        assert [str(name) for name in fields["Board"].Lock.Fields] == ["ArchiveTimestamp"]


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_hostile_text_is_printed_literally_and_nothing_else_happens(tmp_path: Path, kind: str) -> None:
    made = _write(tmp_path / "hostile.pdf", _with_note(HOSTILE[kind]))

    assert unicodedata.normalize("NFC", _squeezed(HOSTILE[kind])) in unicodedata.normalize("NFC", _flowing(made.path))
    assert _run("pdfimages", "-list", made.path).count("\n") == 2
    with pikepdf.open(made.path) as pdf:
        assert not any("/A" in note for sheet in pdf.pages for note in sheet.obj.get("/Annots", ()))
    assert page.is_pdf_compliant(str(made.path), profile="3a")
    assert page.is_pdf_compliant(str(made.path), profile="ua1")


def _flowing(path: Path) -> str:
    """Return the text in the order of the document's structure, so that a cell over two pages reads on."""
    tree = _run("pdfinfo", "-struct-text", path)
    return _squeezed("".join(re.findall(r'^\s*"(.*)"$', tree, re.MULTILINE))).replace("\u200b", "")


def test_everything_people_type_is_printed_literally_or_named(tmp_path: Path) -> None:
    text = EVERYTHING.replace(UNBROKEN, "")
    inputs = full_inputs()
    some = replace(inputs, answers=inputs.answers[:12], requirements=inputs.requirements[:3])
    made = _write(tmp_path / "typed.pdf", with_text(some, f"<i>{{place}}</i> {text}"))
    printed = _flowing(made.path)
    unset = {letter for word in LETTERS.values() for letter in word if f"U+{ord(letter):04X}" in str(made.notices)}
    said = text.replace("\u202e", "").replace("\u202c", "").translate(dict.fromkeys(map(ord, unset), "\ufffd"))

    absent = {place for place in typed_places(some) if _squeezed(f"<i>{place}</i>{said}") not in printed}
    assert not absent, sorted(absent)
    assert MARKED in said
    assert unset == set(LETTERS["emoji"])
    assert any("U+202E" in notice for notice in made.notices)


def test_word_without_breaks_in_everything_people_type_is_printed_whole(tmp_path: Path) -> None:
    inputs = with_text(full_inputs(), UNBROKEN)
    made = _write(tmp_path / "long.pdf", inputs)

    assert _text(made.path).count("W") >= len(UNBROKEN) * len(typed_places(inputs))


def test_characters_without_a_glyph_are_replaced_and_named(tmp_path: Path) -> None:
    made = _write(tmp_path / "signs.pdf", _with_note("Signs \U0001f9ea\U00013000 here"))

    assert "Signs\ufffd\ufffdhere" in _flowing(made.path)
    assert any("U+1F9EA" in notice and "U+13000" in notice for notice in made.notices)
    assert "U+13000" in _text(made.path)


def test_controls_and_direction_overrides_are_left_out_and_named(tmp_path: Path) -> None:
    made = _write(tmp_path / "bidi.pdf", _with_note("safe\u202eevil\u202c\x07bell"))

    assert "safeevilbell" in _flowing(made.path)
    assert any("U+202E" in notice and "U+0007" in notice for notice in made.notices)


def test_ordinary_report_has_no_notices(written: Written) -> None:
    assert written.notices == ()


def test_folder_that_does_not_exist_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable) as caught:
        _write(tmp_path / "none" / "report.pdf")

    assert caught.value.values["path"] == str(tmp_path / "none" / "report.pdf")
    assert list(tmp_path.iterdir()) == []


def test_cancelled_report_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    target.write_bytes(b"old")

    class Impatient(Silent):
        def check(self) -> None:
            raise Cancelled

    report = board_report(empty_snapshot(), generated_at=MOMENT)
    with pytest.raises(Cancelled):
        write_pdf(report, target, attachment=b"{}", progress=Impatient())
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("ending", [b"\r", b"\n"])
def test_attachment_when_its_stream_would_end_in_a_line_end_keeps_report_sound(tmp_path: Path, ending: bytes) -> None:
    """Checkers take such a byte for the line end before ``endstream`` and call the length wrong."""
    attachment = next(data for n in range(5000) if zlib.compress(data := b'"%s"' % (b"a" * n), 9).endswith(ending))
    report = board_report(empty_snapshot(), generated_at=MOMENT)
    made = write_pdf(report, tmp_path / "r.pdf", attachment=attachment)

    assert b"/ASCIIHexDecode" in made.path.read_bytes()
    assert page.is_pdf_compliant(str(made.path), profile="3a")
    _run("pdfdetach", "-save", "1", "-o", tmp_path / "out.json", made.path)
    assert (tmp_path / "out.json").read_bytes() == attachment


@pytest.mark.parametrize("name", ["claude-opus-4", "claude-sonnet-4"])
def test_report_of_worked_example_is_six_to_twelve_conforming_pages(
    example_reports: dict[str, tuple[Snapshot, Written]], name: str
) -> None:
    snapshot, made = example_reports[name]

    assert 6 <= made.pages <= 12
    assert made.notices == ()
    assert page.is_pdf_compliant(str(made.path), profile="3a")
    assert page.is_pdf_compliant(str(made.path), profile="ua1")
    assert _squeezed(snapshot.determination.label) in _text(made.path)
