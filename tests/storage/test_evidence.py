from __future__ import annotations

import contextlib
import hashlib
import io
import os
import resource
import subprocess
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from asl_desktop.domain.inputs import Answer, EvidenceItem, EvidenceLink
from asl_desktop.errors import Cancelled, DiskFull, EvidenceMissing, FileDamaged, ValueRefused
from asl_desktop.progress import Silent
from asl_desktop.storage import content
from asl_desktop.storage.content import CHUNK_BYTES, pack_chunk, unpack_chunk
from asl_desktop.storage.document import Document, EvidenceDraft
from tests.storage_world import AT, RECORDS, let_it_tidy_up, make, noise, tamper, writing
from torture import volume

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1024 * 1024
SWAPPED = ";".join(f"UPDATE chunk SET seq = {new} WHERE seq = {old}" for old, new in ((0, 9), (1, 0), (9, 1)))
NOTHING = EvidenceDraft()


class StopAfter(Silent):
    """Asks to stop at the n-th look."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled


class Watch(Silent):
    """Remembers how far it was told the work is."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def report(self, done: int, total: int, text: str = "") -> None:
        self.seen.append((done, total))


def given_back(document: Document, sha256: str) -> bytes:
    target = io.BytesIO()
    document.extract(sha256, target)
    return target.getvalue()


def left_in(path: Path) -> tuple[int, int]:
    """Return how many contents and chunks a closed file holds, whatever their state."""
    with closing(dbapi2.connect(str(path))) as raw:
        counts = raw.execute("SELECT (SELECT count(*) FROM content), (SELECT count(*) FROM chunk)").fetchone()
    return int(counts[0]), int(counts[1])


@pytest.mark.parametrize(
    "size",
    [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 17],
    ids=lambda size: f"{size} bytes",
)
@pytest.mark.parametrize("make_bytes", [os.urandom, bytes], ids=["noise", "zeros"])
def test_attach_of_any_size_comes_back_bit_for_bit(
    tmp_path: Path, size: int, make_bytes: Callable[[int], bytes]
) -> None:
    data = make_bytes(size)
    (tmp_path / "run.log").write_bytes(data)
    watch = Watch()
    with make(tmp_path / "a.asl") as document:
        item = document.attach(tmp_path / "run.log", NOTHING, actor="Ann", progress=watch)
        assert (item.sha256, item.size, item.name) == (hashlib.sha256(data).hexdigest(), size, "run.log")
        assert document.inputs().evidence == (item,)
    if size:
        assert watch.seen[-1] == (size, size)
    with Document.open(tmp_path / "a.asl", read_only=True) as document:
        assert given_back(document, item.sha256) == data
        assert document.check() == ()


def test_attach_keeps_what_the_draft_says_and_guesses_the_rest(tmp_path: Path) -> None:
    draft = EvidenceDraft(title="Card", cites="CARD 7.2", strength="strong", confidentiality="restricted")
    (tmp_path / "card.pdf").write_bytes(b"%PDF-")
    with make(tmp_path / "a.asl") as document:
        item = document.attach(tmp_path / "card.pdf", draft, actor="Ann")
    assert (item.title, item.cites, item.strength, item.confidentiality) == ("Card", "CARD 7.2", "strong", "restricted")
    assert (item.media_type, item.author, item.name) == ("application/pdf", "Ann", "card.pdf")


@pytest.mark.parametrize("as_path", [True, False], ids=["path", "stream"])
def test_attach_of_same_bytes_again_keeps_one_copy_and_the_old_words(tmp_path: Path, as_path: bool) -> None:
    data = os.urandom(MIB)
    (tmp_path / "copy.bin").write_bytes(data)
    with make(tmp_path / "a.asl") as document:
        first = document.attach(io.BytesIO(data), EvidenceDraft(name="a.bin", title="First"), actor="Ann")
        source: Path | BinaryIO = tmp_path / "copy.bin" if as_path else io.BytesIO(data)
        head = document.head()
        assert document.attach(source, NOTHING, actor="Bob") == first
        assert document.head() == head
        if not as_path:
            source = io.BytesIO(data)
        changed = document.attach(source, EvidenceDraft(cites="p. 3"), actor="Bob")
        assert (changed.title, changed.cites, changed.author) == ("First", "p. 3", "Ann")
        assert document.inputs().evidence == (changed,)
        assert document.check() == ()
    assert left_in(tmp_path / "a.asl") == (1, 1)


@pytest.mark.parametrize("looks", [0, 1, 3])
def test_attach_cancelled_leaves_nothing(tmp_path: Path, looks: int) -> None:
    with make(tmp_path / "a.asl") as document:
        head = document.head()
        with pytest.raises(Cancelled):
            document.attach(noise(4 * CHUNK_BYTES), NOTHING, actor="Ann", progress=StopAfter(looks))
        assert document.head() == head
        assert document.inputs().evidence == ()
        assert document.check() == ()
        let_it_tidy_up(document)
    assert left_in(tmp_path / "a.asl") == (0, 0)


def test_attach_cancelled_gives_the_room_back(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        before = path.stat().st_size
        with pytest.raises(Cancelled):
            document.attach(noise(4 * CHUNK_BYTES), NOTHING, actor="Ann", progress=StopAfter(3))
        let_it_tidy_up(document)
        assert path.stat().st_size == before


def test_attach_interrupted_by_a_crash_is_tidied_up_at_the_next_opening(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    make(path).close()
    with closing(dbapi2.connect(str(path), isolation_level=None)) as raw:
        raw.execute("INSERT INTO content VALUES ('half', '', 0, 'staging')")
        for seq in range(3):
            raw.execute(
                "INSERT INTO chunk (content, seq, codec, raw_len, data) VALUES ('half', ?, 'raw', 9, ?)",
                (seq, b"123456789"),
            )
    with Document.open(path, read_only=True) as document:
        assert document.inputs().evidence == ()
        assert document.check() == ()
    with Document.open(path) as document:
        let_it_tidy_up(document)
    assert left_in(path) == (0, 0)


class _Failing(io.RawIOBase):
    """A stream that gives one chunk and then breaks, as a stick does that is pulled out."""

    def __init__(self) -> None:
        self.given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self.given >= CHUNK_BYTES:
            raise OSError(5, "Input/output error")
        self.given += size
        return os.urandom(size)


def test_attach_from_a_stream_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        with pytest.raises(EvidenceMissing, match="input/output error"):
            document.attach(_Failing(), NOTHING, actor="Ann")  # type: ignore[arg-type]
        assert document.check() == ()
    assert left_in(tmp_path / "a.asl") == (0, 0)


def test_attach_from_a_stream_that_gives_little_at_a_time_is_complete(tmp_path: Path) -> None:
    data = os.urandom(3 * MIB)

    class Drops(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 70_001))

    with make(tmp_path / "a.asl") as document:
        item = document.attach(Drops(data), NOTHING, actor="Ann")
        assert given_back(document, item.sha256) == data
    assert left_in(tmp_path / "a.asl") == (1, 1)


@pytest.mark.parametrize("name", ["missing", "folder", "a.asl"])
def test_attach_of_what_is_no_file_or_the_document_itself_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with make(tmp_path / "a.asl") as document:
        with pytest.raises(EvidenceMissing):
            document.attach(tmp_path / name, NOTHING, actor="Ann")
        assert document.inputs().evidence == ()


def test_attach_of_bytes_that_grow_while_read_keeps_what_was_read(tmp_path: Path) -> None:
    data = os.urandom(CHUNK_BYTES + 5)

    class Grown(io.BytesIO):
        def fileno(self) -> int:
            raise OSError

    watch = Watch()
    with make(tmp_path / "a.asl") as document:
        item = document.attach(Grown(data), NOTHING, actor="Ann", progress=watch)
        assert item.size == len(data)
    assert all(done <= total for done, total in watch.seen)


def test_attach_without_room_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "big.bin"
    source.write_bytes(os.urandom(MIB))
    with make(tmp_path / "a.asl") as document:
        size = (tmp_path / "a.asl").stat().st_size
        monkeypatch.setattr("asl_desktop.storage.content.free_bytes", lambda _: 5 * MIB)
        with pytest.raises(DiskFull) as full:
            document.attach(source, NOTHING, actor="Ann")
        assert full.value.values["free"] == 5 * MIB
        assert full.value.values["needed"] == MIB + MIB // 50 + content.RESERVE_BYTES
        assert (tmp_path / "a.asl").stat().st_size == size
        assert document.check() == ()


def test_attach_that_fills_the_disk_midway_leaves_the_document_unharmed(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        document.put(*RECORDS, actor="Ann").result()
        head, raw = document.head(), writing(document)
        limit = raw.execute("PRAGMA page_count").fetchone()[0] + 2 * CHUNK_BYTES // 8192
        raw.set_authorizer(None)
        raw.execute(f"PRAGMA max_page_count={limit}")
        with pytest.raises(DiskFull) as full:
            document.attach(noise(6 * CHUNK_BYTES), NOTHING, actor="Ann")
        assert full.value.values["path"] == str(tmp_path / "a.asl")
        assert document.head() == head
        assert document.check() == ()
        document.put(Answer("QC-9"), actor="Ann").result()
    assert left_in(tmp_path / "a.asl") == (0, 0)
    with Document.open(tmp_path / "a.asl") as document:
        assert document.inputs().answer_by_question["QC-9"] == Answer("QC-9")


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"mounting a small disk is not permitted here: {done.stderr.strip()}")
    return folder


def test_put_on_a_really_full_disk_refuses_loses_nothing_and_goes_on_later(small_disk: Path) -> None:
    path = small_disk / "a.asl"
    try:
        with make(path) as document:
            acknowledged = 0
            with pytest.raises(DiskFull) as full:  # noqa: PT012 - which of them meets the end is not known before
                while True:
                    document.put(Answer(f"Q{acknowledged}", rationale="x" * 20_000), actor="Ann").result()
                    acknowledged += 1
            assert full.value.values["path"] == str(path)
            assert len(document.inputs().answers) == acknowledged > 0
            with pytest.raises(DiskFull):
                document.attach(noise(MIB), NOTHING, actor="Ann")
        (small_disk / "rest").write_bytes(b"")
        with contextlib.suppress(OSError), (small_disk / "rest").open("wb", buffering=0) as rest:
            while rest.write(b"x" * 4096):
                pass
        with pytest.raises(DiskFull):
            Document.open(path)
        with pytest.raises(DiskFull):
            make(small_disk / "b.asl")
        (small_disk / "rest").unlink()
        with Document.open(path) as document:
            subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
            document.put(Answer("after"), actor="Ann").result()
            assert document.check() == ()
        with Document.open(path, read_only=True) as document:
            assert len(document.inputs().answers) == acknowledged + 1
            assert document.check() == ()
    finally:
        subprocess.run(["umount", small_disk], check=True)


def test_extract_onto_a_full_disk_says_so(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document, Path("/dev/full").open("wb", buffering=0) as full:
        item = document.attach(noise(100), NOTHING, actor="Ann")
        with pytest.raises(DiskFull):
            document.extract(item.sha256, full)


def test_extract_of_unknown_digest_is_refused(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document, pytest.raises(EvidenceMissing):
        document.extract("0" * 64, io.BytesIO())


def test_extract_cancelled_stops(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        item = document.attach(noise(CHUNK_BYTES + 1), NOTHING, actor="Ann")
        target = io.BytesIO()
        with pytest.raises(Cancelled):
            document.extract(item.sha256, target, progress=StopAfter(1))
        assert len(target.getvalue()) == CHUNK_BYTES


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE chunk SET data = zeroblob(length(data)) WHERE seq = 1", "no longer match"),
        ("DELETE FROM chunk WHERE seq = 0", "missing"),
        ("DELETE FROM chunk WHERE seq = 2", "no longer match"),
        (
            SWAPPED,
            "no longer match",
        ),
        ("UPDATE chunk SET codec = 'deflate' WHERE seq = 1", "cannot be unpacked"),
        ("UPDATE chunk SET raw_len = 7 WHERE seq = 0", "long instead of 7"),
    ],
)
def test_extract_and_check_find_changed_chunks(tmp_path: Path, damage: str, said: str) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        item = document.attach(noise(2 * CHUNK_BYTES + 9), EvidenceDraft(name="run.log"), actor="Ann")
    tamper(path, *damage.split(";"))
    with Document.open(path, read_only=True) as document:
        with pytest.raises(FileDamaged, match=said):
            document.extract(item.sha256, io.BytesIO())
        (problem,) = document.check()
        assert "run.log" in problem


def test_remove_of_linked_evidence_is_refused_and_names_who_links(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        item = document.attach(noise(100), NOTHING, actor="Ann")
        document.put(Answer("QC-1", evidence=(EvidenceLink(item.sha256),)), Answer("QC-2"), actor="Ann").result()
        with pytest.raises(ValueRefused, match="answer:QC-1"):
            document.remove("evidence", item.sha256, actor="Ann").result()
        assert given_back(document, item.sha256)
        document.remove("answer", "QC-1", actor="Ann").result()
        document.remove("evidence", item.sha256, actor="Ann").result()
        assert document.inputs().evidence == ()
        with pytest.raises(EvidenceMissing):
            document.extract(item.sha256, io.BytesIO())
        assert document.check() == ()


def test_attach_after_removal_of_the_same_bytes_works(tmp_path: Path) -> None:
    data = os.urandom(2 * MIB)
    with make(tmp_path / "a.asl") as document:
        item = document.attach(io.BytesIO(data), NOTHING, actor="Ann")
        document.remove("evidence", item.sha256, actor="Ann").result()
        again = document.attach(io.BytesIO(data), NOTHING, actor="Ann")
        assert given_back(document, again.sha256) == data
        assert document.check() == ()


def test_put_of_evidence_whose_bytes_are_not_there_is_refused(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        with pytest.raises(ValueRefused, match="does not hold"):
            document.put(EvidenceItem("0" * 64, "x", 1, at=AT), actor="Ann").result()
        item = document.attach(noise(10), NOTHING, actor="Ann")
        with pytest.raises(ValueRefused, match="10 bytes long"):
            document.put(EvidenceItem(item.sha256, "x", 11), actor="Ann").result()
        document.put(EvidenceItem(item.sha256, "renamed", 10), actor="Ann").result()
        assert document.inputs().evidence == (EvidenceItem(item.sha256, "renamed", 10),)


def test_put_while_evidence_comes_in_is_saved_before_the_rest_of_it(tmp_path: Path) -> None:
    size = 24 * CHUNK_BYTES
    with make(tmp_path / "a.asl") as document, ThreadPoolExecutor(1) as pool:
        under_way = threading.Event()

        class Tell(Silent):
            def report(self, done: int, total: int, text: str = "") -> None:
                under_way.set()

        intake = pool.submit(document.attach, noise(size), NOTHING, actor="Ann", progress=Tell())
        assert under_way.wait(60)
        for number in range(10):
            document.put(Answer(f"Q{number}"), actor="Bob").result()
        assert not intake.done()
        item = intake.result()
        kinds = [event.kind for event in document.events(3)]
        assert kinds == ["answer"] * 10 + ["evidence"]
        assert hashlib.sha256(given_back(document, item.sha256)).hexdigest() == item.sha256


def test_two_intakes_at_once_both_arrive(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document, ThreadPoolExecutor(2) as pool:
        pending = [
            pool.submit(document.attach, noise(3 * CHUNK_BYTES), EvidenceDraft(name=name), actor="Ann")
            for name in ("a", "b")
        ]
        items = {future.result() for future in pending}
        assert set(document.inputs().evidence) == items
        assert document.check() == ()


@given(st.binary(min_size=1, max_size=5000), st.integers(1, 40))
def test_chunk_of_any_bytes_unpacks_to_itself(data: bytes, times: int) -> None:
    data *= times
    codec, stored = pack_chunk(data)
    assert unpack_chunk(codec, len(data), stored) == data
    assert codec == "raw" or len(stored) < 0.95 * len(data)


def test_chunk_of_a_log_is_packed_and_noise_is_not() -> None:
    assert pack_chunk(b'{"score": 0.25, "id": 17}\n' * 9000)[0] == "deflate"
    assert pack_chunk(os.urandom(MIB))[0] == "raw"


def test_chunk_that_is_a_bomb_is_unpacked_no_further_than_it_claims() -> None:
    bomb = zlib.compress(bytes(512 * MIB), 9)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for raw_len in (9, CHUNK_BYTES):
        with pytest.raises(ValueError, match=f"does not unpack to exactly {raw_len} bytes"):
            unpack_chunk("deflate", raw_len, bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
    with pytest.raises(ValueError, match="claims"):
        unpack_chunk("deflate", 512 * MIB, bomb)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (zlib.compress(b"abcdef")[:-1], "exactly 6"),
        (zlib.compress(b"abcdef") + b"more", "exactly 6"),
        (zlib.compress(b"abcde"), "5 bytes long instead of 6"),
        (b"abcdef", "cannot be unpacked"),
    ],
    ids=["cut short", "trailing bytes", "too short", "not packed"],
)
def test_chunk_that_is_not_one_whole_stream_is_refused(stored: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        unpack_chunk("deflate", 6, stored)


def test_chunk_with_unknown_codec_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown codec"):
        unpack_chunk("lzma", 3, b"abc")


@pytest.mark.timeout(300)
def test_big_file_goes_in_and_out_with_flat_memory() -> None:
    assert volume.run("small") == {"files": 2, "corrupt": 0, "bloated": 0}
