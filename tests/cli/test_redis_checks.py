"""What ``doctor`` says of a Redis, in front of a real one: that it works, or why not and what then."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis import asyncio as redis
from typer.testing import Result

from tests.cli.conftest import Command
from tests.faults.processes import free_port
from tests.limits.test_redis import PROGRAM, Redis

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no redis-server: on Debian, apt install redis-server")


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Redis]:
    server = Redis(tmp_path)
    server.start()
    await server.ready()
    monkeypatch.setenv("REDIS_URL", server.url)
    monkeypatch.setenv("CHATKIT_LINK_FANOUT", "redis")
    yield server
    server.stop()


async def doctors_words(command: Command) -> list[tuple[str, str]]:
    """Level and text of each check of Redis."""
    result: Result = await command("doctor", "--json")
    checks = json.loads(result.stdout)["checks"]
    return [(check["level"], check["text"]) for check in checks if check["name"] == "redis"]


async def test_a_redis_that_carries_events_is_named_with_its_version_and_has_nothing_left(
    server: Redis, command: Command
) -> None:
    async with redis.from_url(server.url) as client:
        version = (await client.info("server"))["redis_version"]
        assert await doctors_words(command) == [
            ("ok", f"Redis {version} at {server.url[8:-2]} carries events between replicas")
        ]
        assert await client.keys("*") == []


async def test_a_redis_that_is_away_is_a_warning_for_events_and_a_fault_for_rates(
    server: Redis, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://link:hunter2@127.0.0.1:{free_port()}/0")
    monkeypatch.setenv("CHATKIT_LINK_LIMITS_STORAGE", "redis")
    (events, said), (rates, refused) = await doctors_words(command)
    assert (events, rates) == ("warning", "bad")
    assert "readers on other replicas have them from the database" in said and "refused" in refused
    assert "hunter2" not in said + refused and "onnect" in said and "onnect" in refused


async def test_a_redis_user_that_lacks_a_command_is_told_which(server: Redis, command: Command) -> None:
    async with redis.from_url(server.url) as client:
        await client.execute_command("ACL", "SETUSER", "default", "-xtrim")
        ((level, text),) = await doctors_words(command)
    assert level == "warning" and "xtrim" in text


async def test_a_user_that_may_not_ask_for_the_version_is_no_problem(server: Redis, command: Command) -> None:
    async with redis.from_url(server.url) as client:
        await client.execute_command("ACL", "SETUSER", "default", "-info")
        assert await doctors_words(command) == [("ok", f"Redis at {server.url[8:-2]} carries events between replicas")]


async def test_a_frozen_redis_keeps_nobody_waiting(server: Redis, command: Command) -> None:
    assert server._process is not None
    server._process.send_signal(signal.SIGSTOP)
    try:
        async with asyncio.timeout(30):
            ((level, text),) = await doctors_words(command)
    finally:
        server._process.send_signal(signal.SIGCONT)
    assert level == "warning" and "cannot be used" in text


async def test_without_its_package_the_server_would_not_start(
    server: Redis, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatkit_link.runs.fanout.find_spec", lambda name: None)
    ((level, text),) = await doctors_words(command)
    assert level == "bad" and "pip install 'chatkit-link[redis]'" in text


async def test_where_no_setting_needs_it_nothing_is_said(
    server: Redis, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHATKIT_LINK_FANOUT")
    assert await doctors_words(command) == []
