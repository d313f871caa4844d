"""One agent of the catalog that does not load leaves the others served, and says so where people look."""

import asyncio
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from chatkit_link.agents.catalog import read_catalog
from chatkit_link.app import create_app
from chatkit_link.cli.agent_listing import list_agents
from chatkit_link.cli.program import cli
from chatkit_link.cli.server import serving
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from tests.agents.agent_builder.edited import RUN, START
from tests.conftest import running
from tests.finished_stream import told

MakeSettings = Callable[..., Settings]
SENTENCE = "This assistant is not available. The operator of this chat has to mend it."
GOOD = 'async def respond(ctx):\n    yield ctx.message_event("Here.")\n'
BAD = {
    "export": ("flow.py", START + "sys.exit(1)\n" + RUN),
    "agent": ("agent.py:agent", "agent = 1 / 0\n"),
    "server": (
        "server.py:Server",
        "from chatkit.server import ChatKitServer\nclass Server(ChatKitServer):\n"  # noqa: ISC004
        "    def __init__(self, store):\n        raise OSError('no disk')\n"
        "    async def respond(self, thread, message, context):\n        yield\n",
    ),
    "missing": ("nowhere.py", ""),
}
REASONS = {
    "export": "flow.py, line 10: the file ends itself here: `sys.exit(1)`. Remove that line",
    "agent": "ZeroDivisionError: division by zero (agent.py, line 1)",
    "server": "Agent target 'server.py:Server' cannot be made: OSError: no disk (server.py, line 4)",
    "missing": "there is no file",
}


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    text = 'default = "research"\n'
    for agent_id, (target, code) in BAD.items():
        if code:
            (tmp_path / target.partition(":")[0]).write_text(code)
        text += f'[agents.{agent_id}]\ntarget = "{target}"\nname = "The {agent_id}"\n'
    (tmp_path / "chatkit-link.toml").write_text(text)
    return tmp_path / "chatkit-link.toml"


async def test_the_others_are_served_and_each_bad_one_says_what_is_wrong(
    make_settings: MakeSettings, catalog: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = make_settings(config=catalog)
    with caplog.at_level(logging.ERROR, "chatkit_link"):
        async with running(settings) as address, httpx2.AsyncClient(base_url=address) as http:
            listed = (await http.get("/api/agents")).json()
            answers = {
                agent: await http.post(f"/chatkit/{agent}", json={"type": "threads.list", "params": {}})
                for agent in BAD
            }
            async with ChatKitClient(f"{address}/chatkit/research") as client:
                answered = await told(client.create_thread("How long should green tea steep?"))
    assert "two minutes" in answered.text
    for agent, response in answers.items():
        assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json")
        assert response.json()["detail"] == SENTENCE, "no path and no code is told to a visitor"
        assert response.json()["code"] == "agent_unavailable"
        (told_in_log,) = [message for message in caplog.messages if f"agent {agent} is not served" in message]
        assert REASONS[agent] in told_in_log
    shown = {each["id"]: (each["available"], each["name"], each["description"]) for each in listed["agents"]}
    assert shown["research"][0] is True
    assert {agent: shown[agent] for agent in BAD} == {agent: (False, f"The {agent}", SENTENCE) for agent in BAD}


async def test_its_author_reads_the_reason_in_development(
    make_settings: MakeSettings, catalog: Path, tmp_path: Path
) -> None:
    def make(settings: Settings) -> FastAPI:
        return create_app(settings, workshop=tmp_path)

    async with serving(make, make_settings(config=catalog)) as address, httpx2.AsyncClient(base_url=address) as http:
        response = await http.post("/chatkit/export", json={"type": "threads.list", "params": {}})
    assert response.status_code == 503
    assert REASONS["export"] in response.json()["detail"]


async def test_a_server_whose_default_agent_is_the_bad_one_starts_all_the_same(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    (tmp_path / "chatkit-link.toml").write_text('default = "shop"\n[agents.shop]\ntarget = "nowhere.py"\n')
    settings = make_settings(config=tmp_path / "chatkit-link.toml")
    async with running(settings) as address, httpx2.AsyncClient(base_url=address) as http:
        response = await http.post("/chatkit", json={"type": "threads.list", "params": {}})
        listed = (await http.get("/api/agents")).json()
    assert (response.status_code, listed["default"]) == (503, "shop")


@pytest.mark.parametrize(
    "text",
    ["[agents.shop\n", '[agents.shop]\ntarget = "a.py"\ncolour = "red"\n', '[agents."Big Shop"]\ntarget = "a.py"\n'],
    ids=["not-toml", "unknown-key", "bad-id"],
)
async def test_a_catalog_that_is_wrong_itself_refuses_the_start(
    make_settings: MakeSettings, tmp_path: Path, text: str
) -> None:
    (tmp_path / "chatkit-link.toml").write_text(text)
    with pytest.raises(ConfigurationError):
        async with running(make_settings(config=tmp_path / "chatkit-link.toml")):
            pass


def test_the_command_names_each_and_fails(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATKIT_LINK_CONFIG", str(catalog))
    monkeypatch.setattr("chatkit_link.cli.start.setup_logging", lambda _: None)
    monkeypatch.setenv("COLUMNS", "400")
    result = CliRunner().invoke(cli, ["agents", "--json"])
    assert result.exit_code == 1
    for agent in ("export", "agent", "missing"):
        assert REASONS[agent] in result.output


LEAVING = {
    "export": START + "import os\nos.chdir(os.path.dirname(os.path.abspath(__file__)))\n" + RUN,
    "agent": "import os\nfrom agents import Agent\nos.chdir('/')\nagent = Agent(name='Gone')\n",
    "server": "import os\nfrom chatkit.server import ChatKitServer\nclass Server(ChatKitServer):\n"
    "    def __init__(self, store):\n        os.chdir('/')\n        super().__init__(store)\n"
    "    async def respond(self, thread, message, context):\n        os.chdir('/tmp')\n        return\n        yield\n",
    "failing": "import os\nos.chdir('/')\n1 / 0\n",
}


async def test_a_file_that_changes_the_working_folder_takes_nobody_with_it(
    make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    text = ""
    for agent_id, code in LEAVING.items():
        (tmp_path / "elsewhere" / f"{agent_id}.py").write_text(code)
        text += f'[agents.{agent_id}]\ntarget = "elsewhere/{agent_id}.py"\n'
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "chatkit-link.toml").write_text(text + '[agents.good]\ntarget = "good.py"\n')
    settings = make_settings(config=Path("chatkit-link.toml"))
    listing = await asyncio.to_thread(list_agents, settings, read_catalog(settings.config, {}), date(2026, 1, 1))
    assert Path.cwd() == tmp_path
    async with running(settings) as address, httpx2.AsyncClient(base_url=address) as http:
        listed = (await http.get("/api/agents")).json()["agents"]
    assert Path.cwd() == tmp_path
    assert [agent.id for agent in listing.agents if agent.problem] == ["failing"]
    assert [agent["id"] for agent in listed if not agent["available"]] == ["failing"]
