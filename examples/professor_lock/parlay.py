"""The parlay that a user builds, by clicking or by asking. It lives in the thread, with prices of the server's own.

A click, and a tool of the model, names a game, a bookmaker, a market and an outcome. The price is looked up where the
board's came from. What the stored board showed only serves to mark a leg that has moved since. A leg that has moved
when the slip is confirmed is displayed first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from chatkit_link.errors import Unprocessable

from . import moments, odds
from .odds_api import Event, MarketKey
from .offers import MARKET_NAMES, offered, pick_name

_KEY = "parlay"
MOST_LEGS = 12
LARGEST_STAKE = Decimal(10_000)
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


NO_STAKE = f"A stake is an amount from $0.01 to ${LARGEST_STAKE:,}, in whole cents."
#: Characters that are kept of what was typed as a stake and is none.
_TYPED = 24


def _amount(given: Any, read: ValidatorFunctionWrapHandler) -> Decimal:
    try:
        return read(given.strip().removeprefix("$") if isinstance(given, str) else given)
    except ValidationError:
        raise ValueError(NO_STAKE) from None


Stake = Annotated[Decimal, Field(gt=0, le=LARGEST_STAKE, decimal_places=2, allow_inf_nan=False), WrapValidator(_amount)]


_STAKE: TypeAdapter[Decimal] = TypeAdapter(Stake)


class Parlay(BaseModel):
    """item: the id of the widget that shows it, if one does.

    refused: what stands in the field of the stake and is none; None where a stake does.
    """

    legs: list[Leg] = Field(default_factory=list[Leg])
    stake: Stake = Decimal("10.00")
    refused: str | None = None
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

    def add(self, leg: Leg) -> str:
        """Add a leg, or put it in the place of the one on the same outcomes: a game's market is bet on once.

        Returns what that did, in a sentence.
        """
        former = next((own for own in self.legs if (own.event, own.market) == (leg.event, leg.market)), None)
        kept = [own for own in self.legs if own is not former]
        if len(kept) >= MOST_LEGS:
            raise Unprocessable(f"A slip has {MOST_LEGS} legs at most. Remove one first.")
        self.legs = [*kept, leg]
        moved = f" It was {leg.moved} when the board showed it." if leg.moved else ""
        return _added(leg, former) + moved

    def remove(self, pick: Pick) -> str:
        """Returns what that did. A leg that is gone already is no error: the user may have clicked twice."""
        gone = (pick.event, pick.market, pick.outcome)
        names = [leg.name for leg in self.legs if (leg.event, leg.market, leg.outcome) == gone]
        self.legs = [leg for leg in self.legs if (leg.event, leg.market, leg.outcome) != gone]
        return f"Took {names[0]} off your slip." if names else "That is not on your slip."

    def set_stake(self, given: Any) -> None:
        """Take it as the stake. What is none is kept as it was typed, to be shown with what is wrong with it."""
        try:
            self.stake, self.refused = _STAKE.validate_python(given), None
        except ValidationError:
            self.refused = given[:_TYPED] if isinstance(given, str) else ""

    def reprice(self, events: Sequence[Event], now: datetime, zone: str) -> list[str]:
        """Take today's lines and prices. Returns a sentence for each leg that cannot be had any more: it is gone."""
        current: list[Leg] = []
        lost: list[str] = []
        for leg in self.legs:
            event = next((event for event in events if event.id == leg.event), None)
            fresh = quote(event, leg) if event else None
            if event and event.has_begun(now):
                began = moments.clock(event.commence_time, zone)
                lost.append(f"{leg.name} is off your slip: the game began at {began}.")
            elif fresh is None:
                lost.append(f"{leg.name} is off your slip: {leg.book} does not offer it any more.")
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
    def can_be_confirmed(self) -> bool:
        """Whether it has legs, and a stake stands in its field."""
        return bool(self.legs) and self.refused is None

    @property
    def caveats(self) -> str:
        """What a bookmaker would object to in these legs together."""
        legs = self.legs
        notes = [_ONE_GAME] if len({leg.event for leg in legs}) < len(legs) else []
        return " ".join([*notes, _BOOKMAKERS] if len({leg.bookmaker for leg in legs}) > 1 else notes)

    def note_on(self, event_id: str, done: str = "") -> str:
        """What a board says below a game: what a click there has just ``done``, or else the legs that it has here."""
        names = ", ".join(leg.name for leg in self.legs if leg.event == event_id)
        return f"{done or f'On your slip: {names}.'} {self.summary}"

    @property
    def summary(self) -> str:
        """What the whole comes to, in a sentence."""
        if not self.legs:
            return "Your slip is empty."
        returned = "" if self.refused is not None else f", ${self.stake:.2f} would return ${self.payout:,.2f}"
        return f"{self.brief}{returned}."

    @property
    def brief(self) -> str:
        """The same in as few words as a button has room for; empty without a leg."""
        count = "1 leg" if len(self.legs) == 1 else f"{len(self.legs)} legs"
        return f"{count} at {odds.write_american(self.decimal)}" if self.legs else ""


def _added(leg: Leg, former: Leg | None) -> str:
    price = f"{leg.price:+d}"
    if former is None:
        return f"Added {leg.name} at {price}, {leg.book}."
    if former.outcome != leg.outcome:
        market = MARKET_NAMES[leg.market].lower()
        return f"{leg.name} at {price} takes the place of {former.name}: a slip has one {market} pick of a game."
    if former.bookmaker != leg.bookmaker:
        return f"{leg.name} is now at {leg.book}, {price}, and no longer at {former.book}, {former.price:+d}."
    return f"{leg.name} is on your slip, at {price}, {leg.book}."


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


def refuse_begun(event: Event, now: datetime, zone: str) -> None:
    """Raises Unprocessable for a game that is under way."""
    if event.has_begun(now):
        began = moments.clock(event.commence_time, zone)
        raise Unprocessable(f"{event.title} began at {began}, and a game that has begun takes no picks here.")
