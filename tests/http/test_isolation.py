"""Two people and every route: what is one's does not exist for the other."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from chatkit.types import StructuredInputSubmission

from chatkit_link.client import ChatKitClient, ClientError
from tests.finished_stream import stored, told

Connect = Callable[..., ChatKitClient]
Attempt = Callable[[ChatKitClient, str, str], Any]

ATTEMPTS: dict[str, Attempt] = {
    "threads.get_by_id": lambda c, t, i: c.get_thread(t),
    "threads.update": lambda c, t, i: c.update_thread(t, "Mine now"),
    "threads.delete": lambda c, t, i: c.delete_thread(t),
    "items.list": lambda c, t, i: c.list_items(t),
    "items.feedback": lambda c, t, i: c.feedback(t, [i], "negative"),
    "threads.add_user_message": lambda c, t, i: told(c.add_user_message(t, "x")),
    "threads.retry_after_item": lambda c, t, i: told(c.retry_after_item(t, i)),
    "threads.custom_action": lambda c, t, i: told(c.custom_action(t, "x", item_id=i)),
    "threads.sync_custom_action": lambda c, t, i: c.sync_custom_action(t, "x", item_id=i),
    "threads.add_client_tool_output": lambda c, t, i: told(c.add_client_tool_output(t, 1)),
    "threads.add_structured_input": lambda c, t, i: told(c.add_structured_input(t, i, StructuredInputSubmission())),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
async def test_another_user_gets_404_not_403(connect: Connect, attempt: Attempt) -> None:
    ada, bob = connect("echo"), connect("echo")
    adas = await told(ada.create_thread("private"))
    before = await stored(ada, adas.thread_id)

    with pytest.raises(ClientError) as refused:
        await attempt(bob, adas.thread_id, before[0].id)

    assert refused.value.status == 404
    assert "private" not in str(refused.value)
    assert await stored(ada, adas.thread_id) == before


async def test_the_list_shows_only_ones_own(connect: Connect) -> None:
    ada, bob = connect("echo"), connect("echo")
    await told(ada.create_thread("private"))
    assert (await bob.list_threads()).data == []


async def test_another_user_cannot_stop_or_find_a_run(connect: Connect, server: str) -> None:
    ada = connect("slow")
    async with ada.create_thread("go on") as stream, httpx2.AsyncClient(timeout=60) as stranger:
        run = stream.run_id
        foreign = await stranger.post(f"{server}/chatkit/runs/{run}/cancel")
        unknown = await stranger.post(f"{server}/chatkit/runs/run_unknown/cancel")
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert foreign.json()["detail"] == unknown.json()["detail"]
        assert run is not None
        await ada.cancel_run(run)


async def test_an_item_of_another_thread_of_mine_is_not_found_here(connect: Connect) -> None:
    client = connect("guest")
    here, there = await told(client.create_thread("a")), await told(client.create_thread("b"))
    with pytest.raises(ClientError) as refused:
        await told(client.retry_after_item(here.thread_id, there.view.items[0].id))
    assert refused.value.status == 404
