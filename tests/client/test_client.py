"""The client against the SDK's own server on a socket, and its parser against every way to cut a stream."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from itertools import pairwise
from typing import get_args

import httpx2
import pytest
from chatkit import types as wire
from hypothesis import given
from hypothesis import strategies as st

from chatkit_link.client import ChatKitClient, ClientError, EventStream, StreamEvent
from chatkit_link.client.stream import server_sent_events
from chatkit_link.client.thread_view import ThreadView, fold
from tests.sdk_server import RUN, MemoryStore, Peer, message, serve

pytestmark = pytest.mark.filterwarnings("ignore:Direct usage of named widget:DeprecationWarning")


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
async def client(peer: Peer) -> AsyncGenerator[ChatKitClient]:
    async with serve(peer.app) as address, ChatKitClient(f"{address}/chatkit") as client:
        yield client


async def seen(stream: EventStream) -> ThreadView:
    return await fold(happened.event async for happened in stream)


async def thread_of(client: ChatKitClient, text: str) -> tuple[str, ThreadView]:
    view = await seen(client.create_thread(text))
    assert view.thread
    return view.thread.id, view


# The sixteen requests


async def test_a_new_thread_streams_its_answer(client: ChatKitClient) -> None:
    thread_id, view = await thread_of(client, "hello")
    assert thread_id.startswith("thr_")
    assert view.text == "You said: hello"
    assert view.can_cancel


async def test_a_message_with_a_quote_and_a_model_is_sent_as_given(client: ChatKitClient) -> None:
    options = wire.InferenceOptions(model="big", tool_choice=wire.ToolChoice(id="search"))
    content: list[wire.UserMessageContent] = [wire.UserMessageTextContent(text="hello")]
    given_message = wire.UserMessageInput(
        content=content, attachments=[], quoted_text="quoted", inference_options=options
    )
    view = await seen(client.create_thread(given_message))
    stored = view.items[0]
    assert isinstance(stored, wire.UserMessageItem)
    assert (stored.quoted_text, stored.inference_options) == ("quoted", options)


async def test_a_follow_up_goes_to_the_same_thread(client: ChatKitClient) -> None:
    thread_id, _ = await thread_of(client, "hello")
    view = await seen(client.add_user_message(thread_id, "again"))
    assert view.text == "You said: again"
    assert len((await client.list_items(thread_id)).data) == 4


async def test_a_client_tools_output_continues_the_answer(client: ChatKitClient) -> None:
    thread_id, view = await thread_of(client, "tool")
    assert isinstance(view.item("tool"), wire.ClientToolCallItem)
    view = await seen(client.add_client_tool_output(thread_id, {"place": None}))
    assert view.text == "You said: thanks"
    call = (await client.list_items(thread_id)).data[1]
    assert isinstance(call, wire.ClientToolCallItem)
    assert call.output == {"place": None}


async def test_a_structured_input_is_answered(client: ChatKitClient) -> None:
    thread_id, _ = await thread_of(client, "form")
    submission = wire.StructuredInputSubmission(answers={"q1": wire.StructuredInputAnswerSubmission(values=["Bonn"])})
    view = await seen(client.add_structured_input(thread_id, "form", submission))
    form = view.item("form")
    assert isinstance(form, wire.StructuredInputItem)
    assert form.status == "answered"
    assert view.text == "You said: thanks"


async def test_a_retry_answers_again(client: ChatKitClient) -> None:
    thread_id, view = await thread_of(client, "hello")
    again = await seen(client.retry_after_item(thread_id, view.items[0].id))
    assert again.text == "You said: hello"
    assert len((await client.list_items(thread_id)).data) == 2


async def test_an_action_streams_and_carries_its_payload(client: ChatKitClient) -> None:
    thread_id, _ = await thread_of(client, "hello")
    view = await seen(client.custom_action(thread_id, "search.more", {"shown": 3}))
    assert view.text == "search.more {'shown': 3}"


async def test_an_action_without_a_stream_gives_the_changed_item(client: ChatKitClient) -> None:
    thread_id, _ = await thread_of(client, "everything")
    item = await client.sync_custom_action(thread_id, "open", item_id="card")
    assert isinstance(item, wire.WidgetItem)
    assert await client.sync_custom_action(thread_id, "open") is None


async def test_a_thread_is_read_renamed_listed_and_deleted(client: ChatKitClient) -> None:
    first, _ = await thread_of(client, "one")
    second, _ = await thread_of(client, "two")
    assert (await client.update_thread(first, "Renamed")).title == "Renamed"
    assert (await client.get_thread(first)).title == "Renamed"
    page = await client.list_threads(limit=1)
    assert ([thread.id for thread in page.data], page.has_more) == ([second], True)
    rest = await client.list_threads(after=page.after)
    assert [thread.id for thread in rest.data] == [first]
    await client.delete_thread(first)
    assert [thread.id for thread in (await client.list_threads(order="asc")).data] == [second]


async def test_feedback_arrives(client: ChatKitClient, peer: Peer) -> None:
    thread_id, view = await thread_of(client, "hello")
    ids = [item.id for item in view.items]
    await client.feedback(thread_id, ids, "positive")
    assert peer.feedback == [(thread_id, ids, "positive")]


async def test_an_attachment_is_created_and_deleted(client: ChatKitClient, peer: Peer) -> None:
    attachment = await client.create_attachment("notes.txt", 12, "text/plain")
    assert attachment.upload_descriptor
    await client.delete_attachment(attachment.id)
    assert isinstance(peer.store, MemoryStore)
    assert peer.store.attachments == {}


async def test_speech_becomes_text(client: ChatKitClient) -> None:
    assert await client.transcribe(b"\x00\xff\x10", "audio/webm;codecs=opus") == "3 bytes of audio/webm"


# Streams


async def test_every_type_of_event_and_update_is_understood(client: ChatKitClient) -> None:
    events = [happened.event async for happened in client.create_thread("everything")]
    assert {type(event) for event in events} == {*get_args(get_args(wire.ThreadStreamEvent)[0])}
    updates = {type(event.update) for event in events if isinstance(event, wire.ThreadItemUpdatedEvent)}
    assert updates == {*get_args(wire.ThreadItemUpdate)}


async def test_the_run_is_known_while_it_streams_and_can_be_cancelled(client: ChatKitClient, peer: Peer) -> None:
    async with client.create_thread("slow") as stream:
        assert stream.run_id == RUN
        await anext(stream)
        await client.cancel_run(RUN)
    assert peer.cancelled == [RUN]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://x/chatkit", "/chatkit/runs/a%2Fb/cancel"),
        ("http://x/chatkit/research", "/chatkit/runs/a%2Fb/cancel"),
        ("http://x/app/chatkit/research/", "/app/chatkit/runs/a%2Fb/cancel"),
        ("http://x/other", "/other/runs/a%2Fb/cancel"),
    ],
)
async def test_runs_belong_to_the_address_and_not_to_an_agent(url: str, path: str) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.raw_path.decode())
        return httpx2.Response(200, json={})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        await ChatKitClient(url, http=http).cancel_run("a/b")
    assert asked == [path]


def answering(body: bytes, content_type: str = "text/event-stream", status: int = 200) -> httpx2.AsyncClient:
    """An http client whose server always gives this answer."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, content=body, headers={"Content-Type": content_type})

    return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))


PROGRESS = b'data: {"type":"progress_update","text":"%s"}\n\n'


async def test_numbered_events_and_heartbeats() -> None:
    body = b": hello\n\nid: 7\n" + PROGRESS % b"a" + b": beat\n\nid: x\n" + PROGRESS % b"b"
    async with answering(body) as http:
        stream = ChatKitClient("http://x/chatkit", http=http).create_thread("q")
        events = [happened async for happened in stream]
    assert events == [
        StreamEvent(7, wire.ProgressUpdateEvent(text="a")),
        StreamEvent(None, wire.ProgressUpdateEvent(text="b")),
    ]
    assert stream.last_id == 7


async def test_times_keep_their_zone() -> None:
    item = message("thr_1", "msg_1", "hi").model_dump(mode="json")
    assert item["created_at"].endswith("Z")
    body = f"data: {json.dumps({'type': 'thread.item.done', 'item': item})}\n\n".encode()
    async with answering(body) as http:
        view = await seen(ChatKitClient("http://x/chatkit", http=http).create_thread("q"))
    assert view.items[0].created_at.tzinfo


@pytest.mark.parametrize("body", [PROGRESS % b"a" + b'data: {"type":"progr', (PROGRESS % b"a")[:-1]])
async def test_a_stream_cut_inside_an_event_is_a_lost_connection(body: bytes) -> None:
    async with answering(body) as http:
        with pytest.raises(ClientError, match="The connection was lost"):
            await seen(ChatKitClient("http://x/chatkit", http=http).create_thread("q"))


@pytest.mark.parametrize("is_complete", [True, False])
async def test_a_server_with_runs_says_when_a_stream_is_complete(*, is_complete: bool) -> None:
    """A server that stops ends its streams as cleanly, in the middle of an answer."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        headers = {"Content-Type": "text/event-stream", "X-Run-Id": RUN}
        return httpx2.Response(200, content=PROGRESS % b"a" + b": end\n\n" * is_complete, headers=headers)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        stream = ChatKitClient("http://x/chatkit", http=http).create_thread("q")
        assert (await anext(stream)).event == wire.ProgressUpdateEvent(text="a")
        with pytest.raises(StopAsyncIteration if is_complete else ClientError):
            await anext(stream)


async def test_a_socket_that_closes_in_the_middle_is_a_lost_connection() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        event = PROGRESS % b"a"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head + b"%x\r\n%s\r\n" % (len(event), event))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with asyncio.timeout(30), await asyncio.start_server(cut, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        view = ThreadView()
        async with ChatKitClient(f"http://127.0.0.1:{port}/chatkit") as client:
            with pytest.raises(ClientError, match="The connection was lost"):  # noqa: PT012 - it breaks on the way
                async for happened in client.create_thread("q"):
                    view.apply(happened.event)
        assert view.progress


@pytest.mark.parametrize("body", [b"data: {}\n\n", b"data: nonsense\n\n", b'data: {"type":"unheard_of"}\n\n'])
async def test_an_event_that_is_not_chatkits_is_said_so(body: bytes) -> None:
    async with answering(body) as http:
        with pytest.raises(ClientError, match="not ChatKit's"):
            await seen(ChatKitClient("http://x/chatkit", http=http).create_thread("q"))


# Refusals


async def test_a_refusal_carries_the_problem_document(client: ChatKitClient) -> None:
    with pytest.raises(ClientError) as refused:
        await client.get_thread("thr_nobody")
    error = refused.value
    assert (error.status, error.title, error.request_id) == (404, "Not found", "req_1")
    assert str(error) == error.detail == "There is no such thread."


@pytest.mark.parametrize(
    ("body", "kind"), [(b"<h1>oops</h1>", "text/html"), (b"[1]", "application/json"), (b"", "x/y")]
)
async def test_a_refusal_without_a_problem_document_is_a_sentence_too(body: bytes, kind: str) -> None:
    async with answering(body, kind, 502) as http:
        for request in (
            seen(ChatKitClient("http://x/chatkit", http=http).create_thread("q")),
            ChatKitClient("http://x/chatkit", http=http).list_threads(),
        ):
            with pytest.raises(ClientError, match=r"The server refused the request \(502 Bad Gateway\)\."):
                await request


async def test_a_page_instead_of_a_stream_is_not_taken_for_an_empty_answer() -> None:
    async with answering(b"<h1>sign in</h1>", "text/html") as http:
        client = ChatKitClient("http://x/chatkit", http=http)
        with pytest.raises(ClientError, match="did not answer with a stream"):
            await seen(client.create_thread("q"))
        with pytest.raises(ClientError, match="not a ChatKit answer"):
            await client.list_threads()


async def test_nobody_listening_is_said_with_the_address() -> None:
    async with ChatKitClient("http://127.0.0.1:1/chatkit") as client:
        with pytest.raises(ClientError, match=r"No server answers at http://127\.0\.0\.1:1"):
            await client.list_threads()


def test_an_address_without_a_scheme_is_refused_at_once() -> None:
    with pytest.raises(ClientError, match="starts with http"):
        ChatKitClient("localhost:8000/chatkit")


async def test_cookies_and_headers_go_along() -> None:
    got: list[tuple[str | None, str | None]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        got.append((request.headers.get("cookie"), request.headers.get("authorization")))
        return httpx2.Response(200, json={"data": []}, headers={"Set-Cookie": "user=ada; Path=/"})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        client = ChatKitClient("http://x/chatkit", http=http, headers={"Authorization": "Bearer t"})
        await client.list_threads()
        await client.list_threads()
        await client.aclose()
        assert not http.is_closed
    assert got == [(None, "Bearer t"), ("user=ada", "Bearer t")]


# The parser


async def pieces(body: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    for start, end in pairwise(edges):
        yield body[start:end]


def parsed(body: bytes, cuts: list[int]) -> list[tuple[str, str]]:
    async def read() -> list[tuple[str, str]]:
        return [(event.id, event.data) async for event in server_sent_events(pieces(body, cuts))]

    with asyncio.Runner() as runner:
        return runner.run(read())


LINES = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=8)
EVENTS = st.lists(st.tuples(st.lists(LINES, min_size=1, max_size=3).filter(any), st.booleans()), max_size=5)


@given(EVENTS, st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 10_000), max_size=12), st.booleans())
def test_any_split_of_a_stream_gives_the_same_events(
    events: list[tuple[list[str], bool]], end: str, cuts: list[int], marked: bool
) -> None:
    lines: list[str] = []
    for number, (data, beat) in enumerate(events):
        lines += [":beat", ""] if beat else []
        lines += ["event: message", f"id: {number}", *(f"data: {line}" for line in data), ""]
    body = ("\ufeff" * marked + "".join(line + end for line in lines)).encode()
    expected = [(str(number), "\n".join(data)) for number, (data, _) in enumerate(events)]
    assert parsed(body, cuts) == parsed(body, []) == expected


@given(st.binary(max_size=200), st.lists(st.integers(0, 10_000), max_size=12))
def test_no_bytes_break_the_parser_other_than_as_a_lost_connection(body: bytes, cuts: list[int]) -> None:
    outcomes: list[object] = []
    for where in ([], cuts):
        try:
            outcomes.append(parsed(body, where))
        except ClientError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"data\n\n", []),
        (b"data:x\n\n", ["x"]),
        (b"data:  x\n\n", [" x"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"unknown: y\ndata: x\n\n", ["x"]),
        (b"id: 1\n\n", []),
        (b"\xef\xbb\xbfdata: x\n\n", ["x"]),
        (b"\xef\xbb", []),
        (b"", []),
        (b": only a comment", []),
    ],
)
async def test_the_corners_of_the_format(body: bytes, expected: list[str]) -> None:
    assert [event.data async for event in server_sent_events(pieces(body, []))] == expected
