"""A task beside the runs that fails is logged, reported, and restarted."""

import asyncio
import uuid

import pytest

from chatkit_link.caller import Caller
from chatkit_link.errors import Unavailable
from chatkit_link.runs import supervisor as supervisor_module
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.supervisor import Supervisor
from chatkit_link.runs.writer import LogWriter
from chatkit_link.store.engine import Database
from tests.runs.answers import keep_nothing, read, start


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "_RESTART_DELAY", 0.01)


async def test_a_task_that_breaks_down_is_logged_shown_and_begun_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "_HEALTHY_AFTER", 0.1)
    started: list[int] = []
    again = asyncio.Event()

    async def work() -> None:
        started.append(1)
        if len(started) == 1:
            raise ZeroDivisionError("a mistake of ours")
        again.set()
        await asyncio.Event().wait()

    supervisor = Supervisor()
    supervisor.start("the example", work)
    assert supervisor.unhealthy == []
    async with asyncio.timeout(30):
        await again.wait()
    assert supervisor.unhealthy == ["the example"]
    assert "the example failed" in caplog.text
    assert "a mistake of ours" in caplog.text
    async with asyncio.timeout(30):
        while supervisor.unhealthy:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await supervisor.stop()


async def test_a_task_that_is_done_is_no_breakdown() -> None:
    async def work() -> None:
        pass

    supervisor = Supervisor()
    supervisor.start("the example", work)
    await asyncio.sleep(0.05)
    assert supervisor.unhealthy == []
    await supervisor.stop()


async def test_an_answer_is_written_to_its_end_when_the_writer_breaks_down(
    database: Database, ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the replica says that it is not ready."""
    well, fails = LogWriter.run, [True]

    async def run(writer: LogWriter) -> None:
        if fails.pop():
            await writer._dirty.wait()
            raise ZeroDivisionError("a mistake of ours")
        await well(writer)

    monkeypatch.setattr(LogWriter, "run", run)
    fails.insert(0, False)
    async with Coordinator(database, keep_nothing, drain=1) as here:
        here.check()
        run_ = await start(here, ada, f"thr_{uuid.uuid4().hex}", b"a")
        async with asyncio.timeout(30):
            assert await read(here, ada, run_.id) == [(1, b"a"), (2, b"end")]
        with pytest.raises(Unavailable, match="the writer"):
            here.check()
