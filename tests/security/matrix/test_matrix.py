"""Every scarce thing, wanted by every kind of crowd: an honest user beside it is served as if it were alone.

A few of the cells in the default suite; CHATKIT_LINK_MATRIX=full has them all.
"""

import asyncio
import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from tests.faults.processes import Server, running
from tests.security.matrix.attack import KINDS
from tests.security.matrix.things import THINGS, Visitor, new_http

FULL = os.environ.get("CHATKIT_LINK_MATRIX") == "full"
#: Those that did the most harm once.
FEW: list[tuple[str, str]] = [
    ("PDF reading", "many cookies"),
    ("upload space", "many cookies"),
    ("connections", "slow"),
]
CELLS = [(thing, kind) for thing in THINGS for kind in KINDS] if FULL else FEW
#: Seconds that an honest request may take beside a crowd; and how often its time alone, which is at least ``GRAIN``.
LONGEST, TIMES, GRAIN = 1.0, 5, 0.05
TRIES = 5

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
async def target(
    postgres_url: str, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """A server in a process of its own, on a database of its own, with the limits that everybody has."""
    name = f"matrix_{uuid.uuid4().hex[:12]}"
    async with database.listening() as connection:
        await connection.execute(f"CREATE DATABASE {name}")
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    usual = {key: Settings.model_fields[key].default for key in ("rate_messages", "rate_messages_address")}
    server = Server(
        tmp_path_factory.mktemp("matrix"),
        url,
        **usual,
        runs_at_once=Settings.model_fields["runs_at_once"].default,
        config=Path(__file__).parents[2] / "fixtures" / "agents.toml",
        allow_anonymous=True,
        secret="the matrix of attacks has a secret of its own",
        heartbeat=1,
    )
    try:
        async with running(server):
            yield server
    finally:
        async with database.listening() as connection:
            await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def attacked(server: Server, thing: str, kind: str, number: int) -> AsyncGenerator[dict[str, int]]:
    """While a crowd is at it; afterwards the statuses that it was answered with."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.security.matrix.attack", server.url, thing, kind, str(number)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    statuses: dict[str, int] = {}
    try:
        assert await asyncio.wait_for(program.stdout.readline(), 60) == b"under way\n"
        yield statuses
        program.stdin.close()
        statuses |= json.loads(await asyncio.wait_for(program.stdout.read(), 20))
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()


async def seconds(server: Server, thing: str, visitor: Visitor) -> float:
    """That an honest user waits, in the middle of a few times."""
    taken: list[float] = []
    async with new_http(server.url) as http:
        for _ in range(TRIES):
            began = time.monotonic()
            assert await THINGS[thing].honest(http, visitor) == "200"
            taken.append(time.monotonic() - began)
            if sum(taken) > TRIES * LONGEST:
                break
    return statistics.median(taken)


@pytest.mark.parametrize(("thing", "kind"), CELLS)
async def test_an_honest_user_beside_a_crowd_is_served_as_if_alone(target: Server, thing: str, kind: str) -> None:
    number = CELLS.index((thing, kind)) + 1
    honest = Visitor(f"192.0.{number}.5", "honest")
    alone = await seconds(target, thing, honest)
    async with attacked(target, thing, kind, number) as statuses:
        beside = await seconds(target, thing, honest)
    print(f"{thing}, {kind}: {alone:.3f} s alone, {beside:.3f} s beside {statuses}")

    assert beside < LONGEST
    assert beside < TIMES * max(alone, GRAIN)
    assert {status for status in statuses if status.startswith("5")} <= {"503"}
    assert target.process.poll() is None
    assert target.traces() == ""
