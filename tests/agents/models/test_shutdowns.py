"""Everything that names a model is held against the days on which models are shut down; the day is chosen here."""

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openai.types.audio_model
import openai.types.shared.chat_model
import pytest
from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, handoff
from openai import AsyncOpenAI
from typer.testing import CliRunner

from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.catalog import Catalog, Target, load_target, read_catalog
from chatkit_link.agents.models.shutdowns import (
    PROMPTS,
    SHIPPED,
    Shutdowns,
    combine,
    read_table,
    shipped_shutdowns,
    shutdowns_for,
)
from chatkit_link.agents.shutdown_notices import shutdown_notices
from chatkit_link.cli.program import cli
from chatkit_link.settings import Settings, read_settings
from tests.agents.agent_builder.workflows import ROUTES

ROOT = Path(__file__).parents[3]
#: The first day on which gpt-5-mini does not answer.
END = date(2026, 12, 11)
KEY: dict[str, Any] = {"openai_api_key": "sk-canary-123", "openai_base_url": None}


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("chatkit_link.cli.start.setup_logging", lambda _: None)  # this process's log is pytest's
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_DEFAULT_MODEL"):
        monkeypatch.delenv(name, raising=False)


def notices(
    settings: Settings, today: date, catalog: Catalog | None = None, **targets: Target
) -> list[tuple[str, str]]:
    given = catalog or Catalog.model_validate({"agents": {name: {"target": "x"} for name in targets}})
    return [(one.level, one.text) for one in shutdown_notices(settings, given, targets, today)]


@pytest.mark.parametrize(
    ("days", "level", "ending"),
    [
        (-31, None, ""),
        (-30, "warning", "is shut down on 11 December 2026, in 30 days: use gpt-6.1-terra."),
        (-1, "warning", "is shut down on 11 December 2026, tomorrow: use gpt-6.1-terra."),
        (0, "error", "was shut down on 11 December 2026: use gpt-6.1-terra."),
        (400, "error", "was shut down on 11 December 2026: use gpt-6.1-terra."),
    ],
)
def test_a_shutdown_is_a_warning_thirty_days_before_and_an_error_after(days: int, level: str, ending: str) -> None:
    notice = shipped_shutdowns().of_model("gpt-5-mini", END + timedelta(days=days))
    assert (notice and (notice.level, notice.text)) == ((level, f"gpt-5-mini {ending}") if level else None)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("gpt-5", "2026-12-11"),
        ("gpt-5-mini", "2026-12-11"),
        ("gpt-5-mini-2025-08-07", "2026-12-11"),
        ("gpt-4.1", "2027-01-14"),
        ("gpt-4.1-mini-2025-04-14", "2027-01-14"),
        ("gpt-4o-2024-11-20", "2027-01-14"),
        ("gpt-4o-2024-05-13", "2026-10-23"),
        ("gpt-4o-mini-transcribe-2025-12-15", "2027-02-26"),
        ("whisper-1", "2027-02-26"),
        ("ft:gpt-4o-mini-2024-07-18:acme::B1x2", "2027-01-14"),
        ("gpt-5.6-luna", None),
        ("gpt-5-mini-2025", None),
        ("gpt-5-minimal", None),
        ("gpt-5.2", None),
        ("gpt-4o-realtime", None),
        ("openai/gpt-5-mini", None),
        ("gpt-transcribe", None),
        ("", None),
    ],
)
def test_a_name_covers_its_snapshots_and_nothing_else(name: str, day: str | None) -> None:
    end = shipped_shutdowns().find(name)
    assert (end and end.date.isoformat()) == day


@pytest.mark.parametrize("module", [openai.types.shared.chat_model, openai.types.audio_model])
def test_the_shipped_table_agrees_with_the_openai_package(module: Any) -> None:
    text = " ".join(Path(module.__file__).read_text(encoding="utf-8").split())
    stated = re.findall(r"- ((?:\"[^\"]+\",? ?)+): Announced shutdown date: (\d{4}-\d{2}-\d{2})", text)
    table = shipped_shutdowns()
    known = {
        name: end.date.isoformat()
        for names, _ in stated
        for name in re.findall(r"\"([^\"]+)\"", names)
        if (end := table.find(name))
    }
    assert known == {name: day for names, day in stated for name in re.findall(r"\"([^\"]+)\"", names)}


def test_no_replacement_in_the_shipped_table_is_shut_down_itself() -> None:
    table = shipped_shutdowns()
    for end in table.models.values():
        assert table.find(end.replacement) is None, end


def test_every_row_of_the_shipped_table_names_its_source() -> None:
    table = read_table(SHIPPED)
    names = [name for row in table.shutdown for name in row.models]
    assert len(names) == len(set(names))
    assert all(re.search(r"^https://|^openai \d", row.source) for row in [*table.shutdown, *table.feature])


def test_no_default_and_no_page_or_example_names_a_model_that_ends() -> None:
    table = shipped_shutdowns()
    defaults = Settings.model_validate({})
    for name in (defaults.model_name, defaults.title_model_name, defaults.transcribe_model):
        assert table.find(name) is None, name
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*")]
    for page in pages:
        if page.suffix not in {".md", ".toml", ".py"}:
            continue
        for word in re.findall(r"[\w.-]*\w", page.read_text(encoding="utf-8")):
            assert table.find(word) is None, f"{page.name}: {word}"


def test_each_setting_that_names_a_model_is_looked_at() -> None:
    settings = read_settings(model="gpt-5-mini", title_model="gpt-4.1-mini", transcribe_model="whisper-1", **KEY)
    found = notices(settings, date(2027, 3, 1))
    assert [text.partition(" was")[0] for _, text in found] == [
        "CHATKIT_LINK_MODEL: gpt-5-mini",
        "CHATKIT_LINK_TITLE_MODEL: gpt-4.1-mini",
        "CHATKIT_LINK_TRANSCRIBE_MODEL: whisper-1",
    ]
    assert {level for level, _ in found} == {"error"}


def test_the_default_of_the_agents_sdk_is_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.models.get_default_model", lambda: "gpt-4.1")
    assert [text for _, text in notices(read_settings(**KEY), date(2027, 1, 1))] == [
        "the Agents SDK's default: gpt-4.1 is shut down on 14 January 2027, in 13 days: use gpt-6-luna."
    ]


def test_without_a_key_nothing_ends_in_an_error() -> None:
    assert [level for level, _ in notices(read_settings(model="gpt-5-mini"), END)] == ["warning"]


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:11434/v1", "https://acme.openai.azure.com/openai/v1", "https://api.openai.com.example/v1"],
)
def test_the_models_of_another_server_are_its_own_business(address: str) -> None:
    settings = read_settings(openai_base_url=address, model="gpt-5-mini", transcribe_model="whisper-1")
    agent = Agent(name="One", model="gpt-4o", prompt={"id": "pmpt_1"})
    assert notices(settings, date(2030, 1, 1), one=_assistant(agent)) == []


@pytest.mark.parametrize("address", ["https://api.openai.com/v1/", "https://us.api.openai.com/v1"])
def test_openai_by_its_address_is_openai(address: str) -> None:
    settings = read_settings(openai_base_url=address, openai_api_key="sk-canary-123", model="gpt-5-mini")
    assert [level for level, _ in notices(settings, END)] == ["error"]


def _assistant(agent: Agent[Any]) -> Target:
    return Assistant(agent)


def test_agents_are_followed_to_whom_they_hand_over_and_what_they_use() -> None:
    last = Agent(name="Last", model="gpt-4.1")
    tool = Agent(name="Tool", model="o3")
    middle = Agent(name="Middle", handoffs=[last], tools=[tool.as_tool("ask", "Asks.")])
    last.handoffs = [middle]  # a circle
    first = Agent(name="First", model="gpt-5-2025-08-07", handoffs=[handoff(middle)])
    found = notices(read_settings(**KEY), date(2027, 2, 1), shop=_assistant(first))
    assert sorted(text.partition(" was")[0] for _, text in found) == [
        "agent shop, First: gpt-5-2025-08-07",
        "agent shop, Last: gpt-4.1",
        "agent shop, Tool: o3",
    ]


def test_a_model_object_counts_where_its_own_client_sends_it() -> None:
    to_openai = AsyncOpenAI(api_key="sk-canary-123", base_url="https://api.openai.com/v1")
    elsewhere = AsyncOpenAI(api_key="sk-canary-123", base_url="http://127.0.0.1:1/v1")
    agents = {
        "openai": Agent(name="A", model=OpenAIResponsesModel("gpt-5-mini", to_openai)),
        "local": Agent(name="B", model=OpenAIChatCompletionsModel("gpt-5-mini", elsewhere)),
        "configured": Agent(name="C", model="gpt-5-mini"),
    }
    settings = read_settings(openai_base_url="http://127.0.0.1:2/v1", openai_api_key="sk-canary-123")
    targets: Any = {name: _assistant(agent) for name, agent in agents.items()}
    found = notices(settings, END, **targets)
    assert [text.partition(":")[0] for _, text in found] == ["agent openai, A"]


def test_reusable_prompts_end_with_november() -> None:
    agent = Agent(name="Prompted", prompt={"id": "pmpt_1", "version": "1"})
    before, after = (
        notices(read_settings(**KEY), day, one=_assistant(agent)) for day in (date(2026, 11, 29), date(2026, 11, 30))
    )
    [(level, text)] = before
    assert level == "warning"
    assert text.startswith(
        f"agent one, Prompted: OpenAI's API for {PROMPTS} is shut down on 30 November 2026, tomorrow"
    )
    assert [level for level, _ in after] == ["error"]


def test_models_that_a_user_may_choose_are_checked() -> None:
    catalog = Catalog.model_validate({"agents": {"one": {"target": "x", "models": ["gpt-6-luna", "gpt-5"]}}})
    assert notices(read_settings(**KEY), END, catalog) == [
        ("error", "models of agent one: gpt-5 was shut down on 11 December 2026: use gpt-6.1-sol.")
    ]


SERVER = """
from agents import Agent
from chatkit.server import ChatKitServer

helper = Agent(name="Helper", model="gpt-4o")

class Server(ChatKitServer):
    async def respond(self, thread, item, context):
        await client.responses.create(model="gpt-5", prompt={"id": "pmpt_9"})
        yield
"""
FUNCTION = '''
import os

OLD = ["o1"]
MODEL = os.environ.get("MODEL", "gpt-4.1")

async def respond(ctx, *, small_model: str = "gpt-5-nano"):
    """Not gpt-4o."""
    await client.audio.transcriptions.create(**{"model": "whisper-1", "language": "gpt-4"})
    yield ctx
'''


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (SERVER, {"gpt-4o", "gpt-5", "OpenAI's API for reusable prompts"}),
        (FUNCTION, {"gpt-4.1", "gpt-5-nano", "whisper-1"}),
        (ROUTES.replace("Agent(name=", "Agent(model='gpt-4.1', name=", 1), {"gpt-4.1"}),
    ],
    ids=["a server", "a function", "an exported workflow"],
)
def test_what_a_file_asks_models_for_is_read_from_it(tmp_path: Path, text: str, names: set[str]) -> None:
    (tmp_path / "mine.py").write_text(text)
    found = notices(read_settings(**KEY), date(2028, 1, 1), mine=load_target("mine.py", beside=tmp_path))
    assert {re.split(r": | was ", sentence)[1] for _, sentence in found} == names


def test_a_refreshed_table_goes_over_the_shipped_one_until_a_newer_is_shipped() -> None:
    shipped = read_table(SHIPPED)
    own = shipped.model_validate(
        tomllib.loads(
            'checked = 2026-12-01\nundated = ["gpt-5"]\n'
            '[[shutdown]]\nmodels = ["gpt-4.1"]\ndate = 2027-06-01\nsource = "asked"\n'
            '[[shutdown]]\nmodels = ["gpt-5.6-luna"]\ndate = 2027-07-01\nsource = "asked"\n'
        )
    )
    both = combine([shipped, own])
    assert both.find("gpt-5") is None
    moved, new = both.find("gpt-4.1"), both.find("gpt-5.6-luna")
    assert moved is not None and (moved.date, moved.replacement) == (date(2027, 6, 1), "gpt-6-luna")
    assert new is not None and new.date == date(2027, 7, 1)
    older = combine([own, shipped])
    assert older.find("gpt-4.1") == combine([shipped]).find("gpt-4.1")


def test_a_refreshed_table_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    settings = read_settings(data=tmp_path, **KEY)
    (tmp_path / "model-shutdowns.toml").write_text("checked = never")
    assert shutdowns_for(settings) == shipped_shutdowns() != Shutdowns()


def command(*given: str) -> tuple[int, str]:
    ran = CliRunner().invoke(cli, list(given), catch_exceptions=False)
    return ran.exit_code, ran.output


def test_agents_are_listed_with_what_ends_by_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.py").write_text("from agents import Agent\nagent = Agent(name='Shop', model='gpt-5-mini')\n")
    (tmp_path / "chatkit-link.toml").write_text('[agents.shop]\ntarget = "shop.py"\nmodels = ["gpt-5"]\n')
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-123")
    assert command("agents", "--on", "2026-11-01") == (0, command("agents", "--on", "2026-11-02")[1])
    status, output = command("agents", "--on", "2026-12-01")
    assert status == 0
    assert "ready" in output
    assert "warning agent shop, Shop: gpt-5-mini is shut down on 11 December 2026, in 10 days" in output
    status, output = command("agents", "--on", "2026-12-11")
    assert status == 1
    assert "error   models of agent shop: gpt-5 was shut down" in output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that was exported when another model was the usual one."""
    export = (ROOT / "examples" / "exported_workflow" / "router.py").read_text(encoding="utf-8")
    file = tmp_path / "router.py"
    file.write_text(export.replace("gpt-5.4", "gpt-4.1"), encoding="utf-8")
    return file


def test_a_file_is_checked_for_models_that_end(file: Path) -> None:
    status, output = command("agents", "check", str(file), "--on", "2026-12-14")
    assert (status, "shut down" in output) == (0, False)
    status, output = command("agents", "check", str(file), "--on", "2026-12-15")
    assert status == 0
    assert "gpt-4.1 is shut down on 14 January 2027, in 30 days: use gpt-6-luna." in output
    status, output = command("agents", "check", str(file), "--on", "2027-01-14")
    assert status == 1
    assert output.startswith("router.py does not run here yet.")
    assert re.search(r"Lines? 19.*: gpt-4\.1 was shut down on 14 January 2027: use gpt-6-luna\.", output)


def test_a_file_for_another_server_is_not_held_against_openais_days(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")
    assert command("agents", "check", str(file), "--on", "2030-01-01")[0] == 0


def test_the_catalogs_of_the_examples_offer_models_that_stay() -> None:
    for file in ROOT.glob("examples/**/chatkit-link.toml"):
        catalog = read_catalog(file, {})
        for entry in catalog.agents.values():
            assert not [name for name in entry.models if shipped_shutdowns().find(name)]
