"""What this server says of itself to whatever runs it."""

from collections.abc import Callable

import httpx2
from fastapi import FastAPI

from chatkit_link.app import create_app
from chatkit_link.cli.server import serving
from chatkit_link.settings import Settings


async def test_a_server_whose_writer_broke_down_is_alive_but_not_ready(make_settings: Callable[..., Settings]) -> None:
    apps: list[FastAPI] = []

    def make(settings: Settings) -> FastAPI:
        apps.append(create_app(settings))
        return apps[0]

    async def breaks_down() -> None:
        raise ZeroDivisionError("a mistake of ours")

    async with serving(make, make_settings()) as address, httpx2.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{address}/ready")).json() == {"status": "ready", "database": "sessions"}
        apps[0].state.services.coordinator._supervisor.start("the example", breaks_down)
        response = await http.get(f"{address}/ready")
        assert response.status_code == 503
        assert "the example" in response.json()["detail"]
        assert "mistake" not in response.text
        assert (await http.get(f"{address}/health")).json() == {"status": "ok"}


async def test_a_probe_may_ask_for_the_head_alone(server: str) -> None:
    async with httpx2.AsyncClient(trust_env=False) as http:
        for path in ("/health", "/ready"):
            head = await http.head(f"{server}{path}")
            assert (head.status_code, head.content) == (200, b"")
