"""What the slip asks for: it is changed, looked through, confirmed.

A slip is confirmed once, at prices that the user has seen: one that has moved is shown before it is confirmed.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

from chatkit.actions import Action
from chatkit.types import ClientEffectEvent, ThreadItemReplacedEvent, ThreadStreamEvent, WidgetItem
from chatkit.widgets import WidgetRoot
from pydantic import BaseModel

from chatkit_link import ActionRegistry, TurnContext

from .boards import Boards
from .odds_api import Event
from .own_parlay import editing, own_parlay, widget_item
from .parlay import Parlay, Pick
from .slip import RESPONSIBLE, confirmed_slip, editable_slip, figures, slip_to_confirm

#: The client effect that a confirmed slip is: a page takes it from here, or ignores it.
CONFIRMED = "bet_slip.confirmed"


class StakeForm(BaseModel):
    """stake: as it stands in the field, to be read as an amount."""

    stake: Any


RemoveLeg = Action[Literal["lock.remove_leg"], Pick]
SetStake = Action[Literal["lock.set_stake"], StakeForm]
Review = Action[Literal["lock.review"], StakeForm]
Edit = Action[Literal["lock.edit"], None]
Confirm = Action[Literal["lock.confirm"], None]


def answer_slips(actions: ActionRegistry, boards: Boards) -> None:
    feed = boards.feed

    @actions.updates(RemoveLeg)
    async def remove_leg(ctx: TurnContext, pick: Pick, sender: WidgetItem | None) -> WidgetRoot:
        async with editing(ctx) as parlay:
            done = parlay.remove(pick)
        return editable_slip(parlay, sample=feed.sample, note=done)

    @actions.updates(SetStake)
    async def set_stake(ctx: TurnContext, form: StakeForm, sender: WidgetItem | None) -> WidgetRoot:
        async with editing(ctx) as parlay:
            parlay.set_stake(form.stake)
        return editable_slip(parlay, sample=feed.sample)

    @actions.updates(Review)
    async def review(ctx: TurnContext, form: StakeForm, sender: WidgetItem | None) -> WidgetRoot:
        events = await _events(ctx)
        async with editing(ctx) as parlay:
            # What stands in the field counts, also if it was not set first.
            parlay.set_stake(form.stake)
            gone = parlay.reprice(events, boards.clock(), ctx.caller.zone)
        return _to_confirm(parlay, gone)

    @actions.updates(Edit)
    async def edit(ctx: TurnContext, payload: None, sender: WidgetItem | None) -> WidgetRoot:
        return editable_slip(own_parlay(ctx), sample=feed.sample)

    @actions.streams(Confirm)
    async def confirm(ctx: TurnContext, payload: None, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
        assert sender is not None  # no page may send it
        events = await _events(ctx)
        async with editing(ctx) as parlay:
            gone = parlay.reprice(events, boards.clock(), ctx.caller.zone)
            slip = parlay.model_copy()
            is_as_seen = parlay.can_be_confirmed and not gone and not any(leg.moved for leg in parlay.legs)
            if is_as_seen:
                parlay.legs, parlay.item = [], None  # the next click begins another one
        if not is_as_seen:
            yield ThreadItemReplacedEvent(item=widget_item(ctx, sender.id, _to_confirm(slip, gone)))
            return
        # It takes the place of the slip that was looked through, which so cannot be confirmed twice.
        yield ThreadItemReplacedEvent(item=widget_item(ctx, sender.id, confirmed_slip(slip, sample=feed.sample)))
        yield ClientEffectEvent(name=CONFIRMED, data=told_of(slip, sender.id))

    async def _events(ctx: TurnContext) -> list[Event]:
        """The games of the parlay that are still on offer."""
        asked = {leg.event for leg in own_parlay(ctx).legs}
        return [event for event_id in asked if (event := await feed.event(event_id))]

    def _to_confirm(parlay: Parlay, gone: Sequence[str]) -> WidgetRoot:
        """The slip to look through, or the one to change where there is nothing to confirm."""
        if not parlay.can_be_confirmed:
            return editable_slip(parlay, sample=feed.sample, warning=" ".join(gone))
        moved = sum(bool(leg.moved) for leg in parlay.legs)
        prices = "A price has" if moved == 1 else f"{moved} prices have"
        news = [*gone, f"{prices} moved. Look again, then confirm."] if moved else gone
        return slip_to_confirm(parlay, sample=feed.sample, warning=" ".join(news))


def told_of(parlay: Parlay, slip_id: str) -> dict[str, object]:
    """What the host page gets: strings, so that no browser rounds money. slip_id: one slip has it, and no other.

    message: what a page without a use for it may tell its user.
    """
    data = figures(parlay)
    legs = "1 leg" if len(parlay.legs) == 1 else f"{len(parlay.legs)} legs"
    title = f"{legs}, ${parlay.stake:.2f} to return ${parlay.payout:.2f}"
    return {
        "id": slip_id,
        "legs": [{key: leg[key] for key in ("pick", "name", "game", "bookmaker", "price")} for leg in data["legs"]],
        "title": title,
        "message": f"Your slip is confirmed: {title}. Nothing was placed.",
        "stake": f"{parlay.stake:.2f}",
        "odds": data["american"],
        "payout": f"{parlay.payout:.2f}",
        "placed": False,
        "note": RESPONSIBLE,
    }
