"""The parlay that a person builds by clicking. It lives in the thread, and every price in it is the server's.

A click names a game, a bookmaker, a market and an outcome. The price is looked up where the board's came from, so what
a browser says of prices is never read. When a price moves, the leg takes the new one and says so.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from chatkit.types import ThreadMetadata
from chatkit.widgets import WidgetRoot
from pydantic import BaseModel, Field, ValidationError

from chatkit_link.errors import Unprocessable
from chatkit_link.widgets.templates import WidgetLibrary

from . import odds
from .board import pick_name
from .odds_api import Event, MarketKey

_KEY = "parlay"
MOST_LEGS = 12
LARGEST_STAKE = Decimal(10_000)
RESPONSIBLE = (
    "Only stake what you can afford to lose, and stop when it stops being fun. "
    "Help is free and confidential: in the US call 1-800-GAMBLER; elsewhere see gamblingtherapy.org."
)


class Pick(BaseModel):
    """What a click on a price names. There is no price in it."""

    event: str = Field(max_length=64)
    bookmaker: str = Field(max_length=64)
    market: MarketKey
    outcome: str = Field(max_length=100)


class Leg(Pick):
    """price: American odds, as the server last saw them. moved: what they were before, if they have changed."""

    name: str
    game: str
    book: str
    price: int
    moved: int | None = None

    @property
    def decimal(self) -> Decimal:
        return odds.american_to_decimal(self.price)


Stake = Annotated[Decimal, Field(gt=0, le=LARGEST_STAKE, decimal_places=2, allow_inf_nan=False)]


class Parlay(BaseModel):
    """item: the id of the widget that shows it, if one does."""

    legs: list[Leg] = Field(default_factory=list[Leg])
    stake: Stake = Decimal("10.00")
    item: str | None = None

    @staticmethod
    def of(thread: ThreadMetadata) -> "Parlay":
        """The thread's parlay; an empty one if it has none that can be read."""
        try:
            return Parlay.model_validate(thread.metadata.get(_KEY) or {})
        except ValidationError:
            return Parlay()

    def keep(self, thread: ThreadMetadata) -> None:
        """Put it into the thread, which is stored when the turn or the action is over."""
        thread.metadata = {**thread.metadata, _KEY: self.model_dump(mode="json")}

    def add(self, leg: Leg) -> None:
        """Add a leg, or put it in the place of the one on the same outcomes: a game's market is bet on once."""
        self.legs = [own for own in self.legs if (own.event, own.market) != (leg.event, leg.market)]
        if len(self.legs) >= MOST_LEGS:
            raise Unprocessable(f"A parlay has {MOST_LEGS} legs at most. Remove one first.")
        self.legs.append(leg)

    def remove(self, pick: Pick) -> None:
        """Gone already is as good as removed: somebody may have clicked twice."""
        gone = (pick.event, pick.market, pick.outcome)
        self.legs = [leg for leg in self.legs if (leg.event, leg.market, leg.outcome) != gone]

    def reprice(self, events: Sequence[Event]) -> list[Leg]:
        """Take today's prices; the legs that cannot be had any more are taken out and given back."""
        kept: list[Leg] = []
        lost: list[Leg] = []
        for leg in self.legs:
            event = next((event for event in events if event.id == leg.event), None)
            fresh = quote(event, leg) if event else None
            if fresh is None:
                lost.append(leg)
            else:
                kept.append(fresh.model_copy(update={"moved": leg.price if fresh.price != leg.price else None}))
        self.legs = kept
        return lost

    @property
    def decimal(self) -> Decimal:
        return odds.parlay([leg.decimal for leg in self.legs])

    @property
    def payout(self) -> Decimal:
        return odds.payout(self.stake, self.decimal)

    def data(self) -> dict[str, Any]:
        """What both of its widgets show, worked out here."""
        combined = self.decimal
        return {
            "legs": [
                {
                    "pick": Pick.model_validate(leg.model_dump()).model_dump(),
                    "name": leg.name,
                    "game": leg.game,
                    "bookmaker": leg.book,
                    "price": f"{leg.price:+d}",
                    "moved": "" if leg.moved is None else f"was {leg.moved:+d}",
                }
                for leg in self.legs
            ],
            "stake": f"{self.stake:.2f}",
            "american": odds.write_american(combined) if self.legs else "",
            "decimal": f"{combined:.2f}",
            "probability": f"{odds.implied_probability(combined) * 100:.1f} %" if self.legs else "",
            "payout": f"{self.payout:,.2f}",
            "profit": f"{self.payout - self.stake:,.2f}",
            "responsible": RESPONSIBLE,
        }


def quote(event: Event, pick: Pick) -> Leg | None:
    """The leg at the price that its bookmaker has now; None when it does not offer it (any more)."""
    bookmaker = event.bookmaker(pick.bookmaker)
    market = bookmaker.market(pick.market) if bookmaker else None
    outcome = market.outcome(pick.outcome) if market else None
    if outcome is None or bookmaker is None:
        return None
    book = bookmaker.title
    named = Pick.model_validate(pick.model_dump())
    return Leg(
        **named.model_dump(),
        name=pick_name(pick.market, outcome),
        game=event.title,
        book=book,
        price=int(outcome.price),
    )


def parlay_builder(library: WidgetLibrary, parlay: Parlay, *, sample: bool, note: str = "") -> WidgetRoot:
    """note: a sentence on what has just happened, such as a leg that is gone."""
    return library.load("parlay").build(parlay.data() | {"sample": sample, "note": note})


def bet_slip(library: WidgetLibrary, parlay: Parlay, *, sample: bool) -> WidgetRoot:
    """The confirmation: what was handed to the page. Nothing is placed by anybody here."""
    return library.load("bet-slip").build(parlay.data() | {"sample": sample})
