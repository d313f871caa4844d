"""An answer and the connection it is read through: what survives, what stops, what is kept."""

import asyncio
from collections.abc import Callable

import httpx2
import pytest
from chatkit.types import AssistantMessageItem, WidgetItem, WorkflowItem

from chatkit_link.client import ChatKitClient, ClientError, EventStream
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.finished_stream import stored, text_of, told, widget_text

Connect = Callable[..., ChatKitClient]


async def read_until(stream: EventStream, text: str) -> None:
    """Read events until one holds ``text``."""
    async with asyncio.timeout(30):
        async for received in stream:
            if text in received.event.model_dump_json():
                return
    raise AssertionError(f"the stream ended without {text!r}")


async def thread_of(client: ChatKitClient) -> str:
    return (await client.list_threads()).data[0].id


async def test_an_answer_is_whole_although_its_reader_left(connect: Connect) -> None:
    """A reload, a lost network: the SDK takes them for Stop and cuts the answer."""
    client = connect("slow")
    async with client.create_thread("finish") as stream:
        await anext(stream)
    async with asyncio.timeout(30), client.follow(str(stream.run_id)) as rest:
        async for _ in rest:
            pass

    items = await stored(client, await thread_of(client))

    assert [text_of(item) for item in items if isinstance(item, AssistantMessageItem)] == ["one two three"]


async def test_stop_ends_the_answer_and_keeps_what_was_seen(connect: Connect) -> None:
    client = connect("slow")
    async with client.create_thread("go on") as stream:
        await read_until(stream, "three")
        assert stream.run_id is not None
        async with asyncio.timeout(30):
            await client.cancel_run(stream.run_id)
        rest = [received.event async for received in stream]
    thread_id = await thread_of(client)

    items = await stored(client, thread_id)

    (answer,) = [item for item in items if isinstance(item, AssistantMessageItem)]
    assert text_of(answer) == "one two three"
    (widget,) = [item for item in items if isinstance(item, WidgetItem)]
    assert widget_text(widget) == "after"
    (workflow,) = [item for item in items if isinstance(item, WorkflowItem)]
    assert [task.status_indicator for task in workflow.workflow.tasks] == ["none"]
    assert [event.type for event in rest] == ["thread.item.done"] * 3  # the page settles too


async def test_a_failure_in_the_middle_keeps_what_was_seen(connect: Connect) -> None:
    client = connect("slow")
    made = await told(client.create_thread("break"))

    assert made.types[-1] == "error"
    items = await stored(client, made.thread_id)
    assert [item.type for item in items] == ["user_message", "widget", "workflow", "assistant_message"]
    assert text_of(items[-1]) == "one two three"
    assert "secret-of-the-server" not in str(made.events)


async def test_a_second_message_on_a_busy_thread_is_refused_and_nothing_interleaves(connect: Connect) -> None:
    client = connect("slow")
    async with client.create_thread("go on") as stream:
        await read_until(stream, "three")
        thread_id = await thread_of(client)
        with pytest.raises(ClientError, match="still being written") as refused:
            await told(client.add_user_message(thread_id, "and?"))
        assert refused.value.status == 409
        assert stream.run_id is not None
        await client.cancel_run(stream.run_id)
    users = [item for item in await stored(client, thread_id) if item.type == "user_message"]
    assert len(users) == 1


async def test_a_thread_deleted_while_it_is_answered_stays_deleted(connect: Connect) -> None:
    """The SDK saves the thread again at the next event and brings it back."""
    client = connect("slow")
    async with client.create_thread("go on") as stream:
        await read_until(stream, "three")
        await client.delete_thread(await thread_of(client))
        async with asyncio.timeout(30):
            async for _ in stream:
                pass
    assert (await client.list_threads()).data == []


async def test_a_rename_during_an_answer_stays(connect: Connect) -> None:
    client = connect("slow")
    async with client.create_thread("go on") as stream:
        await read_until(stream, "three")
        thread_id = await thread_of(client)
        await client.update_thread(thread_id, "Mine")
        assert stream.run_id is not None
        await client.cancel_run(stream.run_id)
    assert (await client.get_thread(thread_id)).title == "Mine"


async def test_a_stream_says_what_a_proxy_must_know(server: str) -> None:
    body = {
        "type": "threads.create",
        "params": {
            "input": {
                "content": [{"type": "input_text", "text": "x"}],
                "attachments": [],
                "inference_options": {},
            }
        },
    }
    async with (
        httpx2.AsyncClient(timeout=60) as http,
        http.stream("POST", f"{server}/chatkit/echo", json=body) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "no-cache" in response.headers["cache-control"]
        assert response.headers["x-accel-buffering"] == "no"
        assert response.headers["x-run-id"].startswith("run_")
        content = (await response.aread()).decode()
    assert content.startswith("id: 1\ndata: {")
    assert content.endswith("\n\n")


async def test_a_quiet_stream_is_kept_alive(server: str) -> None:
    body = {
        "type": "threads.create",
        "params": {
            "input": {
                "content": [{"type": "input_text", "text": "go on"}],
                "attachments": [],
                "inference_options": {},
            }
        },
    }
    async with (
        asyncio.timeout(30),
        httpx2.AsyncClient(timeout=60) as http,
        http.stream("POST", f"{server}/chatkit/slow", json=body) as response,
    ):
        async for line in response.aiter_lines():
            if line == ": ping":
                break
        cancelled = await http.post(f"{server}/chatkit/runs/{response.headers['x-run-id']}/cancel")
    assert cancelled.json()["status"] == "cancelled"


async def test_only_a_client_that_can_say_stop_is_offered_it(connect: Connect) -> None:
    """The official page aborts its request, which is the same to us as a lost network."""
    plain = await told(connect("echo").create_thread("x"))
    ours = await told(connect("echo", headers={"X-ChatKit-Link": "1"}).create_thread("x"))
    assert (plain.view.can_cancel, ours.view.can_cancel) == (False, True)


async def test_times_on_the_wire_carry_their_zone(server: str, connect: Connect) -> None:
    """A browser takes a time without a zone for its own local time."""
    made = await told(connect("echo").create_thread("x"))
    item, thread = made.view.items[0], made.view.thread
    assert thread is not None
    assert item.created_at.tzinfo is not None
    assert thread.created_at.tzinfo is not None


async def test_a_broken_stream_goes_on_from_where_it_broke(connect: Connect) -> None:
    """A lost network in the middle: the rest, from the last number seen, is what an unbroken stream had."""
    client = connect("slow")
    async with client.create_thread("finish") as stream:
        for _ in range(4):
            await anext(stream)
        seen, run_id = stream.last_id, str(stream.run_id)

    async with asyncio.timeout(30):
        rest = await told(client.follow(run_id, after=seen or 0))
        whole = await told(client.follow(run_id))

    assert rest.events == whole.events[4:]
    assert rest.ids == list(range(5, len(whole.events) + 1))
    assert whole.types[-1] in {"thread.item.done", "thread.updated"}


async def test_a_stream_that_is_followed_has_the_very_bytes_of_the_first(server: str) -> None:
    body = {
        "type": "threads.create",
        "params": {
            "input": {"content": [{"type": "input_text", "text": "x"}], "attachments": [], "inference_options": {}}
        },
    }
    async with httpx2.AsyncClient(timeout=60) as http:
        first = await http.post(f"{server}/chatkit/every-event", json=body)
        events = f"{server}/chatkit/runs/{first.headers['x-run-id']}/events"
        again = await http.get(events)
        half = await http.get(events, headers={"Last-Event-ID": "3"})
        nothing = await http.get(events, params={"after": "999"})
        broken = [await http.get(events, params={"after": bad}) for bad in ("-1", "x", "9" * 30)]

    assert again.content == first.content
    assert first.content.endswith(b"\n\n: end\n\n")
    assert nothing.content == b": end\n\n"
    assert first.content.endswith(half.content)
    assert half.content.startswith(b"id: 4\n")
    assert [response.status_code for response in broken] == [400, 400, 400]


async def test_a_page_that_is_opened_finds_the_answer_that_is_being_written(connect: Connect) -> None:
    client = connect("slow")
    async with client.create_thread("go on") as stream:
        await read_until(stream, "three")
        thread_id = await thread_of(client)
        run_id = await client.running(thread_id)
        assert run_id == stream.run_id
        async with client.follow(str(run_id)) as second_tab:
            await read_until(second_tab, "three")
            await client.cancel_run(str(run_id))
            async for _ in second_tab:
                pass
    assert await client.running(thread_id) is None


async def test_a_retry_that_fails_leaves_the_old_answer(connect: Connect) -> None:
    """The SDK deletes the old answer first; with a dead model nothing is left of either."""
    client = connect("fails-again")
    made = await told(client.create_thread("x"))
    question = made.view.items[0]

    again = await told(client.retry_after_item(made.thread_id, question.id))

    assert again.types[-1] == "error"
    assert [text_of(item) for item in await stored(client, made.thread_id)] == ["x", "answer after 1 items"]


async def test_a_retry_does_not_show_the_old_answer_to_whoever_writes_the_new_one(connect: Connect) -> None:
    client = connect("counts")
    made = await told(client.create_thread("x"))

    again = await told(client.retry_after_item(made.thread_id, made.view.items[0].id))

    assert again.text == "answer after 1 items"
    assert len(await stored(client, made.thread_id)) == 2


async def test_stop_pressed_twice_keeps_the_answer(connect: Connect) -> None:
    client = connect("slow")
    async with client.create_thread("go on") as stream:
        await read_until(stream, "three")
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(client.cancel_run(str(stream.run_id)))
    answers = [item for item in await stored(client, await thread_of(client)) if isinstance(item, AssistantMessageItem)]
    assert [text_of(item) for item in answers] == ["one two three"]


async def test_half_an_emoji_from_a_model_does_not_kill_the_answer(connect: Connect) -> None:
    made = await told(connect("surrogate").create_thread("x"))
    assert made.text == "tea \ufffd for you"


async def test_where_it_is_wished_a_reader_that_leaves_stops_the_answer(make_settings: Callable[..., Settings]) -> None:
    async with (
        running(make_settings(on_disconnect="cancel")) as address,
        ChatKitClient(f"{address}/chatkit/slow") as client,
    ):
        async with client.create_thread("go on") as stream:
            await read_until(stream, "three")
        async with asyncio.timeout(30):
            rest = await told(client.follow(str(stream.run_id)))
        assert rest.types[-1] == "thread.item.done"
        assert await client.running(await thread_of(client)) is None
