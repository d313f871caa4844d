"""A project with chat servers as people write them. None of it knows of ChatKit Link."""

SHAPES = '''
from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, AsyncIterator

from chatkit.agents import AgentContext
from chatkit.server import ChatKitServer
from chatkit.store import AttachmentStore, NotFoundError, Store
from chatkit.types import AssistantMessageContent, AssistantMessageItem, HiddenContextItem, Page, ThreadItemDoneEvent
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request


class Memory(Store[dict]):
    """Keeps everything in dictionaries, and asks nobody whose it is."""

    def __init__(self, limit: int = 100):
        self.threads = {}
        self.items = defaultdict(list)
        self.attachments = {}
        self.limit = limit
        self.seen = []

    async def load_thread(self, thread_id, context):
        if thread_id not in self.threads:
            raise NotFoundError(thread_id)
        return self.threads[thread_id]

    async def save_thread(self, thread, context):
        self.threads[thread.id] = thread

    async def load_threads(self, limit, after, order, context):
        return Page(data=list(self.threads.values())[:limit], has_more=False)

    async def load_thread_items(self, thread_id, after, limit, order, context):
        rows = self._ordered(thread_id, order)
        return Page(data=rows[:limit], has_more=len(rows) > limit)

    def _ordered(self, thread_id, order):
        return sorted(self.items[thread_id], key=lambda item: item.created_at, reverse=order == "desc")

    async def add_thread_item(self, thread_id, item, context):
        self.items[thread_id].append(item)

    async def save_item(self, thread_id, item, context):
        self.items[thread_id] = [item if each.id == item.id else each for each in self.items[thread_id]]

    async def load_item(self, thread_id, item_id, context):
        for item in self.items[thread_id]:
            if item.id == item_id:
                return item
        raise NotFoundError(item_id)

    async def delete_thread(self, thread_id, context):
        self.threads.pop(thread_id, None)
        self.items.pop(thread_id, None)

    async def delete_thread_item(self, thread_id, item_id, context):
        self.items[thread_id] = [each for each in self.items[thread_id] if each.id != item_id]

    async def save_attachment(self, attachment, context):
        self.attachments[attachment.id] = attachment

    async def load_attachment(self, attachment_id, context):
        return self.attachments[attachment_id]

    async def delete_attachment(self, attachment_id, context):
        self.attachments.pop(attachment_id, None)

    # What the SDK's class does not have

    async def count(self, thread_id, context):
        """On top of the interface."""
        return len((await self.load_thread_items(thread_id, None, self.limit, "asc", context)).data)

    def note(self, text):
        """In a place of its own."""
        self.seen.append(text)
        return len(self.seen)

    def how_many_threads(self):
        """In the place where it keeps the chats."""
        return len(self.threads)


async def texts(store, thread, context):
    page = await store.load_thread_items(thread.id, after=None, limit=20, order="asc", context=context)
    return [part.text for item in page.data if item.type.endswith("_message") for part in item.content]


class Chat(ChatKitServer[Any]):
    """Answers with what its store has of the thread, and with what describe() says."""

    async def respond(self, thread, item, context) -> AsyncIterator:
        said = await texts(self.store, thread, context)
        answer = f"{len(said)} {await self.describe(thread, context)}".strip()
        yield ThreadItemDoneEvent(item=AssistantMessageItem(
            id=self.store.generate_item_id("message", thread, context), thread_id=thread.id,
            created_at=datetime.now(), content=[AssistantMessageContent(text=answer)]))

    async def describe(self, thread, context):
        return ""


# Constructors

class TakesStore(Chat):
    def __init__(self, store: Store[dict]):
        super().__init__(store)


class TakesBothByOtherNames(Chat):
    def __init__(self, file_store, data_store):
        super().__init__(data_store, file_store)
        assert isinstance(data_store, Store) and isinstance(file_store, AttachmentStore)


class TakesByAnnotation(Chat):
    def __init__(self, model: str = "gpt", *, persistence: Store[dict], blobs: AttachmentStore | None = None):
        super().__init__(persistence, attachment_store=blobs)
        assert model == "gpt" and blobs is not None


class TakesItsOwnClass(Chat):
    def __init__(self, store: Memory):
        assert isinstance(store, Memory)
        super().__init__(store)


class MayTakeStore(Chat):
    def __init__(self, store: Memory | None = None):
        super().__init__(store or Memory())


class PassesOn(Chat):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)


class PassesOnOthers(Chat):
    def __init__(self, **kwargs):
        super().__init__(store=Memory(), **kwargs)


class TakesSettings(Chat):
    def __init__(self, store, settings):
        super().__init__(store)
        assert settings.database_url


class HasSettingsOfItsOwn(Chat):
    def __init__(self, store, settings: Options | None = None):
        super().__init__(store)
        assert settings is None


class Options(BaseModel):
    model: str = "gpt"


class WantsMore(Chat):
    def __init__(self, store, *, instructions: str, history_limit: int):
        super().__init__(store)


class WantsOptions(Chat):
    def __init__(self, store, settings: Options):
        super().__init__(store)


class WantsCaller(Chat):
    def __init__(self, store, caller):
        super().__init__(store)


class Breaks(Chat):
    def __init__(self, store):
        super().__init__(store)
        self.city = {}["city"]


class ForgetsSuper(Chat):
    def __init__(self, store):
        pass


# Stores of its own

class Converter:
    def __init__(self, store):
        self.store = store


class OwnFiles(AttachmentStore[dict]):
    def __init__(self, store):
        self.store = store
        self._files = {}

    async def delete_attachment(self, attachment_id, context):
        self._files.pop(attachment_id, None)

    def stored(self):
        return list(self._files)


class OwnStore(Chat):
    def __init__(self) -> None:
        self.store: Memory = Memory(limit=7)
        super().__init__(self.store)


shared = Memory()


class HandsItOn(Chat):
    def __init__(self):
        store = Memory()
        super().__init__(store, OwnFiles(store))
        self.files = self.attachment_store
        self.converter = Converter(store)
        self.by_name = {"main": [store, self.converter]}
        self.converter.server = self
        self.tool = self._tool(store)

    def _tool(self, store):
        async def count(thread, context):
            return len((await store.load_thread_items(thread.id, None, 20, "asc", context)).data)

        return count

    async def describe(self, thread, context):
        everywhere = [self.converter.store, self.by_name["main"][0], self.files.store, self.attachment_store.store]
        assert all(each is self.store for each in everywhere)
        assert isinstance(self.files, OwnFiles) and self.files is self.attachment_store
        return f"tool {await self.tool(thread, None)}"


class UsesAGlobal(Chat):
    def __init__(self):
        super().__init__(shared)

    async def describe(self, thread, context):
        return f"global {len(await texts(shared, thread, context))}"


class AsksMore(Chat):
    def __init__(self):
        super().__init__(Memory(limit=7))

    async def describe(self, thread, context):
        assert self.store.limit == 7
        return f"count {await self.store.count(thread.id, context)} notes {self.store.note(thread.id)}"


class AsksTooMuch(Chat):
    def __init__(self):
        super().__init__(Memory())

    async def describe(self, thread, context):
        return str(self.store.how_many_threads())


class Keeps(Chat):
    """Answers with what is in its own store, of everybody's threads."""

    def __init__(self, store: Memory | None = None):
        super().__init__(store or Memory())
        assert type(self.store) is Memory

    async def respond(self, thread, item, context):
        hidden = HiddenContextItem(id=self.store.generate_item_id("message", thread, context), thread_id=thread.id,
                                   created_at=datetime.now(), content="noted")
        await self.store.add_thread_item(thread.id, hidden, context=context)
        async for event in super().respond(thread, item, context):
            yield event

    async def describe(self, thread, context):
        kinds = [item.type for item in self.store.items[thread.id]]
        titles = [each.title for each in self.store.threads.values()]
        return f"of {len(self.store.threads)} threads, {titles}, {kinds.count('hidden_context_item')} hidden"


# Contexts

class OwnContext(AgentContext):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    store: Annotated[Memory, Field(exclude=True)]
    request_context: dict[str, Any]


class ChecksItsStore(Chat):
    def __init__(self):
        self.store: Memory = Memory()
        super().__init__(self.store)

    async def describe(self, thread, context):
        made = OwnContext(thread=thread, store=self.store, request_context=context)
        assert made.generate_id("message").startswith("msg_")
        return f"{made.request_context['user_id']} {await made.store.count(thread.id, made.request_context)}"


class ReadsADictionary(Chat):
    async def describe(self, thread, context):
        assert isinstance(context, dict) and context.get("nothing") is None and context.get("user_id", "anonymous")
        context["stash"] = thread.id
        request = context["request"]
        assert context.request is request and isinstance(request, Request)
        shown = [context.get("user_id"), request.headers.get("map-id"), request.query_params.get("mode")]
        secrets = [name for name in ("authorization", "cookie", "x-api-key") if name in context.headers]
        return f"{' '.join(map(str, shown))} {secrets}"


class PassesAnything(Chat):
    async def describe(self, thread, context):
        found = [await texts(self.store, thread, each) for each in (None, {}, {"user_id": "mallory"}, object())]
        task = asyncio.create_task(texts(self.store, thread, "in a task"))
        return str([len(each) for each in (*found, await task)])


class MyContext(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    request: Annotated[Request | None, Field(default=None, exclude=True)]
    user_id: str = "nobody"
    map_id: str = "solstice"


class TypedContext(ChatKitServer[MyContext]):
    respond = Chat.respond

    async def describe(self, thread, context):
        made = AgentContext[MyContext](thread=thread, store=self.store, request_context=context)
        assert type(made.request_context) is MyContext
        return f"{context.map_id} {context.user_id} {context.request.headers.get('map-id')}"


@dataclass
class Account:
    name: str
    plan: str


class BuiltContext(ChatKitServer[Account]):
    respond = Chat.respond

    async def describe(self, thread, context):
        return f"{context.name} on {context.plan}"


async def make_account(request, caller):
    await asyncio.sleep(0)
    return Account(name=caller.user_id, plan=request.headers.get("x-plan", "free"))


def account_of(caller):
    return Account(name=caller.user, plan="paid")


def broken_account(request):
    return Account(name=request.headers["x-name"], plan="free")


# Factories and instances

def create_chatkit_server() -> OwnStore | None:
    return OwnStore()


def build(data_store, instructions="Be kind."):
    return TakesStore(data_store)


async def connect():
    await asyncio.sleep(0)
    return OwnStore()


def nothing():
    return None


def returns_a_class():
    return OwnStore


def asks(prompt):
    return OwnStore()


instance = HandsItOn()


class ShowsImages(Chat):
    """Hands the address of an image on to a model, and saves the message again."""

    async def respond(self, thread, item, context):
        page = await self.store.load_thread_items(thread.id, None, 20, "desc", context)
        for each in page.data:
            for attachment in getattr(each, "attachments", []):
                self.seen = str(attachment.preview_url)
            await self.store.save_item(thread.id, each, context)
        self.given = str(item.attachments[0].preview_url) if item.attachments else "none"
        async for event in super().respond(thread, item, context):
            yield event

    async def describe(self, thread, context):
        return f"{self.seen[:23]} {self.given == self.seen}"


# Turns that fail

class FailsToAnswer(Chat):
    async def describe(self, thread, context):
        return {}["weather"]


class Overrides(OwnStore):
    async def process(self, request, context):
        return await super().process(request, context)


overriding = Overrides()


class TakesTooMuch(OwnStore):
    async def respond(self, thread, input_user_message, client_tools, context):
        yield


class ReturnsNone(OwnStore):
    def respond(self, thread, item, context):
        return None


class LeavesTasks(OwnStore):
    """Nobody waits for its tasks: one has failed when it has answered, one fails later, and one never ends."""

    async def describe(self, thread, context):
        self.tasks = [asyncio.create_task(each) for each in (self.fail(), self.fail_later(), asyncio.sleep(60))]
        caught = asyncio.create_task(self.fail())
        await asyncio.gather(caught, return_exceptions=True)
        return "started"

    async def fail(self):
        raise ValueError("no such mailbox.")

    async def fail_later(self):
        await asyncio.sleep(0.1)
        raise OSError("no such printer")


@dataclass
class Unknowable:
    user_id: str
    org: str
    db: Any


class WantsAContext(ChatKitServer[Unknowable]):
    respond = Chat.respond
    describe = Chat.describe


class Hangs(Chat):
    async def describe(self, thread, context):
        import time
        time.sleep(60)
'''
