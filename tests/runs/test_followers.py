"""Who follows a run from another replica hears of it, and nobody else costs a notification."""

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import update

from chatkit_link.caller import Caller
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.followers import SLOW_POLL, Followers
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.event_log import Batch, Ended, flush
from chatkit_link.store.notifications import CANCEL, CHANNEL, FOLLOW, Message, changes, channel_of, follow, read_follow
from chatkit_link.store.replicas import new_replica
from chatkit_link.store.tables import runs as runs_table
from tests.runs.answers import keep_nothing, read, start


@asynccontextmanager
async def notifications(database: Database, *replicas: Coordinator) -> AsyncGenerator[list[tuple[str, str]]]:
    """What is sent inside the block, on the channel of all and on those of these replicas: (channel, payload)."""
    heard: list[tuple[str, str]] = []
    end = f"end {uuid.uuid4().hex}"
    ended = asyncio.Event()

    def note(_connection: Any, _pid: int, channel: str, payload: str) -> None:
        if payload == end:
            ended.set()
        else:
            heard.append((channel, payload))

    async with database.listening() as connection:
        for channel in (CHANNEL, *(channel_of(one.replica) for one in replicas)):
            await connection.add_listener(channel, note)
        yield heard
        # Notifications come in the order of their commits.
        await connection.execute(f"NOTIFY {CHANNEL}, '{end}'")
        async with asyncio.timeout(10):
            await ended.wait()


async def steady(run: Run, words: int) -> None:
    """Words with time for a flush between any two."""
    for number in range(words):
        run.log.append(b"%d" % number)
        await asyncio.sleep(0.03)


async def test_a_run_that_is_read_where_it_is_executed_notifies_nobody(
    database: Database, here: Coordinator, there: Coordinator, ada: Caller, thread: str
) -> None:
    async with notifications(database, here, there) as heard:
        async with here.claim(ada, thread, "agent") as run:
            here.start(run, lambda run: steady(run, 10))
        assert len(await read(here, ada, run.id)) == 10
    assert heard == []


async def test_only_the_replica_that_follows_a_run_hears_of_it(
    database: Database, here: Coordinator, there: Coordinator, ada: Caller, thread: str
) -> None:
    async with (
        Coordinator(database, keep_nothing, drain=1) as third,
        notifications(database, here, there, third) as heard,
    ):
        other = await start(here, ada, f"thr_{uuid.uuid4().hex}", b"a")
        hold = asyncio.Event()
        run = await start(here, ada, thread, b"a", hold=hold)
        following = asyncio.create_task(read(there, ada, run.id))
        async with asyncio.timeout(10):
            while (channel_of(there.replica), run.id) not in heard:  # noqa: ASYNC110 - told that it is followed now
                await asyncio.sleep(0.01)
        hold.set()
        assert (await following)[-1] == (2, b"end")
        await read(here, ada, other.id)
    to_owner = [payload for channel, payload in heard if channel == channel_of(here.replica)]
    assert to_owner and set(to_owner) == {f"{FOLLOW}{there.replica} {run.id}"}
    assert {channel for channel, _ in heard} == {channel_of(here.replica), channel_of(there.replica)}
    assert {payload for channel, payload in heard if channel == channel_of(there.replica)} == {run.id}


async def test_events_reach_a_follower_elsewhere_long_before_its_next_poll(
    here: Coordinator, there: Coordinator, ada: Caller, thread: str
) -> None:
    steps = [asyncio.Event() for _ in range(20)]

    async def work(run: Run) -> None:
        for number, step in enumerate(steps):
            run.log.append(b"%d" % number)
            await step.wait()

    async with here.claim(ada, thread, "agent") as run:
        here.start(run, work)
    seen: list[int] = []
    attached = await there.attach(ada, run.id)
    clock = asyncio.get_running_loop().time
    async with asyncio.timeout(len(steps) * SLOW_POLL / 2):
        began = clock()
        async for batch in attached.follow(0):
            seen += [event.id for event in batch]
            steps[seen[-1] - 1].set()
    assert seen == list(range(1, 21))
    assert clock() - began < len(steps) * SLOW_POLL / 4


async def test_stop_goes_to_the_owner_of_the_run_alone(
    database: Database, here: Coordinator, there: Coordinator, ada: Caller, thread: str
) -> None:
    async with (
        Coordinator(database, keep_nothing, drain=1) as third,
        notifications(database, here, there, third) as heard,
    ):
        run = await start(here, ada, thread, b"a", hold=asyncio.Event())
        async with asyncio.timeout(1.5):  # before a renewal of the lease finds it
            assert await there.cancel(ada, run.id) == RunStatus.CANCELLED
    assert [channel for channel, payload in heard if payload == CANCEL + run.id] == [channel_of(here.replica)]
    assert not [one for one in heard if one[0] in (CHANNEL, channel_of(third.replica))]


async def test_a_stop_that_its_owner_did_not_hear_is_found_by_the_renewal(
    database: Database, here: Coordinator, ada: Caller, thread: str
) -> None:
    """As of a replica of the version before, which listens elsewhere, or whose connection was cut."""
    run = await start(here, ada, thread, b"a", hold=asyncio.Event())
    assert run.task is not None
    async with database.system() as connection:
        from sqlalchemy import update

        from chatkit_link.store.tables import runs

        await connection.execute(update(runs).where(runs.c.id == run.id).values(cancel_requested=True))
    await asyncio.wait([run.task], timeout=10)
    assert run.status is RunStatus.CANCELLED


async def test_a_run_of_a_version_that_notifies_everybody_is_followed_without_delay(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    """During a rolling upgrade: its replica never answers, and names the run on the channel of all."""
    old = new_replica(locks=True)
    run_id = f"run_{uuid.uuid4().hex}"
    async with database.session(ada) as session:
        assert await rows.insert_run(session, run_id, thread, "agent", old, 60) is rows.Claim.TAKEN
    attached = await there.attach(ada, run_id)
    clock = asyncio.get_running_loop().time
    followed = attached.follow(0)
    for number in range(1, 11):
        message = Message(CHANNEL, run_id)
        async with database.replica() as connection:
            await flush(connection, old, [Batch(run_id, number, [b"%d" % number])], notify=[message])
        began = clock()
        assert [event.id for event in await anext(followed)] == [number]
        assert clock() - began < SLOW_POLL / 2
    async with database.replica() as connection:
        await flush(connection, old, [], [Ended(run_id, RunStatus.COMPLETED, 10)], notify=[Message(CHANNEL, run_id)])
    assert [batch async for batch in followed] == []


async def test_a_follower_moves_on_with_its_run_when_another_replica_has_taken_it(
    database: Database, here: Coordinator, there: Coordinator, ada: Caller, thread: str
) -> None:
    """The word that it is followed goes to the replica in the row, as of the next poll."""
    gone = new_replica(locks=True)
    run_id = f"run_{uuid.uuid4().hex}"
    async with database.session(ada) as session:
        await rows.insert_run(session, run_id, thread, "agent", gone, 60)
    following = asyncio.create_task(read(there, ada, run_id))
    async with notifications(database, here) as heard:
        async with database.system() as connection:
            await connection.execute(update(runs_table).where(runs_table.c.id == run_id).values(replica=here.replica))
        async with asyncio.timeout(3 * SLOW_POLL):
            while (channel_of(here.replica), f"{FOLLOW}{there.replica} {run_id}") not in heard:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    end = Ended(run_id, RunStatus.COMPLETED, 0)
    async with database.replica() as connection:
        await flush(connection, here.replica, [], [end], notify=[changes(there.replica, [run_id])])
    assert await following == []


async def test_many_runs_of_one_owner_are_followed_with_one_word(
    database: Database, here: Coordinator, there: Coordinator, ada: Caller
) -> None:
    hold = asyncio.Event()
    runs = [await start(here, ada, f"thr_{uuid.uuid4().hex}", b"a", hold=hold) for _ in range(20)]
    async with asyncio.TaskGroup() as group:
        for run in runs:
            group.create_task(read(there, ada, run.id))
        await asyncio.sleep(SLOW_POLL)  # all have begun
        async with notifications(database, here) as heard:
            await asyncio.sleep(1.5 * SLOW_POLL)
        hold.set()
    assert 1 <= len(heard) <= 2
    for _, payload in heard:
        told = read_follow(payload)
        assert told is not None and set(told.run_ids) == {run.id for run in runs}


def test_a_follower_is_forgotten_some_seconds_after_its_last_word() -> None:
    now = 0.0
    followers = Followers(clock=lambda: now)
    woken: list[bool] = []
    followers.on_new = lambda: woken.append(True)
    followers.hear("rep_b_1", ["run_1", "run_2"])
    assert woken == [True]
    assert followers.messages([]) == [changes("rep_b_1", ["run_1", "run_2"])]  # the answer, once
    followers.written([], [], [])
    assert followers.messages(["run_3"]) == []
    now += SLOW_POLL
    followers.hear("rep_b_1", ["run_1"])
    assert woken == [True]
    for _ in range(2):  # two words are lost
        now += SLOW_POLL
        assert followers.messages(["run_1", "run_3"]) == [changes("rep_b_1", ["run_1"])]
    now += 2 * SLOW_POLL
    assert followers.messages(["run_1", "run_2"]) == []
    followers.hear("rep_c_1", ["run_9"])
    assert followers.of("run_1") == []
    assert list(followers._until) == ["run_9"]


def test_who_begins_to_follow_is_answered_by_the_next_flush_that_succeeds() -> None:
    followers = Followers()
    followers.hear("rep_b_1", ["run_1"])
    answer = [changes("rep_b_1", ["run_1"])]
    assert followers.messages([]) == answer
    followers.hear("rep_c_1", ["run_2"])  # while the database refuses that flush
    assert followers.waiting
    both = [*answer, changes("rep_c_1", ["run_2"])]
    assert sorted(followers.messages([])) == both
    followers.hear("rep_d_1", ["run_3"])  # while that one is written
    followers.written([], [], [])
    assert followers.waiting
    assert followers.messages([]) == [changes("rep_d_1", ["run_3"])]
    followers.written([], [], [])
    assert not followers.waiting
    assert followers.messages([]) == []


def test_no_message_is_longer_than_postgres_takes() -> None:
    replica = new_replica(locks=True)
    run_ids = [f"run_{uuid.uuid4().hex}" for _ in range(1000)]
    assert len(channel_of(replica).encode()) <= 63
    messages = follow(replica, replica, run_ids)
    assert all(len(one.payload.encode()) < 8000 for one in messages)
    told = [read_follow(one.payload) for one in messages]
    assert sorted(run_id for one in told if one is not None for run_id in one.run_ids) == sorted(run_ids)
    assert changes(replica, run_ids).payload == ""  # look at everything
    assert 5000 < len(changes(replica, run_ids[:150]).payload) < 8000


def test_a_name_that_a_notification_cannot_carry_is_not_remembered() -> None:
    followers = Followers()
    followers.hear("rep_" + "a" * 60, ["run_1"])
    followers.hear("rep_b'; --", ["run_1"])
    followers.hear("rep_b_1", ["run_\0", "run_" + "a" * 9000, "", "run_1"])
    assert followers.messages([]) == [changes("rep_b_1", ["run_1"])]
