"""A server class that names its threads, or changes them otherwise: the page follows, and nothing is put over it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from chatkit.server import ChatKitServer
from chatkit.types import LockedStatus, ThreadItemDoneEvent, ThreadMetadata, ThreadStreamEvent, ThreadUpdatedEvent

from chatkit_link.agents.own_titles import names_threads
from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from tests.agents.test_models import asked_for_a_title, scripted
from tests.conftest import running
from tests.finished_stream import FinishedStream, told
from tests.model_server import MODEL, ModelServer

SERVERS = '''
import asyncio
from datetime import datetime
from chatkit.server import ChatKitServer
from chatkit.types import AssistantMessageContent, AssistantMessageItem, LockedStatus, ThreadItemDoneEvent


class Plain(ChatKitServer):
    async def before(self, thread, context): ...
    async def after(self, thread, context): ...

    async def respond(self, thread, input_user_message, context):
        await self.before(thread, context)
        yield ThreadItemDoneEvent(item=AssistantMessageItem(
            id=self.store.generate_item_id("message", thread, context), thread_id=thread.id,
            created_at=datetime.now(), content=[AssistantMessageContent(text="Hello.")]))
        await self.after(thread, context)

    async def action(self, thread, action, sender, context):
        name(thread, "Renamed")
        await self.store.save_thread(thread, context)
        return
        yield


def name(what, title):
    what.title = title


class SavesFirst(Plain):
    async def before(self, thread, context):
        name(thread, "Own")
        await self.store.save_thread(thread, context)


class SavesLast(Plain):
    async def after(self, thread, context):
        name(thread, "Own")
        await self.store.save_thread(thread, context)


class OnlySets(Plain):
    async def after(self, thread, context):
        name(thread, "Own")


class LoadsAndSaves(Plain):
    async def before(self, thread, context):
        loaded = await self.store.load_thread(thread.id, context)
        name(loaded, "Own")
        await self.store.save_thread(loaded, context)


class BesideTheAnswer(Plain):
    async def before(self, thread, context):
        self.task = asyncio.create_task(self.save(thread, context))

    async def save(self, thread, context):
        thread.title = "Own"
        await self.store.save_thread(thread, context)

    async def after(self, thread, context):
        await self.task


class OfATask(BesideTheAnswer):
    """Its task knows the id of the thread alone."""

    async def save(self, thread, context):
        await LoadsAndSaves.before(self, thread, context)


class Fails(SavesFirst):
    async def after(self, thread, context):
        raise RuntimeError("over")


class FailsAside(LoadsAndSaves):
    async def after(self, thread, context):
        raise RuntimeError("over")


class Changes(Plain):
    async def before(self, thread, context):
        thread.metadata["visits"] = 1
        thread.allowed_image_domains = ["cat.example"]
        await self.store.save_thread(thread, context)

    async def after(self, thread, context):
        thread.status = LockedStatus(reason="Done")
        await self.store.save_thread(thread, context)


class Stopped(Plain):
    """Has a title to give when it is stopped."""

    async def after(self, thread, context):
        try:
            await asyncio.Event().wait()
        finally:
            name(thread, "Own")


class Later(Plain):
    """Names a thread by its second message."""

    async def after(self, thread, context):
        page = await self.store.load_thread_items(thread.id, None, 20, "asc", context)
        if thread.title is None and len(page.data) > 3:
            thread.title = "Own"
'''
NAMING = ("SavesFirst", "SavesLast", "OnlySets", "LoadsAndSaves", "BesideTheAnswer", "OfATask", "Fails", "FailsAside")


class Site:
    """A server of these classes, on a model that would give the title "Steeping green tea"."""

    def __init__(self, address: str, model: ModelServer) -> None:
        self._address = address
        self._model = model

    def client(self, name: str) -> ChatKitClient:
        return ChatKitClient(f"{self._address}/chatkit/{name.lower()}")

    @property
    def asked(self) -> int:
        return len([request for request in self._model.requests if asked_for_a_title(request)])


@pytest.fixture
async def site(tmp_path: Path, make_settings: Callable[..., Settings]) -> AsyncIterator[Site]:
    (tmp_path / "servers.py").write_text(SERVERS)
    names = ("Plain", *NAMING, "Changes", "Stopped", "Later")
    lines = (f'[agents.{name.lower()}]\ntarget = "{tmp_path / "servers.py"}:{name}"\n' for name in names)
    (tmp_path / "chatkit-link.toml").write_text("\n".join(lines))
    async with scripted() as model:
        settings = make_settings(
            openai_api_key="sk-canary-123", openai_base_url=model.address, model=MODEL,
            search="local", config=tmp_path / "chatkit-link.toml",
        )  # fmt: skip
        async with running(settings) as address:
            yield Site(address, model)


def titles(stream: FinishedStream) -> list[str | None]:
    return [event.thread.title for event in stream.events if isinstance(event, ThreadUpdatedEvent)]


async def test_the_title_of_a_server_reaches_the_page_and_no_model_is_asked_for_one(site: Site) -> None:
    for name in NAMING:
        async with site.client(name) as client:
            made = await told(client.create_thread("How long should green tea steep?"))
            assert titles(made) == ["Own"], name
            assert (await client.get_thread(made.thread_id)).title == "Own", name
            assert bool(made.view.errors) is name.startswith("Fails")
    assert site.asked == 0


async def test_what_a_server_changed_before_it_was_stopped_is_kept_and_sent(site: Site) -> None:
    async with site.client("Stopped") as client, client.create_thread("Good morning") as stream:
        events: list[ThreadStreamEvent] = []
        async for received in stream:
            events.append(received.event)
            if isinstance(received.event, ThreadItemDoneEvent) and received.event.item.type == "assistant_message":
                await client.cancel_run(str(stream.run_id))
        (updated,) = [event.thread for event in events if isinstance(event, ThreadUpdatedEvent)]
        assert updated.title == (await client.get_thread(updated.id)).title == "Own"


async def test_a_server_that_waits_with_its_title_is_waited_for(site: Site) -> None:
    async with site.client("Later") as client:
        made = await told(client.create_thread("Good morning"))
        assert (titles(made), site.asked) == ([], 0)
        again = await told(client.add_user_message(made.thread_id, "How long should green tea steep?"))
        assert (titles(again), site.asked) == (["Own"], 0)


async def test_a_server_that_names_no_thread_gets_a_title_after_its_answer(site: Site) -> None:
    async with site.client("SavesFirst") as named, site.client("Plain") as client:
        await told(named.create_thread("Good morning"))
        made = await told(client.create_thread("How long should green tea steep?"))
        assert titles(made) == ["Steeping green tea"]
        assert site.asked == 1
        # An action has the last word.
        acted = await told(client.custom_action(made.thread_id, "rename", None))
        assert titles(acted) == ["Renamed"]
        assert (await client.get_thread(made.thread_id)).title == "Renamed"


async def test_a_status_and_image_domains_that_a_server_saved_reach_the_page(site: Site) -> None:
    async with site.client("Changes") as client:
        made = await told(client.create_thread("Good morning"))
        first, *_, last = [event.thread for event in made.events if isinstance(event, ThreadUpdatedEvent)]
        answer = next(at for at, event in enumerate(made.events) if event.type == "thread.item.done" and at > 2)
        assert made.events[answer - 1].type == "thread.updated"  # before what may name a picture
        assert first.allowed_image_domains == ["cat.example"]
        assert last.status == LockedStatus(reason="Done")


class Copies(ChatKitServer[Any]):
    async def rename(self, thread: ThreadMetadata) -> ThreadMetadata:
        return thread.model_copy(update={"title": "Own"})


class Sets(ChatKitServer[Any]):
    def rename(self, context: Any) -> None:
        setattr(context.thread, "title", "Own")  # noqa: B010


class Inherits(Sets):
    pass


class OfSomethingElse(ChatKitServer[Any]):
    def draw(self, card: Any, thread: ThreadMetadata) -> None:
        card.title = thread.title


@pytest.mark.parametrize(
    ("server", "expected"), [(Copies, True), (Sets, True), (Inherits, True), (OfSomethingElse, False)]
)
def test_code_that_sets_the_title_of_a_thread_is_recognized(server: type[ChatKitServer[Any]], expected: bool) -> None:
    assert names_threads(server) is expected
