from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy.exc

from asl_desktop.domain.inputs import Answer
from asl_desktop.errors import SaveFailed
from asl_desktop.storage.connection import connect, engine_over
from asl_desktop.storage.document import Document
from asl_desktop.storage.schema import create_schema
from asl_desktop.storage.unit_of_work import Tail, read_tail
from asl_desktop.storage.writer import Lane
from tests.storage_world import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_failed_transaction_is_forgotten_and_the_next_one_goes_on_counting(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document:
        assert document._writer is not None
        assert document._log is not None
        log = document._log
        document.put(Answer("Q1"), actor="Ann").result()

        def half(connection: Any) -> None:
            log.append(connection, kind="answer", key="Q", record={}, act=log.act("Ann"))
            raise KeyError("bug")

        with pytest.raises(KeyError):
            document._writer.submit(half).result()
        commit = document.put(Answer("Q2"), actor="Ann").result()
        assert commit.head.events == 5
        assert [event.n for event in document.events(3)] == [1, 2]
        assert document.check() == ()


def test_commit_that_fails_on_the_way_back_but_is_there_is_gone_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make(tmp_path / "a.asl") as document:
        assert document._log is not None
        log, real = document._log, document._log.put

        def breaks(connection: Any, *args: Any, **more: Any) -> Any:
            real(connection, *args, **more)
            connection.connection.dbapi_connection.commit()
            raise sqlalchemy.exc.OperationalError("COMMIT", {}, _io_error())

        monkeypatch.setattr(log, "put", breaks)
        with pytest.raises(SaveFailed, match="disk I/O error"):
            document.put(Answer("Q1"), actor="Ann").result()
        monkeypatch.undo()
        commit = document.put(Answer("Q2"), actor="Ann").result()
        assert commit.head.events == 5
        assert document.inputs().answers == (Answer("Q1"), Answer("Q2"))
        assert document.check() == ()


def _io_error() -> Exception:
    from sqlcipher3 import dbapi2

    error: Exception = dbapi2.OperationalError("disk I/O error")
    return error


def test_tail_of_an_empty_log_is_nothing(tmp_path: Path) -> None:
    with make(tmp_path / "a.asl") as document, document._reader.begin() as connection:
        assert read_tail(connection).seq == 3
    with closing(connect(tmp_path / "b.asl", mode="rwc")) as raw, engine_over(raw, write=True).begin() as connection:
        create_schema(raw)
        assert read_tail(connection) == Tail()
    assert Tail().head.events == 0
    assert Tail().head.hash == "0" * 64


def test_change_taken_back_before_its_turn_is_not_written(tmp_path: Path) -> None:
    import threading

    with make(tmp_path / "a.asl") as document:
        assert document._writer is not None
        gate = threading.Event()
        busy = document._writer.submit(lambda _: gate.wait(30), lane=Lane.ANSWER)
        taken_back = document.put(Answer("Q1"), actor="Ann")
        stays = document.put(Answer("Q2"), actor="Ann")
        assert taken_back.cancel()
        gate.set()
        assert busy.result()
        stays.result()
        assert document.inputs().answers == (Answer("Q2"),)


def _note(order: list[str], name: str) -> Callable[[Any], None]:
    return lambda _: order.append(name)


def test_answer_goes_before_slices_that_wait(tmp_path: Path) -> None:
    import threading

    order: list[str] = []
    with make(tmp_path / "a.asl") as document:
        assert document._writer is not None
        gate = threading.Event()
        document._writer.submit(lambda _: gate.wait(30))
        slices = [document._writer.submit(_note(order, f"slice {n}"), lane=Lane.EVIDENCE, size=1) for n in range(3)]
        document._writer.submit(_note(order, "tidy"), lane=Lane.TIDY)
        answer = document._writer.submit(_note(order, "answer"))
        gate.set()
        answer.result()
        for future in slices:
            future.result()
        document._writer.submit(lambda _: None, lane=Lane.TIDY).result()
    assert order == ["answer", "slice 0", "slice 1", "slice 2", "tidy"]


def test_document_of_an_unwritable_engine_says_save_failed(tmp_path: Path) -> None:
    path = tmp_path / "a.asl"
    with make(path) as document:
        raw: Any = document._opened.writing
        raw.set_authorizer(None)
        raw.execute("PRAGMA query_only=ON")
        with pytest.raises(SaveFailed, match="readonly"):
            document.put(Answer("Q1"), actor="Ann").result()
        raw.execute("PRAGMA query_only=OFF")
        document.put(Answer("Q1"), actor="Ann").result()
    with Document.open(path, read_only=True) as document:
        assert document.inputs().answers == (Answer("Q1"),)
