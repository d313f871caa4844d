"""Agents that answer over HTTP: the examples as they are, and services that do everything wrong."""

import asyncio
import json
import re
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from chatkit.types import ErrorEvent

from chatkit_link.agents.service.target import load_service
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import ConfigurationError
from tests.agents.agent_builder.test_workflows import MakeSettings, chat
from tests.agents.sidecar.scripts import ONE_AGENT
from tests.agents.sidecar.served import PACKAGES, settings_of
from tests.agents.test_models import scripted
from tests.conftest import running
from tests.finished_stream import stored, text_of, told
from tests.model_server import Say

EXAMPLES = Path("examples/services").absolute()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
ITEM = {"type": "assistant_message", "id": "a_1", "content": [{"type": "output_text", "text": "Half"}]}


def sent(event: object) -> bytes:
    return b"data: " + json.dumps(event).encode() + b"\n\n"


#: What a service answers with -> what the user reads, and a part of what the operator reads.
FAULTS = {
    b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n": ("This assistant failed", "answers 500"),
    b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n": ("This assistant is not set up", "its secret"),
    b"HTTP/1.1 302 Go\r\nLocation: https://other.example/\r\nContent-Length: 0\r\n\r\n": (
        "This assistant is not set up", "redirects to https://other.example/",
    ),
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}": (
        "This assistant is not set up", "answers with application/json",
    ),
    HEAD + b"data: {nothing\n\n": ("This assistant received data", "what is no event"),
    HEAD + sent({"type": "thread.item.done", "item": {"type": "poem"}}): ("This assistant received data", "item"),
    HEAD + sent({"type": "stream_options", "stream_options": {"allow_cancel": True}}): (
        "This assistant received data", "stream_options",
    ),
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 900\r\n\r\n" + sent(
        {"type": "thread.item.done", "item": ITEM}
    ): ("This assistant stopped running", "broke the connection"),
    b"no HTTP\r\n\r\n": ("This assistant stopped running", "broke the connection"),
}  # fmt: skip


class Service:
    """Answers each request with bytes, and stays connected after those of an event stream if it ``hangs``."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.hangs = False
        self.left = asyncio.Event()
        self.address = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        await reader.readexactly(int(length[1]) if length else 0)
        writer.write(self.answers.pop(0))
        await writer.drain()
        if self.hangs:
            await reader.read()
            self.left.set()
        writer.close()


@asynccontextmanager
async def service() -> AsyncGenerator[Service]:
    served = Service()
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    async with server:
        served.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/agent"
        yield served


def catalog(folder: Path, address: str, entry: str = "") -> Path:
    file = folder / "chatkit-link.toml"
    file.write_text(f'default = "other"\n[agents.other]\ntarget = "{address}"\n{entry}\n')
    return file


async def test_whatever_a_service_does_the_answer_ends_with_a_sentence_and_a_reason_in_the_log(
    make_settings: MakeSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with service() as wrong, chat(make_settings(config=catalog(tmp_path, wrong.address))) as client:
        for answer, (told_to_user, logged) in FAULTS.items():
            wrong.answers = [answer]
            made = await told(client.create_thread("Hello"))
            (error,) = [event for event in made.events if isinstance(event, ErrorEvent)]
            assert str(error.message).startswith(told_to_user), answer
            assert logged in caplog.text, answer
            caplog.clear()
    async with chat(make_settings(config=catalog(tmp_path, wrong.address))) as client:
        made = await told(client.create_thread("Hello"))
    (error,) = [event for event in made.events if isinstance(event, ErrorEvent)]
    assert str(error.message).startswith("A service that this assistant needs cannot be reached")


async def test_a_stopped_answer_closes_the_connection_and_what_was_written_is_kept(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    added = {"type": "thread.item.added", "item": ITEM}
    async with service() as slow, chat(make_settings(config=catalog(tmp_path, slow.address))) as client:
        slow.answers, slow.hangs = [HEAD + sent(added)], True
        stream = client.create_thread("Hello")
        async with stream, asyncio.timeout(30):
            async for received in stream:
                if received.event.type == "thread.item.added" and stream.run_id is not None:
                    await client.cancel_run(stream.run_id)
        async with asyncio.timeout(30):
            await slow.left.wait()
        (thread,) = (await client.list_threads()).data
        items = await stored(client, thread.id)
    assert text_of(items[-1]) == "Half"


async def test_an_answer_without_an_end_or_without_anything_says_so_and_what_was_displayed_stays(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    added = {"type": "thread.item.added", "item": {**ITEM, "content": []}}
    part = {"type": "assistant_message.content_part.added", "content_index": 0, "content": ITEM["content"][0]}
    delta = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": " a sentence"}
    updates = [{"type": "thread.item.updated", "item_id": "a_1", "update": update} for update in (part, delta)]
    comment = b": wait\n\n"
    unfinished = HEAD + b"".join(sent(event) for event in (added, *updates))
    async with service() as wrong, chat(make_settings(config=catalog(tmp_path, wrong.address))) as client:
        for answer, sentence, kept in (
            (unfinished, "This assistant stopped running", ["Hello", "Half a sentence"]),
            (HEAD + sent({"type": "progress_update", "text": "Soon"}), "This assistant failed", ["Hello"]),
            (HEAD, "This assistant failed", ["Hello"]),
            (HEAD + comment, "This assistant failed", ["Hello"]),
        ):
            wrong.answers = [answer]
            made = await told(client.create_thread("Hello"))
            (error,) = [event for event in made.events if isinstance(event, ErrorEvent)]
            assert str(error.message).startswith(sentence)
            texts = [text_of(item) for item in await stored(client, made.thread_id)]
            assert texts[: len(kept)] == kept


async def test_one_server_answers_with_a_script_and_with_a_service(make_settings: MakeSettings, tmp_path: Path) -> None:
    said = {"type": "thread.item.done", "item": {**ITEM, "content": [{"type": "output_text", "text": "Served"}]}}
    async with scripted(Say("Scripted")) as model, service() as other:
        settings = settings_of(make_settings, tmp_path, ONE_AGENT.replace("runWorkflow", "runShop"), model)
        (tmp_path / "chatkit-link.toml").write_text(
            'default = "shop"\n[agents.shop]\ntarget = "workflow.ts:runShop"\n'
            f'[agents.other]\ntarget = "{other.address}"\n'
        )
        other.answers = [HEAD + sent(said)]
        async with running(settings) as address:
            for agent, text in (("shop", "Scripted"), ("other", "Served")):
                async with ChatKitClient(f"{address}/chatkit/{agent}") as client:
                    made = await told(client.create_thread("Hello"))
                    assert text_of((await stored(client, made.thread_id))[-1]) == text


@pytest.mark.parametrize("language", ["py", "ts"])
async def test_the_example_streams_keeps_its_state_and_knows_the_user(
    make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("AGENT_SECRET", "of the agent")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = await asyncio.to_thread(command, language, tmp_path, port)
    process = await asyncio.create_subprocess_exec(*arguments)
    try:
        await listening(port)
        settings = make_settings(config=catalog(tmp_path, f"http://127.0.0.1:{port}", 'env = ["AGENT_SECRET"]'))
        async with chat(settings, {"Accept-Language": "de"}) as client:
            first = await told(client.create_thread("Hello there"))
            await told(client.add_user_message(first.thread_id, "Again"))
            items = await stored(client, first.thread_id)
    finally:
        process.kill()
        await process.wait()
    assert first.types.count("thread.item.updated") > 3, "the words came one by one"
    texts = [text_of(item) for item in items if item.type == "assistant_message"]
    assert texts == ["Message 1, de: Hello there", "Message 2, de: Again"]


def test_the_page_has_the_examples_as_they_are() -> None:
    page = Path("docs/how-to/other-languages.md").read_text()
    for name in ("agent.py", "agent.ts"):
        assert (EXAMPLES / name).read_text().strip() in page


def command(language: str, folder: Path, port: int) -> list[str]:
    if language == "py":
        return [sys.executable, str(EXAMPLES / "agent.py"), str(port)]
    esbuild = PACKAGES / "node_modules" / "esbuild" / "bin" / "esbuild"
    if not esbuild.exists():
        pytest.skip("the Node packages of tests/agents/sidecar/packages are not installed: run make")
    script = folder / "agent.mjs"  # the oldest Node that we support does not take types out by itself
    subprocess.run([esbuild, EXAMPLES / "agent.ts", f"--outfile={script}", "--log-level=error"], check=True, timeout=60)
    return ["node", str(script), str(port)]


async def listening(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


def test_an_address_that_would_carry_messages_in_the_clear_or_a_secret_is_refused() -> None:
    for target, words in {
        "http://agents.example/a": "use https",
        "https://me:secret@agents.example/": "belongs into a variable",
        "https:///a": "is https://host/path",
    }.items():
        with pytest.raises(ConfigurationError, match=words):
            load_service(target, [], {})
    with pytest.raises(ConfigurationError, match="needs the variable TOKEN"):
        load_service("https://agents.example/", ["TOKEN"], {})
    assert load_service("http://agent:9000/", ["TOKEN"], {"TOKEN": "s"}).secret == "s"
