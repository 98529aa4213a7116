"""The text that makes a file of format 1. Frozen from its first release on: a new format gets a new module.

The open sequence compares the schema it finds with this text, so neither a newer SQLAlchemy nor a stranger can change
it unnoticed. docs/file-format.md explains the columns.
"""

from __future__ import annotations

TABLES = """
CREATE TABLE document (
    one INTEGER NOT NULL,
    id TEXT NOT NULL,
    created TEXT NOT NULL,
    created_by TEXT NOT NULL,
    program TEXT NOT NULL,
    pack TEXT NOT NULL,
    PRIMARY KEY (one),
    CONSTRAINT only_one CHECK (one = 1)
) STRICT;

CREATE TABLE pack (
    "key" TEXT NOT NULL,
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    digest TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY ("key"),
    CONSTRAINT digest_hex CHECK (length(digest) = 64)
) STRICT;

CREATE TABLE event (
    seq INTEGER NOT NULL,
    device TEXT NOT NULL,
    n INTEGER NOT NULL,
    lamport INTEGER NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    "change" TEXT NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    body BLOB NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (seq),
    CONSTRAINT counted CHECK (seq > 0 AND n > 0 AND lamport > 0),
    CONSTRAINT hash_hex CHECK (length(prev) = 64 AND length(hash) = 64)
) STRICT;

CREATE UNIQUE INDEX event_device_n ON event (device, n);

CREATE INDEX event_record ON event (kind, "key", lamport);

CREATE TABLE content (
    id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT state_known CHECK (state IN ('staging', 'ok', 'removed')),
    CONSTRAINT size_counted CHECK (size >= 0),
    CONSTRAINT digest_hex CHECK (state = 'staging' OR length(sha256) = 64)
) STRICT;

CREATE UNIQUE INDEX content_sha256 ON content (sha256) WHERE state != 'staging';

CREATE TABLE chunk (
    id INTEGER NOT NULL,
    content TEXT NOT NULL,
    seq INTEGER NOT NULL,
    codec TEXT NOT NULL,
    raw_len INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT codec_known CHECK (codec IN ('raw', 'deflate')),
    CONSTRAINT raw_len_bounded CHECK (raw_len BETWEEN 1 AND 4194304),
    CONSTRAINT data_bounded CHECK (length(data) BETWEEN 1 AND 4194304),
    FOREIGN KEY(content) REFERENCES content (id)
) STRICT;

CREATE UNIQUE INDEX chunk_content_seq ON chunk (content, seq);

CREATE TABLE checkpoint (
    "key" TEXT NOT NULL,
    event INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY ("key"),
    FOREIGN KEY(event) REFERENCES event (seq)
) STRICT;

CREATE TABLE scope (
    "key" TEXT NOT NULL,
    event INTEGER NOT NULL,
    record TEXT NOT NULL,
    model TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    title TEXT NOT NULL,
    as_of TEXT,
    PRIMARY KEY ("key"),
    CONSTRAINT only_one CHECK (key = 'scope'),
    FOREIGN KEY(event) REFERENCES event (seq)
) STRICT;

CREATE TABLE "plan" (
    "key" TEXT NOT NULL,
    event INTEGER NOT NULL,
    record TEXT NOT NULL,
    pack_digest TEXT NOT NULL,
    locked_at TEXT NOT NULL,
    locked_by TEXT NOT NULL,
    PRIMARY KEY ("key"),
    CONSTRAINT only_one CHECK (key = 'plan'),
    FOREIGN KEY(event) REFERENCES event (seq)
) STRICT;

CREATE TABLE answer (
    "key" TEXT NOT NULL,
    event INTEGER NOT NULL,
    record TEXT NOT NULL,
    state TEXT NOT NULL,
    confidence TEXT NOT NULL,
    marked_for_review INTEGER NOT NULL,
    confirmed_by TEXT NOT NULL,
    author TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY ("key"),
    CONSTRAINT state_known CHECK (state IN ('answered', 'unanswered', 'unknown', 'declined', 'not_applicable')),
    CONSTRAINT confidence_known CHECK (confidence IN ('', 'low', 'moderate', 'high')),
    CONSTRAINT marked_for_review_flag CHECK (marked_for_review IN (0, 1)),
    FOREIGN KEY(event) REFERENCES event (seq)
) STRICT;

CREATE TABLE measurement (
    "key" TEXT NOT NULL,
    event INTEGER NOT NULL,
    record TEXT NOT NULL,
    indicator TEXT NOT NULL,
    report TEXT NOT NULL,
    model TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    run_status TEXT NOT NULL,
    gap REAL NOT NULL,
    produced TEXT,
    valid_until TEXT,
    set_aside_by TEXT NOT NULL,
    author TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY ("key"),
    CONSTRAINT run_status_known CHECK (run_status IN ('success', 'error', 'cancelled', 'started', 'unknown')),
    CONSTRAINT report_known CHECK (report IN ('counts', 'mean', 'interval', 'ratio', 'point')),
    CONSTRAINT gap_toward_risk CHECK (gap >= 0),
    FOREIGN KEY(event) REFERENCES event (seq)
) STRICT;

CREATE TABLE showing (
    "key" TEXT NOT NULL,
    event INTEGER NOT NULL,
    record TEXT NOT NULL,
    showing TEXT NOT NULL,
    threshold TEXT NOT NULL,
    status TEXT NOT NULL,
    "by" TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY ("key"),
    CONSTRAINT status_known CHECK (status IN ('draft', 'accepted', 'rejected')),
    FOREIGN KEY(event) REFERENCES event (seq)
) STRICT;

CREATE TABLE requirement (
    "key" TEXT NOT NULL,
    event INTEGER NOT NULL,
    record TEXT NOT NULL,
    status TEXT NOT NULL,
    owner TEXT NOT NULL,
    due TEXT,
    ends TEXT,
    author TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY ("key"),
    CONSTRAINT status_known CHECK (
        status IN ('not_assessed', 'planned', 'partly', 'in_place', 'not_applicable', 'excepted')
    ),
    FOREIGN KEY(event) REFERENCES event (seq)
) STRICT;

CREATE TABLE evidence (
    "key" TEXT NOT NULL,
    event INTEGER NOT NULL,
    record TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    title TEXT NOT NULL,
    valid_until TEXT,
    author TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY ("key"),
    CONSTRAINT digest_hex CHECK (length(key) = 64),
    CONSTRAINT size_counted CHECK (size >= 0),
    FOREIGN KEY(event) REFERENCES event (seq)
) STRICT;

CREATE TABLE decision (
    "key" TEXT NOT NULL,
    event INTEGER NOT NULL,
    record TEXT NOT NULL,
    outcome TEXT NOT NULL,
    "by" TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY ("key"),
    CONSTRAINT outcome_known CHECK (outcome IN ('go', 'go_with_conditions', 'hold')),
    FOREIGN KEY(event) REFERENCES event (seq)
) STRICT;

CREATE TABLE interim (
    "key" TEXT NOT NULL,
    event INTEGER NOT NULL,
    record TEXT NOT NULL,
    "by" TEXT NOT NULL,
    ends TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY ("key"),
    FOREIGN KEY(event) REFERENCES event (seq)
) STRICT;

CREATE TABLE specification (
    "key" TEXT NOT NULL,
    event INTEGER NOT NULL,
    record TEXT NOT NULL,
    track TEXT NOT NULL,
    standard TEXT NOT NULL,
    author TEXT NOT NULL,
    dated TEXT NOT NULL,
    PRIMARY KEY ("key"),
    FOREIGN KEY(event) REFERENCES event (seq)
) STRICT;
"""

TRIGGERS = (
    """
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN
    SELECT RAISE(ABORT, 'the event log is append-only');
END
""",
    """
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN
    SELECT RAISE(ABORT, 'the event log is append-only');
END
""",
    """
CREATE TRIGGER event_append_only BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
    OR EXISTS (SELECT 1 FROM event WHERE device = NEW.device AND n = NEW.n)
BEGIN
    SELECT RAISE(ABORT, 'the event log is append-only');
END
""",
)

STATEMENTS: tuple[str, ...] = (
    *(part.strip() for part in TABLES.split(";") if part.strip()),
    *(part.strip() for part in TRIGGERS),
)
