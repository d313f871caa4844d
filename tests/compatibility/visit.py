"""One user's visit to a server that is met for the first time: everything that its agent offers is tried once.

The user says hello, has each tool called, answers client tools, presses what the widgets offer, mentions an entity,
attaches a file, rates, asks again, reloads; another user looks in. What goes wrong is collected, not raised: the
report of a server names all of it.
"""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx2
import pytest
from chatkit import types as wire

from chatkit_link.client import ChatKitClient, ClientError, EventStream, ThreadView
from tests.compatibility.cases import Case
from tests.compatibility.obedient_model import ANSWER, ObedientModel, smallest
from tests.finished_stream import FinishedStream, told

#: A pixel.
_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass
class Report:
    """tried: what was tried, in order, each with what went wrong, or "" . thread_id: the conversation."""

    tried: dict[str, str] = field(default_factory=dict[str, str])
    seen: set[str] = field(default_factory=set[str])
    thread_id: str = ""

    @property
    def problems(self) -> dict[str, str]:
        return {step: problem for step, problem in self.tried.items() if problem}


class Visit:
    """client: the user. model: what the server's agent asks."""

    def __init__(self, address: str, case: Case, model: ObedientModel, report: Report) -> None:
        self._address = f"{address}/chatkit"
        self._case = case
        self._model = model
        self.report = report
        self.client = self._user()
        self._view = ThreadView()

    def _user(self) -> ChatKitClient:
        return ChatKitClient(self._address, headers=self._case.headers)

    async def run(self) -> None:
        await self._hello()
        if not self.report.thread_id:
            return
        await self._tools()
        await self._widgets()
        await self._reload("reload")
        await self._feedback()
        await self._retry()
        await self._reload("reload after a retry")
        await self._mention()
        await self._attachment()
        await self._routes()
        await self._history()
        await self._other_user()

    async def again(self, address: str) -> None:
        """After a restart of the server: the same user, the same conversation."""
        self._address = f"{address}/chatkit"
        self.client.url = self._address
        await self._reload("reload after a restart")
        async with self._step("a turn after a restart"):
            await self._say("call nothing, just answer")

    # Steps

    @asynccontextmanager
    async def _step(self, name: str) -> AsyncIterator[None]:
        try:
            yield
            self.report.tried.setdefault(name, "")
        except Exception as error:  # noqa: BLE001 - all that goes wrong is in the report
            if why := self._case.lacks.get(name):
                self.report.tried[name] = ""
                self.report.seen.add(f"no {name}: {why}")
            else:
                self.report.tried[name] = f"{type(error).__name__}: {error}"[:600]

    async def _hello(self) -> None:
        async with self._step("hello"):
            told = await self._read(self.client.create_thread("Hello there"))
            self.report.thread_id = told.thread_id
            _answered(told)
            if ANSWER in told.text:
                self.report.seen.add("model's own words")

    async def _tools(self) -> None:
        tried: set[str] = set()
        # A handoff offers the tools of the next agent.
        while left := {name: schema for name, schema in self._model.tools.items() if name not in tried}:
            name, schema = next(iter(left.items()))
            tried.add(name)
            if why := self._case.not_tried.get(name):
                self.report.tried[f"tool {name}"] = ""
                self.report.seen.add(f"tool {name} not tried: {why}")
                continue
            async with self._step(f"tool {name}"):
                asked = len(self._model.requests)
                arguments = self._case.arguments.get(name) or smallest(schema)
                # An agent that stops at a tool may have nothing to say afterwards.
                message = f"call {name} {json.dumps(arguments)}"
                await self._read(self.client.add_user_message(self.report.thread_id, message))
                outputs = _outputs(self._model.requests[asked:])
                if failed := [text for text in outputs if "error occurred while running the tool" in text]:
                    raise AssertionError(failed[0])
        if tried:
            self.report.seen.add("tools")

    async def _widgets(self) -> None:
        for item in await self._items():
            if not isinstance(item, wire.WidgetItem):
                continue
            self.report.seen.add("widgets")
            actions = _actions(item.widget.model_dump(mode="json", exclude_none=True))
            for action in {action["type"]: action for action in actions}.values():
                async with self._step(f"action {action['type']}"):
                    payload = self._case.payloads.get(action["type"], action.get("payload"))
                    await self._read(
                        self.client.custom_action(self.report.thread_id, action["type"], payload, item_id=item.id)
                    )
                    self.report.seen.add("actions")

    async def _mention(self) -> None:
        async with self._step("mention"):
            tag = wire.UserMessageTagContent(
                type="input_tag", id="entity-1", text="Central", data={"kind": "station"}, interactive=True
            )
            text = wire.UserMessageTextContent(type="input_text", text="Tell me about ")
            await self._apart(_input([text, tag]))

    async def _attachment(self) -> None:
        try:
            attachment = await self.client.create_attachment("dot.png", len(_PICTURE), "image/png")
        except ClientError as error:
            self.report.seen.add(f"no attachments: {error}")
            return
        async with self._step("attachment"):
            self.report.seen.add("attachments")
            to = attachment.upload_descriptor
            if to is not None:
                url = httpx2.URL(self._address).join(str(to.url))
                async with httpx2.AsyncClient(cookies=self.client._http.cookies) as http:  # pyright: ignore[reportPrivateUsage]
                    answer = await http.request(to.method, url, content=_PICTURE, headers=dict(to.headers))
                assert answer.is_success, f"the upload was answered with {answer.status_code}: {answer.text[:200]}"
            text = wire.UserMessageTextContent(type="input_text", text="What is in it?")
            await self._apart(_input([text], attachments=[attachment.id]))

    async def _reload(self, name: str) -> None:
        async with self._step(name):
            stored = {item.id: item.model_dump(mode="json") for item in await self._items()}
            streamed = {item.id: item.model_dump(mode="json") for item in self._view.visible}
            assert list(stored) == list(streamed), (
                f"{len(streamed)} items were streamed and {len(stored)} stored; "
                f"only streamed: {[streamed[i]['type'] + ' ' + i for i in streamed if i not in stored]}, "
                f"only stored: {[stored[i]['type'] + ' ' + i for i in stored if i not in streamed]}"
            )
            for item_id, item in streamed.items():
                assert _same(stored[item_id], item), f"streamed {item} but stored {stored[item_id]}"

    async def _feedback(self) -> None:
        async with self._step("feedback"):
            last = [item for item in await self._items() if isinstance(item, wire.AssistantMessageItem)]
            if last:
                await self.client.feedback(self.report.thread_id, [last[-1].id], "positive")

    async def _retry(self) -> None:
        async with self._step("retry"):
            asked = [item for item in await self._items() if isinstance(item, wire.UserMessageItem)]
            position = [item.id for item in self._view.items].index(asked[-1].id)
            self._view = _with(self._view, self._view.items[: position + 1])
            _answered(await self._read(self.client.retry_after_item(self.report.thread_id, asked[-1].id)))

    async def _routes(self) -> None:
        """Those of the app that ChatKit Link is served in."""
        for route in self._case.routes:
            async with self._step(f"route {route}"), httpx2.AsyncClient() as http:
                url = self._address.removesuffix("/chatkit") + route.format(thread=self.report.thread_id)
                answer = await http.get(url)
                assert answer.is_success, f"GET {route} is answered with {answer.status_code}: {answer.text[:200]}"

    async def _history(self) -> None:
        async with self._step("rename and list"):
            await self.client.update_thread(self.report.thread_id, "A name of the user's own")
            listed = {thread.id: thread.title for thread in (await self.client.list_threads()).data}
            assert listed[self.report.thread_id] == "A name of the user's own", f"listed {listed}"

    async def _other_user(self) -> None:
        async with self._step("another user"), self._user() as other:
            assert not (await other.list_threads()).data, "another user lists the conversation"
            with pytest.raises(ClientError) as refused:
                await other.get_thread(self.report.thread_id)
            assert refused.value.status == 404, f"another user's request is answered with {refused.value.status}"

    # What the steps are made of

    async def _say(self, message: str | wire.UserMessageInput) -> None:
        told = await self._read(self.client.add_user_message(self.report.thread_id, message))
        _answered(told)

    async def _apart(self, message: wire.UserMessageInput) -> None:
        """In a thread of its own: a converter that does not know a part fails at it in all later turns, too."""
        apart = Visit(self._address.removesuffix("/chatkit"), self._case, self._model, Report(seen=self.report.seen))
        apart.client = self.client
        _answered(await apart._read(self.client.create_thread(message)))

    async def _read(self, stream: EventStream) -> FinishedStream:
        """Reads to the end, answers a client tool that waits, and complains about an error."""
        finished = await told(stream)
        for event in finished.events:
            self._view.apply(event)
            if "annotations" in str(event) and "annotations=[]" not in str(event):
                self.report.seen.add("annotations")
        if finished.view.effects:
            self.report.seen.add("client effects")
        if errors := finished.view.errors:
            raise AssertionError(f"the user reads {errors[0].message!r} (code {errors[0].code!r})")
        pending = [item for item in finished.view.items if _waits(item)]
        if pending:
            self.report.seen.add("client tools")
            self._complete(pending[-1])
            await self._read(self.client.add_client_tool_output(finished_thread(finished, self.report), {"ok": True}))
        return finished

    def _complete(self, item: wire.ThreadItem) -> None:
        """As a page does that answers a client tool: no event is about it."""
        call = cast("wire.ClientToolCallItem", item)
        answered = call.model_copy(update={"status": "completed", "output": {"ok": True}})
        self._view.apply(wire.ThreadItemReplacedEvent(item=answered))

    async def _items(self) -> list[wire.ThreadItem]:
        items: list[wire.ThreadItem] = []
        after: str | None = None
        while True:
            page = await self.client.list_items(self.report.thread_id, limit=100, after=after, order="asc")
            items += page.data
            if not page.has_more:
                return items
            after = page.after


def finished_thread(finished: FinishedStream, report: Report) -> str:
    return report.thread_id or finished.thread_id


def _answered(told: FinishedStream) -> None:
    answers = [item for item in told.view.items if not isinstance(item, wire.UserMessageItem)]
    assert answers or told.view.effects, f"no answer; the events were {told.types}"


def _waits(item: wire.ThreadItem) -> bool:
    return isinstance(item, wire.ClientToolCallItem) and item.status == "pending"


def _with(view: ThreadView, items: list[wire.ThreadItem]) -> ThreadView:
    made = ThreadView(items)
    made.thread = view.thread
    return made


def _same(stored: dict[str, Any], streamed: dict[str, Any]) -> bool:
    """Signed links differ from load to load; anything else is to be equal."""
    return _without_links(stored) == _without_links(streamed)


def _without_links(value: Any) -> Any:
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        return {
            key: _without_links(inner)
            for key, inner in given.items()
            if key not in {"preview_url", "upload_descriptor", "url"} and inner is not None
        }
    return [_without_links(inner) for inner in cast("list[Any]", value)] if isinstance(value, list) else value


def _input(content: list[wire.UserMessageContent], attachments: list[str] | None = None) -> wire.UserMessageInput:
    return wire.UserMessageInput(
        content=content, attachments=attachments or [], inference_options=wire.InferenceOptions()
    )


def _actions(node: Any) -> list[dict[str, Any]]:
    """The actions of a widget: a page sends those that it handles itself to the server, too."""
    if isinstance(node, list):
        return [action for child in cast("list[Any]", node) for action in _actions(child)]
    if not isinstance(node, dict):
        return []
    given = cast("dict[str, Any]", node)
    found = [
        value for key, value in given.items() if key.startswith("on") and isinstance(value, dict) and "type" in value
    ]
    return found + [action for value in given.values() for action in _actions(value)]


def _outputs(requests: list[dict[str, Any]]) -> list[str]:
    return [
        str(item.get("output", item.get("content")))
        for body in requests
        for item in cast("list[dict[str, Any]]", body.get("input", body.get("messages", [])) or [])
        if isinstance(item, dict) and (item.get("type") == "function_call_output" or item.get("role") == "tool")
    ]
