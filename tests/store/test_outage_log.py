"""What an operator reads while the database is away."""

import asyncio
import gc
import logging
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from chatkit_link.errors import Unavailable
from chatkit_link.http.problems import install_problems
from chatkit_link.store.engine import Database
from chatkit_link.store.outage_log import OutageLog, reason_of
from chatkit_link.store.outages import DatabaseUnavailable


def _unavailable(cause: Exception) -> Exception:
    try:
        raise DatabaseUnavailable("The database cannot be reached right now. Please try again in a moment.") from cause
    except DatabaseUnavailable as error:
        return error


def test_an_outage_is_a_line_for_each_reason_and_one_for_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    outage = OutageLog(logging.getLogger("t"), "the log waits", "the log is written again")
    for _ in range(20):
        outage.failed(_unavailable(ConnectionRefusedError()))
        outage.failed(_unavailable(asyncpg.CannotConnectNowError("starting up")))
    outage.worked()
    outage.worked()
    outage.failed(_unavailable(ConnectionRefusedError()))
    assert [record.getMessage() for record in caplog.records] == [
        "the log waits: ConnectionRefusedError",
        "the log waits: CannotConnectNowError (SQLSTATE 57P03)",
        "the log is written again",
        "the log waits: ConnectionRefusedError",
    ]


def test_an_outage_that_lasts_is_named_again_after_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 1_000.0
    monkeypatch.setattr("chatkit_link.store.outage_log.time.monotonic", lambda: seconds)
    outage = OutageLog(logging.getLogger("t"), "the log waits", "the log is written again")
    for _ in range(3 * 120):
        outage.failed(_unavailable(asyncpg.ReadOnlySQLTransactionError("")))
        seconds += 0.5
    assert len(caplog.records) == 3


def test_a_reason_repeats_nothing_of_users_and_is_never_empty() -> None:
    assert reason_of(TimeoutError()) == "TimeoutError"
    assert reason_of(_unavailable(TimeoutError())) == "TimeoutError"
    assert reason_of(asyncpg.UniqueViolationError("Key (title)=(secret)")) == "UniqueViolationError (SQLSTATE 23505)"
    assert reason_of(asyncpg.InternalClientError("cannot switch to state 12")) == "InternalClientError"
    assert reason_of(Unavailable("the connection was lost")) == "the connection was lost"


async def test_a_probe_that_fails_late_is_no_error_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """A server that accepts and says nothing, and then hangs up."""
    accepted: list[asyncio.StreamWriter] = []

    async def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.append(writer)

    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: reported.append(context))
    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        database = Database(f"postgresql://nobody:none@127.0.0.1:{port}/none?sslmode=disable")
        with pytest.raises(DatabaseUnavailable):
            await database.health.ping()
        for writer in accepted:
            writer.transport.abort()
        pinging = database.health._pinging  # pyright: ignore[reportPrivateUsage] - to know when it has failed
        assert pinging is not None
        await asyncio.wait({pinging}, timeout=15)
        assert pinging.done()
        del pinging
        with pytest.raises(DatabaseUnavailable):
            await database.health.ping()  # the next probe, which forgets the first
        gc.collect()
        await asyncio.sleep(0)
        for writer in accepted:
            writer.transport.abort()
        await database.close()
    assert reported == []


async def test_a_request_that_an_outage_refuses_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    install_problems(app)

    @app.get("/")
    async def ask() -> None:  # pyright: ignore[reportUnusedFunction]
        raise _unavailable(ConnectionRefusedError())

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/")).status_code == 503
    (line,) = [record for record in caplog.records if "cannot be reached" in record.getMessage()]
    assert "ConnectionRefusedError" in line.getMessage()
    assert not line.exc_info
