"""Checks of a ChatKit server, reached at any address.

    TestProtocol = protocol_suite("http://127.0.0.1:8000/chatkit")

An agent that echoes is all that is needed: it answers every message with one assistant message that
contains the text of the message, streamed or at once. What other agents can do is checked where
``Agents`` names one that does it, and skipped otherwise. Every request goes through the typed client, so
whatever comes back has been read by the SDK's own types.

A server may add to a stream what the protocol lets it add at any time: a title (``thread.updated``) and
progress. Everything else is compared exactly, in order.
"""

import functools
import inspect
import json
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Concatenate, Final, ParamSpec

import httpx2
import pytest
from chatkit import types as wire
from typing_extensions import override

from chatkit_link.client import ChatKitClient, ClientError, EventStream
from chatkit_link.conformance.opened import Factory, Opened
from chatkit_link.view import ThreadView

P = ParamSpec("P")
Body = Callable[Concatenate["ProtocolSuite", "Door", P], Coroutine[Any, Any, None]]
Test = Callable[Concatenate["ProtocolSuite", "Opened[str]", P], None]


@dataclass(frozen=True, slots=True)
class Agent:
    """Whom to talk to: ``path`` behind the server's address, and what to write to make it act."""

    path: str = ""
    says: str = "Hello"


@dataclass(frozen=True, slots=True)
class Agents:
    """Who on this server can do what; None if nobody can."""

    #: Answers with one message that contains what it was told.
    echo: Agent = Agent()
    #: Calls a client tool; answers its output with a message that contains it.
    client_tool: Agent | None = None
    #: Asks the user one or more questions; answers with a message that contains the first answer.
    structured_input: Agent | None = None
    #: Shows a widget, and exchanges it when any action arrives from it, in a stream or not.
    widget: Agent | None = None
    #: Stores hidden context that contains ``hidden_text`` and says something.
    hidden: Agent | None = None
    #: Takes attachments.
    files: Agent | None = None
    #: Takes dictation.
    dictation: Agent | None = None
    hidden_text: str = "hush-hush"


class Told:
    """A stream that was read to its end."""

    def __init__(self, events: list[wire.ThreadStreamEvent]) -> None:
        self.events = events
        self.view = ThreadView()
        for event in events:
            self.view.apply(event)

    @property
    def thread_id(self) -> str:
        assert self.view.thread is not None, "the stream of a new thread does not name it"
        return self.view.thread.id

    @property
    def outline(self) -> list[str]:
        """The types of its events, without titles and progress; an item that was streamed counts as done.

        Fails where the grammar of streams is broken: what is updated was added before and is not done yet,
        what was added is done or removed at the end, and an item belongs to one thread.
        """
        open_items: set[str] = set()
        types: list[str] = []
        for event in self.events:
            match event:
                case wire.ThreadUpdatedEvent() | wire.ProgressUpdateEvent():
                    continue
                case wire.ThreadItemAddedEvent():
                    open_items.add(event.item.id)
                    continue
                case wire.ThreadItemUpdatedEvent():
                    assert event.item_id in open_items, "an item changes that was not added, or is done"
                    continue
                case wire.ThreadItemDoneEvent():
                    open_items.discard(event.item.id)
                case wire.ThreadItemRemovedEvent():
                    open_items.discard(event.item_id)
                case _:
                    pass
            types.append(event.type)
        assert not open_items, "items were added and never done"
        assert len({item.thread_id for item in self.view.items}) <= 1, "items of two threads in one stream"
        return types


CREATED: Final = ["thread.created", "thread.item.done", "stream_options"]
CONTINUED: Final = ["thread.item.done", "stream_options"]
ANSWERED: Final = ["thread.item.done"]


class Door:
    """Where users enter: makes clients, each of them somebody else, and closes them."""

    def __init__(
        self, address: str, agents: Agents, new_headers: Callable[[], Mapping[str, str]], stack: AsyncExitStack
    ) -> None:
        self.agents = agents
        self._address = address.rstrip("/")
        self._new_headers = new_headers
        self._stack = stack

    async def user(self, agent: Agent | None = None) -> "User":
        http = await self._stack.enter_async_context(
            httpx2.AsyncClient(verify=_tls(), headers=dict(self._new_headers()))
        )
        return User(http, f"{self._address}{(agent or self.agents.echo).path}")

    def need(self, name: str) -> Agent:
        """The agent that can do this. Skips the check if there is none."""
        agent: Agent | None = getattr(self.agents, name)
        if agent is None:
            pytest.skip(f"no agent of this server is named for {name}")
        return agent


@functools.cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes longer than a check."""
    return ssl.create_default_context()


class User(ChatKitClient):
    """A client that can also send what no client would."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        super().__init__(url, http=http)
        self._raw = http

    async def post(self, body: bytes) -> httpx2.Response:
        try:
            return await self._raw.post(self.url, content=body, headers={"Content-Type": "application/json"})
        except httpx2.RequestError as error:
            raise AssertionError("The server broke the connection instead of refusing the request.") from error

    async def stored(self, thread_id: str) -> list[wire.ThreadItem]:
        """What a reload shows, from the first item to the last."""
        items: list[wire.ThreadItem] = []
        after = None
        while True:
            page = await self.list_items(thread_id, limit=20, after=after, order="asc")
            items += page.data
            if not page.has_more:
                return items
            after = page.after


def check(body: Body[P]) -> Test[P]:
    """Makes a test of an async check that starts at the server's door."""

    @functools.wraps(body)
    def test(self: "ProtocolSuite", server: "Opened[str]", *args: P.args, **kwargs: P.kwargs) -> None:
        async def enter() -> None:
            async with AsyncExitStack() as stack:
                door = Door(server.value, self.agents, self.new_headers, stack)
                await body(self, door, *args, **kwargs)

        server.run(enter())

    # pytest asks for fixtures by the names of the arguments: these are the test's, not the check's.
    names = list(body.__code__.co_varnames[: body.__code__.co_argcount])
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    parameters[1] = parameters[1].replace(name="server")
    setattr(test, "__signature__", inspect.Signature(parameters))  # noqa: B010
    return test


MESSAGE: Final[dict[str, Any]] = {
    "content": [{"type": "input_text", "text": "x"}],
    "attachments": [],
    "inference_options": {},
}


def _request(kind: str, /, **params: Any) -> bytes:
    return json.dumps({"type": kind, "params": params}).encode()


def _on_nothing(kind: str, /, **params: Any) -> bytes:
    return _request(kind, thread_id="thr_unknown", **params)


#: What no server can do anything with, and must say so: 4xx, before any stream.
REFUSED: Final[dict[str, bytes]] = {
    "nothing": b"",
    "not JSON": b"{nope",
    "half of a JSON": b'{"type": "threads.list", "par',
    "not UTF-8": b'{"type": "\xff\xfe"}',
    "an array": b"[]",
    "no type": b'{"params": {}}',
    "an unknown type": _request("threads.explode"),
    "no params": b'{"type": "threads.get_by_id"}',
    "a message without content": _request("threads.create", input={}),
    "a negative limit": _request("threads.list", limit=-1),
    "a limit in words": _request("threads.list", limit="many"),
    "an unknown order": _request("threads.list", order="sideways"),
    "an unknown opinion": _on_nothing("items.feedback", item_ids=["msg_1"], kind="meh"),
    "an unknown attachment": _request("threads.create", input={**MESSAGE, "attachments": ["atc_unknown"]}),
    "a delete of an unknown attachment": _request("attachments.delete", attachment_id="atc_unknown"),
    "audio that is not base64": _request("input.transcribe", audio_base64="?", mime_type="audio/webm"),
    "a thread that is not there": _on_nothing("threads.get_by_id"),
    "items of no thread": _on_nothing("items.list"),
    "a message to no thread": _on_nothing("threads.add_user_message", input=MESSAGE),
    "a rename of no thread": _on_nothing("threads.update", title="x"),
    "a retry in no thread": _on_nothing("threads.retry_after_item", item_id="msg_1"),
    "an action in no thread": _on_nothing("threads.custom_action", action={"type": "x"}),
    "a sync action in no thread": _on_nothing("threads.sync_custom_action", action={"type": "x"}),
    "tool output for no thread": _on_nothing("threads.add_client_tool_output", result=1),
    "an answer to no question": _on_nothing("threads.add_structured_input", item_id="m", input={"answers": {}}),
    "feedback in no thread": _on_nothing("items.feedback", item_ids=["msg_1"], kind="positive"),
}

Attempt = Callable[[User, str, str], Awaitable[object]]
#: Every request that names a thread, with the id of an item in it.
ATTEMPTS: Final[dict[str, Attempt]] = {
    "threads.get_by_id": lambda u, t, _: u.get_thread(t),
    "threads.update": lambda u, t, _: u.update_thread(t, "Mine now"),
    "threads.delete": lambda u, t, _: u.delete_thread(t),
    "items.list": lambda u, t, _: u.list_items(t),
    "items.feedback": lambda u, t, i: u.feedback(t, [i], "negative"),
    "threads.add_user_message": lambda u, t, _: told(u.add_user_message(t, "x")),
    "threads.retry_after_item": lambda u, t, i: told(u.retry_after_item(t, i)),
    "threads.custom_action": lambda u, t, i: told(u.custom_action(t, "x", item_id=i)),
    "threads.sync_custom_action": lambda u, t, i: u.sync_custom_action(t, "x", item_id=i),
    "threads.add_client_tool_output": lambda u, t, _: told(u.add_client_tool_output(t, 1)),
    "threads.add_structured_input": lambda u, t, i: told(
        u.add_structured_input(t, i, wire.StructuredInputSubmission())
    ),
}


class ProtocolSuite:
    """Derive from it, or let ``protocol_suite`` do so."""

    agents: ClassVar[Agents] = Agents()
    #: Whether each user sees only their own threads.
    isolates_users: ClassVar[bool] = True

    def new_headers(self) -> Mapping[str, str]:
        """The headers of a new user, such as a token. An anonymous server may know users by cookies alone."""
        return {}

    @pytest.fixture(scope="class")
    @classmethod
    def open_server(cls) -> Factory[str]:
        """Override this."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls, open_server: Factory[str]) -> Iterator[Opened[str]]:
        with Opened(open_server) as server:
            yield server

    # The six requests that are answered by a stream

    @check
    async def test_threads_create(self, door: Door) -> None:
        user = await door.user()
        answer = await told(user.create_thread("Hello there"))
        assert answer.outline == CREATED + ANSWERED
        question, reply = answer.view.items
        assert isinstance(question, wire.UserMessageItem)
        assert isinstance(reply, wire.AssistantMessageItem)
        assert "Hello there" in answer.view.text
        assert question.thread_id == reply.thread_id == answer.thread_id
        await _is_what_a_reload_shows(user, answer)

    @check
    async def test_threads_add_user_message(self, door: Door) -> None:
        user = await door.user()
        made = await told(user.create_thread("one"))
        answer = await told(user.add_user_message(made.thread_id, "two"))
        assert answer.outline == CONTINUED + ANSWERED
        assert "two" in answer.view.text
        stored = await user.stored(made.thread_id)
        assert [item.type for item in stored] == ["user_message", "assistant_message"] * 2
        assert len({item.id for item in stored}) == 4

    @check
    async def test_threads_retry_after_item(self, door: Door) -> None:
        user = await door.user()
        made = await told(user.create_thread("one"))
        await told(user.add_user_message(made.thread_id, "two"))
        question, old = (await user.stored(made.thread_id))[:2]
        answer = await told(user.retry_after_item(made.thread_id, question.id))
        assert answer.outline == ["stream_options", *ANSWERED]
        assert "one" in answer.view.text
        stored = await user.stored(made.thread_id)
        assert [item.type for item in stored] == ["user_message", "assistant_message"]
        assert stored[0] == question
        assert stored[1].id != old.id

    @check
    async def test_a_retry_of_an_unknown_item_is_refused_and_deletes_nothing(self, door: Door) -> None:
        user = await door.user()
        made = await told(user.create_thread("one"))
        await _is_refused(told(user.retry_after_item(made.thread_id, "msg_unknown")))
        assert len(await user.stored(made.thread_id)) == 2

    @check
    async def test_threads_add_client_tool_output(self, door: Door) -> None:
        agent = door.need("client_tool")
        user = await door.user(agent)
        asked = await told(user.create_thread(agent.says))
        assert asked.outline == CREATED + ANSWERED
        call = asked.view.items[-1]
        assert isinstance(call, wire.ClientToolCallItem) and call.status == "pending"

        answer = await told(user.add_client_tool_output(asked.thread_id, {"page": "checkout"}))
        assert answer.outline == ["stream_options", *ANSWERED]
        [kept] = [item for item in await user.stored(asked.thread_id) if isinstance(item, wire.ClientToolCallItem)]
        assert (kept.status, kept.output) == ("completed", {"page": "checkout"})
        await _is_refused(told(user.add_client_tool_output(asked.thread_id, "again")))

    @check
    async def test_threads_add_structured_input(self, door: Door) -> None:
        agent = door.need("structured_input")
        user = await door.user(agent)
        asked = await told(user.create_thread(agent.says))
        assert asked.outline == CREATED + ANSWERED
        question = asked.view.items[-1]
        assert isinstance(question, wire.StructuredInputItem) and question.status == "pending"

        answers = {part.id: wire.StructuredInputAnswerSubmission(values=["Ada"]) for part in question.inputs}
        submission = wire.StructuredInputSubmission(answers=answers)
        answer = await told(user.add_structured_input(asked.thread_id, question.id, submission))
        assert answer.outline == ["stream_options", "thread.item.replaced", *ANSWERED]
        replaced = answer.view.items[0]
        assert isinstance(replaced, wire.StructuredInputItem)
        assert replaced.status == "answered"
        assert [part.answer.values if part.answer else None for part in replaced.inputs] == [["Ada"]] * len(answers)
        assert replaced in await user.stored(asked.thread_id)
        await _is_refused(told(user.add_structured_input(asked.thread_id, question.id, submission)))

    @check
    async def test_threads_custom_action(self, door: Door) -> None:
        user, made, widget = await _widget(door)
        answer = await told(user.custom_action(made.thread_id, "press", {"n": 2}, item_id=widget.id))
        assert answer.outline == ["stream_options", "thread.item.replaced"]
        [changed] = answer.view.items
        assert changed.id == widget.id and changed != widget
        assert changed in await user.stored(made.thread_id)

    # The ten that are answered at once

    @check
    async def test_threads_sync_custom_action(self, door: Door) -> None:
        user, made, widget = await _widget(door)
        changed = await user.sync_custom_action(made.thread_id, "press", item_id=widget.id)
        assert changed is not None
        assert changed.id == widget.id and changed != widget
        assert changed in await user.stored(made.thread_id)

    @check
    async def test_threads_get_by_id(self, door: Door) -> None:
        user = await door.user()
        made = await told(user.create_thread("Hello"))
        thread = await user.get_thread(made.thread_id)
        assert thread.id == made.thread_id
        assert thread.status.type == "active"
        assert [item.type for item in thread.items.data] == ["user_message", "assistant_message"]
        assert not thread.items.has_more

    @check
    async def test_threads_list(self, door: Door) -> None:
        user = await door.user()
        made = [(await told(user.create_thread(str(number)))).thread_id for number in range(5)]
        for order, expected in (("desc", made[::-1]), ("asc", made)):
            found: list[str] = []
            page: wire.Page[wire.Thread] = wire.Page(has_more=True)
            while page.has_more:
                page = await user.list_threads(limit=2, after=page.after, order="desc" if order == "desc" else "asc")
                assert len(page.data) <= 2
                found += [thread.id for thread in page.data]
            assert [thread_id for thread_id in found if thread_id in made] == expected
            assert len(found) == len(set(found))

    @check
    async def test_threads_update(self, door: Door) -> None:
        user = await door.user()
        made = await told(user.create_thread("Hello"))
        renamed = await user.update_thread(made.thread_id, "Tea 🍵")
        assert (renamed.id, renamed.title) == (made.thread_id, "Tea 🍵")
        assert (await user.get_thread(made.thread_id)).title == "Tea 🍵"

    @check
    async def test_threads_delete(self, door: Door) -> None:
        user = await door.user()
        gone, kept = await told(user.create_thread("gone")), await told(user.create_thread("kept"))
        await user.delete_thread(gone.thread_id)
        listed = [thread.id for thread in (await user.list_threads(limit=20)).data]
        assert gone.thread_id not in listed and kept.thread_id in listed
        await _is_refused(user.get_thread(gone.thread_id))
        await _is_refused(told(user.add_user_message(gone.thread_id, "late")))

    @check
    async def test_items_list(self, door: Door) -> None:
        user = await door.user()
        made = await told(user.create_thread("0"))
        for number in (1, 2, 3):
            await told(user.add_user_message(made.thread_id, str(number)))
        everything = await user.stored(made.thread_id)
        assert len(everything) == 8
        for limit in (1, 3, 8):
            found: list[wire.ThreadItem] = []
            page: wire.Page[wire.ThreadItem] = wire.Page(has_more=True)
            while page.has_more:
                page = await user.list_items(made.thread_id, limit=limit, after=page.after, order="desc")
                found += page.data
            assert found == everything[::-1]

    @check
    async def test_items_feedback(self, door: Door) -> None:
        user = await door.user()
        made = await told(user.create_thread("Hello"))
        answer = made.view.items[-1]
        await user.feedback(made.thread_id, [answer.id], "positive")
        await user.feedback(made.thread_id, [answer.id], "negative")
        await _is_refused(user.feedback(made.thread_id, ["msg_unknown"], "positive"))

    @check
    async def test_attachments_create(self, door: Door) -> None:
        agent = door.need("files")
        user = await door.user(agent)
        made = await user.create_attachment("a.pdf", 3, "application/pdf")
        assert (made.name, made.mime_type, made.thread_id) == ("a.pdf", "application/pdf", None)
        assert made.upload_descriptor is not None

    @check
    async def test_attachments_delete(self, door: Door) -> None:
        agent = door.need("files")
        user = await door.user(agent)
        made = await user.create_attachment("a.pdf", 3, "application/pdf")
        await user.delete_attachment(made.id)
        await _is_refused(user.delete_attachment(made.id))

    @check
    async def test_input_transcribe(self, door: Door) -> None:
        user = await door.user(door.need("dictation"))
        assert await user.transcribe(b"audio", "audio/webm;codecs=opus")

    @check
    async def test_files_and_dictation_are_refused_where_they_are_not_offered(self, door: Door) -> None:
        user = await door.user()
        if door.agents.files is None:
            await _is_refused(user.create_attachment("a.pdf", 3, "application/pdf"))
        if door.agents.dictation is None:
            await _is_refused(user.transcribe(b"audio", "audio/webm"))

    # What is wrong, hidden, or somebody else's

    @pytest.mark.parametrize("what", REFUSED)
    @check
    async def test_what_is_wrong_is_refused_before_any_stream(self, door: Door, what: str) -> None:
        user = await door.user()
        response = await user.post(REFUSED[what])
        assert 400 <= response.status_code < 500, f"{what}: {response.status_code}"
        if self.isolates_users:
            assert (await user.list_threads()).data == [], "a refused request left a thread behind"

    @check
    async def test_what_is_hidden_from_people_stays_hidden(self, door: Door) -> None:
        agent = door.need("hidden")
        user = await door.user(agent)
        made = await told(user.create_thread(agent.says))
        thread = await user.get_thread(made.thread_id)
        items = await user.stored(made.thread_id)
        for shown in (made.events, thread, items):
            assert door.agents.hidden_text not in str(shown)
        for item in [*made.view.items, *thread.items.data, *items]:
            assert not isinstance(item, wire.HiddenContextItem | wire.SDKHiddenContextItem)

    @pytest.mark.parametrize("request_type", ATTEMPTS)
    @check
    async def test_another_user_is_told_what_is_told_of_unknown_ids(self, door: Door, request_type: str) -> None:
        """The same status for what is somebody else's as for what is not there: a stranger learns nothing."""
        self._need_isolation()
        ada, bob = await door.user(), await door.user()
        private = await told(ada.create_thread("private"))
        before = await ada.stored(private.thread_id)
        attempt = ATTEMPTS[request_type]
        foreign = await _is_refused(attempt(bob, private.thread_id, before[0].id))
        unknown = await _is_refused(attempt(bob, "thr_unknown", before[0].id))
        assert foreign.status == unknown.status
        assert "private" not in str(foreign)
        assert await ada.stored(private.thread_id) == before

    @check
    async def test_the_list_shows_only_ones_own(self, door: Door) -> None:
        self._need_isolation()
        ada, bob = await door.user(), await door.user()
        await told(ada.create_thread("private"))
        assert (await bob.list_threads()).data == []

    @check
    async def test_an_item_of_another_thread_is_not_in_this_one(self, door: Door) -> None:
        user = await door.user()
        here, there = await told(user.create_thread("here")), await told(user.create_thread("there"))
        await _is_refused(told(user.retry_after_item(here.thread_id, there.view.items[0].id)))
        await _is_refused(user.feedback(here.thread_id, [there.view.items[1].id], "positive"))
        assert len(await user.stored(here.thread_id)) == len(await user.stored(there.thread_id)) == 2

    def _need_isolation(self) -> None:
        if not self.isolates_users:
            pytest.skip("this server does not keep users apart")


def protocol_suite(
    server: str | Callable[[], AbstractAsyncContextManager[str]],
    *,
    agents: Agents = Agents(),
    new_headers: Callable[[], Mapping[str, str]] = dict[str, str],
    isolates_users: bool = True,
) -> type[ProtocolSuite]:
    """The suite for one server, to be bound to a name that pytest collects.

    Args:
        server: its address, or what gives an async context manager around a running server's address.
        agents: who on this server can do what.
        new_headers: the headers of a new user; called for each user the suite needs.
        isolates_users: whether each user sees only their own threads.
    """

    @asynccontextmanager
    async def running(address: str) -> AsyncGenerator[str]:
        yield address

    class Suite(ProtocolSuite):
        @override
        def new_headers(self) -> Mapping[str, str]:
            return new_headers()

        @pytest.fixture(scope="class")
        @classmethod
        @override
        def open_server(cls) -> Factory[str]:
            return functools.partial(running, server) if isinstance(server, str) else server

    Suite.agents, Suite.isolates_users = agents, isolates_users
    return Suite


async def told(stream: EventStream) -> Told:
    """Read a stream to its end; fails if it tells of an error."""
    async with stream:
        answer = Told([received.event async for received in stream])
    assert not answer.view.errors, f"the stream tells of an error: {answer.view.errors[0].message}"
    return answer


async def _is_refused(attempt: Awaitable[object]) -> ClientError:
    """The refusal: a 4xx. Fails if the request went well, or the server broke."""
    try:
        await attempt
    except ClientError as error:
        refusal = error
    else:
        raise AssertionError("the request was not refused")
    assert refusal.status is not None and 400 <= refusal.status < 500, f"not refused, but broken: {refusal}"
    return refusal


async def _is_what_a_reload_shows(user: User, answer: Told) -> None:
    stored = await user.stored(answer.thread_id)
    assert [(item.id, item.type) for item in stored] == [(item.id, item.type) for item in answer.view.items]
    # Times may be rounded by a database; what a person sees may not.
    for kept, seen in zip(stored, answer.view.items, strict=True):
        assert kept.model_dump(exclude={"created_at"}) == seen.model_dump(exclude={"created_at"})


async def _widget(door: Door) -> tuple[User, Told, wire.ThreadItem]:
    agent = door.need("widget")
    user = await door.user(agent)
    made = await told(user.create_thread(agent.says))
    return user, made, next(item for item in made.view.items if isinstance(item, wire.WidgetItem))
