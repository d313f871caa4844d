"""The ways in which the documents make a session: each gives a client secret of this server, and it chats."""

import asyncio
import json
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import OpenAI

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.limits.users import IDENTITY
from tests.sdk_server import serve
from tests.seeds.printed import printed

#: Of chatkit.ts; in the others it is left to the reader.
WORKFLOW = "wf_68df4b13b3588190a09d19288d4610ec0df388c3983f58d1"
KEY = "the-server-key-of-these-tests-is-long-enough"
PACKAGES = Path(__file__).parents[1] / "agents" / "sidecar" / "packages"
needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (PACKAGES / "node_modules" / "openai").is_dir(),
    reason="the Node packages of tests/agents/sidecar/packages are not installed: run make test",
)


@pytest.fixture(scope="module")
async def link(make_settings: Callable[..., Settings]) -> AsyncIterator[str]:
    """The address of a server with a server key, which lets nobody in without a secret."""
    catalog = Path(__file__).with_name("agents.toml")
    async with running(make_settings(config=catalog, server_key=KEY, **IDENTITY)) as address:
        yield address


def somebody() -> str:
    return f"device-{uuid.uuid4().hex[:8]}"


async def chats(link: str, secret: str) -> bool:
    """Whether its user is answered, and is nobody who was here before."""
    async with ChatKitClient(f"{link}/chatkit", headers={"Authorization": f"Bearer {secret}"}) as client:
        assert (await client.list_threads()).data == []
        return bool((await client.ask("What is green tea?")).text)


#: Runs a module of TypeScript whose default export takes an id, and prints what it gives.
RUN_TYPESCRIPT = """
import { transform } from 'esbuild';
const [source, device] = process.argv.slice(1);
const { code } = await transform(source, { loader: 'ts' });
const { default: run } = await import('data:text/javascript,' + encodeURIComponent(code));
console.log(await run(device));
"""


@needs_node
async def test_chatkit_ts_gets_a_secret_that_chats(link: str) -> None:
    source = printed("chatkit.ts", {"https://api.openai.com": link})
    arguments = ["node", "--input-type=module", "-e", RUN_TYPESCRIPT, "--", source, somebody()]
    process = await asyncio.create_subprocess_exec(
        *arguments,
        cwd=PACKAGES,
        env=os.environ | {"VITE_OPENAI_API_SECRET_KEY": KEY},
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    assert await chats(link, output.decode().strip())


async def test_server_py_makes_a_session_of_this_server(link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The printed call is one that the package does not have, and the printed dictionary has a name for its key."""
    assert not hasattr(OpenAI(api_key="any"), "chatkit")
    source = printed(
        "server.py.txt",
        {
            "openai.chatkit.sessions.create({\n      # ...\n    })": (
                f'openai.beta.chatkit.sessions.create(user="{somebody()}", workflow={{"id": "{WORKFLOW}"}})'
            ),
            "{ client_secret: ": '{ "client_secret": ',
        },
    )
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{link}/v1")
    made: dict[str, Any] = {"__name__": "server"}
    exec(compile(source, "server.py", "exec"), made)
    async with serve(made["app"]) as back_end, httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{back_end}/api/chatkit/session", headers={"Content-Type": "application/json"})
    assert set(answer.json()) == {"client_secret"}
    assert await chats(link, answer.json()["client_secret"])


#: The part of Express that the snippet uses.
NODE_BACK_END = """
import { createServer } from 'node:http';
import OpenAI from 'openai';
const [source, address, key] = process.argv.slice(1);
const openai = new OpenAI({ baseURL: address + '/v1', apiKey: key, maxRetries: 0 });
if ('chatkit' in openai) throw new Error('openai.chatkit is there again');
const app = {
  post: (path, handle) => {
    const server = createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      if (request.url !== path) throw new Error(request.url);
      const json = (body) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
      await handle({ body: JSON.parse(Buffer.concat(parts).toString()) }, { json });
    });
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  },
};
new Function('app', 'openai', source)(app, openai);
"""


@asynccontextmanager
async def node_back_end(link: str) -> AsyncIterator[str]:
    """The address of the Node back end with the printed route."""
    source = printed("backend.js", {"openai.chatkit": "openai.beta.chatkit", "your_workflow_id": WORKFLOW})
    arguments = ["node", "--input-type=module", "-e", NODE_BACK_END, "--", source, link, KEY]
    process = await asyncio.create_subprocess_exec(*arguments, cwd=PACKAGES, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            port = (await process.stdout.readline()).decode().strip()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


@needs_node
async def test_the_route_of_the_node_back_end_makes_a_session(link: str) -> None:
    async with node_back_end(link) as back_end, httpx2.AsyncClient(timeout=60) as http:
        answers = [
            (await http.post(f"{back_end}/api/chatkit/session", content=json.dumps({"deviceId": somebody()}))).json()
            for _ in range(2)
        ]
    assert [set(answer) for answer in answers] == [{"client_secret"}] * 2
    # Each device is a user of its own.
    for answer in answers:
        assert await chats(link, answer["client_secret"])


async def test_the_body_of_the_node_route_is_taken_here_too(server: str) -> None:
    """Its page may post to this server as it is: the user is the caller, whatever the device."""
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{server}/api/chatkit/session", json={"deviceId": somebody()})
    assert await chats(server, answer.json()["client_secret"])
