"""A server of the project in ``shapes.py``, whose file is as its author left it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from chatkit_link.app import create_app
from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from tests.agents.brought_servers.shapes import SHAPES
from tests.conftest import running

Serve = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shapes.py").write_text(SHAPES)
    return tmp_path


@pytest.fixture
def catalog(project: Path) -> Callable[..., Path]:
    """Writes a catalog; an agent is a target's name, or (id, name, more lines)."""

    def write(*agents: str | tuple[str, str, str]) -> Path:
        lines: list[str] = []
        for agent in agents:
            agent_id, name, more = agent if isinstance(agent, tuple) else (agent.lower().replace("_", "-"), agent, "")
            lines.append(f'[agents.{agent_id}]\ntarget = "shapes.py:{name}"\n{more}\n')
        file = project / "chatkit-link.toml"
        file.write_text("\n".join(lines))
        return file

    return write


@pytest.fixture
def serve(catalog: Callable[..., Path], make_settings: Callable[..., Settings]) -> Serve:
    @asynccontextmanager
    async def serve(*agents: str | tuple[str, str, str], **settings: object) -> AsyncIterator[str]:
        async with running(make_settings(config=catalog(*agents), **settings)) as address:
            yield address

    return serve


async def refusals(settings: Settings) -> Mapping[str, str]:
    """Why agents are not served, by id, once the server has started."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        return dict(app.state.services.unavailable)


def client_of(address: str, agent: str, *, query: str = "", **headers: str) -> ChatKitClient:
    """Somebody new, unless the headers say who."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return ChatKitClient(f"{address}/chatkit/{agent.lower().replace('_', '-')}{query}", headers=sent)
