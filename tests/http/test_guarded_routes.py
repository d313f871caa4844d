"""Every route of the application, asked by nobody: it refuses, unless it is named here as one for everybody.

A new route is in this test by being there. Whoever adds one that needs no sign-in says why in ``PUBLIC``.
"""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from chatkit_link.app import create_app
from chatkit_link.settings import Settings
from tests.routes import every
from tests.sdk_server import serve

PUBLIC = {
    "/": "a page: its requests are refused",
    "/frame.html": "a page: its requests are refused",
    "/chatkit.js": "a script of the page",
    "/link.js": "a script of the page",
    "/favicon.svg": "a picture of the page",
    "/assets/{name}": "scripts and styles of the page",
    "/visitor": "where every user signs in, it gives nothing",
    "/shared/{token}": "a page, the same for every link",
    "/shared/assets/{name}": "scripts and styles of that page",
    "/api/shared/{token}": "a link that somebody made to be read by whoever has it; without one, 404",
    "/api/shared/{token}/files/{file_id}": "as above",
    "/api/shared/{token}/files/{file_id}/preview": "as above",
    "/health": "asked by whatever runs the server",
    "/ready": "asked by whatever runs the server",
    "/files/{file_id}": "a signed link, for pictures and uploads that carry no token; without one, 404",
    "/files/{file_id}/preview": "a signed link, as above",
    "/openapi.json": "what the addresses are; the same for every installation",
}

SECRET = "0123456789" * 4
SIGN_IN: dict[str, dict[str, Any]] = {
    "a JWT": {"jwt_secret": SECRET},
    "a JWT, and a server key": {"jwt_secret": SECRET, "server_key": "9876543210" * 4},
    "a proxy": {"proxy_user_header": "X-User", "trusted_proxies": "192.0.2.1"},
}
CREDENTIALS: dict[str, dict[str, str]] = {
    "nothing": {},
    "a wrong token": {"Authorization": "Bearer aaaa.bbbb.cccc"},
    "a wrong key": {"Authorization": f"Bearer {'x' * 40}", "X-ChatKit-User": "admin"},
    "forged headers": {
        "X-User": "admin",
        "X-User-Id": "admin",
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-User": "a",
    },
}


@pytest.fixture(scope="module", params=SIGN_IN.values(), ids=list(SIGN_IN))
async def guarded(
    request: pytest.FixtureRequest, make_settings: Callable[..., Settings]
) -> AsyncIterator[tuple[str, FastAPI]]:
    app = create_app(make_settings(**request.param))
    async with app.router.lifespan_context(app), serve(app) as address:
        yield address, app


@pytest.mark.parametrize("headers", CREDENTIALS.values(), ids=CREDENTIALS)
async def test_every_route_refuses_who_does_not_sign_in(guarded: tuple[str, FastAPI], headers: dict[str, str]) -> None:
    address, app = guarded
    asked = [(route.method, route.template) for route in every(app.routes) if route.template not in PUBLIC]
    assert ("POST", "/chatkit") in asked
    let_in: list[str] = []
    async with httpx2.AsyncClient(timeout=60) as http:
        for method, path in asked:
            filled = re.sub(r"\{[^}]*\}", "x", path)
            answer = await http.request(method, address + filled, headers=headers)
            if answer.status_code != 401 or "set-cookie" in answer.headers:
                let_in.append(f"{method} {path} answers {answer.status_code}")
            assert "www-authenticate" in answer.headers or answer.status_code != 401
    assert not let_in, "not in PUBLIC, and open to nobody in particular"


def test_what_is_named_public_is_there(make_settings: Callable[..., Settings]) -> None:
    assert set(PUBLIC) <= {route.template for route in every(create_app(make_settings()).routes)}


async def test_an_unguarded_route_would_be_found(make_settings: Callable[..., Settings]) -> None:
    app = create_app(make_settings())

    @app.get("/files/{name}")
    async def forgotten(name: str) -> str:
        return name

    inner = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    inner.get("/inside")(forgotten)
    app.mount("/below", inner)
    assert {"GET /files/{name}", "GET /below/inside"} <= {str(route) for route in every(app.routes)}
