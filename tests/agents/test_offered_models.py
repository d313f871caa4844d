"""With any model: the one that is set comes first, what cannot be reached is not offered, and nothing else is named."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path

import httpx2
import pytest
from chatkit.types import InferenceOptions, UserMessageInput, UserMessageTextContent
from fastapi import FastAPI
from typer.testing import CliRunner

from chatkit_link.agents.catalog import read_catalog
from chatkit_link.agents.offered_models import model_reach
from chatkit_link.cli.agent_listing import list_agents
from chatkit_link.cli.program import cli
from chatkit_link.client import ChatKitClient, ClientError
from chatkit_link.settings import Settings
from tests.agents.test_models import Scripted
from tests.conftest import running
from tests.finished_stream import told
from tests.model_server import Fail
from tests.sdk_server import serve

MakeSettings = Callable[..., Settings]
LOCK = Path(__file__).parents[2] / "examples" / "professor_lock" / "chatkit-link.toml"
CATALOG = """\
[agents.shop]
target = "shop.py"
models = ["gpt-6-luna", "gpt-6.1-sol", "grok-4-fast", "my-own"]

[agents.named]
target = "shop.py:named"
models = ["gpt-6-luna", "grok-4-fast"]
"""
AGENTS = 'from agents import Agent\nagent = Agent(name="Shop")\nnamed = Agent(name="Named", model="grok-code")\n'


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(AGENTS)
    (tmp_path / "chatkit-link.toml").write_text(CATALOG)
    return tmp_path / "chatkit-link.toml"


@pytest.fixture
async def grok() -> AsyncIterator[Scripted]:
    """A server of Grok's alone, at an address that tells nothing."""
    server = Scripted([], models={"grok-4": None, "grok-4-fast": None})
    async with serve(server.app()) as address:
        server.address = f"{address}/v1"
        yield server


async def models_of(address: str, agent_id: str) -> list[str]:
    async with httpx2.AsyncClient(base_url=address) as http:
        listed = (await http.get("/api/agents")).json()["agents"]
    return next(agent["models"] for agent in listed if agent["id"] == agent_id)


async def test_the_model_that_is_set_comes_first_and_answers_and_others_are_not_named(
    make_settings: MakeSettings, catalog: Path, grok: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    settings = make_settings(
        config=catalog, openai_api_key="k", openai_base_url=grok.address, model="grok-4", search="local"
    )
    async with running(settings) as address:
        assert await models_of(address, "shop") == ["grok-4", "grok-4-fast", "my-own"]
        assert await models_of(address, "named") == ["grok-code", "grok-4-fast"]
        async with ChatKitClient(f"{address}/chatkit/shop") as client:
            for model in ("grok-4", "grok-4-fast", None):
                answer = await told(client.create_thread(hello(model)))
                assert answer.text
            with pytest.raises(ClientError):
                await told(client.create_thread(hello("gpt-99")))
    asked = {request["model"] for request in grok.requests}
    assert asked == {"grok-4", "grok-4-fast"}
    (said, *_) = [record.getMessage() for record in caplog.records if "is not offered" in record.getMessage()]
    assert "[agents.shop]: the model gpt-6-luna is not offered: it is a model of OpenAI, and 127.0.0.1" in said
    assert "has those of xAI" in said


def hello(model: str | None) -> UserMessageInput:
    chosen = InferenceOptions(model=model)
    return UserMessageInput(content=[UserMessageTextContent(text="Hello")], attachments=[], inference_options=chosen)


async def test_professor_lock_with_grok_offers_no_other_model(make_settings: MakeSettings, grok: Scripted) -> None:
    given = {"openai_api_key": "k", "openai_base_url": grok.address, "model": "grok-4", "search": "local"}
    async with running(make_settings(config=LOCK, **given)) as address:
        assert await models_of(address, "lock") == []  # its catalog names none, so there is no choice to offer


async def test_without_a_setting_the_catalog_says_what_is_offered(make_settings: MakeSettings, catalog: Path) -> None:
    async with running(make_settings(config=catalog)) as address:
        assert await models_of(address, "shop") == ["gpt-6-luna", "gpt-6.1-sol", "grok-4-fast", "my-own"]
    async with running(make_settings(config=catalog, model="grok-4")) as address:
        assert await models_of(address, "shop") == ["grok-4", "grok-4-fast", "my-own"]


def test_the_commands_name_what_is_left_out_and_no_model_of_another_vendor(
    make_settings: MakeSettings, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(config=catalog, openai_api_key="k", openai_base_url="https://api.x.ai/v1", model="grok-4")
    listing = list_agents(settings, read_catalog(catalog, {}), date(2026, 1, 1))
    left_out = [notice.text for notice in listing.notices if "is not offered" in notice.text]
    assert [text.partition(" is ")[0] for text in left_out] == [
        "[agents.shop]: the model gpt-6-luna",
        "[agents.shop]: the model gpt-6.1-sol",
        "[agents.named]: the model gpt-6-luna",
    ]
    assert all("api.x.ai has those of xAI" in text for text in left_out)
    assert listing.good

    for name, value in {"XAI_API_KEY": "xai-canary-1", "CHATKIT_LINK_MODEL": "grok-4"}.items():
        monkeypatch.setenv(name, value)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_DEFAULT_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("chatkit_link.cli.start.setup_logging", lambda _: None)
    monkeypatch.chdir(catalog.parent)
    (catalog.parent / "chatkit-link.toml").unlink()
    checked = CliRunner().invoke(cli, ["doctor", "--json"])
    (line,) = [check["text"] for check in json.loads(checked.output)["checks"] if check["name"] == "model"]
    assert line.startswith("grok-4 at https://api.x.ai/v1")
    assert "gpt-" not in checked.output
    assert "canary" not in checked.output


OWN = """\
[agents.own]
target = "own.py"

[agents.handing]
target = "own.py:handing"

[agents.fitting]
target = "own.py:fitting"
"""
OWN_AGENTS = (
    'from agents import Agent\nagent = Agent(name="Own", model="gpt-4.1")\n'
    'handing = Agent(name="Desk", handoffs=[Agent(name="Back office", model="claude-opus-4")])\n'
    'fitting = Agent(name="Fits", model="grok-4-fast", handoffs=[Agent(name="Any", model="my-own")])\n'
)
WARNED = {
    ("own", "Own names the model gpt-4.1 itself, which is a model of OpenAI, and "),
    ("handing", "Back office names the model claude-opus-4 itself, which is a model of Anthropic, and "),
}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own.py").write_text(OWN_AGENTS)
    (tmp_path / "chatkit-link.toml").write_text(OWN)
    return tmp_path / "chatkit-link.toml"


def warned(messages: list[str]) -> set[tuple[str, str]]:
    found = [message for message in messages if " itself, which is " in message]
    assert all("Name another there, or none: then CHATKIT_LINK_MODEL is asked." in message for message in found)
    return {(part[0].removeprefix("agent "), part[2].partition(" and ")[0] + " and ")
            for message in found if (part := message.partition(": "))}  # fmt: skip


async def test_a_start_and_a_refusal_name_the_model_that_an_agent_has_in_its_own_code(
    make_settings: MakeSettings, own: Path, grok: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    settings = make_settings(
        config=own, openai_api_key="k", openai_base_url=grok.address, model="grok-4", title_model="grok-9"
    )
    async with running(settings) as address:
        assert warned(caplog.messages) == WARNED
        for agent in ("own", "handing"):
            grok.script[:] = [Fail(404)]
            async with ChatKitClient(f"{address}/chatkit/{agent}") as client:
                assert (await told(client.create_thread("Hello"))).view.errors
    lines = [message for message in caplog.messages if "the answer failed (model_unknown)" in message]
    server = grok.address.removeprefix("http://").removesuffix("/v1")
    assert f"model=gpt-4.1 (named by its agent) server={server}" in lines[0]
    assert f"model=grok-4 (named by CHATKIT_LINK_MODEL) server={server}" in lines[1]


def test_the_list_of_agents_warns_of_a_model_in_an_agents_own_code(make_settings: MakeSettings, own: Path) -> None:
    settings = make_settings(config=own, openai_api_key="k", openai_base_url="https://api.x.ai/v1", model="grok-4")
    listing = list_agents(settings, read_catalog(own, {}), date(2026, 1, 1))
    assert warned([notice.text for notice in listing.notices]) == WARNED
    assert listing.good
    offline = list_agents(make_settings(config=own, model="grok-4"), read_catalog(own, {}), date(2026, 1, 1))
    assert warned([notice.text for notice in offline.notices]) == set()


def test_a_model_that_its_server_cannot_have_is_named(make_settings: MakeSettings, catalog: Path) -> None:
    settings = make_settings(config=catalog, openai_api_key="k", model="grok-4")
    listing = list_agents(settings, read_catalog(catalog, {}), date(2026, 1, 1))
    assert any(
        "CHATKIT_LINK_MODEL is grok-4, which is a model of xAI, and OpenAI has those of OpenAI." in notice.text
        for notice in listing.notices
    )


async def test_a_list_of_models_without_names_tells_nothing(make_settings: MakeSettings, catalog: Path) -> None:
    app = FastAPI()
    app.get("/models")(lambda: {"data": [{"id": None}, {"id": 7}, {"name": "gpt-6"}]})
    async with serve(app) as address:
        settings = make_settings(config=catalog, openai_api_key="k", openai_base_url=address)
        reach = await model_reach(settings, read_catalog(catalog, {}).agents)
    assert reach.vendors is None
