"""An agent that borrows the server's search, and one that is a folder of files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from chatkit.types import WidgetItem

from chatkit_link.agents.catalog import load_target
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.finished_stream import stored, told

AGENT = """\
from agents import Agent
from chatkit_link import Assistant
from .name import NAME

assistant = Assistant(Agent(name=NAME, instructions="Search."), search=True)
"""


def folder(at: Path) -> str:
    (at / "borrower").mkdir()
    (at / "borrower" / "__init__.py").write_text(AGENT)
    (at / "borrower" / "name.py").write_text('NAME = "Borrower"\n')
    return "borrower/"


async def test_an_agent_in_a_folder_borrows_search_with_its_widgets_and_actions(
    tmp_path: Path, make_settings: Callable[..., Settings]
) -> None:
    catalog = tmp_path / "chatkit-link.toml"
    catalog.write_text(f'[agents.borrower]\ntarget = "{folder(tmp_path)}"\n')
    async with (
        running(make_settings(config=catalog)) as address,
        ChatKitClient(f"{address}/chatkit/borrower") as client,
    ):
        answer = await told(client.create_thread("How long should green tea steep?"))
        assert "two minutes" in answer.text
        (found,) = [item for item in answer.view.items if isinstance(item, WidgetItem)]
        hit = {"title": "Tea", "url": "http://127.0.0.1/tea"}
        dug = await told(client.custom_action(answer.thread_id, "search.dig_deeper", hit, item_id=found.id))
        assert "does not offer that" in str(dug.view.errors[0].message)  # answered, and checked against the widget
        assert len(await stored(client, answer.thread_id)) >= 3


def test_a_folder_without_a_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match=r"there is no file .*empty/__init__\.py"):
        load_target("empty/", beside=tmp_path)
