"""What a catalog says that works in another way than it is written: it works, and the operator is told."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx2
import pytest

from chatkit_link.agents.catalog import read_catalog
from chatkit_link.cli.agent_listing import list_agents
from chatkit_link.settings import Settings
from chatkit_link.widgets.icon_names import ICONS, is_icon, nearest_icons
from tests.conftest import running

AGENT = 'from agents import Agent\nagent = Agent(name="Shop")\n'
TODAY = date(2026, 1, 1)


def shop(folder: Path, more: str) -> Path:
    (folder / "shop.py").write_text(AGENT)
    catalog = folder / "chatkit-link.toml"
    catalog.write_text(f'[agents.shop]\ntarget = "shop.py"\n{more}\n')
    return catalog


async def test_a_prompt_with_an_icon_that_there_is_not_stays_and_is_named(
    make_settings: Callable[..., Settings], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    prompts = 'prompts = [{ label = "Find", prompt = "Find it", icon = "magnifying-glass" }, '
    prompts += '{ label = "Bare", prompt = "Bare" }, { label = "Cup", prompt = "Cup", icon = "lucide:trophy" }]'
    settings = make_settings(config=shop(tmp_path, prompts))
    async with running(settings) as address, httpx2.AsyncClient(base_url=address) as http:
        (agent,) = [one for one in (await http.get("/api/agents")).json()["agents"] if one["id"] == "shop"]
    assert [prompt["label"] for prompt in agent["prompts"]] == ["Find", "Bare", "Cup"]
    (said,) = [record.getMessage() for record in caplog.records if "icon" in record.getMessage()]
    assert "the prompt 'Find'" in said
    assert "there is no icon 'magnifying-glass'; the nearest are search" in said


def test_the_command_names_the_nearest_icons(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    settings = make_settings(config=shop(tmp_path, 'prompts = [{ label = "A", prompt = "A", icon = "calender" }]'))
    listing = list_agents(settings, read_catalog(settings.config, {}), TODAY)
    assert listing.good
    (notice,) = [one for one in listing.notices if "icon" in one.text]
    assert notice.level == "warning"
    assert "the nearest are calendar" in notice.text


@pytest.mark.parametrize("name", ["magnifying-glass", "list-checklist", "Book Open", "zzzz", ""])
def test_the_nearest_icons_are_icons(name: str) -> None:
    assert len(ICONS) > 60
    assert all(is_icon(near) for near in nearest_icons(name))
