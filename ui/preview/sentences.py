"""What the preview says in words: why there is nothing to see, and what to know about what is shown."""

from __future__ import annotations

from collections.abc import Mapping

from asl_desktop.domain.wording import size
from ui.preview.protocol import MAX_BYTES, MAX_COLUMNS, MAX_ENTRIES, Kind, Note, Reason, Shown
from ui.wording import plural

_REASONS: Mapping[Reason, str] = {
    Reason.BROKEN: "The file is damaged, or not what it claims to be: nothing in it could be drawn.",
    Reason.ENCRYPTED: "The document is protected by a password of its own, which is not asked for here.",
    Reason.TOO_MANY_PIXELS: "The picture is {first} by {second} pixels, more than is safe to open here.",
    Reason.NO_KIND: "There is no preview for this kind of file. PDF, pictures, text, CSV, JSON and Markdown are shown.",
    Reason.TOO_LARGE: f"The file is larger than {size(MAX_BYTES)}, so that no preview of it is made.",
    Reason.NO_WALLS: "This system offers no way to wall in the preview, so that no file is opened here.",
    Reason.MEMORY: "The file asks for more memory than a preview gets.",
    Reason.EMPTY: "The file is empty.",
    Reason.NO_PAGE: "There is no page {first}; the file has {second}.",
    Reason.TOO_MANY_ENTRIES: f"The archive says that it holds more than {MAX_ENTRIES} files, so that it is not listed.",
    Reason.TIMED_OUT: "The preview took too long and was stopped. The file may be made to do that.",
    Reason.DIED: "The preview was stopped: the file took too much time or memory, or broke the program that shows it.",
    Reason.GARBLED: "The preview gave an answer that cannot be right, which was thrown away. Do not trust this file.",
}
_NOTES: tuple[tuple[Note, str], ...] = (
    (Note.CUT, "Only the beginning is shown."),
    (Note.AS_TEXT, "It is shown as the text it consists of, and never drawn."),
    (Note.NOT_LAID_OUT, "It is shown as it stands, because it could not be laid out."),
    (Note.NOT_UTF8, "It is not UTF-8; some characters may be wrong."),
    (Note.MARKED, "Characters that cannot be seen are written out, such as [U+202E]."),
    (Note.FIRST_PICTURE, "It holds several pictures; the first is shown."),
)


def refusal_of(shown: Shown) -> str:
    """Return why there is nothing to see, as a sentence."""
    return _REASONS[Reason(shown.notes)].format(first=shown.width, second=shown.height)


def notes_of(shown: Shown) -> str:
    """Return what to know about what is shown, as sentences; nothing when it is simply the file."""
    notes = Note(shown.notes)
    found = [sentence for note, sentence in _NOTES if note in notes]
    if Note.ARCHIVE in notes:
        files = plural(shown.width, "file", "files")
        found.insert(
            0, f"An archive that says it holds {files}, {size(shown.height * 1024)} unpacked. None is unpacked here."
        )
    if Note.INFLATES in notes:
        found.insert(1, "It would grow to more than 100 times its size: it may be made to fill a disk.")
    if Note.NARROWED in notes:
        kind = (
            f"Long cells are cut, and {MAX_COLUMNS} columns are shown at most"
            if shown.kind is Kind.TABLE
            else "Very long lines are cut"
        )
        found.append(f"{kind}.")
    return " ".join(found)
