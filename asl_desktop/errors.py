"""The errors this program raises on purpose.

Two families only: :class:`UserError` when the world is at fault (a file, a passphrase, an input) and anything else,
which is a bug. A user error carries a stable ``code`` and ``values``; the sentence that a person reads is made from
them in :mod:`asl_desktop.messages`, so that window and command line say the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file a person wrote.

    Attributes:
        file: as named by the person.
        line: counted from 1; 0 when no line can be given.
        field: where in the file's structure, such as ``thresholds[CBRN-3].requires.security``; may be empty.
        problem: a clause without a full stop that can follow the field's name.
    """

    file: str
    line: int
    field: str
    problem: str


class AslError(Exception):
    """Root of every error that this program raises deliberately."""


class Cancelled(AslError):
    """The person asked to stop. Never shown as a failure."""


class UserError(AslError):
    """Something outside the program is wrong and a person can act on it.

    Subclasses set ``code``; ``values`` fill the placeholders of the message of that code. ``problems`` holds all that a
    check of a file found, in the order of the file; the values then tell of the first.
    """

    code = "user-error"
    problems: tuple[Problem, ...] = ()

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(f"{self.code}: " + ", ".join(f"{k}={v}" for k, v in values.items()))


class InputInvalid(UserError):
    """A file a person wrote (inputs, pack) does not follow its schema. Values: file, line, field, problem."""

    code = "input-invalid"


class PackInvalid(UserError):
    """A framework pack breaks a rule of the pack format. Values: file, line, field, problem."""

    code = "pack-invalid"


class PackUnknown(UserError):
    """No installed pack has this id. Values: pack, known."""

    code = "pack-unknown"


class PackConflict(UserError):
    """The same pack id and version arrived with other content. Values: pack, version, digest, other_digest."""

    code = "pack-conflict"


class ItemUnknown(UserError):
    """An id does not exist in the pack. Values: kind, id, pack, suggestion."""

    code = "item-unknown"


class ValueRefused(UserError):
    """A value does not fit the question, indicator or record it is meant for. Values: field, problem."""

    code = "value-refused"


class FileMissing(UserError):
    """The named file does not exist. Values: path."""

    code = "file-missing"


class FileExists(UserError):
    """Creating would overwrite a file. Values: path."""

    code = "file-exists"


class FileNotAssessment(UserError):
    """The file is not an assessment of ours (some other SQLite file, or something else). Values: path, detail."""

    code = "file-not-assessment"


class FileDamaged(UserError):
    """An assessment file that is truncated or corrupt. Values: path, detail."""

    code = "file-damaged"


class FileTampered(UserError):
    """An assessment file whose tables, triggers or settings no version of this program made. Values: path, detail."""

    code = "file-tampered"


class FileNotUpgraded(UserError):
    """A file of an older format could not be brought up to date and is as it was.

    Values: path, version, backup, detail.
    """

    code = "file-not-upgraded"


class FileTooNew(UserError):
    """A newer program wrote the file. Values: path, version, supported, program."""

    code = "file-too-new"


class PassphraseNeeded(UserError):
    """The file looks like an encrypted assessment and nothing was given to open it with. Values: path."""

    code = "passphrase-needed"


class PassphraseWrong(UserError):
    """An encrypted file did not open with what was given. Values: path.

    A wrong passphrase, damage to the first page and a file of something else cannot be told apart.
    """

    code = "passphrase-wrong"


class PassphraseRefused(UserError):
    """A passphrase or recovery key cannot be used, whatever the file holds. Values: problem."""

    code = "passphrase-refused"


class FileLocked(UserError):
    """Another process holds the file for writing. Values: path, holder, host."""

    code = "file-locked"


class FileMarkedElsewhere(FileLocked):
    """A program on another computer has the file open, or was killed there. Values: path, holder, host."""

    code = "file-marked-elsewhere"


class FileReadOnly(UserError):
    """A change was asked of a document that is open for reading only. Values: path."""

    code = "file-read-only"


class NothingToTakeBack(UserError):
    """Undo or redo was asked for and there is nothing that may be taken back. Values: problem."""

    code = "nothing-to-take-back"


class DiskFull(UserError):
    """The medium has no room; nothing half-written stays. Values: path, needed, free."""

    code = "disk-full"


class FileTooLarge(UserError):
    """The file system of the target holds no file of this size; nothing was begun. Values: path, needed."""

    code = "file-too-large"


class SaveFailed(UserError):
    """The medium refused a write; what was saved before is unharmed. Values: path, detail."""

    code = "save-failed"


class FileReplaced(UserError):
    """An open file is no longer where it was opened; what was just written is not in it. Values: path, detail."""

    code = "file-replaced"


class FileChanged(UserError):
    """Somebody else wrote into a file that is open here; nothing is written over it. Values: path."""

    code = "file-changed"


class OutputNotWritable(UserError):
    """The output place cannot be written. Values: path, detail."""

    code = "output-not-writable"


class OutputLost(UserError):
    """What a command printed did not arrive where it was sent. Values: detail."""

    code = "output-lost"


class EvidenceMissing(UserError):
    """The file named as evidence is missing or unreadable. Values: path, detail."""

    code = "evidence-missing"


class IdentityRefused(UserError):
    """A signing identity could not be opened: wrong passphrase, damaged, not an identity. Values: path, detail."""

    code = "identity-refused"


class SigningRefused(UserError):
    """The report could not be signed. Values: path, detail."""

    code = "signing-refused"


class VerifyImpossible(UserError):
    """The thing to be verified could not be looked at. Values: path, detail."""

    code = "verify-impossible"
