"""Runs by themselves: bytes in, bytes out, whoever reads them."""

import asyncio

import pytest

from chatkit_link.errors import NotFound, ThreadBusy, Unavailable
from chatkit_link.runs.coordinator import KEPT, Coordinator, Emit
from chatkit_link.runs.run import Run, RunStatus

ADA = ("default", "ada")


async def start(coordinator: Coordinator, thread_id: str, *data: bytes, hold: asyncio.Event | None = None) -> Run:
    async def work(emit: Emit) -> None:
        for one in data:
            emit(one)
        if hold is not None:
            await hold.wait()
        emit(b"end")

    async with coordinator.claim(ADA, thread_id, "agent") as run:
        coordinator.start(run, work)
    return run


async def read(run: Run, after: int = 0) -> list[tuple[int, bytes]]:
    async with asyncio.timeout(5):
        return [(event.id, event.data) async for batch in run.log.follow(after) for event in batch]


async def test_many_followers_read_the_same_whenever_they_come() -> None:
    hold = asyncio.Event()
    async with Coordinator() as coordinator:
        run = await start(coordinator, "t", b"a", b"b", hold=hold)
        early = asyncio.create_task(read(run))
        await asyncio.sleep(0)
        hold.set()
        late = await read(run)
        assert await early == late == [(1, b"a"), (2, b"b"), (3, b"end")]
        assert await read(run, after=2) == [(3, b"end")]
        assert run.status is RunStatus.COMPLETED


async def test_a_follower_that_leaves_does_not_stop_the_work() -> None:
    hold = asyncio.Event()
    async with Coordinator() as coordinator:
        run = await start(coordinator, "t", b"a", hold=hold)
        async for _ in run.log.follow():
            break
        hold.set()
        assert (await read(run))[-1] == (2, b"end")


async def test_events_that_are_ready_together_come_together() -> None:
    async with Coordinator() as coordinator:
        run = await start(coordinator, "t", b"a", b"b", b"c")
        batches = [len(batch) async for batch in run.log.follow()]
    assert batches == [4]


async def test_a_quiet_log_gives_empty_batches_for_a_heartbeat() -> None:
    hold = asyncio.Event()
    async with Coordinator(drain=1) as coordinator:
        run = await start(coordinator, "t", hold=hold)
        async with asyncio.timeout(5):
            assert await anext(run.log.follow(quiet=0.01)) == []
        hold.set()


async def test_one_thread_has_one_run_at_a_time() -> None:
    hold = asyncio.Event()
    async with Coordinator() as coordinator:
        run = await start(coordinator, "t", hold=hold)
        with pytest.raises(ThreadBusy):
            await start(coordinator, "t")
        other = await start(coordinator, "another thread")
        await read(other)
        hold.set()
        await read(run)
        await read(await start(coordinator, "t"))


async def test_a_claim_that_fails_gives_the_thread_back() -> None:
    async with Coordinator() as coordinator:
        with pytest.raises(ValueError, match="nothing stored"):
            async with coordinator.claim(ADA, "t", "agent"):
                raise ValueError("nothing stored")
        await read(await start(coordinator, "t"))


async def test_cancel_stops_the_work_and_lets_it_say_a_last_word() -> None:
    async def work(emit: Emit) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            emit(b"last word")

    async with Coordinator() as coordinator:
        async with coordinator.claim(ADA, "t", "agent") as run:
            coordinator.start(run, work)
        await asyncio.sleep(0)
        await coordinator.cancel(run)
        assert run.status is RunStatus.CANCELLED
        assert await read(run) == [(1, b"last word")]
        await coordinator.cancel(run)  # twice is no error


async def test_a_stopping_server_finishes_what_it_can_and_refuses_what_is_new() -> None:
    quick, never = asyncio.Event(), asyncio.Event()
    coordinator = Coordinator(drain=0.2)
    finishes, hangs = await start(coordinator, "a", hold=quick), await start(coordinator, "b", hold=never)
    closing = asyncio.create_task(coordinator.close())
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await start(coordinator, "c")
    assert "Retry-After" in refused.value.headers
    quick.set()
    await closing
    assert (finishes.status, hangs.status) == (RunStatus.COMPLETED, RunStatus.CANCELLED)


async def test_a_run_is_found_by_its_owner_only_and_forgotten_in_time() -> None:
    async with Coordinator() as coordinator:
        first = await start(coordinator, "t")
        await read(first)
        assert coordinator.find(ADA, first.id) is first
        for stranger in (("default", "bob"), ("elsewhere", "ada")):
            with pytest.raises(NotFound):
                coordinator.find(stranger, first.id)
        for number in range(KEPT):
            await read(await start(coordinator, f"t{number}"))
        with pytest.raises(NotFound):
            coordinator.find(ADA, first.id)
