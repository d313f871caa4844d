"""Inside somebody else's application, under a prefix, started and stopped with it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatkit_link import create_app, mount
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.finished_stream import told
from tests.sdk_server import serve


async def test_it_mounts_under_a_prefix_lifespan_and_all(make_settings: Callable[..., Settings]) -> None:
    events: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[dict[str, str]]:
        events.append("parent starts")
        yield {"of": "the parent"}
        events.append("parent stops")

    parent = FastAPI(lifespan=lifespan)

    @parent.get("/own")
    async def own() -> str:
        return "mine"

    link = create_app(make_settings())
    mount(parent, "/assistant", link)

    async with parent.router.lifespan_context(parent), serve(parent) as address, httpx2.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{address}/own")).json() == "mine"
        assert (await http.get(f"{address}/assistant/health")).json() == {"status": "ok"}
        async with ChatKitClient(f"{address}/assistant/chatkit/echo") as client:
            made = await told(client.create_thread("Hello"))
            assert made.text == "You said: Hello"
            assert len((await client.list_threads()).data) == 1
        missing = await http.get(f"{address}/assistant/nowhere")
        assert missing.headers["content-type"] == "application/problem+json"
    assert events == ["parent starts", "parent stops"]
    assert not hasattr(link.state, "services")


async def test_a_middleware_around_it_sees_each_event_of_a_stream(make_settings: Callable[..., Settings]) -> None:
    """Ours look at the head of a stream alone, and are passed by; those of others may look at all of it."""
    seen: list[bytes] = []

    class Sees:
        def __init__(self, app: ASGIApp) -> None:
            self._app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            async def see(message: Message) -> None:
                seen.append(message.get("body", b""))
                await send(message)

            await self._app(scope, receive, see)

    app = create_app(make_settings())
    app.add_middleware(Sees)
    async with (
        app.router.lifespan_context(app),
        serve(app) as address,
        ChatKitClient(f"{address}/chatkit/echo") as client,
    ):
        made = await told(client.create_thread("Hello"))
        assert made.text == "You said: Hello"
    stream = b"".join(seen)
    assert b"thread.created" in stream
    assert b"thread.item.done" in stream


async def test_a_mount_without_our_lifespan_says_what_to_do(make_settings: Callable[..., Settings]) -> None:
    parent = FastAPI()
    parent.mount("/assistant", create_app(make_settings()))
    async with serve(parent) as address, httpx2.AsyncClient(timeout=60) as http:
        response = await http.get(f"{address}/assistant/api/agents")
    assert response.status_code == 503
    assert "chatkit_link.mount" in response.json()["detail"]


async def test_a_pages_visitor_stays_the_same_person(server: str) -> None:
    """Requests that a page makes side by side must not be given a person each."""
    async with httpx2.AsyncClient(timeout=60) as http:
        page = await http.get(f"{server}/")
        if page.status_code == 404:
            pytest.skip("the page is not built here: make build")
        assert "chatkit_link_user" in http.cookies
        again = await http.get(f"{server}/api/agents")
    assert "set-cookie" not in again.headers


async def test_where_tokens_are_needed_a_page_still_opens_and_its_requests_are_refused(
    make_settings: Callable[..., Settings],
) -> None:
    async with running(make_settings(jwt_secret="0123456789" * 4)) as address, httpx2.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{address}/health")).status_code == 200
        assert (await http.get(f"{address}/frame.html")).status_code in (200, 404)
        refused = await http.post(f"{address}/chatkit", json={"type": "threads.list", "params": {}})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_nothing_outside_the_built_page_can_be_fetched(server: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        for path in (
            "/assets/../app.py",
            "/assets/%2e%2e/%2e%2e/app.py",
            "/assets/..%2fapp.py",
            "/documents/../README.md",
        ):
            response = await http.get(f"{server}{path}")
            assert response.status_code == 404
            assert "import" not in response.text


async def test_a_database_that_is_away_is_told_as_such(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    app = create_app(make_settings(database_url="postgresql://u:hunter2@127.0.0.1:1/none", data=tmp_path))
    with pytest.raises(ConfigurationError, match="connection refused") as refused:
        async with app.router.lifespan_context(app):
            pass
    assert "hunter2" not in str(refused.value)
