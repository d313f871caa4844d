"""kill -9 while somebody deletes or renames the chat in which an answer is being written."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from chatkit_link.client import ClientError
from tests.faults.processes import Postgres, Server, running
from tests.faults.size import count, deadline
from tests.faults.users import Broken, Person, answers, at_most, messages, soon

pytestmark = deadline

ASKED = "2000 5"
TITLE = "What I called it"


async def _ask_until_broken(person: Person, server: Server) -> None:
    with suppress(Broken):
        async with person.ask(server, ASKED) as reading:
            await reading.read()


async def _said_yes(request: Awaitable[object]) -> bool:
    """Whether the server still acknowledged it."""
    try:
        await request
    except (ClientError, Broken):
        return False
    return True


async def _title(person: Person, server: Server) -> str | None:
    return (await person.client(server).get_thread(person.thread_id)).title


async def _is_gone(person: Person, server: Server) -> bool:
    try:
        await person.client(server).get_thread(person.thread_id)
    except ClientError as error:
        return error.status == 404
    return False


async def _crash(
    server: Server, people: Callable[[], Person], change: Callable[[Person], Awaitable[object]]
) -> list[tuple[Person, bool]]:
    """Answers are being written, everybody changes their chat, and the server is killed; who got a yes."""
    crowd = [people() for _ in range(10)]
    reads = [asyncio.create_task(_ask_until_broken(person, server)) for person in crowd]
    async with asyncio.timeout(20):
        while not all(person.thread_id for person in crowd):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    # One after the other, so that the kill finds some done, one under way, and some not begun.
    asked: list[asyncio.Task[bool]] = []
    for person in crowd:
        asked.append(asyncio.create_task(_said_yes(change(person))))
        await asyncio.sleep(soon(0, 0.02))
    server.kill()
    said = await asyncio.gather(*asked)
    await asyncio.gather(*reads)
    return list(zip(crowd, said, strict=True))


async def _all_over(postgres: Postgres, database_name: str) -> None:
    async with asyncio.timeout(30):
        while postgres.query(database_name, "SELECT count(*) FROM runs WHERE status = 'running'") != "0":  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def test_a_chat_that_is_deleted_during_a_crash_stays_deleted(
    postgres: Postgres, database_name: str, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    server = make_server()
    deleted = 0
    async with running(server), asyncio.timeout(80):
        for _ in range(count(5, 2)):
            crowd = await _crash(server, people, lambda p: p.client(server).delete_thread(p.thread_id))
            await server.start()
            gone = {person.thread_id: await _is_gone(person, server) for person, _ in crowd}
            assert all(gone[person.thread_id] for person, yes in crowd if yes), "a chat that was deleted is there"
            await _all_over(postgres, database_name)
            for person, _ in crowd:
                # What was gone is so still, and what was not is whole and can be deleted now.
                assert await _is_gone(person, server) == gone[person.thread_id]
                if not gone[person.thread_id]:
                    assert messages(await person.stored(server)) == [ASKED]
                    await person.client(server).delete_thread(person.thread_id)
                    assert await _is_gone(person, server)
            deleted += sum(gone.values())
        left = postgres.query(
            database_name,
            "SELECT (SELECT count(*) FROM threads) + (SELECT count(*) FROM thread_items)"
            " + (SELECT count(*) FROM runs WHERE status = 'running')",
        )
        assert left == "0", "something of a deleted chat is left"
    assert deleted, "no deletion was ever under way: the test is wrong"
    assert server.traces() == ""


async def test_a_chat_that_is_renamed_during_a_crash_stays_renamed(
    postgres: Postgres, database_name: str, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    server = make_server()
    renamed = 0
    async with running(server), asyncio.timeout(80):
        for _ in range(count(5, 2)):
            crowd = await _crash(server, people, lambda p: p.client(server).update_thread(p.thread_id, TITLE))
            await server.start()
            titles = {person.thread_id: await _title(person, server) for person, _ in crowd}
            assert all(titles[person.thread_id] == TITLE for person, yes in crowd if yes), "a new title is lost"
            await _all_over(postgres, database_name)
            for person, _ in crowd:
                assert await _title(person, server) == titles[person.thread_id]
                items = await person.stored(server)
                assert messages(items) == [ASKED] and len(answers(items)) <= 1
            renamed += sum(title == TITLE for title in titles.values())
    assert renamed, "no new title was ever stored: the test is wrong"
    assert server.traces() == ""


@pytest.mark.parametrize("change", ["delete", "rename"])
async def test_a_chat_can_be_changed_through_another_replica_right_after_a_crash(
    postgres: Postgres,
    database_name: str,
    make_server: Callable[..., Server],
    people: Callable[[], Person],
    change: str,
) -> None:
    """While its answer is still called running, and nobody writes it any more."""
    here, there = make_server(), make_server()
    await postgres.settled()
    async with running(here, there), asyncio.timeout(60):
        crowd = await _crash(here, people, lambda _: asyncio.sleep(0))

        async def change_one(person: Person) -> None:
            client = person.client(there)
            if change == "delete":
                await client.delete_thread(person.thread_id)
                assert await _is_gone(person, there)
            else:
                await client.update_thread(person.thread_id, TITLE)

        await at_most(5, [change_one(person) for person, _ in crowd])
        await _all_over(postgres, database_name)
        for person, _ in crowd:
            if change == "delete":
                assert await _is_gone(person, there)
            else:
                assert await _title(person, there) == TITLE
                assert len(answers(await person.stored(there))) <= 1
    assert there.traces() == ""
