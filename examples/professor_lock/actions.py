"""What the boards ask for. Payloads name things; what they cost is looked up.

A click on a price changes the parlay, and shows that where the user is looking: on the board itself. The slip is a
widget of its own, at the end of the thread, once the user has opened it; it follows what is clicked from then on.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Literal

from chatkit.actions import Action
from chatkit.types import (
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadStreamEvent,
    WidgetItem,
)
from chatkit.widgets import WidgetRoot

from chatkit_link import ActionRegistry, TurnContext
from chatkit_link.errors import Unprocessable

from .boards import Boards, Done
from .exchange import FeedError
from .movement import Displayed
from .own_parlay import displayed_slip, editing, own_parlay, widget_item
from .parlay import Parlay, Pick, quote, refuse_begun
from .slip import editable_slip
from .slip_actions import answer_slips
from .view import View

AddLeg = Action[Literal["lock.add_leg"], Pick]
DropLeg = Action[Literal["lock.drop_leg"], Pick]
OpenSlip = Action[Literal["lock.open_slip"], None]
Refresh = Action[Literal["lock.refresh"], View]
Follow = Action[Literal["lock.follow"], View]


def build_actions(boards: Boards) -> ActionRegistry:
    actions = ActionRegistry()
    _answer_views(actions, boards)
    _answer_picks(actions, boards)
    answer_slips(actions, boards)
    return actions


def _answer_views(actions: ActionRegistry, boards: Boards) -> None:
    @actions.updates(Refresh)
    async def refresh(ctx: TurnContext, view: View, sender: WidgetItem | None) -> WidgetRoot:
        return await boards.build(view, own_parlay(ctx), zone=ctx.caller.zone, before=sender and sender.widget)

    @actions.updates(Follow, every=boards.every or None)
    async def follow(ctx: TurnContext, view: View, sender: WidgetItem | None) -> WidgetRoot:
        assert sender is not None  # no page may send it
        return await boards.follow(view, own_parlay(ctx), zone=ctx.caller.zone, before=sender.widget)


def _answer_picks(actions: ActionRegistry, boards: Boards) -> None:
    feed = boards.feed

    @actions.streams(AddLeg)
    async def add_leg(ctx: TurnContext, pick: Pick, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
        event = await feed.event(pick.event)
        if event:
            refuse_begun(event, boards.clock(), ctx.caller.zone)
        leg = quote(event, pick) if event else None
        if leg is None:
            raise Unprocessable("That price is off the board. Refresh the board and choose again.")
        async with editing(ctx) as parlay:
            done = parlay.add(leg.since(_shown(pick, sender) or leg.shown))
        async for changed in _changed(ctx, sender, parlay, Done(pick.event, done)):
            yield changed

    @actions.streams(DropLeg)
    async def drop_leg(ctx: TurnContext, pick: Pick, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
        async with editing(ctx) as parlay:
            done = parlay.remove(pick)
        async for changed in _changed(ctx, sender, parlay, Done(pick.event, done)):
            yield changed

    @actions.streams(OpenSlip)
    async def open_slip(ctx: TurnContext, payload: None, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
        before = await displayed_slip(ctx)
        async with editing(ctx) as parlay:
            parlay.item = ctx.new_id("message")
        if before:
            yield ThreadItemRemovedEvent(item_id=before)
        yield ThreadItemDoneEvent(item=widget_item(ctx, parlay.item, editable_slip(parlay, sample=feed.sample)))

    async def _changed(
        ctx: TurnContext, sender: WidgetItem | None, parlay: Parlay, done: Done
    ) -> AsyncGenerator[ThreadStreamEvent]:
        """The board with what the click has done to it, and the slip where one is open."""
        view = View.of(sender.widget) if sender else None
        if sender and view:
            try:
                board = await boards.build(view, parlay, zone=ctx.caller.zone, before=sender.widget, done=done)
                yield ThreadItemReplacedEvent(item=sender.model_copy(update={"widget": board}))
            except (FeedError, Unprocessable):
                pass  # what was asked for is done: a board that cannot be drawn anew is no failure of it
        if slip := await displayed_slip(ctx):
            widget = editable_slip(parlay, sample=feed.sample, note=done.sentence)
            yield ThreadItemReplacedEvent(item=widget_item(ctx, slip, widget))


def _shown(pick: Pick, sender: WidgetItem | None) -> str:
    """What the clicked board shows of it; empty where it is not known."""
    prices = Displayed.of(sender.widget).prices if sender else {}
    return prices.get((pick.event, pick.bookmaker, pick.market, pick.outcome), ("", ""))[0]
