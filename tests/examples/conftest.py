"""A server with Professor Lock, and somebody who talks to it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import WidgetItem
from chatkit.widgets import WidgetRoot

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.examples import lecture
from tests.examples.lecture import LectureClock
from tests.finished_stream import FinishedStream, told

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="session")
async def example_server(make_settings: Callable[..., Settings]) -> AsyncIterator[str]:
    async with running(make_settings(config=Path(__file__).with_name("agents.toml"))) as address:
        yield address


@pytest.fixture
def clock() -> Iterator[LectureClock]:
    """The clock of the server's Professor Lock, which is set back when the test is over."""
    yield lecture.clock
    lecture.clock.time = lecture.BEGINS


class Student:
    """One person in one thread, who looks at widgets and clicks on what they offer."""

    def __init__(self, client: ChatKitClient) -> None:
        self.client = client
        self.thread_id = ""

    async def ask(self, message: Any) -> FinishedStream:
        if self.thread_id:
            return await told(self.client.add_user_message(self.thread_id, message))
        answer = await told(self.client.create_thread(message))
        self.thread_id = answer.thread_id
        return answer

    async def widgets(self, key: str) -> list[WidgetItem]:
        """Those that a reload shows, by the key of their root."""
        items = (await self.client.get_thread(self.thread_id)).items.data
        return [item for item in items if isinstance(item, WidgetItem) and tree(item.widget).get("key") == key]

    async def widget(self, key: str) -> WidgetItem:
        (only,) = await self.widgets(key)
        return only

    async def click(self, item: WidgetItem, kind: str, at: int = 0, **fields: Any) -> FinishedStream:
        """Click the ``at``-th control with this action."""
        action = offered(item.widget, kind)[at]
        payload = {**(action.get("payload") or {}), **fields} or None
        return await told(self.client.custom_action(self.thread_id, kind, payload, item_id=item.id))

    async def change(self, item: WidgetItem, kind: str, at: int = 0, **fields: Any) -> WidgetItem:
        """The same for an action that gives the widget as it has changed."""
        action = offered(item.widget, kind)[at]
        payload = {**(action.get("payload") or {}), **fields} or None
        changed = await self.client.sync_custom_action(self.thread_id, kind, payload, item_id=item.id)
        assert isinstance(changed, WidgetItem) and changed.id == item.id
        return changed


@pytest.fixture
async def student(example_server: str) -> AsyncIterator[Student]:
    async with ChatKitClient(f"{example_server}/chatkit/lock", headers={"X-Time-Zone": "America/New_York"}) as client:
        yield Student(client)


@asynccontextmanager
async def student_of(make_settings: Callable[..., Settings], models: str) -> AsyncIterator[Student]:
    """Somebody who talks to a Professor Lock that asks the model server at this address."""
    config = Path(__file__).with_name("agents.toml")
    given = {"openai_api_key": "sk-canary-123", "openai_base_url": models, "model": "gpt-6-luna", "search": "local"}
    async with (
        running(make_settings(config=config, **given)) as address,
        ChatKitClient(f"{address}/chatkit/lock") as client,
    ):
        yield Student(client)


def tree(widget: WidgetRoot) -> dict[str, Any]:
    return widget.model_dump(mode="json", exclude_none=True)


def nodes(node: Any) -> list[dict[str, Any]]:
    """Every node of a tree, in reading order."""
    if isinstance(node, list):
        return [found for part in node for found in nodes(part)]
    return [node, *nodes(node.get("children", []))] if isinstance(node, dict) else []


def offered(widget: WidgetRoot, kind: str) -> list[dict[str, Any]]:
    root = tree(widget)
    footer = [button["action"] for key in ("confirm", "cancel") if (button := root.get(key))]
    actions = [node.get("onClickAction") or node.get("onSubmitAction") or {} for node in nodes(root)]
    return [action for action in [*actions, *footer] if action.get("type") == kind]


def words(widget: WidgetRoot) -> list[str]:
    """What stands in a widget, in reading order."""
    said = [node.get("value") or node.get("label") for node in nodes(tree(widget))]
    return [str(word) for word in said if word]
