"""The curl command of the conversation, in a shell."""

import asyncio
import shutil

import pytest
from chatkit.types import ThreadStreamEvent
from pydantic import TypeAdapter

from tests.seeds.printed import printed

EVENTS: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")


async def shell(command: str) -> str:
    """What it prints."""
    process = await asyncio.create_subprocess_shell(
        command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    return output.decode()


async def test_the_curl_command_starts_a_thread(server: str) -> None:
    output = await shell(printed("curl.sh", {"http://localhost:8001": server}))
    events = [
        EVENTS.validate_json(line.removeprefix("data: ")) for line in output.splitlines() if line.startswith("data: ")
    ]
    types = [event.type for event in events]
    assert types[0] == "thread.created" and "error" not in types
    assert '"type":"assistant_message"' in output and "Hey Professor Lock!" in output


async def test_json_that_the_shell_has_broken_is_refused_in_a_sentence(server: str) -> None:
    """In double quotes, the shell takes those of the JSON away."""
    output = await shell(printed("curl.sh", {"http://localhost:8001": server, "'{": '"{', "}'": '}"'}))
    assert '"status":400' in output and "JSON" in output
