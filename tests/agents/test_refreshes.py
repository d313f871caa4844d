"""Widgets that are refreshed by themselves: what a chat frame is told of them, and what a refresh leaves alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from chatkit.actions import Action
from chatkit.types import WidgetItem

from chatkit_link import ActionRegistry
from chatkit_link.client import ChatKitClient, ClientError
from chatkit_link.settings import Settings
from tests.agents import ticker
from tests.conftest import running
from tests.finished_stream import told


@pytest.fixture
async def address(make_settings: Callable[..., Settings], tmp_path: Path) -> AsyncIterator[str]:
    catalog = tmp_path / "agents.toml"
    catalog.write_text('[agents.ticker]\ntarget = "tests.agents.ticker"\n', encoding="utf-8")
    ticker.go_on.set()
    ticker.holding.clear()
    async with running(make_settings(config=catalog, rate_messages=2)) as address:
        yield address


async def test_every_answer_names_what_is_refreshed_and_no_widget_carries_it(address: str) -> None:
    sent = {"content": [{"type": "input_text", "text": "Hello"}], "attachments": [], "inference_options": {}}
    async with httpx2.AsyncClient(base_url=address, timeout=60) as http:
        made = await http.post("/chatkit/ticker", json={"type": "threads.create", "params": {"input": sent}})
        listed = await http.post("/chatkit/ticker", json={"type": "threads.list", "params": {}})
        other = await http.post("/chatkit/research", json={"type": "threads.list", "params": {}})
    assert made.headers["x-refresh"] == listed.headers["x-refresh"] == "ticker.tick=60"
    assert "x-refresh" not in other.headers
    # Nothing of it is in what a chat frame of another make reads.
    assert "ticker.tick" in made.text and "refresh" not in made.text and "every" not in made.text


async def test_a_refresh_is_stored_makes_no_run_and_counts_as_no_message(address: str) -> None:
    async with (
        httpx2.AsyncClient(base_url=address, timeout=60) as http,
        ChatKitClient(f"{address}/chatkit/ticker", http=http) as client,
    ):
        made = await told(client.create_thread("Hello"))
        (item,) = [one for one in made.view.items if isinstance(one, WidgetItem)]
        before = (await http.get(f"/chatkit/threads/{made.thread_id}/run")).json()
        for _ in range(5):  # two messages a minute are allowed, and one was sent
            await client.sync_custom_action(made.thread_id, "ticker.tick", None, item_id=item.id)
        after = (await http.get(f"/chatkit/threads/{made.thread_id}/run")).json()
        thread = await client.get_thread(made.thread_id)
        listed = await client.list_threads()
    assert before == after
    (stored,) = [one for one in thread.items.data if isinstance(one, WidgetItem)]
    assert ticker.text_of(stored) == "6"
    assert [one.id for one in listed.data] == [made.thread_id]


async def test_refreshes_are_limited_to_many_times_the_messages(address: str) -> None:
    async with ChatKitClient(f"{address}/chatkit/ticker") as client:
        made = await told(client.create_thread("Hello"))
        (item,) = [one for one in made.view.items if isinstance(one, WidgetItem)]
        for _ in range(20):  # two messages a minute are allowed
            await client.sync_custom_action(made.thread_id, "ticker.tick", None, item_id=item.id)
        with pytest.raises(ClientError, match="Too many refreshes: at most 20 a minute") as refused:
            await client.sync_custom_action(made.thread_id, "ticker.tick", None, item_id=item.id)
        thread = await client.get_thread(made.thread_id)
    assert refused.value.status == 429
    (stored,) = [one for one in thread.items.data if isinstance(one, WidgetItem)]
    assert ticker.text_of(stored) == "21"  # the first of them is 1, and the one too many did nothing


async def test_a_refresh_does_not_undo_what_a_click_has_done_meanwhile(address: str) -> None:
    async with ChatKitClient(f"{address}/chatkit/ticker") as client:
        made = await told(client.create_thread("Hello"))
        (item,) = [one for one in made.view.items if isinstance(one, WidgetItem)]
        ticker.go_on.clear()
        refresh = asyncio.ensure_future(client.sync_custom_action(made.thread_id, "ticker.tick", None, item_id=item.id))
        await asyncio.wait_for(ticker.holding.wait(), 20)
        await client.sync_custom_action(made.thread_id, "ticker.write", None, item_id=item.id)
        ticker.go_on.set()
        refreshed = await refresh
        thread = await client.get_thread(made.thread_id)
    assert isinstance(refreshed, WidgetItem) and ticker.text_of(refreshed) == "100"
    (stored,) = [one for one in thread.items.data if isinstance(one, WidgetItem)]
    assert ticker.text_of(stored) == "100"


async def test_a_widget_that_is_to_stay_as_it_is_is_refused_for_good(address: str) -> None:
    async with ChatKitClient(f"{address}/chatkit/ticker") as client:
        made = await told(client.create_thread("over"))
        (item,) = [one for one in made.view.items if isinstance(one, WidgetItem)]
        with pytest.raises(ClientError, match="It is over") as refused:
            await client.sync_custom_action(made.thread_id, "ticker.tick", None, item_id=item.id)
    assert refused.value.status == 422


def test_nothing_is_refreshed_more_often_than_every_second() -> None:
    actions = ActionRegistry()
    with pytest.raises(ValueError, match="every second at most"):
        actions.updates(Action[Literal["a"], Any], every=0)
