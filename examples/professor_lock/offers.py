"""What a bookmaker offers, as a board writes it and as two offers of one outcome compare."""

import re
from decimal import Decimal
from fractions import Fraction

from .odds_api import MarketKey, Outcome

MARKET_NAMES: dict[MarketKey, str] = {"spreads": "Spread", "totals": "Total", "h2h": "Moneyline"}
_OFFERED = re.compile(r"(?:([+-]?\d+(?:\.\d+)?) \(([+-]\d{3,})\)|([+-]\d{3,}))")


def pick_name(market: str, outcome: Outcome) -> str:
    """What one bets on: "Red Sox +1.5", "Over 8.5", "Red Sox to win"."""
    if market == "h2h" or outcome.point is None:
        return f"{outcome.name} to win"
    return f"{outcome.name} {point(market, outcome.point)}"


def point(market: str, value: Decimal) -> str:
    """A handicap has a sign, a total has none."""
    return f"{value:+}" if market == "spreads" else str(value)


def offered(market: str, offer: Outcome) -> str:
    """What a board shows of it: the price alone, ``+110``, or in brackets behind its line, ``+1.5 (-110)``."""
    price = f"{int(offer.price):+d}"
    return price if offer.point is None else f"{point(market, offer.point)} ({price})"


def read_offered(name: str, shown: str) -> Outcome | None:
    """The offer that ``offered`` wrote; None for another text."""
    match = _OFFERED.fullmatch(shown)
    if match is None:
        return None
    return Outcome(name=name, price=Decimal(match[2] or match[3]), point=Decimal(match[1]) if match[1] else None)


def worth(market: str, offer: Outcome) -> tuple[Decimal, Fraction]:
    """What compares two offers of one outcome: the line first (points that one is given), the price then."""
    line = offer.point or Decimal(0)
    lower_is_better = market == "totals" and offer.name == "Over"
    return (-line if lower_is_better else line, offer.decimal)
