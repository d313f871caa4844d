"""Times without a zone are the server's local time, as the SDK makes and compares them, wherever the server runs."""

import os
import subprocess
import sys

import pytest

#: Whole and half hours, with and without summer time, also one of half an hour.
ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Kiritimati"]
SCRIPT = """
import asyncio, sys, uuid
from datetime import UTC, datetime, timedelta
from chatkit.types import AssistantMessageItem, ThreadMetadata
from chatkit_link.caller import Caller
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.wire.encoding import encode

def message(thread, when):
    return AssistantMessageItem(id=f"msg_{uuid.uuid4().hex}", thread_id=thread.id, created_at=when, content=[])

async def main():
    database = Database(sys.argv[1], pool_size=1)
    store, ada = PostgresStore(database), Caller(tenant="default", user=f"ada-{uuid.uuid4().hex}")
    instant = datetime.now(UTC)
    local = datetime.now()
    thread = ThreadMetadata(id=f"thr_{uuid.uuid4().hex}", created_at=local)
    await store.save_thread(thread, ada)
    assert (await store.load_thread(thread.id, ada)).created_at == local
    days = [datetime(2026, 1, 15, 12), datetime(2026, 7, 15, 12), datetime(2026, 10, 25, 2, 30)]
    for when in [local, instant.replace(tzinfo=None), *days, *(day.replace(fold=1) for day in days)]:
        item = message(thread, when)
        await store.add_thread_item(thread.id, item, ada)
        loaded = await store.load_item(thread.id, item.id, ada)
        # What a server computes with it is what it would compute with the SDK's own object.
        assert loaded.created_at == when, (loaded.created_at, when)
        assert loaded.created_at.tzinfo is None
    for when in (local, instant, instant.astimezone()):
        sent = AssistantMessageItem.model_validate_json(encode(message(thread, when)))
        assert abs(sent.created_at - instant) < timedelta(seconds=1), (sent.created_at, instant)
    item = message(thread, instant)
    await store.add_thread_item(thread.id, item, ada)
    since = datetime.now() - (await store.load_item(thread.id, item.id, ada)).created_at
    assert timedelta(0) <= since < timedelta(minutes=5), since
    await database.close()

asyncio.run(main())
"""


@pytest.mark.parametrize("zone", ZONES)
def test_a_time_without_a_zone_comes_back_as_it_was_given(postgres_url: str, zone: str) -> None:
    command = [sys.executable, "-c", SCRIPT, postgres_url]
    ended = subprocess.run(
        command, env={**os.environ, "TZ": zone}, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr
