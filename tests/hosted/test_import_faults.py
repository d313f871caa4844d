"""The import over a line that breaks, beside another import, and killed midway: nothing is lost or there twice."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from chatkit_link.caller import Caller
from chatkit_link.hosted.client import hosted_client
from chatkit_link.hosted.importing import Import
from chatkit_link.hosted.refusals import Refusals
from chatkit_link.hosted.sessions import HostedKey
from chatkit_link.hosted.threads import HostedThreads
from chatkit_link.protocol.openai_items import as_openai_item
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore
from tests.hosted.conftest import MakeSettings
from tests.hosted.flaky_connection import FATES, broken_line
from tests.hosted.test_importing import KEY, NUMBER, Importing, bring, everything, hosted, movers
from tests.openai_server import OpenAIServer
from tests.openai_threads import OpenAIThreads

__all__ = ["bring", "hosted"]

pytestmark = pytest.mark.timeout(180 + NUMBER)


async def assert_all_are_here(store: PostgresStore, hosted: OpenAIThreads, user: Caller) -> None:
    listed = (await store.load_threads(len(hosted.threads) + 1, None, "asc", user)).data
    assert [thread.id for thread in listed] == list(hosted.threads)
    for thread in hosted.threads.values():
        items = await everything(store, thread.head["id"], user)
        assert [as_openai_item(item) for item in items] == thread.items


async def test_answers_that_are_lost_cut_or_garbled_are_asked_for_again(
    openai: OpenAIServer, hosted: OpenAIThreads, database: Database, store: PostgresStore, make_settings: MakeSettings,
    monkeypatch: pytest.MonkeyPatch, ada: Caller,
) -> None:  # fmt: skip
    monkeypatch.setattr("chatkit_link.hosted.threads._PAUSES", (0.01,) * 6)
    for number in range(NUMBER):
        hosted.add(ada.user, items=number % 5)
    waits: list[float] = []
    async with (
        broken_line(openai.address) as line,
        hosted_client(make_settings(hosted_base_url=line.address), patience=2) as client,
    ):
        threads = HostedThreads(client, Refusals(lambda: None), HostedKey(KEY, own=False), on_wait=waits.append)
        report = await Import(threads, database).run(movers(ada))
    assert (report.complete, report.problems, report.threads) == (True, [], NUMBER)
    assert all(line.fates[fate] >= NUMBER // 30 for fate in FATES)
    assert len(waits) >= sum(line.fates[fate] for fate in FATES)
    await assert_all_are_here(store, hosted, ada)


async def test_two_imports_at_once_share_the_work(
    bring: Importing, hosted: OpenAIThreads, store: PostgresStore, ada: Caller
) -> None:
    for number in range(30):
        hosted.add(ada.user, items=number % 3)
    first, second = await asyncio.gather(bring(ada), bring(ada))
    assert (first.problems, second.problems) == ([], [])
    assert first.threads + second.threads == 30
    assert first.known + second.known == 30
    await assert_all_are_here(store, hosted, ada)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
async def test_a_process_that_ends_in_the_middle_is_gone_on_from(
    how: signal.Signals, bring: Importing, openai: OpenAIServer, hosted: OpenAIThreads, store: PostgresStore,
    postgres_url: str, tmp_path: Path, ada: Caller,
) -> None:  # fmt: skip
    for _ in range(30):
        hosted.add(ada.user, items=3)
    hosted.hold_after = 20
    environment = os.environ | {
        "DATABASE_URL": postgres_url, "CHATKIT_API_BASE": openai.address, "CHATKIT_LINK_HOSTED_API_KEY": KEY
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from chatkit_link.cli import main; main()", "import", "threads", "--user", ada.user,
        cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(60):
        await hosted.held.wait()
        process.send_signal(how)
        output = (await process.communicate())[0].decode()
    if how == signal.SIGINT:
        assert (process.returncode, "You stopped it" in output, "Traceback" in output) == (1, True, False)
    hosted.hold_after = None
    report = await bring(ada)
    assert (report.complete, report.threads + report.known) == (True, 30)
    assert 0 < report.known < 30
    await assert_all_are_here(store, hosted, ada)


async def test_a_malformed_answer_of_openais_is_reported_and_does_not_stop_the_rest(
    bring: Importing, hosted: OpenAIThreads, store: PostgresStore, ada: Caller
) -> None:
    good, late = hosted.add(ada.user, items=1), hosted.add(ada.user)
    late.head["created_at"] = 10**15
    hosted.threads["nameless"] = hosted.add(ada.user)
    del hosted.threads.pop("nameless").head["id"]
    items: list[Any] = [None, "text", {"type": "chatkit.widget", "widget": "[" * 5000}]
    good.items += items
    report = await bring(ada)
    assert sorted(problem.what for problem in report.problems) == [
        "An item cannot be read.",
        "An item cannot be read.",
        "An item of type chatkit.widget cannot be read.",
        "OpenAI lists threads without an id.",
        "OpenAI's data of this thread cannot be read.",
    ]
    assert len(await everything(store, good.head["id"], ada)) == 1


async def test_an_account_without_credit_is_not_waited_for(
    openai: OpenAIServer, database: Database, make_settings: MakeSettings, ada: Caller
) -> None:
    async with hosted_client(make_settings(hosted_base_url=openai.address)) as client:
        threads = HostedThreads(client, Refusals(lambda: None), HostedKey("sk-noquota-0000", own=False))
        report = await Import(threads, database).run(movers(ada))
    assert report.stopped is not None and "no credit left" in report.stopped
    assert len(openai.requests) == 1
