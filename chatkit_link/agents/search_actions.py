"""The buttons of a list of search results, which threads of earlier versions have.

Agents display a search as a line (``search_line.py``). The lists of before, and those that an agent draws with
``widgets/search.py``, still open longer and still ask for more about a result.
"""

from datetime import datetime
from typing import Any, Literal

from chatkit.actions import Action
from chatkit.types import (
    InferenceOptions,
    ThreadItem,
    UserMessageItem,
    UserMessageTagContent,
    UserMessageTextContent,
    WidgetItem,
)
from chatkit.widgets import WidgetRoot
from pydantic import BaseModel

from chatkit_link.agents.actions import ActionRegistry
from chatkit_link.agents.context import TurnContext
from chatkit_link.agents.offline.extract import DIG_DEEPER
from chatkit_link.widgets.search import show_more
from chatkit_link.widgets.templates import WidgetLibrary


class SearchHit(BaseModel):
    """The search result to dig deeper into."""

    title: str
    url: str


DigDeeper = Action[Literal["search.dig_deeper"], SearchHit]
ShowMore = Action[Literal["search.show_more"], dict[str, Any]]


def search_actions(library: WidgetLibrary) -> ActionRegistry:
    """What the buttons do. A click that asks is a message of the user's, so that it is visible and can be retried."""
    registry = ActionRegistry()

    @registry.asks(DigDeeper)
    async def dig_deeper(ctx: TurnContext, payload: SearchHit, sender: WidgetItem | None) -> list[ThreadItem]:
        tag = UserMessageTagContent(
            id=payload.url, text=payload.title, data={"url": payload.url}, group="Search result"
        )
        message = UserMessageItem(
            id=ctx.new_id("message"),
            thread_id=ctx.thread.id,
            created_at=datetime.now(),
            content=[UserMessageTextContent(text=DIG_DEEPER), tag],
            inference_options=InferenceOptions(),
        )
        return [message]

    @registry.updates(ShowMore)
    async def longer(ctx: TurnContext, payload: dict[str, Any], sender: WidgetItem | None) -> WidgetRoot:
        return show_more(library, payload)

    return registry
