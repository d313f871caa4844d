"""Hosted threads come along: whole, in order, at their times, once, and whatever fails on the way.

CHATKIT_LINK_IMPORT=1000 brings that many; a hundred or so in the default suite.
"""

import asyncio
import json
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from chatkit.types import Page, ThreadItem

from chatkit_link.caller import Caller
from chatkit_link.hosted.client import hosted_client
from chatkit_link.hosted.importing import Import, Mover, Report
from chatkit_link.hosted.refusals import Refusals
from chatkit_link.hosted.sessions import HostedKey
from chatkit_link.hosted.threads import HostedThreads
from chatkit_link.protocol.openai_items import as_openai_item
from chatkit_link.store.clock import to_database
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore
from tests.hosted.conftest import MakeSettings
from tests.limits.conftest import Command, command
from tests.limits.users import bearer, new_input
from tests.openai_server import OpenAIServer
from tests.openai_threads import OpenAIThreads

__all__ = ["command"]

NUMBER = int(os.environ.get("CHATKIT_LINK_IMPORT", "120"))
KEY = "sk-good-canary-6d1f"
pytestmark = pytest.mark.timeout(180 + NUMBER)


class Importing:
    """Imports from the fake OpenAI into the tests' database."""

    def __init__(self, threads: HostedThreads, database: Database) -> None:
        self._threads = threads
        self._database = database

    def of(self, **options: Any) -> Import:
        return Import(self._threads, self._database, **options)

    async def __call__(self, *users: Caller, **options: Any) -> Report:
        return await self.of(**options).run(movers(*users))


def movers(*users: Caller) -> list[Mover]:
    return [Mover(user.user, user) for user in users]


@pytest.fixture
def hosted(openai: OpenAIServer) -> OpenAIThreads:
    return openai.hosted


@pytest.fixture
async def bring(openai: OpenAIServer, database: Database, make_settings: MakeSettings) -> AsyncIterator[Importing]:
    async with hosted_client(make_settings(hosted_base_url=openai.address)) as client:
        yield Importing(HostedThreads(client, Refusals(lambda: None), HostedKey(KEY, own=False)), database)


async def everything(store: PostgresStore, thread_id: str, owner: Caller) -> list[ThreadItem]:
    items: list[ThreadItem] = []
    page: Page[ThreadItem] = Page(has_more=True)
    while page.has_more:
        page = await store.load_thread_items(thread_id, page.after, 100, "asc", owner)
        items += page.data
    return items


def seconds(moment: datetime) -> float:
    return to_database(moment).timestamp()


async def test_many_threads_come_along_through_failures_and_a_break(
    bring: Importing, hosted: OpenAIThreads, store: PostgresStore
) -> None:
    users = [Caller("default", f"user-{uuid.uuid4().hex[:8]}") for _ in range(4)]
    for number in range(NUMBER):
        hosted.add(users[number % 4].user, items=number % 7)
    hosted.failing = 5
    done = 0

    def thread_done() -> None:
        nonlocal done
        done += 1
        if done == NUMBER // 3:
            first.cancel()

    first = asyncio.ensure_future(bring(*users, on_thread=thread_done))
    with suppress(asyncio.CancelledError):
        await first
    report = await bring(*users)
    assert (report.complete, report.problems, report.users) == (True, [], 4)
    assert report.known + report.threads == NUMBER
    assert 0 < report.known < NUMBER

    for user in users:
        theirs = [thread for thread in hosted.threads.values() if thread.head["user"] == user.user]
        listed = (await store.load_threads(NUMBER, None, "asc", user)).data
        # Their list is in the order in which something last happened, which here is that of their creation.
        assert [(thread.id, thread.title, seconds(thread.created_at)) for thread in listed] == [
            (thread.head["id"], thread.head["title"], thread.head["created_at"]) for thread in theirs
        ]
        for thread in theirs:
            items = await everything(store, thread.head["id"], user)
            assert [as_openai_item(item) for item in items] == thread.items

    hosted.failing = 0
    hosted.asked.clear()
    report = await bring(*users)
    assert (report.known, report.threads, report.items) == (NUMBER, 0, 0)
    assert {path for path in hosted.asked if "items" in path} == set()


async def test_every_type_of_item_is_the_same_on_the_way_back(
    bring: Importing, hosted: OpenAIThreads, store: PostgresStore, ada: Caller
) -> None:
    thread = hosted.add(ada.user, title=None, status={"type": "locked", "reason": "Moved"})
    thread_id = thread.head["id"]
    file = {"id": f"cfile_{uuid.uuid4().hex}", "type": "file", "name": "tea.pdf", "mime_type": "application/pdf"}
    image = {"id": f"cfile_{uuid.uuid4().hex}", "type": "image", "name": "tea.png", "mime_type": "image/png"}
    hosted.put(
        thread_id,
        "user_message",
        content=[{"type": "quoted_text", "text": "a quote"}, {"type": "input_text", "text": "Look \U0001f375"}],
        attachments=[file | {"preview_url": None}, image | {"preview_url": "https://files.example/p.png"}],
        inference_options={"model": "fast", "tool_choice": {"id": "lookup"}},
    )
    sources = [
        {"type": "url", "source": {"type": "url", "url": "https://example.com/tea"}},
        {"type": "file", "source": {"type": "file", "filename": "tea.pdf"}},
    ]
    hosted.put(
        thread_id, "assistant_message", content=[{"type": "output_text", "text": "Here", "annotations": sources}]
    )
    card = {"type": "Card", "children": [{"type": "Text", "value": "Hi"}, {"type": "Unheard", "of": 1}]}
    hosted.put(thread_id, "widget", widget=json.dumps(card))
    called: dict[str, Any] = {"call_id": "c1", "name": "locate", "arguments": '{"exact": true}', "output": "[1]"}
    hosted.put(thread_id, "client_tool_call", status="completed", **called)
    hosted.put(thread_id, "task", task_type="thought", heading="Thinking", summary="Hm")
    tasks = [
        {"type": "custom", "heading": "Look", "summary": None},
        {"type": "thought", "heading": None, "summary": "x"},
    ]
    hosted.put(thread_id, "task_group", tasks=tasks)
    for place in range(120):  # more than a page
        hosted.say(thread_id, f"{place}", by_user=True)

    report = await bring(ada)
    assert [(problem.what, problem.lost) for problem in report.problems] == [
        ("The bytes of 2 files stay at OpenAI.", False)
    ]
    assert (report.items, report.files) == (126, 2)
    written = [as_openai_item(item) for item in await everything(store, thread_id, ada)]
    widgets = [json.loads(item.pop("widget")) for item in (written[2] or {}, dict(thread.items[2]))]
    assert widgets[0] == widgets[1]
    assert written == [{key: value for key, value in item.items() if key != "widget"} for item in thread.items]
    stored = await store.load_thread(thread_id, ada)
    assert (stored.title, stored.status.model_dump()) == (None, {"type": "locked", "reason": "Moved"})
    attachment = await store.load_attachment(image["id"], ada)
    assert (attachment.name, attachment.thread_id) == ("tea.png", thread_id)


async def test_what_cannot_be_brought_is_in_the_report_and_the_rest_is_here(
    bring: Importing, hosted: OpenAIThreads, store: PostgresStore, ada: Caller, bob: Caller
) -> None:
    good = hosted.add(ada.user, items=2).head["id"]
    hosted.put(good, "hologram", check=False)
    hosted.put(good, "widget", widget="no JSON")
    hosted.put(good, "user_message", check=False, content=None)
    waiting = hosted.put(
        good, "client_tool_call", status="in_progress", call_id="c", name="pay", arguments="{}", output=None
    )
    hosted.broken.add(broken := hosted.add(ada.user, items=1).head["id"])
    taken = hosted.add(ada.user, items=1)
    await bring(bob)
    stolen = hosted.add(bob.user, items=1).head["id"]
    await bring(bob)
    hosted.threads[stolen].head["user"] = ada.user  # the id is Bob's here

    report = await bring(ada)
    assert not report.complete
    lost = {problem.thread for problem in report.problems if problem.lost}
    assert lost == {broken, stolen}
    assert (report.threads, report.items) == (2, 4)
    assert [problem.what for problem in report.problems if problem.thread == good] == [
        "An item of type chatkit.hologram cannot be read.",
        "An item of type chatkit.widget cannot be read.",
        "An item of type chatkit.user_message cannot be read.",
        "A client tool call that was never answered is stored without an output.",
    ]
    # No page makes the payment today because a user opens the thread.
    assert await store.load_pending_tool_calls(good, ada) == []
    assert [item.id for item in await everything(store, good, ada)][-1] == waiting["id"]
    assert len(await everything(store, taken.head["id"], ada)) == 1
    assert len(await everything(store, stolen, bob)) == 1

    hosted.broken.clear()
    assert (await bring(ada)).threads == 1


async def test_later_items_are_added_behind_what_is_here(
    bring: Importing, hosted: OpenAIThreads, store: PostgresStore, ada: Caller
) -> None:
    thread_id = hosted.add(ada.user, items=2, title=None).head["id"]
    await bring(ada)
    hosted.say(thread_id, "Later", by_user=True)
    hosted.threads[thread_id].head["title"] = "Found meanwhile"
    assert (await bring(ada)).items == 0
    assert (await bring(ada, again=True, dry_run=True)).items == 1
    report = await bring(ada, again=True)
    assert (report.threads, report.known, report.items) == (0, 1, 1)
    assert [as_openai_item(item) for item in await everything(store, thread_id, ada)] == hosted.threads[thread_id].items
    assert (await store.load_thread(thread_id, ada)).title == "Found meanwhile"


async def test_an_import_stops_where_openai_is_down(bring: Importing, hosted: OpenAIThreads, ada: Caller) -> None:
    for _ in range(30):
        hosted.broken.add(hosted.add(ada.user, items=1).head["id"])
    report = await bring(ada)
    assert report.stopped is not None
    assert len(report.problems) < 30


async def test_the_command_imports_a_list_of_users_and_reports_the_result(
    command: Command, openai: OpenAIServer, hosted: OpenAIThreads, store: PostgresStore, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, ada: Caller, eve: Caller,
) -> None:  # fmt: skip
    monkeypatch.setenv("CHATKIT_API_BASE", openai.address)
    monkeypatch.setenv("CHATKIT_LINK_HOSTED_API_KEY", KEY)
    theirs = f"auth0|{uuid.uuid4().hex}"
    mine, other = hosted.add(ada.user, items=3).head["id"], hosted.add(theirs, items=1).head["id"]
    users_file, report = tmp_path / "users.csv", tmp_path / "report.json"
    users_file.write_text(f"{ada.user}\n{theirs},{eve.user},{eve.tenant}\n\n", encoding="utf-8")

    tried = await command("import", "threads", "--all-users-from", str(users_file), "--dry-run")
    assert (tried.exit_code, "would be imported" in tried.output) == (0, True)
    assert (await store.load_threads(10, None, "desc", ada)).data == []

    done = await command("import", "threads", "--all-users-from", str(users_file), "--report", str(report))
    assert done.exit_code == 0, done.output
    written = json.loads(report.read_text(encoding="utf-8"))
    assert (written["threads"], written["items"], written["complete"]) == (2, 4, True)
    assert len(await everything(store, mine, ada)) == 3
    assert len(await everything(store, other, eve)) == 1

    hosted.broken.add(hosted.add(ada.user, items=1).head["id"])
    part = await command("import", "threads", "--user", ada.user, "--report", str(report))
    assert (part.exit_code, "Run the same command again" in part.output) == (1, True)

    monkeypatch.setenv("CHATKIT_LINK_HOSTED_API_KEY", "sk-wrong-0000")
    refused = await command("import", "threads", "--user", ada.user)
    assert (refused.exit_code, "CHATKIT_LINK_HOSTED_API_KEY" in refused.output) == (1, True)
    for output in (tried.output, done.output, part.output, refused.output, report.read_text(encoding="utf-8")):
        assert KEY not in output
        assert "sk-wrong" not in output


@pytest.mark.parametrize(
    "wrong", [[], ["--user", "a", "--user", "b", "--as", "c"], ["--user", " "], ["--all-users-from", "/no/such/file"]]
)
async def test_the_command_refuses_an_invalid_choice_of_users(command: Command, wrong: list[str]) -> None:
    ran = await command("import", "threads", *wrong)
    assert ran.exit_code != 0
    assert str(ran.exception).endswith(".")


async def test_a_thread_that_came_along_goes_on_here(
    bring: Importing, hosted: OpenAIThreads, link: str, store: PostgresStore
) -> None:
    user = Caller("acme", f"user-{uuid.uuid4().hex[:8]}")
    thread_id = hosted.add(user.user, items=2).head["id"]
    file = {"id": f"cfile_{uuid.uuid4().hex}", "type": "file", "name": "tea.pdf", "mime_type": "application/pdf"}
    part = {"type": "input_text", "text": "See this"}
    hosted.put(thread_id, "user_message", content=[part], attachments=[file], inference_options=None)
    hosted.put(thread_id, "widget", widget=json.dumps({"type": "Card", "children": []}))
    await bring(user)
    asked = {"type": "threads.add_user_message", "params": {"thread_id": thread_id, "input": new_input("Green tea?")}}
    async with httpx2.AsyncClient(timeout=30) as http:
        answer = await http.post(f"{link}/chatkit", json=asked, headers=bearer("acme", user.user))
        assert '"type":"error"' not in answer.text
        assert "assistant_message" in answer.text
        gone = {"type": "threads.delete", "params": {"thread_id": thread_id}}
        assert (await http.post(f"{link}/chatkit", json=gone, headers=bearer("acme", user.user))).status_code == 200
