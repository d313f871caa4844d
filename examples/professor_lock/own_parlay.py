"""The parlay of a thread, read and changed.

It is changed under a lock (``editing``): of two clicks at once, neither is lost.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

from chatkit.types import WidgetItem
from chatkit.widgets import WidgetRoot

from chatkit_link import TurnContext

from .parlay import Parlay


def own_parlay(ctx: TurnContext) -> Parlay:
    return Parlay.of(ctx.thread.metadata)


@asynccontextmanager
async def editing(ctx: TurnContext) -> AsyncGenerator[Parlay]:
    """The thread's parlay as it is now, to be changed; it is stored at the end."""
    async with ctx.edit_metadata() as metadata:
        parlay = Parlay.of(metadata)
        yield parlay
        parlay.keep(metadata)


async def displayed_slip(ctx: TurnContext) -> str | None:
    """The id of the widget that shows the parlay; None where there is none, as before it was first opened."""
    item = own_parlay(ctx).item
    return item if any(one.id == item for one in await ctx.history()) else None


def widget_item(ctx: TurnContext, item_id: str, widget: WidgetRoot) -> WidgetItem:
    return WidgetItem(id=item_id, thread_id=ctx.thread.id, created_at=datetime.now(), widget=widget)
