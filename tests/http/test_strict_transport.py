"""Over HTTPS browsers are held to HTTPS, where that takes nothing from anybody else on the host."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from chatkit_link.app import create_app, mount
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.sdk_server import serve

HTTPS = {"X-Forwarded-Proto": "https"}
YEAR = "max-age=31536000"
SHOWN: dict[str, tuple[dict[str, Any], dict[str, str], str | None]] = {
    "a proxy says https": ({}, {"Host": "chat.example", **HTTPS}, YEAR),
    "the usual port": ({}, {"Host": "chat.example:443", **HTTPS}, YEAR),
    "the public address is https": ({"public_url": "https://chat.example"}, {"Host": "chat.example"}, YEAR),
    "a time of one's own": ({"hsts_seconds": 60}, {"Host": "chat.example", **HTTPS}, "max-age=60"),
    "plain http": ({}, {"Host": "chat.example"}, None),
    "plain http at another name than the public one": (
        {"public_url": "https://chat.example"}, {"Host": "inside.example"}, None,
    ),
    "a proxy that nobody listed": ({"trusted_proxies": "192.0.2.1"}, {"Host": "chat.example", **HTTPS}, None),
    "another port": ({}, {"Host": "nas.example:8443", **HTTPS}, None),
    "one's own machine": ({}, {"Host": "localhost", **HTTPS}, None),
    "one's own machine by its address": ({}, {"Host": "127.0.0.1", **HTTPS}, None),
    "switched off": ({"hsts_seconds": 0}, {"Host": "chat.example", **HTTPS}, None),
}  # fmt: skip


@pytest.mark.parametrize(("given", "headers", "expected"), SHOWN.values(), ids=SHOWN)
async def test_browsers_are_held_to_https_where_they_came_by_it(
    make_settings: Callable[..., Settings], given: dict[str, Any], headers: dict[str, str], expected: str | None
) -> None:
    settings = make_settings(allowed_hosts="chat.example, nas.example, inside.example", **given)
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        for path in ("/health", "/chatkit", "/nothing"):
            answer = await http.get(address + path, headers=headers)
            assert answer.headers.get("strict-transport-security") == expected, path


async def test_below_a_prefix_the_host_is_anothers(make_settings: Callable[..., Settings]) -> None:
    parent = FastAPI()
    mount(parent, "/chat", create_app(make_settings()))
    async with (
        parent.router.lifespan_context(parent),
        serve(parent) as address,
        httpx2.AsyncClient(timeout=60) as http,
    ):
        answer = await http.get(f"{address}/chat/health", headers={"Host": "shop.example", **HTTPS})
    assert answer.status_code == 200
    assert "strict-transport-security" not in answer.headers
