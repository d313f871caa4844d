"""A conversation with an exported workflow: what a user says, what the model answers, and what is on the screen."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatkit.types import StructuredInputItem, ThreadItem, WorkflowItem

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from tests.agents.agent_builder.test_workflows import answer, chat, settings_of, shown_to
from tests.agents.test_models import conversation, scripted
from tests.conftest import running
from tests.finished_stream import FinishedStream, stored, text_of, told
from tests.model_server import MODEL, ModelServer, Step

MakeSettings = Callable[..., Settings]


@dataclass(slots=True)
class Shown:
    """What one turn has added. items: as a reload displays them. asked: the requests that the model got."""

    stream: FinishedStream
    items: list[ThreadItem]
    asked: list[dict[str, Any]]

    @property
    def messages(self) -> list[str]:
        return [text_of(item) for item in self.items if item.type == "assistant_message"]

    @property
    def steps(self) -> list[tuple[str | None, str | None]]:
        return [
            (task.title, task.content)
            for item in self.items
            if isinstance(item, WorkflowItem)
            for task in item.workflow.tasks
            if task.type == "custom"
        ]

    @property
    def deltas(self) -> int:
        return self.stream.types.count("thread.item.updated")

    def seen_by(self, number: int) -> str:
        """The input of the request with this number."""
        return shown_to(self.asked[number])


@dataclass(slots=True)
class Talk:
    """One thread. Each turn has a script of its own."""

    client: ChatKitClient
    model: ModelServer
    thread_id: str = ""

    async def say(self, text: str, *script: Step) -> Shown:
        """A message of the user's, and what comes of it."""
        self.model.script[:] = script
        stream = (
            self.client.add_user_message(self.thread_id, text) if self.thread_id else self.client.create_thread(text)
        )
        return await self._finish(stream)

    async def retry(self, *script: Step) -> Shown:
        """The newest message is answered again."""
        self.model.script[:] = script
        newest = [item for item in await stored(self.client, self.thread_id) if item.type == "user_message"][-1]
        return await self._finish(self.client.retry_after_item(self.thread_id, newest.id))

    async def decide(self, value: str, *script: Step) -> Shown:
        """The newest question is answered."""
        self.model.script[:] = script
        question = (await stored(self.client, self.thread_id))[-1]
        return await self._finish(self.client.add_structured_input(self.thread_id, question.id, answer(value)))

    async def question(self) -> str:
        item = (await stored(self.client, self.thread_id))[-1]
        assert isinstance(item, StructuredInputItem)
        return item.inputs[0].question

    async def _finish(self, stream: Any) -> Shown:
        before = {item.id for item in await stored(self.client, self.thread_id)} if self.thread_id else set[str]()
        asked = len(conversation(self.model))
        finished = await told(stream)
        self.thread_id = self.thread_id or finished.thread_id
        items = [item for item in await stored(self.client, self.thread_id) if item.id not in before]
        return Shown(finished, items, conversation(self.model)[asked:])


@asynccontextmanager
async def talks(
    make: MakeSettings, folder: Path, texts: Mapping[str, str], **given: Any
) -> AsyncGenerator[dict[str, Talk]]:
    """A new thread with each of several workflows, on one server."""
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    catalog = folder / "chatkit-link.toml"
    catalog.write_text("".join(f'[agents.{name}]\ntarget = "{name}.py"\n' for name in texts))
    async with scripted() as model, AsyncExitStack() as stack:
        settings = make(config=catalog, openai_api_key="sk-1", openai_base_url=model.address, model=MODEL, **given)
        address = await stack.enter_async_context(running(settings))
        clients = {name: ChatKitClient(f"{address}/chatkit/{name}") for name in texts}
        yield {name: Talk(await stack.enter_async_context(client), model) for name, client in clients.items()}


@asynccontextmanager
async def talking(
    make: MakeSettings, folder: Path, text: str, *, name: str = "workflow.py", **given: Any
) -> AsyncGenerator[Talk]:
    """A new thread with the workflow in this text, on a server of its own."""
    async with scripted() as model:
        settings = settings_of(make, folder, text, model, name).model_copy(update=given)
        async with chat(settings) as client:
            yield Talk(client, model)
