"""What the widgets ask for. Payloads name things and never say what they cost."""

from collections.abc import AsyncIterator
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
from chatkit_link.widgets.templates import WidgetLibrary

from .board import odds_board
from .odds_api import MarketKey
from .parlay import RESPONSIBLE, Parlay, Pick, Stake, bet_slip, parlay_builder, quote
from .sources import Sources

#: The client effect that a confirmed slip is: a page takes it from here, or ignores it.
CONFIRMED = "bet_slip.confirmed"


class Board(BaseModel):
    sport: Literal["all", "mlb", "nba", "nfl", "nhl"]
    market: MarketKey


class StakeForm(BaseModel):
    stake: Stake


AddLeg = Action[Literal["lock.add_leg"], Pick]
RemoveLeg = Action[Literal["lock.remove_leg"], Pick]
SetStake = Action[Literal["lock.set_stake"], StakeForm]
Confirm = Action[Literal["lock.confirm"], None]
Refresh = Action[Literal["lock.refresh"], Board]


def build_actions(sources: Sources, library: WidgetLibrary) -> ActionRegistry:
    actions = ActionRegistry()
    feed = sources.odds

    @actions.updates(Refresh)
    async def refresh(ctx: TurnContext, board: Board, sender: WidgetItem | None) -> WidgetRoot:
        events = await feed.events(board.sport)
        return odds_board(
            library, events, sport=board.sport, market=board.market, zone=ctx.caller.zone, sample=feed.sample
        )

    @actions.streams(AddLeg)
    async def add_leg(ctx: TurnContext, pick: Pick, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
        event = await feed.event(pick.event)
        leg = quote(event, pick) if event else None
        if leg is None:
            raise Unprocessable("That price is off the board. Refresh the board and choose again.")
        parlay = Parlay.of(ctx.thread)
        parlay.add(leg)
        async for shown in show(ctx, parlay, parlay_builder(library, parlay, sample=feed.sample)):
            yield shown

    @actions.updates(RemoveLeg)
    async def remove_leg(ctx: TurnContext, pick: Pick, sender: WidgetItem | None) -> WidgetRoot:
        parlay = Parlay.of(ctx.thread)
        parlay.remove(pick)
        parlay.keep(ctx.thread)
        return parlay_builder(library, parlay, sample=feed.sample)

    @actions.updates(SetStake)
    async def set_stake(ctx: TurnContext, form: StakeForm, sender: WidgetItem | None) -> WidgetRoot:
        parlay = Parlay.of(ctx.thread)
        parlay.stake = form.stake
        parlay.keep(ctx.thread)
        return parlay_builder(library, parlay, sample=feed.sample)

    @actions.streams(Confirm)
    async def confirm(ctx: TurnContext, payload: None, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
        parlay = Parlay.of(ctx.thread)
        if not parlay.legs:
            raise Unprocessable("Your parlay has no legs. Click a price on the odds board first.")
        lost = parlay.reprice([event for leg in parlay.legs if (event := await feed.event(leg.event))])
        if lost or any(leg.moved is not None for leg in parlay.legs):
            gone = f" {len(lost)} of them cannot be had any more." if lost else ""
            note = f"The board has moved.{gone} Look again, then confirm."
            async for shown in show(ctx, parlay, parlay_builder(library, parlay, sample=feed.sample, note=note)):
                yield shown
            return
        yield ThreadItemDoneEvent(
            item=widget_item(ctx, ctx.new_id("message"), bet_slip(library, parlay, sample=feed.sample))
        )
        yield ClientEffectEvent(name=CONFIRMED, data=told_of(parlay))

    return actions


def told_of(parlay: Parlay) -> dict[str, object]:
    """What the host page gets: strings, so that no browser rounds money."""
    data = parlay.data()
    return {
        "legs": [{key: leg[key] for key in ("pick", "name", "game", "bookmaker", "price")} for leg in data["legs"]],
        "title": f"{len(parlay.legs)} leg(s), ${parlay.stake:.2f} to return ${parlay.payout:.2f}",
        "stake": f"{parlay.stake:.2f}",
        "odds": data["american"],
        "payout": f"{parlay.payout:.2f}",
        "placed": False,
        "note": RESPONSIBLE,
    }


async def show(ctx: TurnContext, parlay: Parlay, widget: WidgetRoot) -> AsyncIterator[ThreadStreamEvent]:
    """Changes the builder where it stands, or moves it to the end when people have gone on talking since."""
    recent = await ctx.history()
    asked = max((at for at, item in enumerate(recent) if isinstance(item, UserMessageItem)), default=-1)
    place = next((at for at, item in enumerate(recent) if item.id == parlay.item), None)
    if parlay.item is not None and place is not None and place > asked:
        parlay.keep(ctx.thread)
        yield ThreadItemReplacedEvent(item=widget_item(ctx, parlay.item, widget))
        return
    if parlay.item is not None and place is not None:
        yield ThreadItemRemovedEvent(item_id=parlay.item)
    parlay.item = ctx.new_id("message")
    parlay.keep(ctx.thread)
    yield ThreadItemDoneEvent(item=widget_item(ctx, parlay.item, widget))


def widget_item(ctx: TurnContext, item_id: str, widget: WidgetRoot) -> WidgetItem:
    return WidgetItem(id=item_id, thread_id=ctx.thread.id, created_at=datetime.now(), widget=widget)
