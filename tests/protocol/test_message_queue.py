"""Messages that are sent while an answer is written: on real servers, and looked at when all is over."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from chatkit_link.app import create_app
from chatkit_link.cli.server import serving
from chatkit_link.http.services import Services
from chatkit_link.settings import Settings
from chatkit_link.store import queue
from chatkit_link.store.engine import Database
from tests.protocol.gated_agents import ASKED, GATES
from tests.protocol.queue_user import SECRET, User, until

CATALOG = "\n".join(
    f'[agents.{strategy}]\ntarget = "tests.protocol.gated_agents:gated"\nmodels = ["fast"]\ntools = ["lookup"]\n'
    f'while_answering = "{strategy}"\n'
    for strategy in ("enqueue", "reject", "interrupt", "rollback")
)


@pytest.fixture(scope="module")
def queue_settings(make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    config = tmp_path_factory.mktemp("queue") / "chatkit-link.toml"
    config.write_text(CATALOG)
    return make_settings(config=config, jwt_secret=SECRET)


Replica = tuple[str, Services]


async def replica_of(settings: Settings) -> AsyncIterator[Replica]:
    apps: list[FastAPI] = []

    def make(bound: Settings) -> FastAPI:
        apps.append(create_app(bound))
        return apps[0]

    async with serving(make, settings) as address:
        yield address, apps[0].state.services


@pytest.fixture(scope="module")
async def here(queue_settings: Settings) -> AsyncIterator[Replica]:
    async for replica in replica_of(queue_settings):
        yield replica


@pytest.fixture
async def there(queue_settings: Settings) -> AsyncIterator[Replica]:
    """Another one, on the same database."""
    async for replica in replica_of(queue_settings):
        yield replica


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(timeout=60, trust_env=False) as http:
        yield http


@pytest.fixture
def user_of(here: Replica, http: httpx2.AsyncClient) -> Callable[..., User]:
    return lambda agent="enqueue", **headers: User(http, here[0], agent, **headers)


async def test_a_message_that_is_sent_while_an_answer_is_written_is_answered_when_that_has_ended(
    user_of: Callable[..., User],
) -> None:
    ada = user_of()
    async with ada.begun(ada.text("hold")) as read_rest:
        queued = await ada.queue_up(ada.text("and then"))
        assert queued["text"] == ada.text("and then") and queued["created_at"] and not queued["held"]
        assert await ada.queued() == [queued]
        assert await ada.conversation() == ["hold"]
        GATES[ada.text("hold")].set()
        await read_rest()
    await until(ada.idle)
    assert await ada.conversation() == ["hold", "begun and done: hold", "and then", "begun and done: and then"]
    assert await ada.queued() == []
    assert ASKED[ada.thread] == [ada.text("hold"), ada.text("and then")]


async def test_queued_messages_are_answered_one_after_the_other_in_their_order(user_of: Callable[..., User]) -> None:
    ada = user_of()
    async with ada.begun(ada.text("hold")):
        for number in range(4):
            await ada.queue_up(ada.text(f"number {number}"))
        assert await ada.texts() == [f"number {number}" for number in range(4)]
        GATES[ada.text("hold")].set()
    await until(ada.idle)
    numbers = [text for number in range(4) for text in (f"number {number}", f"begun and done: number {number}")]
    assert await ada.conversation() == ["hold", "begun and done: hold", *numbers]


async def test_the_whole_message_waits_with_its_quote_its_tool_its_model_and_its_file(
    user_of: Callable[..., User], http: httpx2.AsyncClient
) -> None:
    ada = user_of()
    files = {"file": ("tea.txt", b"green tea", "text/plain")}
    uploaded = await http.post(f"{ada.address}/files", files=files, headers=ada.headers)
    attachment = uploaded.raise_for_status().json()["id"]
    options = {"model": "fast", "tool_choice": {"id": "lookup"}}
    async with ada.begun(ada.text("hold")):
        queued = await ada.queue_up(
            ada.text("read this"), attachments=[attachment], quoted_text="a quote", inference_options=options
        )
        assert queued["attachments"] == [attachment]
        GATES[ada.text("hold")].set()
    await until(ada.idle)
    message = (await ada.items())[2]
    assert message["quoted_text"] == "a quote"
    assert message["inference_options"] == options
    assert [each["id"] for each in message["attachments"]] == [attachment]
    assert message["attachments"][0]["thread_id"] == ada.thread


async def test_what_the_agent_does_not_offer_is_refused_before_it_waits(user_of: Callable[..., User]) -> None:
    ada = user_of()
    async with ada.begun(ada.text("hold")):
        refused = await ada.post(ada.text("no"), inference_options={"model": "none of these"})
        unknown = await ada.post(ada.text("no"), attachments=["atc_unknown"])
        assert (refused.status_code, unknown.status_code) == (422, 404)
        assert await ada.queued() == []


async def test_a_client_that_knows_no_queue_is_refused(user_of: Callable[..., User]) -> None:
    ada = user_of()
    async with ada.begun(ada.text("hold")):
        refused = await ada.post(ada.text("no"), queue=False)
        assert (refused.status_code, refused.json()["code"]) == (409, "thread_busy")
        assert await ada.queued() == []


async def test_an_agent_may_refuse_all_of_them(user_of: Callable[..., User]) -> None:
    ada = user_of("reject")
    async with ada.begun(ada.text("hold")):
        assert (await ada.post(ada.text("no"))).status_code == 409
        assert await ada.queued() == []


async def test_a_queued_message_is_edited_and_another_one_is_removed(user_of: Callable[..., User]) -> None:
    ada = user_of()
    async with ada.begun(ada.text("hold")):
        first = await ada.queue_up(ada.text("one"), quoted_text="a quote")
        second = await ada.queue_up(ada.text("two"))
        edited = await ada.ask("PATCH", f"/{first['id']}", json={"text": ada.text("one, better")})
        assert [each["text"] for each in edited.json()["queued"]] == [ada.text("one, better"), ada.text("two")]
        empty = await ada.ask("PATCH", f"/{first['id']}", json={"text": " "})
        assert (empty.status_code, empty.json()["code"]) == (422, "message_empty")
        assert (await ada.ask("DELETE", f"/{second['id']}")).json()["queued"][0]["id"] == first["id"]
        GATES[ada.text("hold")].set()
    await until(ada.idle)
    assert await ada.conversation() == [
        "hold", "begun and done: hold", "one, better", "begun and done: one, better",
    ]  # fmt: skip
    assert (await ada.items())[2]["quoted_text"] == "a quote"
    gone = await ada.ask("PATCH", f"/{first['id']}", json={"text": "too late"})
    assert (gone.status_code, gone.json()["code"]) == (404, "message_not_queued")


async def test_send_now_stops_the_answer_keeps_it_and_sends_that_message_before_the_others(
    user_of: Callable[..., User],
) -> None:
    ada = user_of()
    async with ada.begun(ada.text("hold")):
        await ada.queue_up(ada.text("one"))
        second = await ada.queue_up(ada.text("two"))
        sent = await ada.ask("POST", f"/{second['id']}/send")
        assert sent.status_code == 200, sent.text
    await until(ada.idle)
    assert await ada.conversation() == [
        "hold", "begun ", "two", "begun and done: two", "one", "begun and done: one",
    ]  # fmt: skip
    assert (await ada.run())["endings"][0]["status"] == "cancelled"


async def test_after_a_stop_the_queue_waits_until_its_user_sends_one_of_it(user_of: Callable[..., User]) -> None:
    ada = user_of()
    async with ada.begun(ada.text("hold")):
        one, two, three = [await ada.queue_up(ada.text(text)) for text in ("one", "two", "three")]
        await ada.stop()
    assert [message["held"] for message in await ada.queued()] == [True, True, True]
    # What is sent now does not wait for them, and they do not follow it.
    assert (await ada.post(ada.text("at once"))).status_code == 200
    assert await ada.texts() == ["one", "two", "three"]
    assert (await ada.ask("POST", f"/{two['id']}/send")).status_code == 200
    await until(ada.idle)
    assert (await ada.conversation())[2:] == [
        "at once", "begun and done: at once", "two", "begun and done: two", "one", "begun and done: one", "three",
        "begun and done: three",
    ]  # fmt: skip
    assert one["id"] != three["id"] and await ada.queued() == []


async def test_the_queue_goes_on_behind_an_answer_that_failed(user_of: Callable[..., User]) -> None:
    ada = user_of()
    async with ada.begun(ada.text("fail")):
        await ada.queue_up(ada.text("one"))
        GATES[ada.text("fail")].set()
    await until(ada.idle)
    assert (await ada.conversation())[-2:] == ["one", "begun and done: one"]


async def test_interrupt_stops_the_answer_and_keeps_it(user_of: Callable[..., User]) -> None:
    ada = user_of("interrupt")
    async with ada.begun(ada.text("hold")):
        answered = await ada.post(ada.text("instead"), queue=False)
        assert answered.headers["content-type"].startswith("text/event-stream")
        assert "thread.item.removed" not in answered.text
    assert await ada.conversation() == ["hold", "begun ", "instead", "begun and done: instead"]


async def test_rollback_takes_back_the_answer_with_its_question(user_of: Callable[..., User]) -> None:
    ada = user_of("rollback")
    async with ada.begun(ada.text("first")) as read_rest:
        await read_rest()
    async with ada.begun(ada.text("hold")):
        before = [item["id"] for item in await ada.items()]
        answered = await ada.post(ada.text("instead"))
        assert answered.status_code == 200
    assert await ada.conversation() == ["first", "begun and done: first", "instead", "begun and done: instead"]
    assert answered.text.count('"thread.item.removed"') == 2
    assert f'"item_id":"{before[2]}"' in answered.text, "pages are not told that the question goes"
    assert (await ada.run())["endings"] == []


async def test_a_thread_has_room_for_twenty_messages_also_if_they_come_at_once(user_of: Callable[..., User]) -> None:
    ada = user_of()
    async with ada.begun(ada.text("hold")):
        responses = await asyncio.gather(*(ada.post(ada.text(f"number {number}")) for number in range(queue.MOST + 5)))
        refused = [response for response in responses if response.status_code != 202]
        assert {(response.status_code, response.json()["code"]) for response in refused} == {(409, "queue_full")}
        assert len(refused) == 5
        assert len(await ada.queued()) == queue.MOST
        places = [message["id"] for message in await ada.queued()]
        assert len(set(places)) == queue.MOST
        await ada.stop()


async def test_a_queue_has_room_for_so_much_text(user_of: Callable[..., User]) -> None:
    ada = user_of()
    large = "x" * 190_000
    async with ada.begun(ada.text("hold")):
        statuses = [(await ada.post(large)).status_code for _ in range(7)]
        assert statuses == [202] * 5 + [409] * 2
        await ada.stop()


async def test_a_message_that_cannot_be_sent_stays_with_the_reason_and_the_rest_waits(
    user_of: Callable[..., User], here: Replica
) -> None:
    ada = user_of()
    async with ada.begun(ada.text("hold")):
        one = await ada.queue_up(ada.text("one"))
        await ada.queue_up(ada.text("two"))
        await _set_status(here, ada, {"type": "locked", "reason": "closed for lunch"})
        refused = await ada.post(ada.text("three"))
        assert refused.json()["code"] == "thread_locked"
        GATES[ada.text("hold")].set()

    async def is_refused() -> bool:
        return "error" in (await ada.queued())[0]

    await until(is_refused)
    first, second = await ada.queued()
    assert first["error"] == "This chat is locked: closed for lunch. It takes no messages for now."
    assert first["held"] and second["held"] and "error" not in second
    assert await ada.conversation() == ["hold", "begun and done: hold"]
    assert (await ada.ask("POST", f"/{one['id']}/send")).json()["code"] == "thread_locked"
    await _set_status(here, ada, {"type": "active"})
    assert (await ada.ask("POST", f"/{one['id']}/send")).status_code == 200
    await until(ada.idle)
    assert (await ada.conversation())[2::2] == ["one", "two"]


async def _set_status(replica: Replica, user: User, status: dict[str, Any]) -> None:
    async with replica[1].database.system() as connection:
        await connection.connection.execute("UPDATE threads SET status = $1 WHERE id = $2", status, user.thread)


async def test_a_file_that_is_deleted_meanwhile_is_named_in_the_error(
    user_of: Callable[..., User], http: httpx2.AsyncClient
) -> None:
    ada = user_of()
    files = {"file": ("tea.txt", b"green tea", "text/plain")}
    attachment = (await http.post(f"{ada.address}/files", files=files, headers=ada.headers)).json()["id"]
    async with ada.begun(ada.text("hold")):
        await ada.queue_up(ada.text("read"), attachments=[attachment])
        body = {"type": "attachments.delete", "params": {"attachment_id": attachment}}
        await http.post(f"{ada.address}/chatkit/enqueue", json=body, headers=ada.headers)
        GATES[ada.text("hold")].set()

    async def is_refused() -> bool:
        return "error" in (await ada.queued())[0]

    await until(is_refused)
    assert "attach" in (await ada.queued())[0]["error"]
    assert await ada.conversation() == ["hold", "begun and done: hold"]


async def test_another_user_finds_no_queue(user_of: Callable[..., User]) -> None:
    ada, eve = user_of(), user_of()
    async with ada.begun(ada.text("hold")):
        queued = await ada.queue_up(ada.text("one"))
        eve.thread = ada.thread
        asked = [
            await eve.ask("GET"),
            await eve.ask("PATCH", f"/{queued['id']}", json={"text": "mine"}),
            await eve.ask("DELETE", f"/{queued['id']}"),
            await eve.ask("POST", f"/{queued['id']}/send"),
            await eve.post("mine"),
        ]
        assert [response.status_code for response in asked] == [404] * 5
        assert await ada.queued() == [queued]
        await ada.stop()


async def test_the_queue_of_a_thread_goes_with_it(user_of: Callable[..., User], database: Database) -> None:
    ada = user_of()
    async with ada.begun(ada.text("hold")):
        await ada.queue_up(ada.text("one"))
        body = {"type": "threads.delete", "params": {"thread_id": ada.thread}}
        deleted = await ada._http.post(  # pyright: ignore[reportPrivateUsage]
            f"{ada.address}/chatkit/enqueue", json=body, headers=ada.headers
        )
        assert deleted.status_code == 200
    async with database.system() as connection:
        rows = await connection.connection.fetch("SELECT id FROM queued_messages WHERE thread_id = $1", ada.thread)
    assert rows == []
    assert ASKED[ada.thread] == [ada.text("hold")]


async def test_of_two_replicas_one_sends_each_message_once(user_of: Callable[..., User], there: Replica) -> None:
    """Asked on one, queued on the other, and begun by whichever is faster."""
    people = [user_of() for _ in range(5)]

    async def talk(ada: User) -> None:
        async with ada.begun(ada.text("hold")):
            for number in range(4):
                queued = await ada.post(ada.text(f"number {number}"), at=there[0] if number % 2 else None)
                assert queued.status_code == 202
            GATES[ada.text("hold")].set()
        await until(ada.idle)
        assert ASKED[ada.thread] == [ada.text("hold"), *(ada.text(f"number {number}") for number in range(4))]
        assert (await ada.conversation())[::2] == ["hold", *(f"number {number}" for number in range(4))]

    await asyncio.gather(*(talk(ada) for ada in people))


async def test_a_message_that_comes_just_as_the_answer_ends_is_answered_all_the_same(
    user_of: Callable[..., User], there: Replica
) -> None:
    """Sent to the other replica in the very moment of the end: either the end finds it, or it finds the end."""

    async def once() -> None:
        ada = user_of()
        async with ada.begun(ada.text("hold")) as read_rest:
            GATES[ada.text("hold")].set()
            sent, _ = await asyncio.gather(ada.post(ada.text("late"), at=there[0]), read_rest())
            assert sent.status_code in {200, 202}
        await until(ada.idle)
        assert (await ada.conversation())[2:] == ["late", "begun and done: late"]

    for _ in range(8):
        await asyncio.gather(*(once() for _ in range(3)))


async def test_what_a_dead_replica_has_not_begun_is_begun_by_another_one(
    user_of: Callable[..., User], here: Replica, queue_settings: Settings
) -> None:
    """It ends the answer, and dies before it begins the next one; another replica starts later."""
    ada = user_of()
    starter = here[1].coordinator.queue
    begin, starter.begin = starter.begin, None
    try:
        async with ada.begun(ada.text("hold")):
            await ada.queue_up(ada.text("one"))
            GATES[ada.text("hold")].set()
        async for _ in replica_of(queue_settings):
            await until(ada.idle)
        assert (await ada.conversation())[2:] == ["one", "begun and done: one"]
    finally:
        starter.begin = begin


async def test_nothing_is_asked_of_the_database_where_nothing_waits(
    user_of: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    for name in ("find_next", "find_waiting", "list_messages"):
        monkeypatch.setattr(queue, name, lambda *_, name=name: looked.append(name))
    ada = user_of()
    assert (await ada.post(ada.text("first"))).status_code == 200
    assert looked == []
