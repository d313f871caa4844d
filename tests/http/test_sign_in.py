"""Signing in over a real connection: each way, the documents behind it, and what never leaks from it."""

import logging
import re
from collections.abc import Callable

import httpx2
import pytest
from fastapi import FastAPI

from chatkit_link.app import create_app
from chatkit_link.caller import Caller
from chatkit_link.cli.server import serving
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import ConfigurationError
from chatkit_link.http.identify import ServerDep
from chatkit_link.identity.dev_token import create_dev_token
from chatkit_link.settings import Settings
from chatkit_link.telemetry.logging import setup_logging
from tests.conftest import running
from tests.finished_stream import told

SECRET = "0123456789" * 4
KEY = "canary-server-key-0123456789-0123456789"
LIST = {"type": "threads.list", "params": {}}
Make = Callable[..., Settings]


def bearer(settings: Settings, user: str = "ada") -> dict[str, str]:
    return {"Authorization": f"Bearer {create_dev_token(settings, user=user, tenant=None, expires='1h')}"}


async def test_a_token_and_the_server_key_lead_to_the_same_threads(make_settings: Make) -> None:
    settings = make_settings(jwt_secret=SECRET, server_key=KEY)
    async with running(settings) as address:
        async with ChatKitClient(f"{address}/chatkit/echo", headers=bearer(settings, "ada-of-keys")) as ada:
            made = await told(ada.create_thread("Hello"))
        back_end = {"Authorization": f"Bearer {KEY}", "X-ChatKit-User": "ada-of-keys"}
        async with ChatKitClient(f"{address}/chatkit/echo", headers=back_end) as server:
            assert (await server.get_thread(made.thread_id)).id == made.thread_id
        other = back_end | {"X-ChatKit-Tenant": "elsewhere"}
        async with ChatKitClient(f"{address}/chatkit/echo", headers=other) as server:
            assert (await server.list_threads()).data == []


async def test_a_route_for_servers_takes_the_key_and_nothing_else(make_settings: Make) -> None:
    def make(settings: Settings) -> FastAPI:
        app = create_app(settings)

        @app.post("/for-servers")
        async def route(call: ServerDep) -> dict[str, str | None]:
            return {"user": call.user}

        return app

    settings = make_settings(jwt_secret=SECRET, server_key=KEY)
    async with serving(make, settings) as address, httpx2.AsyncClient(timeout=60) as http:
        url, key = f"{address}/for-servers", {"Authorization": f"Bearer {KEY}"}
        assert (await http.post(url, headers=key)).json() == {"user": None}
        assert (await http.post(url, headers=key | {"X-ChatKit-User": "ada"})).json() == {"user": "ada"}
        for wrong in ({}, bearer(settings), {"Authorization": f"Bearer {KEY}x"}, {"X-ChatKit-User": "ada"}):
            refused = await http.post(url, headers=wrong)
            assert refused.status_code == 401
            assert "This address is for servers" in refused.json()["detail"]
    async with serving(make, make_settings()) as address, httpx2.AsyncClient(timeout=60) as http:
        assert (await http.post(f"{address}/for-servers", headers={"Authorization": "Bearer None"})).status_code == 401


async def test_the_proxy_is_known_by_its_connection(make_settings: Make) -> None:
    """Also when it says whom it asks for: the peer is still the proxy."""
    settings = make_settings(proxy_user_header="X-User", trusted_proxies="127.0.0.0/8")
    headers = {"X-User": "ada", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        assert (await http.post(f"{address}/chatkit", json=LIST, headers=headers)).status_code == 200
    strangers = make_settings(proxy_user_header="X-User", trusted_proxies="192.0.2.1")
    async with running(strangers) as address, httpx2.AsyncClient(timeout=60) as http:
        refused = await http.post(f"{address}/chatkit", json=LIST, headers=headers | {"X-Forwarded-For": "192.0.2.1"})
    assert refused.status_code == 401


async def test_a_function_of_ones_own_is_given_to_create_app_or_named_in_a_setting(make_settings: Make) -> None:
    def identify(request: httpx2.Request) -> Caller | None:
        user = request.headers.get("x-session")
        return Caller("default", user) if user else None

    given = make_settings()
    named = make_settings(identify="identify.py:by_session")
    makes: list[tuple[Settings, Callable[[Settings], FastAPI]]] = [
        (given, lambda settings: create_app(settings, identify=identify)),  # type: ignore[arg-type]
        (named, create_app),
    ]
    for settings, make in makes:
        async with serving(make, settings) as address, httpx2.AsyncClient(timeout=60) as http:
            assert (await http.post(f"{address}/chatkit", json=LIST)).status_code == 401
            known = await http.post(f"{address}/chatkit", json=LIST, headers={"X-Session": "ada"})
            assert known.status_code == 200
            assert "set-cookie" not in known.headers


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("identify", "module:function"),
        ("identify.py:nothing", "no function nothing"),
        ("no.py:by_session", "no file"),
        ("identify.py:__doc__", "no function"),
    ],
)
def test_a_function_that_is_not_there_stops_the_start(make_settings: Make, target: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        create_app(make_settings(identify=target))


def test_a_function_and_a_jwt_stop_the_start(make_settings: Make) -> None:
    with pytest.raises(ConfigurationError, match="decides who is asking"):
        create_app(make_settings(jwt_secret=SECRET), identify=lambda _: None)


# Documents


async def test_a_document_is_for_those_who_sign_in_or_have_its_link(make_settings: Make) -> None:
    settings = make_settings(jwt_secret=SECRET)
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        async with ChatKitClient(f"{address}/chatkit", headers=bearer(settings)) as ada:
            made = await told(ada.create_thread("How long should green tea steep?"))
        found = re.search(rf"{address}(/documents/tea\.md\?key=[\w-]+)#green-tea", str(made.events))
        assert found, "a search result's link has a key"
        assert "steep for two minutes" in (await http.get(address + found[1])).text
        assert (await http.get(f"{address}/documents/tea.md", headers=bearer(settings))).status_code == 200

        for path in ("/documents/tea.md", "/documents/no.md", "/documents/tea.md?key=1-x"):
            assert (await http.get(address + path)).status_code == 401, "whether or not it is there"
        elsewhere = await http.get(address + found[1].replace("tea.md", "other.md"))
        assert elsewhere.status_code == 401
        assert "This link is not valid any more" in elsewhere.json()["detail"]


async def test_where_everybody_gets_in_a_link_to_a_document_is_plain(server: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{server}/documents/tea.md")).status_code == 200
        assert (await http.get(f"{server}/documents/no.md")).status_code == 404


# What never leaks

CANARY = "canary" + "A" * 37


async def test_no_token_key_or_cookie_is_logged_or_said_back(
    make_settings: Make, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = make_settings(jwt_secret=SECRET, server_key=KEY, trusted_proxies="127.0.0.1")
    good = bearer(settings)
    token = good["Authorization"].removeprefix("Bearer ")
    attempts: list[dict[str, str]] = [
        good,
        {"Authorization": f"Bearer {token[:-12]}{CANARY[:12]}"},
        {"Authorization": f"Bearer {CANARY}"},
        {"Authorization": f"Bearer {token}.{CANARY}"},
        {"Authorization": f"Basic {CANARY}"},
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"Bearer {KEY}{CANARY}", "X-ChatKit-User": "admin"},
        {"Cookie": f"chatkit_link_user={CANARY}; __Host-chatkit_link_user={CANARY}"},
        {"Cookie": f"session={CANARY}", "X-Forwarded-For": CANARY, "X-Request-Id": f"{CANARY}{CANARY}!"},
    ]
    said: list[str] = []
    caplog.set_level(logging.DEBUG, logger="chatkit_link")
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        for headers in attempts:
            for path in ("/chatkit", "/chatkit/runs/x/cancel", f"/documents/tea.md?key={CANARY}"):
                method = "GET" if "documents" in path else "POST"
                answer = await http.request(method, address + path, json=LIST, headers=headers)
                said.append(f"{answer.text}{answer.headers}")
    printed = capfd.readouterr()
    everything = "\n".join([caplog.text, printed.out, printed.err, *said])
    for secret in (CANARY, CANARY[:12], token, token.rpartition(".")[2], KEY, SECRET):
        assert secret not in everything


def test_the_access_log_has_no_queries(caplog: pytest.LogCaptureFixture) -> None:
    access, root = logging.getLogger("uvicorn.access"), logging.getLogger()
    before = (root.handlers[:], root.level, access.filters[:], access.level)
    try:
        setup_logging("info")
        access.addHandler(caplog.handler)
        access.setLevel(logging.INFO)  # another test's server may have made it quieter
        access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", f"/documents/tea.md?key={CANARY}", "1.1", 200)
    finally:
        access.removeHandler(caplog.handler)
        root.handlers[:], access.filters[:] = before[0], before[2]
        root.setLevel(before[1])
        access.setLevel(before[3])
    assert '"GET /documents/tea.md HTTP/1.1" 200' in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.parametrize("name", ["jwt_secret", "server_key", "secret", "openai_api_key"])
def test_settings_do_not_show_their_secrets(name: str) -> None:
    assert CANARY not in repr(Settings.model_validate({name: CANARY}))
