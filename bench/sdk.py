"""openai-chatkit as its documentation shows it, with a store in memory."""

from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

from agents import Agent, RunConfig, Runner
from chatkit.agents import AgentContext, simple_to_agent_input, stream_agent_response
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.store import NotFoundError, Store
from chatkit.types import Attachment, Page, ThreadItem, ThreadMetadata, ThreadStreamEvent, UserMessageItem
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from typing_extensions import override

from bench.answers import ScriptedModel, events


class MemoryStore(Store[Any]):
    """Threads and items in dicts: no owner, no disk, nothing to wait for."""

    def __init__(self) -> None:
        self.threads: dict[str, ThreadMetadata] = {}
        self.items: dict[str, list[ThreadItem]] = defaultdict(list)

    @override
    async def load_thread(self, thread_id: str, context: Any) -> ThreadMetadata:
        if thread_id not in self.threads:
            raise NotFoundError(f"Thread {thread_id} not found")
        return self.threads[thread_id].model_copy(deep=True)

    @override
    async def save_thread(self, thread: ThreadMetadata, context: Any) -> None:
        self.threads[thread.id] = thread.model_copy(deep=True)

    @override
    async def load_threads(self, limit: int, after: str | None, order: str, context: Any) -> Page[ThreadMetadata]:
        rows = sorted(self.threads.values(), key=lambda thread: thread.created_at, reverse=order == "desc")
        return _page(rows, limit, after)

    @override
    async def delete_thread(self, thread_id: str, context: Any) -> None:
        self.threads.pop(thread_id, None)
        self.items.pop(thread_id, None)

    @override
    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: Any
    ) -> Page[ThreadItem]:
        rows = sorted(self.items[thread_id], key=lambda item: item.created_at, reverse=order == "desc")
        return _page(rows, limit, after)

    @override
    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: Any) -> None:
        self.items[thread_id].append(item)

    @override
    async def save_item(self, thread_id: str, item: ThreadItem, context: Any) -> None:
        rows = self.items[thread_id]
        for index, known in enumerate(rows):
            if known.id == item.id:
                rows[index] = item
                return
        rows.append(item)

    @override
    async def load_item(self, thread_id: str, item_id: str, context: Any) -> ThreadItem:
        for item in self.items[thread_id]:
            if item.id == item_id:
                return item
        raise NotFoundError(f"Item {item_id} not found")

    @override
    async def delete_thread_item(self, thread_id: str, item_id: str, context: Any) -> None:
        self.items[thread_id] = [item for item in self.items[thread_id] if item.id != item_id]

    @override
    async def save_attachment(self, attachment: Attachment, context: Any) -> None:
        raise NotImplementedError

    @override
    async def load_attachment(self, attachment_id: str, context: Any) -> Attachment:
        raise NotImplementedError

    @override
    async def delete_attachment(self, attachment_id: str, context: Any) -> None:
        raise NotImplementedError


def _page(rows: list[Any], limit: int, after: str | None) -> Page[Any]:
    start = next((index + 1 for index, row in enumerate(rows) if row.id == after), 0)
    data = rows[start : start + limit]
    more = start + limit < len(rows)
    return Page(data=data, has_more=more, after=data[-1].id if more else None)


class PlainServer(ChatKitServer[Any]):
    @override
    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: Any
    ) -> AsyncIterator[ThreadStreamEvent]:
        assert input_user_message is not None
        text = "".join(part.text for part in input_user_message.content)
        async for event in events(text, self.store.generate_item_id("message", thread, context), thread.id):
            yield event


class AgentServer(ChatKitServer[Any]):
    def __init__(self, store: Store[Any]) -> None:
        super().__init__(store)
        self._agent = Agent(name="Scripted", model=ScriptedModel())
        # Off, as in ours: tracing would cost this server more.
        self._config = RunConfig(tracing_disabled=True)

    @override
    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: Any
    ) -> AsyncIterator[ThreadStreamEvent]:
        page = await self.store.load_thread_items(thread.id, None, 20, "desc", context)
        given = await simple_to_agent_input(list(reversed(page.data)))
        agent_context = AgentContext(thread=thread, store=self.store, request_context=context)
        result = Runner.run_streamed(self._agent, given, context=agent_context, run_config=self._config)
        async for event in stream_agent_response(agent_context, result):
            yield event


def create_app() -> FastAPI:
    store = MemoryStore()
    servers: dict[str, ChatKitServer[Any]] = {"plain": PlainServer(store), "agents": AgentServer(store)}
    app = FastAPI()

    @app.post("/chatkit/{name}")
    async def chatkit(name: str, request: Request) -> Response:
        result = await servers[name].process(await request.body(), context={})
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(content=result.json, media_type="application/json")

    return app
