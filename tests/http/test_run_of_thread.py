"""What a page that is opened on a thread learns of its newest run."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from chatkit_link.client import ChatKitClient, ClientError
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.finished_stream import told

Connect = Callable[..., ChatKitClient]


@pytest.fixture
def ask(server: str) -> Callable[[ChatKitClient, str], Any]:
    """Asks as that client, whose cookie says who it is."""

    async def ask(client: ChatKitClient, thread_id: str) -> dict[str, Any]:
        address = f"{server}/chatkit/threads/{thread_id}/run"
        response = await client._http.get(address)  # pyright: ignore[reportPrivateUsage]
        return response.raise_for_status().json()

    return ask


async def test_a_failed_answer_is_told_of_as_it_was_when_it_failed(connect: Connect, ask: Any) -> None:
    client = connect("breaks")
    made = await told(client.create_thread("x"))

    answer = await ask(client, made.thread_id)

    assert answer["run"] is None
    assert answer["last"]["id"] == made.run_id
    assert answer["last"]["status"] == "failed"
    assert answer["last"]["error"] == made.view.errors[0].model_dump(mode="json", exclude_none=True)
    assert "secret" not in str(answer)


async def test_a_failed_answer_is_told_of_on_its_own_branch_alone(connect: Connect, ask: Any) -> None:
    breaks = connect("breaks")
    echo = ChatKitClient(breaks.url.replace("/breaks", "/echo"), http=breaks._http)  # pyright: ignore[reportPrivateUsage]
    made = await told(echo.create_thread("x"))
    thread_id, question = made.thread_id, made.view.items[0]
    failed = await told(breaks.edit_message(thread_id, question.id, "y"))
    assert (await ask(breaks, thread_id))["last"]["id"] == failed.run_id

    (place,) = await breaks.switch_branch(thread_id, question.id)
    assert (await ask(breaks, thread_id))["last"] is None
    assert (await ask(breaks, thread_id))["endings"] == []
    await breaks.switch_branch(thread_id, place.siblings[1])
    answer = await ask(breaks, thread_id)
    assert answer["last"]["error"] == failed.view.errors[0].model_dump(mode="json", exclude_none=True)
    assert len(answer["endings"]) == 1


async def test_a_failed_answer_is_told_of_although_a_notice_came_behind_its_error(
    make_settings: Callable[..., Settings],
) -> None:
    """What an answer has used is told at its very end."""
    settings = make_settings(budget_user_day_tokens=1500)
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        client = ChatKitClient(f"{address}/chatkit/spends-in-vain", http=http)
        made = await told(client.create_thread("x"))
        assert made.types[-2:] == ["error", "notice"]
        last = (await http.get(f"{address}/chatkit/threads/{made.thread_id}/run")).json()["last"]
    assert (last["status"], last["error"]["type"]) == ("failed", "error")


async def test_of_an_answer_that_is_complete_there_is_nothing_to_try_again(connect: Connect, ask: Any) -> None:
    client = connect("echo")
    made = await told(client.create_thread("x"))
    assert await ask(client, made.thread_id) == {
        "run": None,
        "last": {"id": made.run_id, "status": "completed", "retried": None, "error": None},
        "endings": [],
    }


async def test_a_request_that_was_refused_is_no_failed_answer(connect: Connect, ask: Any) -> None:
    client = connect("client-tool")
    asked = await told(client.create_thread("Where am I?"))
    answer = await told(client.add_client_tool_output(asked.thread_id, {"page": "checkout"}))
    with pytest.raises(ClientError) as twice:
        await told(client.add_client_tool_output(asked.thread_id, {"page": "checkout"}))
    assert twice.value.status == 409

    last = (await ask(client, asked.thread_id))["last"]

    assert (last["id"], last["status"]) == (answer.run_id, "completed")


async def test_a_retry_names_the_message_that_it_answers_anew(connect: Connect, ask: Any) -> None:
    client = connect("slow")
    made = await told(client.create_thread("finish"))
    question = made.view.items[0]
    async with client.retry_after_item(made.thread_id, question.id) as again:
        await anext(again)
        answer = await ask(client, made.thread_id)
        async with asyncio.timeout(30):
            async for _ in again:
                pass
    assert answer["last"]["retried"] == question.id
    assert answer["run"] is None or answer["run"]["retried"] == question.id


async def test_two_pages_that_answer_one_call_run_the_model_once(connect: Connect, ask: Any) -> None:
    """Two tabs follow one run, and both execute the tool that it asked for."""
    client = connect("client-tool")
    asked = await told(client.create_thread("Where am I?"))
    results = await asyncio.gather(
        *(told(client.add_client_tool_output(asked.thread_id, {"page": str(tab)})) for tab in range(5)),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, ClientError)]
    assert [error.status for error in refused] == [409] * 4
    thread = await client.get_thread(asked.thread_id)
    assert [item.type for item in thread.items.data].count("assistant_message") == 1


async def test_a_strangers_thread_is_not_there(connect: Connect, server: str) -> None:
    made = await told(connect("echo").create_thread("x"))
    async with httpx2.AsyncClient(timeout=60) as stranger:
        response = await stranger.get(f"{server}/chatkit/threads/{made.thread_id}/run")
    assert response.status_code == 404


async def test_what_became_of_each_answer_is_remembered_after_the_next_question(connect: Connect, ask: Any) -> None:
    client = connect("breaks")
    failed = await told(client.create_thread("x"))
    question = failed.view.items[0].id
    again = await told(client.add_user_message(failed.thread_id, "y"))

    endings = {ending["item_id"]: ending for ending in (await ask(client, failed.thread_id))["endings"]}

    assert endings[question]["status"] == "failed"
    assert endings[question]["error"] == failed.view.errors[0].model_dump(mode="json", exclude_none=True)
    assert len(endings) == 2
    assert endings[again.view.items[0].id]["after"] == again.view.items[-1].id


async def test_a_stopped_answer_is_remembered_as_stopped(connect: Connect, ask: Any) -> None:
    client = connect("slow")
    async with client.create_thread("x") as stream:
        thread_id = ""
        async for received in stream:
            if received.event.type == "thread.created":
                thread_id = received.event.thread.id
            if received.event.type == "thread.item.updated":
                break
        await client.cancel_run(str(stream.run_id))
    thread = await client.get_thread(thread_id)

    [ending] = (await ask(client, thread_id))["endings"]

    assert ending == {
        "item_id": thread.items.data[0].id,
        "after": thread.items.data[-1].id,
        "status": "cancelled",
    }
