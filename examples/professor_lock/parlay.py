"""The parlay that a user builds, by clicking or by asking. It lives in the thread, with prices of the server's own.

A click, and a tool of the model, names a game, a bookmaker, a market and an outcome. The price is looked up where the
board's came from. What the stored board showed only serves to mark a leg that has moved since. A leg that has moved
when the slip is confirmed is displayed first.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from chatkit.widgets import WidgetRoot
from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from chatkit_link.errors import Unprocessable

from . import odds
from .odds_api import Event, MarketKey
from .offers import offered, pick_name
from .widgets.typed import BetSlip, load

_KEY = "parlay"
MOST_LEGS = 12
LARGEST_STAKE = Decimal(10_000)
RESPONSIBLE = (
    "Only stake what you can afford to lose, and stop when it stops being fun. "
    "Help is free and confidential: in the US call 1-800-GAMBLER; elsewhere see gamblingtherapy.org."
)
_ONE_GAME = "Legs of one game hang together: a bookmaker prices them otherwise, or refuses them."
_BOOKMAKERS = "Legs of several bookmakers cannot be one bet: this is what it would pay at these prices."


class Pick(BaseModel):
    """What one bets on, and with whom. There is no price in it."""

    event: str = Field(max_length=64)
    bookmaker: str = Field(max_length=64)
    market: MarketKey
    outcome: str = Field(max_length=100)


class Leg(Pick):
    """price: American odds, as the server last saw them. shown: with the line. moved: what was displayed before.

    reason: why the assistant chose it; empty for a leg that the user clicked.
    """

    name: str
    game: str
    book: str
    price: int
    shown: str
    moved: str = ""
    reason: str = ""

    @property
    def decimal(self) -> Fraction:
        return odds.american_to_decimal(self.price)

    def since(self, shown: str) -> "Leg":
        """The same leg, with its former price if that was another one."""
        return self.model_copy(update={"moved": "" if shown == self.shown else shown})

    def because(self, reason: str) -> "Leg":
        """The same leg, with a reason."""
        return self.model_copy(update={"reason": reason})


def _amount(given: Any, read: ValidatorFunctionWrapHandler) -> Decimal:
    try:
        return read(given)
    except ValidationError:
        raise ValueError(f"A stake is an amount from $0.01 to ${LARGEST_STAKE:,}, in whole cents.") from None


Stake = Annotated[Decimal, Field(gt=0, le=LARGEST_STAKE, decimal_places=2, allow_inf_nan=False), WrapValidator(_amount)]


class Parlay(BaseModel):
    """item: the id of the widget that shows it, if one does."""

    legs: list[Leg] = Field(default_factory=list[Leg])
    stake: Stake = Decimal("10.00")
    item: str | None = None

    @staticmethod
    def of(metadata: Mapping[str, Any]) -> "Parlay":
        """A thread's parlay; an empty one if it has none that can be read."""
        try:
            return Parlay.model_validate(metadata.get(_KEY) or {})
        except ValidationError:
            return Parlay()

    def keep(self, metadata: dict[str, Any]) -> None:
        metadata[_KEY] = self.model_dump(mode="json")

    def add(self, leg: Leg) -> None:
        """Add a leg, or put it in the place of the one on the same outcomes: a game's market is bet on once."""
        self.legs = [own for own in self.legs if (own.event, own.market) != (leg.event, leg.market)]
        if len(self.legs) >= MOST_LEGS:
            raise Unprocessable(f"A parlay has {MOST_LEGS} legs at most. Remove one first.")
        self.legs.append(leg)

    def remove(self, pick: Pick) -> None:
        """A leg that is gone already is no error: the user may have clicked twice."""
        gone = (pick.event, pick.market, pick.outcome)
        self.legs = [leg for leg in self.legs if (leg.event, leg.market, leg.outcome) != gone]

    def reprice(self, events: Sequence[Event]) -> list[Leg]:
        """Take today's lines and prices; the legs that cannot be had any more are taken out and given back."""
        current: list[Leg] = []
        lost: list[Leg] = []
        for leg in self.legs:
            event = next((event for event in events if event.id == leg.event), None)
            fresh = quote(event, leg) if event else None
            if fresh is None:
                lost.append(leg)
            else:
                current.append(fresh.since(leg.shown).because(leg.reason))
        self.legs = current
        return lost

    @property
    def decimal(self) -> Fraction:
        return odds.parlay([leg.decimal for leg in self.legs])

    @property
    def payout(self) -> Decimal:
        return odds.payout(self.stake, self.decimal)

    @property
    def caveats(self) -> str:
        """What a bookmaker would object to in these legs together."""
        legs = self.legs
        notes = [_ONE_GAME] if len({leg.event for leg in legs}) < len(legs) else []
        return " ".join([*notes, _BOOKMAKERS] if len({leg.bookmaker for leg in legs}) > 1 else notes)

    def note_on(self, event_id: str) -> str:
        """What a board says below a game that has a leg here: the legs, and what the whole parlay comes to."""
        names = ", ".join(leg.name for leg in self.legs if leg.event == event_id)
        return f"On your slip: {names}. {self.summary}"

    @property
    def summary(self) -> str:
        count = "1 leg" if len(self.legs) == 1 else f"{len(self.legs)} legs"
        american = odds.write_american(self.decimal) if self.legs else "no odds"
        return f"{count} at {american}, ${self.stake:.2f} would return ${self.payout:,.2f}."

    def data(self, *, sample: bool = False) -> BetSlip:
        """What both of its widgets show, worked out here."""
        combined = self.decimal
        return {
            "legs": [
                {
                    "pick": {
                        "event": leg.event,
                        "bookmaker": leg.bookmaker,
                        "market": leg.market,
                        "outcome": leg.outcome,
                    },
                    "name": leg.name,
                    "game": leg.game,
                    "bookmaker": leg.book,
                    "price": f"{leg.price:+d}",
                    "moved": f"was {leg.moved}" if leg.moved else "",
                    "reason": leg.reason,
                }
                for leg in self.legs
            ],
            "stake": f"{self.stake:.2f}",
            "american": odds.write_american(combined) if self.legs else "",
            "decimal": str(odds.rounded(combined, 2)),
            "probability": f"{odds.rounded(odds.implied_probability(combined) * 100, 1)} %" if self.legs else "",
            "payout": f"{self.payout:,.2f}",
            "profit": f"{self.payout - self.stake:,.2f}",
            "caveats": self.caveats,
            "responsible": RESPONSIBLE,
            "sample": sample,
        }


def quote(event: Event, pick: Pick) -> Leg | None:
    """The leg at the price that its bookmaker has now; None when it does not offer it (any more)."""
    bookmaker = event.bookmaker(pick.bookmaker)
    market = bookmaker.market(pick.market) if bookmaker else None
    outcome = market.outcome(pick.outcome) if market else None
    if outcome is None or bookmaker is None:
        return None
    return Leg(
        **pick.model_dump(include=set(Pick.model_fields)),
        name=pick_name(pick.market, outcome),
        game=event.title,
        book=bookmaker.title,
        price=int(outcome.price),
        shown=offered(pick.market, outcome),
    )


def parlay_builder(parlay: Parlay, *, sample: bool, note: str = "") -> WidgetRoot:
    """note: on what has just happened, such as a leg that is gone."""
    return load("parlay").build({**parlay.data(sample=sample), "note": note})


def bet_slip(parlay: Parlay, *, sample: bool) -> WidgetRoot:
    """The confirmation: what was handed to the page. No bet is placed here."""
    return load("bet-slip").build(parlay.data(sample=sample))
