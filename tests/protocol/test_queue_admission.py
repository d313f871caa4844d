"""What a sender may do is looked at once more when a message is sent that has waited."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest

from chatkit_link.app import create_app
from chatkit_link.caller import Caller
from chatkit_link.cli.server import serving
from chatkit_link.settings import Settings
from chatkit_link.store import queue, spending
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.queue import NotQueued, QueuedMessage
from tests.protocol.gated_agents import ASKED, GATES
from tests.protocol.queue_user import SECRET, User, until
from tests.store.build import thread, user

KEY = "the-server-key-of-these-tests-is-long-enough"
CATALOG = 'default = "gated"\n\n[agents.gated]\ntarget = "tests.protocol.gated_agents:gated"\n'


@pytest.fixture
async def address(make_settings: Callable[..., Settings], tmp_path: Path) -> AsyncIterator[str]:
    config = tmp_path / "chatkit-link.toml"
    config.write_text(CATALOG)
    settings = make_settings(config=config, jwt_secret=SECRET, server_key=KEY, budget_user_day_tokens=100)
    async with serving(create_app, settings) as address:
        yield address


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(timeout=60, trust_env=False) as http:
        yield http


async def _refused(ada: User) -> str:
    """The reason for which the first message of the queue is not sent."""

    async def has_error() -> bool:
        return "error" in (await ada.queued())[0]

    await until(has_error)
    return (await ada.queued())[0]["error"]


async def test_a_budget_that_is_used_up_meanwhile_keeps_the_message_waiting(
    address: str, http: httpx2.AsyncClient, database: Database
) -> None:
    ada = User(http, address, "gated")
    async with ada.begun(ada.text("hold")):
        await ada.queue_up(ada.text("one"))
        used = spending.Used(f"use_{uuid.uuid4().hex}", None, "a", "m", "answer", 1, 90, 0, 20, Decimal(0))
        async with database.session(Caller("default", ada.name)) as session:
            await spending.record(session, [used])
        GATES[ada.text("hold")].set()
    assert (await _refused(ada)).startswith("Your budget for today is used up.")
    assert await ada.conversation() == ["hold", "begun and done: hold"]


class Sessions:
    """A back end that lets one user in."""

    def __init__(self, http: httpx2.AsyncClient, address: str) -> None:
        self._http = http
        self._address = f"{address}/v1/chatkit/sessions"
        self._headers = {"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "chatkit_beta=v1"}
        self._user = f"user-{uuid.uuid4().hex}"

    async def open(self) -> tuple[str, User]:
        """The id of a session, and its holder."""
        body = {"user": self._user, "workflow": {"id": "gated"}}
        answer = await self._http.post(self._address, json=body, headers=self._headers)
        made = answer.raise_for_status().json()
        secret = {"Authorization": f"Bearer {made['client_secret']}"}
        return made["id"], User(self._http, self._address.partition("/v1")[0], "gated", **secret)

    async def cancel(self, session_id: str) -> None:
        (await self._http.post(f"{self._address}/{session_id}/cancel", headers=self._headers)).raise_for_status()


async def test_a_cancelled_session_sends_nothing_and_the_users_next_one_does(
    address: str, http: httpx2.AsyncClient
) -> None:
    sessions = Sessions(http, address)
    session_id, ada = await sessions.open()
    async with ada.begun(ada.text("hold")):
        queued = await ada.queue_up(ada.text("one"))
        await sessions.cancel(session_id)
        GATES[ada.text("hold")].set()
    _, again = await sessions.open()
    again.thread, again.mark = ada.thread, ada.mark
    assert await _refused(again) == "This session was cancelled. Reload the page to start a new one."
    assert ASKED[ada.thread] == [ada.text("hold")]
    assert (await again.ask("POST", f"/{queued['id']}/send")).status_code == 200
    await until(again.idle)
    assert await again.conversation() == ["hold", "begun and done: hold", "one", "begun and done: one"]


async def test_what_changes_in_the_moment_of_sending_is_not_sent_as_it_was(
    store: PostgresStore, database: Database, ada: Caller
) -> None:
    """Edited, held or released between the look and the sending: nothing is stored then, and nothing is lost."""
    here = await thread(store, ada)
    waits = QueuedMessage(f"que_{here.id}", here.id, "a", {"content": []}, b"{}", "r", allow_cancel=True)
    async with database.session(ada, atomic=True) as session:
        await queue.add(session, waits)

    async def read() -> QueuedMessage:
        async with database.session(ada) as session:
            message = await queue.find_next(session, here.id)
            assert message is not None
            return message

    async def sent(message: QueuedMessage) -> bool:
        try:
            await store.add_message(here.id, user(here.id, "tea"), ada, queued=message)
        except NotQueued:
            return False
        return True

    first = await read()
    async with database.session(ada) as session:
        await queue.edit(session, here.id, waits.id, {"content": [], "quoted_text": "new"})
    assert not await sent(first)
    second = await read()
    async with database.session(ada) as session:
        await queue.release(session, here.id, waits.id, caller=b"{}", request_id="r", allow_cancel=True)
    assert not await sent(second)
    third = await read()
    assert sorted(await asyncio.gather(*(sent(third) for _ in range(5)))) == [False] * 4 + [True]
    assert len((await store.load_thread_items(here.id, None, 10, "asc", ada)).data) == 1
