"""The tools with which the assistant shows, builds and changes the user's parlay.

The model names games and outcomes. Prices, odds and payouts are the server's: what a tool returns is all that the
model may say of them.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from agents import RunContextWrapper, Tool, function_tool
from chatkit.types import ThreadItemDoneEvent, ThreadItemRemovedEvent, WidgetItem

from chatkit_link import LinkContext, progress
from chatkit_link.errors import Unprocessable

from . import odds
from .boards import Boards
from .choices import Choice, find_legs, without
from .games import look_up
from .odds_api import OddsFeed
from .parlay import MOST_LEGS, NO_STAKE, Leg, Parlay, refuse_begun
from .proposal import propose
from .slip import editable_slip, figures

Context = RunContextWrapper[LinkContext]


def build_parlay_tools(boards: Boards) -> list[Tool]:
    feed = boards.feed

    @progress("Pricing your parlay")
    async def show_parlay(ctx: Context) -> str:
        """Show the user's parlay with its odds and payout."""
        return await _changed(ctx, feed)

    @progress("Putting a parlay together", failed="No parlay", icon="chart")
    async def build_parlay(
        ctx: Context,
        legs: int = 3,
        under: int | None = None,
        sport: Literal["all", "mlb", "nba", "nfl", "nhl"] = "all",
        stake: str | None = None,
    ) -> str:
        """Put a new parlay together in the place of the user's own, when they ask for one without naming its legs.

        Args:
            legs: how many, each of another game.
            under: American odds that the whole stays below, such as 600; null for no limit.
            sport: which games.
            stake: in dollars, such as "20"; null to leave it as it is.
        """
        if not 1 <= legs <= MOST_LEGS:
            raise Unprocessable(f"A parlay has 1 to {MOST_LEGS} legs.")
        coming = [event for event in await feed.events(sport) if not event.has_begun(boards.clock())]
        # In a thread: a long board takes a moment.
        found = await asyncio.to_thread(propose, coming, legs=legs, under=_limit(under))

        def change(parlay: Parlay) -> None:
            parlay.legs = found
            _set_stake(parlay, stake)

        return await _changed(ctx, feed, change)

    @progress("Changing your parlay", failed="Your parlay is as it was", icon="write")
    async def change_parlay(
        ctx: Context,
        add: list[Choice] | None = None,
        remove: list[str] | None = None,
        stake: str | None = None,
        bookmaker: str = "",
        under: int | None = None,
    ) -> str:
        """Change the user's parlay as they have asked: add and remove legs, set the stake. Prices are looked up.

        Args:
            add: legs to add, each with its reason; null for none.
            remove: names of teams or legs, one for each leg to remove, or "all"; null for none.
            stake: in dollars, such as "20"; null to leave it as it is.
            bookmaker: where the added legs are to be had; empty for the best.
            under: American odds that the whole must stay below; otherwise nothing is changed.
        """
        own = Parlay.of(ctx.context.thread.metadata)
        kept = without(own, remove or [])
        meant = [event for choice in add or [] if (event := await look_up(feed, choice.game))]
        for event in meant:
            refuse_begun(event, boards.clock(), ctx.context.request_context.zone)
        added = find_legs(meant, add, bookmaker, kept) if add else []

        def change(parlay: Parlay) -> None:
            parlay.legs = without(parlay, remove or [])
            for leg in added:
                parlay.add(leg)
            _set_stake(parlay, stake)
            limit = _limit(under)
            if limit is not None and parlay.decimal >= limit:
                raise Unprocessable(
                    f"These legs come to {odds.write_american(parlay.decimal)} together, which is not under "
                    f"{odds.write_american(limit)}. Nothing was changed."
                )

        return await _changed(ctx, feed, change)

    return [function_tool(tool) for tool in (show_parlay, build_parlay, change_parlay)]


async def _changed(ctx: Context, feed: OddsFeed, change: Callable[[Parlay], None] | None = None) -> str:
    """Change the parlay and show it at the end of the thread, where the user is looking."""
    context = ctx.context
    async with context.edit_metadata() as metadata:
        parlay = Parlay.of(metadata)
        own = parlay.legs
        if change:
            change(parlay)
        note = _gone(own, parlay.legs)
        before, parlay.item = parlay.item, context.generate_id("message")
        parlay.keep(metadata)
    if before is not None:
        await context.stream(ThreadItemRemovedEvent(item_id=before))
    widget = editable_slip(parlay, sample=feed.sample, note=note)
    item = WidgetItem(id=parlay.item, thread_id=context.thread.id, created_at=datetime.now(), widget=widget)
    await context.stream(ThreadItemDoneEvent(item=item))
    data = figures(parlay)
    said: dict[str, Any] = {key: data[key] for key in ("legs", "stake", "american", "probability", "payout", "caveats")}
    return json.dumps({"sample": feed.sample, **said, "note": note}, ensure_ascii=False)


def _gone(own: Sequence[Leg], now: Sequence[Leg]) -> str:
    """What the user had and has no more: a parlay that is put together takes the place of theirs."""
    kept = {(leg.event, leg.market, leg.outcome) for leg in now}
    names = [leg.name for leg in own if (leg.event, leg.market, leg.outcome) not in kept]
    return f"Off your slip: {', '.join(names)}." if names else ""


def _limit(american: int | None) -> Fraction | None:
    """Raises Unprocessable for what are no odds."""
    try:
        return None if american is None else odds.american_to_decimal(american)
    except odds.OddsError as error:
        raise Unprocessable(str(error)) from None


def _set_stake(parlay: Parlay, stake: str | None) -> None:
    if stake is None:
        return
    parlay.set_stake(stake)
    if parlay.refused is not None:
        raise Unprocessable(NO_STAKE)
