"""The client in scripts: what it costs to import, a question from a script, files, and an answer that is followed."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from chatkit import types as wire

from chatkit_link.client import ChatKitClient, ClientError, ThreadView
from chatkit_link.resources import resource

#: What only the server needs.
SERVER = "agents alembic asyncpg fastapi mcp openai PIL pydantic_settings sqlalchemy starlette typer uvicorn".split()
COST = """
import sys, time
import chatkit_link.client
print(time.process_time())
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_import_brings_nothing_of_the_server_and_costs_little() -> None:
    costs: list[float] = []
    for _ in range(3):  # a busy machine makes a cold cache, not more work
        done = subprocess.run([sys.executable, "-c", COST], capture_output=True, text=True, check=True, timeout=60)
        seconds, modules = done.stdout.splitlines()
        assert not set(SERVER) & set(modules.split())
        costs.append(float(seconds))
    assert min(costs) < 0.6, costs  # 0.25 s on an idle machine


async def test_the_example_answers_a_question_from_a_script(server: str) -> None:
    example = resource("examples") / "ask.py"
    code = [
        line for line in example.read_text().splitlines() if line and not line.startswith(('"""', "import", "from"))
    ]
    assert len(code) <= 10
    process = await asyncio.create_subprocess_exec(
        sys.executable, example, "hello you", f"{server}/chatkit/echo", stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    assert process.returncode == 0
    assert "You said: hello you" in output.decode()


async def test_a_second_question_goes_to_the_same_thread(server: str) -> None:
    async with ChatKitClient(f"{server}/chatkit/echo") as client:
        first = await client.ask("one")
        assert first.thread
        second = await client.ask("two", thread_id=first.thread.id)
        assert "two" in second.text
        assert len((await client.list_items(first.thread.id)).data) == 4


async def test_a_file_is_uploaded_and_goes_with_a_message(server: str, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("The boat leaves at nine.")
    async with ChatKitClient(f"{server}/chatkit/research") as client:
        from_path = await client.upload(notes)
        from_bytes = await client.upload(b"At ten.", name="more.txt")
        assert (from_path.name, from_path.mime_type) == ("notes.txt", "text/plain")
        view = await client.ask("When does the boat leave?", attachments=[from_path, from_bytes.id])
        assert view.thread
        [message] = [
            item for item in (await client.list_items(view.thread.id)).data if isinstance(item, wire.UserMessageItem)
        ]
        assert [attachment.name for attachment in message.attachments] == ["notes.txt", "more.txt"]


async def test_a_file_that_the_server_refuses_is_an_error_with_a_sentence(server: str) -> None:
    async with ChatKitClient(f"{server}/chatkit/research") as client:
        with pytest.raises(ClientError) as refused:
            await client.upload(b"x", name="program.exe")
    assert refused.value.status == 415


async def test_an_answer_that_was_left_is_found_running_and_followed_to_its_end(server: str) -> None:
    async with ChatKitClient(f"{server}/chatkit/research") as client:
        view = ThreadView()
        async with client.create_thread("What is a run?") as stream:
            async for happened in stream:
                view.apply(happened.event)
                if view.thread:
                    break
        assert view.thread and stream.run_id
        assert await client.running(view.thread.id) in {stream.run_id, None}  # None: it is already done
        async with client.follow(stream.run_id, after=stream.last_id or 0) as rest:
            async for happened in rest:
                assert happened.id is not None and happened.id > (stream.last_id or 0)
                view.apply(happened.event)
        assert await client.running(view.thread.id) is None
        stored = [item.id for item in (await client.list_items(view.thread.id, order="asc")).data]
        assert stored == [item.id for item in view.visible]
        assert view.text
