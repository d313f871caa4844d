"""A server of the classes in servers.py, each an agent by its name in small letters."""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from chatkit.server import ChatKitServer
from fastapi import FastAPI

from chatkit_link.app import create_app
from chatkit_link.cli.server import serving
from chatkit_link.client import ChatKitClient
from chatkit_link.http.beside import server_of
from chatkit_link.settings import Settings
from chatkit_link.store.postgres import PostgresStore
from tests.protocol import servers

NAMES = [
    name
    for name, value in vars(servers).items()
    if inspect.isclass(value) and issubclass(value, ChatKitServer) and value.__module__ == servers.__name__
]


class Site:
    """A running server of these classes."""

    def __init__(self, address: str, app: FastAPI) -> None:
        self.address = address
        self._app = app

    def client(self, name: str, **headers: str) -> ChatKitClient:
        return ChatKitClient(f"{self.address}/chatkit/{name.lower()}", headers=headers)

    @property
    def store(self) -> PostgresStore:
        return self._app.state.services.store

    def server(self, name: str) -> Any:
        """The object that answers."""
        return server_of(self._app, name.lower())


@asynccontextmanager
async def site_of(settings: Settings, workshop: Path | None = None) -> AsyncIterator[Site]:
    apps: list[FastAPI] = []

    def make(bound: Settings) -> FastAPI:
        apps.append(create_app(bound, workshop=workshop))
        return apps[0]

    async with serving(make, settings) as address:
        yield Site(address, apps[0])


@pytest.fixture(scope="session")
def servers_settings(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Settings]:
    def make(**given: Any) -> Settings:
        config = tmp_path_factory.mktemp("servers") / "chatkit-link.toml"
        lines = (f'[agents.{name.lower()}]\ntarget = "tests.protocol.servers:{name}"\n' for name in NAMES)
        fileless = '[agents.fileless]\ntarget = "tests.protocol.servers:Echo"\nfiles = false\n'
        takes = fileless.replace("fileless", "takesfiles").replace("false", "true")
        config.write_text("\n".join([*lines, fileless, takes]))
        return make_settings(search="local", config=config, **given)

    return make


@pytest.fixture(scope="session")
async def site(servers_settings: Callable[..., Settings]) -> AsyncIterator[Site]:
    async with site_of(servers_settings()) as site:
        yield site
