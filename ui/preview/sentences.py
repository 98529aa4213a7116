"""What the preview says in words: why there is nothing to see, and what to know about what is shown."""

from __future__ import annotations

from collections.abc import Mapping

from asl_desktop.domain.wording import size
from asl_desktop.i18n import mark, ntr, tr
from ui.preview.protocol import MAX_BYTES, MAX_COLUMNS, MAX_ENTRIES, Kind, Note, Reason, Shown

_REASONS: Mapping[Reason, str] = {
    Reason.BROKEN: mark("The file is damaged, or not what it claims to be: nothing in it could be drawn."),
    Reason.ENCRYPTED: mark("The document is protected by a password of its own, which is not asked for here."),
    Reason.TOO_MANY_PIXELS: mark("The picture is {first} by {second} pixels, more than is safe to open here."),
    Reason.NO_KIND: mark(
        "There is no preview for this kind of file. PDF, pictures, text, CSV, JSON and Markdown are shown."
    ),
    Reason.TOO_LARGE: mark("The file is larger than {most}, so that no preview of it is made."),
    Reason.NO_WALLS: mark("This system offers no way to wall in the preview, so that no file is opened here."),
    Reason.MEMORY: mark("The file asks for more memory than a preview gets."),
    Reason.EMPTY: mark("The file is empty."),
    Reason.NO_PAGE: mark("There is no page {first}; the file has {second}."),
    Reason.TOO_MANY_ENTRIES: mark(
        "The archive says that it holds more than {entries} files, so that it is not listed."
    ),
    Reason.TIMED_OUT: mark("The preview took too long and was stopped. The file may be made to do that."),
    Reason.DIED: mark(
        "The preview was stopped: the file took too much time or memory, or broke the program that shows it."
    ),
    Reason.GARBLED: mark(
        "The preview gave an answer that cannot be right, which was thrown away. Do not trust this file."
    ),
}
_NOTES: tuple[tuple[Note, str], ...] = (
    (Note.CUT, mark("Only the beginning is shown.")),
    (Note.AS_TEXT, mark("It is shown as the text it consists of, and never drawn.")),
    (Note.NOT_LAID_OUT, mark("It is shown as it stands, because it could not be laid out.")),
    (Note.NOT_UTF8, mark("It is not UTF-8; some characters may be wrong.")),
    (Note.MARKED, mark("Characters that cannot be seen are written out, such as [U+202E].")),
    (Note.FIRST_PICTURE, mark("It holds several pictures; the first is shown.")),
)


def refusal_of(shown: Shown) -> str:
    """Return why there is nothing to see, as a sentence."""
    sentence = tr(_REASONS[Reason(shown.notes)])
    return sentence.format(first=shown.width, second=shown.height, most=size(MAX_BYTES), entries=MAX_ENTRIES)


def notes_of(shown: Shown) -> str:
    """Return what to know about what is shown, as sentences; nothing when it is simply the file."""
    notes = Note(shown.notes)
    found = [tr(sentence) for note, sentence in _NOTES if note in notes]
    if Note.ARCHIVE in notes:
        files = ntr("{count} file", "{count} files", shown.width).format(count=shown.width)
        found.insert(
            0,
            tr("An archive that says it holds {files}, {size} unpacked. None is unpacked here.").format(
                files=files, size=size(shown.height * 1024)
            ),
        )
    if Note.INFLATES in notes:
        found.insert(1, tr("It would grow to more than 100 times its size: it may be made to fill a disk."))
    if Note.NARROWED in notes:
        kind = (
            tr("Long cells are cut, and {max_columns} columns are shown at most.").format(max_columns=MAX_COLUMNS)
            if shown.kind is Kind.TABLE
            else tr("Very long lines are cut.")
        )
        found.append(kind)
    return " ".join(found)
