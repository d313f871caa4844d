"""Bad input: a sentence before the first byte, nothing stored is lost, nothing internal leaks."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from chatkit.types import ClosedStatus, LockedStatus, ThreadStatus

from chatkit_link.client import ChatKitClient, ClientError
from chatkit_link.store.engine import Database
from tests.finished_stream import stored, text_of, told

Connect = Callable[..., ChatKitClient]

MESSAGE = {"content": [{"type": "input_text", "text": "x"}], "attachments": [], "inference_options": {}}


def message(**changes: Any) -> dict[str, Any]:
    return {"type": "threads.create", "params": {"input": {**MESSAGE, **changes}}}


def on_thread(kind: str, /, **params: Any) -> dict[str, Any]:
    return {"type": kind, "params": {"thread_id": "thr_unknown"} | params}


REFUSED: dict[str, tuple[int, Any]] = {
    "not JSON": (400, b"{nope"),
    "half of a JSON": (400, b'{"type": "threads.list", "par'),
    "not UTF-8": (400, b'{"type": "\xff\xfe"}'),
    "empty": (400, b""),
    "an array": (400, []),
    "a number": (400, 7),
    "null": (400, None),
    "no type": (400, {"params": {}}),
    "an unknown type": (400, {"type": "threads.explode", "params": {}}),
    "a type that is no text": (400, {"type": 7, "params": {}}),
    "very deep": (400, b"[" * 100_000),
    "no params": (422, {"type": "threads.get_by_id"}),
    "a negative limit": (422, {"type": "threads.list", "params": {"limit": -1}}),
    "a zero limit": (422, {"type": "threads.list", "params": {"limit": 0}}),
    "a limit of 10^9": (422, {"type": "threads.list", "params": {"limit": 10**9}}),
    "a limit of 10^30": (422, {"type": "threads.list", "params": {"limit": 10**30}}),
    "a limit in words": (422, {"type": "threads.list", "params": {"limit": "many"}}),
    "an unknown order": (422, {"type": "threads.list", "params": {"order": "sideways"}}),
    "a broken cursor": (422, {"type": "threads.list", "params": {"after": "cur_???"}}),
    "a cursor that is no id of mine": (422, {"type": "threads.list", "params": {"after": "thr_unknown"}}),
    "an empty message": (422, message(content=[])),
    "a blank message": (422, message(content=[{"type": "input_text", "text": " \n"}])),
    "a message of a megabyte": (413, message(content=[{"type": "input_text", "text": "x" * 1_000_000}])),
    "a body of three megabytes": (413, message(content=[{"type": "input_text", "text": "x" * 3_000_000}])),
    "an unknown attachment": (404, message(attachments=["atc_unknown"])),
    "a model that is not offered": (422, message(inference_options={"model": "gpt-99"})),
    "a tool that is not offered": (422, message(inference_options={"tool_choice": {"id": "rm"}})),
    "an empty title": (422, on_thread("threads.update", title=" ")),
    "an endless title": (422, on_thread("threads.update", title="x" * 1000)),
    "no items to like": (422, on_thread("items.feedback", item_ids=[], kind="positive")),
    "an unknown opinion": (422, on_thread("items.feedback", item_ids=["a"], kind="meh")),
    "audio that is not base64": (
        422,
        {"type": "input.transcribe", "params": {"audio_base64": "?", "mime_type": "a/b"}},
    ),
    "a thread that is not there": (404, on_thread("threads.get_by_id")),
    "items of no thread": (404, on_thread("items.list")),
    "a message to no thread": (404, on_thread("threads.add_user_message", input=MESSAGE)),
    "a rename of no thread": (404, on_thread("threads.update", title="x")),
    "a delete of no thread": (404, on_thread("threads.delete")),
    "a retry in no thread": (404, on_thread("threads.retry_after_item", item_id="msg_1")),
    "an action in no thread": (404, on_thread("threads.custom_action", action={"type": "x"})),
    "a sync action in no thread": (404, on_thread("threads.sync_custom_action", action={"type": "x"})),
    "an action without a type": (422, on_thread("threads.custom_action", action={"payload": 1})),
    "a sync action without a type": (422, on_thread("threads.sync_custom_action", action={})),
    "tool output for no thread": (404, on_thread("threads.add_client_tool_output", result=1)),
    "an answer to no question": (404, on_thread("threads.add_structured_input", item_id="m", input={"answers": {}})),
    "feedback in no thread": (404, on_thread("items.feedback", item_ids=["msg_1"], kind="positive")),
    "an id with a NUL in it": (404, on_thread("threads.get_by_id", thread_id="thr_\x00")),
    "an id with half a surrogate": (404, b'{"type":"threads.get_by_id","params":{"thread_id":"\\ud83d"}}'),
}


@pytest.mark.parametrize(("status", "body"), REFUSED.values(), ids=REFUSED)
async def test_what_is_wrong_is_told_in_a_sentence(server: str, status: int, body: Any) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body)
    async with httpx2.AsyncClient(timeout=60) as http:
        response = await http.post(f"{server}/chatkit/echo", content=content)
        listed = await http.post(f"{server}/chatkit/echo", json={"type": "threads.list", "params": {}})

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert told["status"] == status
    assert told["request_id"] == response.headers["x-request-id"]
    assert told["detail"].endswith(".")
    assert "Traceback" not in response.text
    assert "sqlalchemy" not in response.text.lower()
    assert listed.json()["data"] == []  # nothing half-made is left behind


async def test_an_unknown_agent_and_an_unknown_address_are_404(server: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        for path in ("/chatkit/nobody", "/nowhere"):
            response = await http.post(server + path, json={"type": "threads.list", "params": {}})
            assert (response.status_code, response.json()["title"]) == (404, "Not found")
        wrong_method = await http.get(f"{server}/chatkit")
    assert wrong_method.status_code == 405
    assert wrong_method.headers["content-type"] == "application/problem+json"


async def test_a_pasted_nul_does_not_lose_the_message(connect: Connect) -> None:
    client = connect("echo")
    made = await told(client.create_thread("before\x00after"))
    assert [text_of(item) for item in await stored(client, made.thread_id)] == ["beforeafter", "You said: beforeafter"]


async def test_half_an_emoji_does_not_lose_the_message(server: str) -> None:
    body = json.dumps(message(content=[{"type": "input_text", "text": "tea \ud83c and more"}]))
    async with httpx2.AsyncClient(timeout=60) as http:
        response = await http.post(f"{server}/chatkit/echo", content=body)
    assert response.status_code == 200
    assert "tea \ufffd and more" in response.text


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (LockedStatus(reason="under review"), "under review"),
        (LockedStatus(), "locked"),
        (ClosedStatus(reason="solved"), "solved"),
        (ClosedStatus(), "closed"),
    ],
)
async def test_a_locked_or_closed_thread_refuses_all_that_would_write(
    connect: Connect, database: Database, status: ThreadStatus, sentence: str
) -> None:
    client = connect("echo")
    made = await told(client.create_thread("Hi"))
    question = made.view.items[0]
    await set_status(database, made.thread_id, status)

    attempts = [
        lambda: told(client.add_user_message(made.thread_id, "more")),
        lambda: told(client.retry_after_item(made.thread_id, question.id)),
        lambda: told(client.custom_action(made.thread_id, "x")),
        lambda: told(client.add_client_tool_output(made.thread_id, 1)),
        lambda: client.sync_custom_action(made.thread_id, "x"),
    ]
    for attempt in attempts:
        with pytest.raises(ClientError, match=sentence) as refused:
            await attempt()
        assert refused.value.status == 409
    assert len(await stored(client, made.thread_id)) == 2
    await client.feedback(made.thread_id, [made.view.items[1].id], "positive")  # an opinion is still welcome


async def set_status(database: Database, thread_id: str, status: ThreadStatus) -> None:
    from sqlalchemy import update

    from chatkit_link.store.tables import threads

    async with database.system() as connection:
        await connection.execute(
            update(threads).where(threads.c.id == thread_id).values(status=status.model_dump(mode="json"))
        )


async def test_a_retry_of_an_unknown_item_deletes_nothing(connect: Connect) -> None:
    """The SDK answers an unknown id with an empty stream, after deleting what it passed on the way."""
    client = connect("echo")
    made = await told(client.create_thread("Hi"))
    answer = made.view.items[1]

    for item_id, status in (("msg_unknown", 404), (answer.id, 422)):
        with pytest.raises(ClientError) as refused:
            await told(client.retry_after_item(made.thread_id, item_id))
        assert refused.value.status == status
    assert len(await stored(client, made.thread_id)) == 2


async def test_only_a_widget_can_send_an_action(connect: Connect) -> None:
    client = connect("guest")
    made = await told(client.create_thread("Hi"))
    for attempt in (
        lambda: told(client.custom_action(made.thread_id, "x", item_id=made.view.items[0].id)),
        lambda: client.sync_custom_action(made.thread_id, "x", item_id=made.view.items[0].id),
    ):
        with pytest.raises(ClientError, match="Only a widget") as refused:
            await attempt()
        assert refused.value.status == 422


async def test_what_is_hidden_from_people_stays_hidden_in_every_event(connect: Connect) -> None:
    client = connect("secretive")
    made = await told(client.create_thread("Hi"))
    listed = await client.list_items(made.thread_id, limit=100)

    assert "hush" not in str(made.events)
    assert [item.type for item in listed.data] == ["assistant_message", "user_message"]
    assert "hush" not in str(await client.get_thread(made.thread_id))


async def test_a_hidden_item_of_a_sync_action_is_stored_but_not_shown(connect: Connect) -> None:
    client = connect("guest")
    made = await told(client.create_thread("Hi"))
    assert await client.sync_custom_action(made.thread_id, "hide") is None


async def test_an_agents_bug_tells_nothing_of_itself(connect: Connect) -> None:
    client = connect("breaks")
    made = await told(client.create_thread("Hi"))

    assert made.types[-1] == "error"
    assert made.view.errors[0].allow_retry
    assert "secret-of-the-server" not in str(made.events)
    assert len(await stored(client, made.thread_id)) == 1  # the message stays, to be tried again
