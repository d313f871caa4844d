"""Locked and closed threads: by an operator, a back end or an agent, and also while an answer is being written."""

import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from chatkit.types import ClosedStatus, LockedStatus, StructuredInputSubmission

from chatkit_link.client.client import ChatKitClient, ClientError
from chatkit_link.settings.settings import Settings
from tests.conftest import running
from tests.finished_stream import stored, told
from tests.limits.conftest import Command

Connect = Callable[..., ChatKitClient]
KEY = "the key of a back end, 32 characters long"
BEARER = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
async def locked_server(make_settings: Callable[..., Settings]) -> AsyncIterator[str]:
    async with running(make_settings(server_key=KEY, allow_anonymous=True)) as address:
        yield address


async def put(address: str, thread: str, body: Any, headers: dict[str, str] | None = BEARER) -> httpx2.Response:
    async with httpx2.AsyncClient(timeout=60) as http:
        return await http.put(f"{address}/api/threads/{thread}/status", json=body, headers=headers)


async def test_a_back_end_locks_closes_and_opens_a_thread(locked_server: str) -> None:
    async with ChatKitClient(f"{locked_server}/chatkit/asks") as ada:
        made = await told(ada.create_thread("Hi"))
        question = next(item for item in await stored(ada, made.thread_id) if item.type == "structured_input")
        message = made.view.items[0].id
        attempts = [
            lambda: told(ada.add_user_message(made.thread_id, "more")),
            lambda: told(ada.retry_after_item(made.thread_id, message)),
            lambda: told(ada.custom_action(made.thread_id, "x")),
            lambda: ada.sync_custom_action(made.thread_id, "x"),
            lambda: told(ada.add_client_tool_output(made.thread_id, 1)),
            lambda: told(ada.add_structured_input(made.thread_id, question.id, StructuredInputSubmission())),
        ]
        for status, kind in (("locked", LockedStatus), ("closed", ClosedStatus)):
            answer = await put(locked_server, made.thread_id, {"type": status, "reason": "under review"})
            assert (answer.status_code, answer.json()) == (200, {"type": status, "reason": "under review"})
            for attempt in attempts:
                with pytest.raises(ClientError, match=f"This chat is {status}: under review") as refused:
                    await attempt()
                assert (refused.value.status, refused.value.title) == (409, f"Thread is {status}")
            assert (await ada.get_thread(made.thread_id)).status == kind(reason="under review")  # the page can say so
        assert (await put(locked_server, made.thread_id, {"type": "active"})).status_code == 200
        assert (await told(ada.add_user_message(made.thread_id, "more"))).types[-1] != "error"


async def test_a_lock_holds_while_an_answer_is_being_written(locked_server: str) -> None:
    """The answer is finished, and what its stale thread object is saved with does not open the thread again."""
    async with ChatKitClient(f"{locked_server}/chatkit/locks") as ada:
        async with ada.create_thread("hold") as stream:
            thread_id = ""
            async for received in stream:
                thread_id = thread_id or getattr(getattr(received.event, "thread", None), "id", "")
                if received.event.type == "thread.updated":
                    break
            with pytest.raises(ClientError, match="locked: said too much") as refused:
                await told(ada.add_user_message(thread_id, "more"))
            assert refused.value.status == 409
            assert (await put(locked_server, thread_id, {"type": "closed"})).status_code == 200
            assert stream.run_id is not None
            await ada.cancel_run(stream.run_id)
        with pytest.raises(ClientError, match=r"This chat is closed\. Start a new one"):
            await told(ada.add_user_message(thread_id, "more"))
        assert (await ada.get_thread(thread_id)).status == ClosedStatus()


@pytest.mark.parametrize(("word", "expected"), [("lock", "is locked: said too much"), ("close", "is closed: said")])
async def test_an_agent_locks_its_thread_and_still_has_the_last_word(
    connect: Connect, word: str, expected: str
) -> None:
    ada = connect("locks")
    made = await told(ada.create_thread(word))
    assert "thread.updated" in made.types
    assert [item.type for item in await stored(ada, made.thread_id)].count("assistant_message") == 2
    with pytest.raises(ClientError, match=expected):
        await told(ada.add_user_message(made.thread_id, "more"))
    await ada.update_thread(made.thread_id, "Mine to name")  # what writes nothing into the chat is allowed
    await ada.delete_thread(made.thread_id)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {KEY[:-1]}"},
        {"Authorization": f"Bearer {KEY}x"},
        {"Authorization": f"Bearer {KEY.upper()}"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": KEY},
        {"Authorization": b"Bearer \xff\xfe"},
        {"X-Server-Key": KEY},
        {"X-User-Id": "admin"},
    ],
    ids=str,
)
async def test_without_the_server_key_no_thread_can_be_locked(locked_server: str, headers: dict[str, Any]) -> None:
    async with ChatKitClient(f"{locked_server}/chatkit/echo") as ada:
        made = await told(ada.create_thread("Hi"))
        refused = await put(locked_server, made.thread_id, {"type": "locked"}, headers)
        assert refused.status_code == 401
        assert KEY not in refused.text
        assert (await told(ada.add_user_message(made.thread_id, "more"))).types[-1] != "error"


async def test_a_server_without_a_key_refuses_to_lock(server: str) -> None:
    for headers in ({}, BEARER, {"Authorization": "Bearer None"}):
        refused = await put(server, "thr_x", {"type": "locked"}, headers)
        assert refused.status_code == 401
        assert "CHATKIT_LINK_SERVER_KEY" in refused.json()["detail"]


async def test_a_back_end_of_one_tenant_does_not_lock_a_thread_of_another(locked_server: str) -> None:
    acting = {**BEARER, "X-ChatKit-Tenant": "theirs", "X-ChatKit-User": "ada"}
    async with ChatKitClient(f"{locked_server}/chatkit/echo", headers=acting) as ada:
        made = await told(ada.create_thread("Hi"))
        for tenant in ({"X-ChatKit-Tenant": "ours"}, {"X-ChatKit-Tenant": "default"}, {}):
            refused = await put(locked_server, made.thread_id, {"type": "closed"}, BEARER | tenant)
            assert refused.status_code == 404
        assert (await told(ada.add_user_message(made.thread_id, "more"))).types[-1] != "error"
        locked = await put(locked_server, made.thread_id, {"type": "closed"}, BEARER | {"X-ChatKit-Tenant": "theirs"})
        assert locked.status_code == 200
        assert (await ada.get_thread(made.thread_id)).status == ClosedStatus()


@pytest.mark.parametrize(
    ("thread", "body", "status"),
    [
        ("thr_unknown", {"type": "locked"}, 404),
        ("thr_%00", {"type": "locked"}, 404),
        ("thr_%ED%A0%80", {"type": "locked"}, 404),
        ("thr_%C0%80", {"type": "locked"}, 404),
        ("thr_unknown", {"type": "frozen"}, 422),
        ("thr_unknown", {"type": "locked", "reason": 7}, 422),
        ("thr_unknown", {"type": "locked", "reason": "x" * 501}, 422),
        ("thr_unknown", ["locked"], 422),
    ],
)
async def test_a_status_that_cannot_be_is_refused(locked_server: str, thread: str, body: Any, status: int) -> None:
    refused = await put(locked_server, thread, body)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"


async def test_the_commands_lock_and_unlock_a_thread(connect: Connect, command: Command) -> None:
    ada = connect("echo")
    made = await told(ada.create_thread("Hi"))

    locked = await command("threads", "lock", made.thread_id, "--reason", "under review")
    assert locked.stdout == f"Thread {made.thread_id} is locked.\n"
    with pytest.raises(ClientError, match="under review"):
        await told(ada.add_user_message(made.thread_id, "more"))
    assert (await command("threads", "close", made.thread_id)).stdout == f"Thread {made.thread_id} is closed.\n"
    missing = f"thr_{uuid.uuid4().hex}"
    assert str((await command("threads", "lock", missing)).exception) == f"There is no thread {missing}."
    assert (await command("threads", "unlock", made.thread_id)).exit_code == 0
    await told(ada.add_user_message(made.thread_id, "more"))
