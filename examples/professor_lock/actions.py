"""What the widgets ask for. Payloads name things; what they cost is looked up.

A parlay is changed under a lock (``_editing``): of two clicks at once, neither is lost.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Literal

from chatkit.actions import Action
from chatkit.types import (
    ClientEffectEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadStreamEvent,
    UserMessageItem,
    WidgetItem,
)
from chatkit.widgets import WidgetRoot
from pydantic import BaseModel

from chatkit_link import ActionRegistry, TurnContext
from chatkit_link.errors import Unprocessable

from .boards import Boards
from .exchange import FeedError
from .movement import Displayed
from .odds_api import OddsFeed
from .parlay import RESPONSIBLE, Parlay, Pick, Stake, bet_slip, parlay_builder, quote
from .view import View

#: The client effect that a confirmed slip is: a page takes it from here, or ignores it.
CONFIRMED = "bet_slip.confirmed"


class StakeForm(BaseModel):
    stake: Stake


AddLeg = Action[Literal["lock.add_leg"], Pick]
RemoveLeg = Action[Literal["lock.remove_leg"], Pick]
SetStake = Action[Literal["lock.set_stake"], StakeForm]
Confirm = Action[Literal["lock.confirm"], None]
DropLeg = Action[Literal["lock.drop_leg"], Pick]
Refresh = Action[Literal["lock.refresh"], View]
Follow = Action[Literal["lock.follow"], View]


def build_actions(boards: Boards) -> ActionRegistry:
    actions = ActionRegistry()
    _answer_boards(actions, boards)
    _answer_slips(actions, boards.feed)
    return actions


def _answer_boards(actions: ActionRegistry, boards: Boards) -> None:
    feed = boards.feed

    @actions.updates(Refresh)
    async def refresh(ctx: TurnContext, view: View, sender: WidgetItem | None) -> WidgetRoot:
        return await boards.build(view, _parlay(ctx), zone=ctx.caller.zone, before=sender and sender.widget)

    @actions.updates(Follow, every=boards.every or None)
    async def follow(ctx: TurnContext, view: View, sender: WidgetItem | None) -> WidgetRoot:
        assert sender is not None  # no page may send it
        return await boards.follow(view, _parlay(ctx), zone=ctx.caller.zone, before=sender.widget)

    @actions.streams(AddLeg)
    async def add_leg(ctx: TurnContext, pick: Pick, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
        event = await feed.event(pick.event)
        leg = quote(event, pick) if event else None
        if leg is None:
            raise Unprocessable("That price is off the board. Refresh the board and choose again.")
        before, last = await _builder(ctx)
        async with _editing(ctx) as parlay:
            parlay.add(leg.since(_shown(pick, sender) or leg.shown))
            parlay.item = before if before and last else ctx.new_id("message")
        widget = _widget(ctx, parlay.item, parlay_builder(parlay, sample=feed.sample))
        if parlay.item == before:
            yield ThreadItemReplacedEvent(item=widget)
        else:
            if before:
                yield ThreadItemRemovedEvent(item_id=before)
            yield ThreadItemDoneEvent(item=widget)
        async for changed in _clicked(ctx, sender, parlay):
            yield changed

    @actions.streams(DropLeg)
    async def drop_leg(ctx: TurnContext, pick: Pick, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
        before, _ = await _builder(ctx)
        async with _editing(ctx) as parlay:
            parlay.remove(pick)
        if before:
            widget = _widget(ctx, before, parlay_builder(parlay, sample=feed.sample))
            yield ThreadItemReplacedEvent(item=widget)
        async for changed in _clicked(ctx, sender, parlay):
            yield changed

    async def _clicked(
        ctx: TurnContext, sender: WidgetItem | None, parlay: Parlay
    ) -> AsyncGenerator[ThreadStreamEvent]:
        """The board, with what the click has done to it: that is where the user is looking."""
        view = View.of(sender.widget) if sender else None
        if sender is None or view is None:
            return
        try:
            board = await boards.build(view, parlay, zone=ctx.caller.zone, before=sender.widget)
        except (FeedError, Unprocessable):
            return  # what was asked for is done: a board that cannot be drawn anew is no failure of it
        yield ThreadItemReplacedEvent(item=sender.model_copy(update={"widget": board}))


def _answer_slips(actions: ActionRegistry, feed: OddsFeed) -> None:
    @actions.updates(RemoveLeg)
    async def remove_leg(ctx: TurnContext, pick: Pick, sender: WidgetItem | None) -> WidgetRoot:
        async with _editing(ctx) as parlay:
            parlay.remove(pick)
        return parlay_builder(parlay, sample=feed.sample)

    @actions.updates(SetStake)
    async def set_stake(ctx: TurnContext, form: StakeForm, sender: WidgetItem | None) -> WidgetRoot:
        async with _editing(ctx) as parlay:
            parlay.stake = form.stake
        return parlay_builder(parlay, sample=feed.sample)

    @actions.streams(Confirm)
    async def confirm(ctx: TurnContext, payload: None, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
        assert sender is not None  # no page may send it
        asked = {leg.event for leg in Parlay.of(ctx.thread.metadata).legs}
        events = [event for event_id in asked if (event := await feed.event(event_id))]
        async with _editing(ctx) as parlay:
            lost = parlay.reprice(events)
            slip = parlay.model_copy()
            moved = bool(lost) or not slip.legs or any(leg.moved for leg in slip.legs)
            if not moved:
                parlay.legs, parlay.item = [], None  # the next click begins another one
        if moved:
            gone = f" {len(lost)} of its legs cannot be had any more." if lost else ""
            note = f"The board has moved.{gone} Look again, then confirm."
            builder = parlay_builder(parlay, sample=feed.sample, note=note)
            yield ThreadItemReplacedEvent(item=_widget(ctx, sender.id, builder))
            return
        # The slip takes the place of the builder, which so cannot be confirmed twice.
        yield ThreadItemReplacedEvent(item=_widget(ctx, sender.id, bet_slip(slip, sample=feed.sample)))
        yield ClientEffectEvent(name=CONFIRMED, data=told_of(slip, sender.id))


def told_of(parlay: Parlay, slip_id: str) -> dict[str, object]:
    """What the host page gets: strings, so that no browser rounds money. slip_id: one slip has it, and no other."""
    data = parlay.data()
    legs = "1 leg" if len(parlay.legs) == 1 else f"{len(parlay.legs)} legs"
    return {
        "id": slip_id,
        "legs": [{key: leg[key] for key in ("pick", "name", "game", "bookmaker", "price")} for leg in data["legs"]],
        "title": f"{legs}, ${parlay.stake:.2f} to return ${parlay.payout:.2f}",
        "stake": f"{parlay.stake:.2f}",
        "odds": data["american"],
        "payout": f"{parlay.payout:.2f}",
        "placed": False,
        "note": RESPONSIBLE,
    }


def _shown(pick: Pick, sender: WidgetItem | None) -> str:
    """What the clicked board shows of it; empty where it is not known."""
    prices = Displayed.of(sender.widget).prices if sender else {}
    return prices.get((pick.event, pick.bookmaker, pick.market, pick.outcome), ("", ""))[0]


def _parlay(ctx: TurnContext) -> Parlay:
    return Parlay.of(ctx.thread.metadata)


@asynccontextmanager
async def _editing(ctx: TurnContext) -> AsyncGenerator[Parlay]:
    """The thread's parlay as it is now, to be changed; it is stored at the end."""
    async with ctx.edit_metadata() as metadata:
        parlay = Parlay.of(metadata)
        yield parlay
        parlay.keep(metadata)


async def _builder(ctx: TurnContext) -> tuple[str | None, bool]:
    """The id of the widget that shows the parlay, if one does, and whether no message follows it."""
    item = Parlay.of(ctx.thread.metadata).item
    recent = await ctx.history()
    asked = max((at for at, one in enumerate(recent) if isinstance(one, UserMessageItem)), default=-1)
    place = next((at for at, one in enumerate(recent) if one.id == item), None)
    return (None, False) if place is None else (item, place > asked)


def _widget(ctx: TurnContext, item_id: str, widget: WidgetRoot) -> WidgetItem:
    return WidgetItem(id=item_id, thread_id=ctx.thread.id, created_at=datetime.now(), widget=widget)
