"""A plugin of pytest for the ChatKit SDK's own tests: their stores are ours, and their servers are served by ours.

``test_sdk_suite.py`` runs the SDK's tests with it, as they are. Two things take the place of others:

- ``helpers.mock_store.SQLiteStore``: our ``PostgresStore``, for a tenant of its own.
- ``ChatKitServer.process``: the server is an agent of a real ``create_app``, and is asked over HTTP.

The tests give a ``RequestContext`` of their own to both; its user is the Caller's.
"""

import os
import sys
import tempfile
import types
import uuid
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from chatkit.server import ChatKitServer, NonStreamingResult, StreamingResult
from chatkit.store import NotFoundError, Store
from fastapi import Request

from chatkit_link.app import create_app
from chatkit_link.caller import Caller
from chatkit_link.cli.server import serving
from chatkit_link.errors import NotFound
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore

#: The address of a migrated database.
_URL = os.environ["CHATKIT_LINK_SDK_DATABASE"]
#: What is open for the test that runs, and closed after it.
_OPEN = AsyncExitStack()
_ASYNC = [
    "load_thread", "save_thread", "load_threads", "delete_thread", "load_thread_items", "add_thread_item", "save_item",
    "load_item", "delete_thread_item", "save_attachment", "load_attachment", "delete_attachment",
]  # fmt: skip
#: Id of a server -> the store that its test asks; not in the server, where ours would take its place.
_ASKED: dict[int, "OurStore"] = {}
_ERRORS: dict[int, type[Exception]] = {400: ValueError, 404: NotFoundError, 422: ValueError}

#: The server that the catalog's target names.
brought: ChatKitServer[Any]


class OurStore(Store[Any]):
    """As the SDK's tests make a store: from the address of an SQLite file. A tenant is what they mean by one."""

    def __init__(self, db_path: str) -> None:
        self.db_path = db_path
        self.tenant = f"sdk-{uuid.uuid4().hex}"
        self.inner: Store[Any] | None = None
        self._callers: set[Caller] = set()
        self._attachments: set[tuple[str, Caller]] = set()

    async def _inner(self) -> Store[Any]:
        if self.inner is None:
            # A connection belongs to the event loop that opened it, and each of these tests has one of its own.
            database = Database(_URL, pool_size=2)
            _OPEN.push_async_callback(database.close)
            self.inner = PostgresStore(database)
            _OPEN.push_async_callback(self._empty, self.inner)
        return self.inner

    async def _empty(self, store: Store[Any]) -> None:
        """The ids of threads and of attachments are unique in a database, and all of these tests use the same."""
        for caller in self._callers:
            for thread in (await store.load_threads(1000, None, "asc", caller)).data:
                await store.delete_thread(thread.id, caller)
        for attachment_id, caller in self._attachments:
            with suppress(NotFound):  # it went with its thread
                await store.delete_attachment(attachment_id, caller)

    def caller(self, context: Any) -> Caller:
        self._callers.add(Caller(self.tenant, context.user_id))
        return Caller(self.tenant, context.user_id)

    def saved(self, name: str, values: list[Any]) -> None:
        if name == "save_attachment":
            self._attachments.add((values[0].id, values[1]))

    def given(self, values: tuple[Any, ...]) -> list[Any]:
        return [self.caller(value) if type(value).__name__ == "RequestContext" else value for value in values]


def _passed_on(name: str) -> Any:
    async def method(self: OurStore, *values: Any, **named: Any) -> Any:
        inner = await self._inner()
        named = dict(zip(named, self.given(tuple(named.values())), strict=True))
        self.saved(name, given := self.given(values))
        return await getattr(inner, name)(*given, **named)

    return method


for _name in _ASYNC:
    setattr(OurStore, _name, _passed_on(_name))
cast("Any", OurStore).__abstractmethods__ = frozenset()


async def _process(
    self: ChatKitServer[Any], request: str | bytes, context: Any
) -> StreamingResult | NonStreamingResult:
    """``ChatKitServer.process`` of the server ``self``, by way of HTTP."""
    address = await _served(self)
    http = await _OPEN.enter_async_context(httpx2.AsyncClient(timeout=60))
    store = _ASKED[id(self)]
    headers = {"Content-Type": "application/json", "X-Test-User": context.user_id, "X-Test-Tenant": store.tenant}
    sent = http.build_request("POST", f"{address}/chatkit", content=request, headers=headers)
    answer = await http.send(sent, stream=True)
    if answer.is_error:
        await answer.aread()
        _raise(answer)
    if answer.headers["content-type"].startswith("text/event-stream"):
        return StreamingResult(_events(answer))
    return NonStreamingResult(await answer.aread())


def _raise(answer: httpx2.Response) -> None:
    """As the SDK raises what our HTTP answers."""
    detail = answer.json().get("detail") or answer.text
    raise {404: NotFoundError, 501: RuntimeError, 400: ValueError, 422: ValueError}.get(
        answer.status_code, RuntimeError
    )(f"{answer.status_code}: {detail}")


async def _events(answer: httpx2.Response) -> AsyncGenerator[bytes]:
    """Blocks with data, as ``decode_event`` of these tests takes them apart."""
    rest = ""
    async for text in answer.aiter_text():
        *blocks, rest = (rest + text).split("\n\n")
        for block in blocks:
            if "data: " in block:
                yield block.encode()


async def _served(server: ChatKitServer[Any]) -> str:
    """The address of an app with this server in it, started when it is first asked."""
    if "_address" not in vars(server):
        store = cast("OurStore", server.store)
        _ASKED[id(server)] = store
        sys.modules[__name__].brought = server  # pyright: ignore[reportAttributeAccessIssue]
        folder = Path(_OPEN.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        catalog = folder / "chatkit-link.toml"
        catalog.write_text(
            f'default = "brought"\n[agents.brought]\ntarget = "{__name__}:brought"\n'
            f'context = "{__name__}:make_context"\n'
        )
        given: dict[str, Any] = {
            "database_url": _URL, "secret": "the secret of all tests on one database",
            "database_pool": 4, "data": folder, "config": catalog, "drain": 1,
            "identify": f"{__name__}:identify", "openai_api_key": None, "openai_base_url": None,
            "rate_messages": 0, "rate_messages_address": 0, "rate_uploads": 0, "rate_uploads_address": 0,
        }  # fmt: skip
        vars(server)["_address"] = await _OPEN.enter_async_context(serving(create_app, Settings(**given)))
        # The tests look into server.store with a context of theirs, as the server itself does.
        store.inner, server.store = cast("Store[Any]", server.store), store
    return cast("str", vars(server)["_address"])


def identify(request: Request) -> Caller:
    """The user and the tenant of a test."""
    return Caller(request.headers["X-Test-Tenant"], request.headers["X-Test-User"])


def make_context(request: Request, caller: Caller) -> Any:
    """The context that these tests give."""
    return sys.modules["tests._types"].RequestContext(user_id=caller.user)  # pyright: ignore[reportAttributeAccessIssue]


@pytest.fixture(autouse=True)
async def closed_afterwards() -> AsyncGenerator[None]:
    yield
    await _OPEN.aclose()


def pytest_configure(config: pytest.Config) -> None:
    mock_store = types.ModuleType("helpers.mock_store")
    mock_store.SQLiteStore = OurStore  # pyright: ignore[reportAttributeAccessIssue]
    sys.modules["helpers.mock_store"] = mock_store
    ChatKitServer.process = _process  # type: ignore[method-assign]
