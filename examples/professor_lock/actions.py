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

from .board import odds_board
from .odds_api import MarketKey
from .parlay import RESPONSIBLE, Parlay, Pick, ShownPick, Stake, bet_slip, parlay_builder, quote
from .sources import Sources

#: The client effect that a confirmed slip is: a page takes it from here, or ignores it.
CONFIRMED = "bet_slip.confirmed"


class Board(BaseModel):
    sport: Literal["all", "mlb", "nba", "nfl", "nhl"]
    market: MarketKey


class StakeForm(BaseModel):
    stake: Stake


AddLeg = Action[Literal["lock.add_leg"], ShownPick]
RemoveLeg = Action[Literal["lock.remove_leg"], Pick]
SetStake = Action[Literal["lock.set_stake"], StakeForm]
Confirm = Action[Literal["lock.confirm"], None]
Refresh = Action[Literal["lock.refresh"], Board]


def build_actions(sources: Sources) -> ActionRegistry:
    actions = ActionRegistry()
    feed = sources.odds

    @actions.updates(Refresh)
    async def refresh(ctx: TurnContext, board: Board, sender: WidgetItem | None) -> WidgetRoot:
        return odds_board(
            await feed.events(board.sport),
            sport=board.sport,
            market=board.market,
            now=sources.clock(),
            zone=ctx.caller.zone,
            sample=feed.sample,
        )

    @actions.streams(AddLeg)
    async def add_leg(ctx: TurnContext, pick: ShownPick, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
        event = await feed.event(pick.event)
        leg = quote(event, pick) if event else None
        if leg is None:
            raise Unprocessable("That price is off the board. Refresh the board and choose again.")
        before, last = await _builder(ctx)
        async with _editing(ctx) as parlay:
            parlay.add(leg.since(pick.shown))
            parlay.item = before if before and last else ctx.new_id("message")
        widget = _widget(ctx, parlay.item, parlay_builder(parlay, sample=feed.sample))
        if parlay.item == before:
            yield ThreadItemReplacedEvent(item=widget)
            return
        if before:
            yield ThreadItemRemovedEvent(item_id=before)
        yield ThreadItemDoneEvent(item=widget)

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

    return actions


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
