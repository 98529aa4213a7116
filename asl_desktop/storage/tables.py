"""The tables of format 1, as SQLModel classes.

They describe; they do not validate (table classes never do). What reaches them was validated by the codec, and the
STRICT types and CHECK constraints of the file stand behind that. The text that creates a file is frozen in
:mod:`asl_desktop.storage.format_1`; a test keeps both in step.
"""

from typing import Any, get_args

from sqlalchemy import BigInteger, CheckConstraint, Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects import sqlite
from sqlmodel import Field, SQLModel

from asl_desktop.domain import inputs

_INTEGER = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
_FLAG = Integer().with_variant(sqlite.INTEGER(), "sqlite")
_REAL = Float(53).with_variant(sqlite.REAL(), "sqlite")
_BYTES = LargeBinary().with_variant(sqlite.BLOB(), "sqlite")
_STRICT = {"sqlite_strict": True}


def _one_of(column: str, literal: object) -> CheckConstraint:
    words = ", ".join(f"'{word}'" for word in get_args(literal))
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


def _flag(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN (0, 1)", name=f"{column}_flag")


def _text() -> Any:
    return Field(sa_type=Text)


def _whole() -> Any:
    return Field(sa_type=_INTEGER)


class DocumentRow(SQLModel, table=True):
    """The one row that says which document this is; ``program`` is the oldest version that can read this format."""

    __tablename__ = "document"
    __table_args__ = (CheckConstraint("one = 1", name="only_one"), _STRICT)
    one: int = Field(primary_key=True, sa_type=_FLAG)
    id: str = _text()
    created: str = _text()
    created_by: str = _text()
    program: str = _text()
    pack: str = _text()


class PackRow(SQLModel, table=True):
    """A framework pack as it was when it entered, canonical JSON with its digest."""

    __tablename__ = "pack"
    __table_args__ = (CheckConstraint("length(digest) = 64", name="digest_hex"), _STRICT)
    key: str = Field(primary_key=True, sa_type=Text)
    id: str = _text()
    version: str = _text()
    digest: str = _text()
    body: bytes = Field(sa_type=_BYTES)


class EventRow(SQLModel, table=True):
    """The truth. ``body`` holds the very bytes that were hashed; the other columns repeat it for queries."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("seq > 0 AND n > 0 AND lamport > 0", name="counted"),
        CheckConstraint("length(prev) = 64 AND length(hash) = 64", name="hash_hex"),
        Index("event_device_n", "device", "n", unique=True),
        Index("event_record", "kind", "key", "lamport"),
        _STRICT,
    )
    seq: int = Field(primary_key=True, sa_type=_INTEGER)
    device: str = _text()
    n: int = _whole()
    lamport: int = _whole()
    actor: str = _text()
    at: str = _text()
    change: str = _text()
    kind: str = _text()
    key: str = _text()
    body: bytes = Field(sa_type=_BYTES)
    prev: str = _text()
    hash: str = _text()


class ContentRow(SQLModel, table=True):
    """The bytes of one evidence file as a whole; they count only in the state ``ok``.

    In the state ``removed`` they wait for somebody to take the removal back.
    """

    __tablename__ = "content"
    __table_args__ = (
        CheckConstraint("state IN ('staging', 'ok', 'removed')", name="state_known"),
        CheckConstraint("size >= 0", name="size_counted"),
        CheckConstraint("state = 'staging' OR length(sha256) = 64", name="digest_hex"),
        Index("content_sha256", "sha256", unique=True, sqlite_where=Column("state", Text) != "staging"),
        _STRICT,
    )
    id: str = Field(primary_key=True, sa_type=Text)
    sha256: str = _text()
    size: int = _whole()
    state: str = _text()


class ChunkRow(SQLModel, table=True):
    """A piece of a content, in order. No list query ever touches this table."""

    __tablename__ = "chunk"
    __table_args__ = (
        CheckConstraint("codec IN ('raw', 'deflate')", name="codec_known"),
        CheckConstraint("raw_len BETWEEN 1 AND 4194304", name="raw_len_bounded"),
        CheckConstraint("length(data) BETWEEN 1 AND 4194304", name="data_bounded"),
        Index("chunk_content_seq", "content", "seq", unique=True),
        _STRICT,
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=_INTEGER)
    content: str = Field(sa_column=Column(Text, ForeignKey("content.id"), nullable=False))
    seq: int = _whole()
    codec: str = _text()
    raw_len: int = _whole()
    data: bytes = Field(sa_type=_BYTES)


class _Projected(SQLModel):
    """What every table of records has: the key, the event that put it there, and the record itself, canonical."""

    key: str = Field(primary_key=True, sa_type=Text)
    event: int = Field(sa_type=_INTEGER, foreign_key="event.seq")
    record: str = _text()


class CheckpointRow(_Projected, table=True):
    """Signed statements on how far the history had come; the key is a UUID."""

    __tablename__ = "checkpoint"
    __table_args__ = (_STRICT,)


class ScopeRow(_Projected, table=True):
    """What is assessed."""

    __tablename__ = "scope"
    __table_args__ = (CheckConstraint("key = 'scope'", name="only_one"), _STRICT)
    model: str = _text()
    checkpoint: str = _text()
    title: str = _text()
    as_of: str | None = _text()


class PlanRow(_Projected, table=True):
    """What was fixed before results came in."""

    __tablename__ = "plan"
    __table_args__ = (CheckConstraint("key = 'plan'", name="only_one"), _STRICT)
    pack_digest: str = _text()
    locked_at: str = _text()
    locked_by: str = _text()


class AnswerRow(_Projected, table=True):
    """Answers; the key is the question id."""

    __tablename__ = "answer"
    __table_args__ = (
        _one_of("state", inputs.AnswerState),
        _one_of("confidence", inputs.Confidence),
        _flag("marked_for_review"),
        _STRICT,
    )
    state: str = _text()
    confidence: str = _text()
    marked_for_review: int = Field(sa_type=_FLAG)
    confirmed_by: str = _text()
    author: str = _text()
    at: str = _text()


class MeasurementRow(_Projected, table=True):
    """Evaluation results; the key is a UUID."""

    __tablename__ = "measurement"
    __table_args__ = (
        _one_of("run_status", inputs.RunStatus),
        CheckConstraint("report IN ('counts', 'mean', 'interval', 'ratio', 'point')", name="report_known"),
        CheckConstraint("gap >= 0", name="gap_toward_risk"),
        _STRICT,
    )
    indicator: str = _text()
    report: str = _text()
    model: str = _text()
    checkpoint: str = _text()
    run_status: str = _text()
    gap: float = Field(sa_type=_REAL)
    produced: str | None = _text()
    valid_until: str | None = _text()
    set_aside_by: str = _text()
    author: str = _text()
    at: str = _text()


class ShowingRow(_Projected, table=True):
    """Decisions on showings; the key is ``showing@threshold``."""

    __tablename__ = "showing"
    __table_args__ = (_one_of("status", inputs.ShowingStatus), _STRICT)
    showing: str = _text()
    threshold: str = _text()
    status: str = _text()
    by: str = _text()
    at: str = _text()


class RequirementRow(_Projected, table=True):
    """States of safeguards; the key is the requirement id."""

    __tablename__ = "requirement"
    __table_args__ = (_one_of("status", inputs.RequirementStatus), _STRICT)
    status: str = _text()
    owner: str = _text()
    due: str | None = _text()
    ends: str | None = _text()
    author: str = _text()
    at: str = _text()


class EvidenceRow(_Projected, table=True):
    """What people say about evidence files; the key is the SHA-256 of the bytes."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("length(key) = 64", name="digest_hex"),
        CheckConstraint("size >= 0", name="size_counted"),
        _STRICT,
    )
    name: str = _text()
    size: int = _whole()
    media_type: str = _text()
    title: str = _text()
    valid_until: str | None = _text()
    author: str = _text()
    at: str = _text()


class DecisionRow(_Projected, table=True):
    """Decisions at gates; the key is the gate id."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("outcome IN ('go', 'go_with_conditions', 'hold')", name="outcome_known"),
        _STRICT,
    )
    outcome: str = _text()
    by: str = _text()
    at: str = _text()


class InterimRow(_Projected, table=True):
    """Interim measures in force; the key is the measure id."""

    __tablename__ = "interim"
    __table_args__ = (_STRICT,)
    by: str = _text()
    ends: str | None = _text()
    at: str = _text()


class SpecificationRow(_Projected, table=True):
    """The lab's own specifications; the key is ``track/standard``."""

    __tablename__ = "specification"
    __table_args__ = (_STRICT,)
    track: str = _text()
    standard: str = _text()
    author: str = _text()
    dated: str = _text()


def table_of(row: type[SQLModel]) -> Table:
    """Return the Core table of a row class."""
    return SQLModel.metadata.tables[str(row.__tablename__)]


document = table_of(DocumentRow)
pack = table_of(PackRow)
event = table_of(EventRow)
content = table_of(ContentRow)
chunk = table_of(ChunkRow)
checkpoint = table_of(CheckpointRow)
by_name = SQLModel.metadata.tables
record_tables = {
    "scope": table_of(ScopeRow),
    "plan": table_of(PlanRow),
    "answer": table_of(AnswerRow),
    "measurement": table_of(MeasurementRow),
    "showing": table_of(ShowingRow),
    "requirement": table_of(RequirementRow),
    "evidence": table_of(EvidenceRow),
    "decision": table_of(DecisionRow),
    "interim": table_of(InterimRow),
    "specification": table_of(SpecificationRow),
}
