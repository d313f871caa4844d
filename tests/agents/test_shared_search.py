"""An agent that borrows the server's search, and one that is a folder of files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from chatkit.types import UserMessageItem, WidgetItem

from chatkit_link.agents.catalog import load_target
from chatkit_link.client import ChatKitClient, ClientError
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from chatkit_link.widgets.search import DIG_DEEPER, OPEN, SHOW_MORE, actions_of
from tests.conftest import running
from tests.finished_stream import stored, text_of, told

AGENT = """\
from agents import Agent
from chatkit_link import Assistant
from .name import NAME

assistant = Assistant(Agent(name=NAME, instructions="Search."), search=True)
"""

# An agent that draws its own list, as the research agent did before.
LISTS = """\
from agents import Agent, RunContextWrapper, function_tool

from chatkit_link import Assistant, LinkContext, ToolCall
from chatkit_link.widgets.search import search_results
from chatkit_link.widgets.templates import WidgetLibrary
from chatkit_link.resources import resource


@function_tool
async def pages(ctx: RunContextWrapper[LinkContext]) -> str:
    found = [
        {"title": f"Page {at}", "url": f"https://example.org/{at}", "site": "example.org", "snippet": "Tea."}
        for at in range(1, 6)
    ]
    library = WidgetLibrary(resource("widgets"))
    await ctx.context.stream_widget(search_results(library, query="tea", label="the web", results=found))
    return "5 pages"


def decide(given, tools):
    return "Done." if any(item.get("type") == "function_call_output" for item in given) else ToolCall("pages")


agent = Agent(name="Lists", instructions="List.", tools=[pages])
assistant = Assistant(agent, search=True, offline=decide)
"""


def folder(at: Path) -> str:
    (at / "borrower").mkdir()
    (at / "borrower" / "__init__.py").write_text(AGENT)
    (at / "borrower" / "name.py").write_text('NAME = "Borrower"\n')
    return "borrower/"


async def test_an_agent_in_a_folder_borrows_search_with_its_citations(
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
        assert "Searched" in answer.view.items[1].model_dump_json()
        assert "tea.md" in answer.view.items[2].model_dump_json()
        assert len(await stored(client, answer.thread_id)) == 3


async def test_the_lists_of_earlier_versions_still_open_and_ask_for_more(
    tmp_path: Path, make_settings: Callable[..., Settings]
) -> None:
    catalog = tmp_path / "chatkit-link.toml"
    (tmp_path / "lists.py").write_text(LISTS)
    catalog.write_text('[agents.lists]\ntarget = "lists.py:assistant"\n')
    async with (
        running(make_settings(config=catalog)) as address,
        ChatKitClient(f"{address}/chatkit/lists") as client,
    ):
        made = await told(client.create_thread("Tea?"))
        widget = next(item for item in made.view.items if isinstance(item, WidgetItem))
        offered = {action.type: action for action in actions_of(widget.widget)}

        longer = await client.sync_custom_action(
            made.thread_id, SHOW_MORE, offered[SHOW_MORE].payload, item_id=widget.id
        )
        assert isinstance(longer, WidgetItem) and "Page 5" in longer.widget.model_dump_json()

        action = offered[DIG_DEEPER]
        deeper = await told(client.custom_action(made.thread_id, DIG_DEEPER, action.payload, item_id=widget.id))
        asked = next(item for item in deeper.view.items if isinstance(item, UserMessageItem))
        assert text_of(asked).startswith("Dig deeper into")

        forged = {"title": "x", "url": "http://169.254.169.254/", "query": "x"}
        tried = await told(client.custom_action(made.thread_id, DIG_DEEPER, forged, item_id=widget.id))
        assert "does not offer that" in str(tried.view.errors[0].message)
        for kind in (SHOW_MORE, OPEN, "nonsense"):
            with pytest.raises(ClientError) as refused:
                await client.sync_custom_action(made.thread_id, kind, forged, item_id=widget.id)
            assert refused.value.status == 422


def test_a_folder_without_a_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match=r"there is no file .*empty/__init__\.py"):
        load_target("empty/", beside=tmp_path)
