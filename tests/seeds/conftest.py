"""A project with one file, made of printed snippets, and a server of ours that serves it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.model_server import ModelServer

#: Serves the file with this text, with that model behind it.
Serve = Callable[[str, ModelServer | None], AbstractAsyncContextManager[ChatKitClient]]


@pytest.fixture
def catalog(tmp_path: Path) -> Callable[[str], Path]:
    def write(code: str) -> Path:
        (tmp_path / "my_server.py").write_text(code, encoding="utf-8")
        file = tmp_path / "chatkit-link.toml"
        file.write_text('[agents.mine]\ntarget = "my_server.py:MyChatKitServer"\n')
        return file

    return write


@pytest.fixture
def serve(
    catalog: Callable[[str], Path], make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Serve:
    @asynccontextmanager
    async def serve(code: str, model: ModelServer | None) -> AsyncIterator[ChatKitClient]:
        if model is not None:  # the server asks its model by itself, as the Agents SDK finds it
            monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-123")
            monkeypatch.setenv("OPENAI_BASE_URL", model.address)
        settings = make_settings(config=catalog(code))
        async with running(settings) as address, ChatKitClient(f"{address}/chatkit/mine") as client:
            yield client

    return serve
