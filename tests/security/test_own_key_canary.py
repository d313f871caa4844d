"""A person's OpenAI key goes through this server, and is looked for everywhere afterwards.

At log level debug, where exceptions are logged with their text; OpenAI's stand-in quotes the key in its refusals.
"""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from chatkit_link.store.tables import metadata
from tests.conftest import HERE
from tests.faults.processes import Server
from tests.faults.processes import running as running_process
from tests.limits.users import SECRET, bearer
from tests.openai_server import OpenAIServer, openai_server

CANARY = "canary-key-5d21c0"
GOOD, WRONG = f"sk-good-{CANARY}", f"sk-wrong-{CANARY}"


@pytest.fixture
async def openai() -> AsyncIterator[OpenAIServer]:
    async with openai_server() as server:
        yield server


@pytest.fixture
async def server(
    make_settings: Callable[..., Settings], postgres_url: str, tmp_path: Path, openai: OpenAIServer
) -> AsyncIterator[Server]:
    server = Server(
        tmp_path, postgres_url, docs=make_settings().docs, config=HERE / "fixtures" / "agents.toml", search="local",
        hosted_base_url=openai.address, log_level="debug", jwt_secret=SECRET,
    )  # fmt: skip
    async with running_process(server):
        yield server


async def test_an_openai_key_is_neither_stored_nor_logged_nor_echoed(
    server: Server, openai: OpenAIServer, database: Database, tmp_path: Path
) -> None:
    create = {"workflow_id": "wf_1", "api_key": GOOD, "user_id": "ada"}
    bodies: list[Any] = [
        create,
        create | {"api_key": WRONG},
        create | {"api_key": f"{GOOD} with a space"},
        create | {"api_key": [GOOD]},
        create | {"workflow_id": "wf_gone"},
        create | {"workflow_id": "wf_unknown"},
        create | {"workflow_id": GOOD},
        create | {"user_id": [GOOD]},
        create | {GOOD: GOOD},
        json.dumps(create)[:-3].encode(),
        json.dumps(create).encode().replace(b"ada", b"\xff"),
    ]
    told: list[str] = []
    async with httpx2.AsyncClient(timeout=30, trust_env=False, headers=bearer("default", "ada")) as http:

        async def send(path: str, body: Any) -> httpx2.Response:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            answer = await http.post(f"{server.url}/{path}", content=content)
            told.append(f"{answer.status_code} {answer.headers} {answer.text}")
            return answer

        made = await send("api/create-session", create)
        for body in bodies:
            await send("api/create-session", body)
        openai.failures[:] = [500, 503]
        await send("api/create-session", create)
        for key in (GOOD, WRONG):
            await send("api/cancel-session", {"session_id": made.json()["id"], "api_key": key})
        await http.get(f"{server.url}/api/create-session?api_key={GOOD}")
    assert len([1 for path, headers, _ in openai.requests if CANARY in headers["authorization"]]) > 6  # it was used
    assert [answer for answer in told if CANARY in answer] == []
    log = server.log.read_text()
    assert "OpenAI answered 401" in log
    assert [line for line in log.splitlines() if CANARY in line or made.json()["client_secret"] in line] == []
    async with database.system() as connection:
        for table in metadata.tables:
            found = await connection.connection.fetch(
                f'SELECT 1 FROM "{table}" AS t WHERE t::text LIKE $1', f"%{CANARY}%"
            )
            assert found == [], table
    assert files_with(CANARY, tmp_path) == []


def files_with(text: str, folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]
