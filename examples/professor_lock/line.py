"""How a line has moved, as a chart: of the one outcome that was asked for, at the first bookmaker that has it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chatkit.widgets import WidgetRoot

from . import moments
from .games import words_of
from .odds import implied_probability, rounded
from .odds_api import Bookmaker, Event, MarketKey, Outcome, Snapshot
from .offers import offered, pick_name
from .widgets.typed import load

_PRICE = "Price, in American odds"
_CHANCE = "Chance that the price implies, in %"
_LINES: dict[MarketKey, str] = {"spreads": "Spread, in points", "totals": "Total, in points", "h2h": _PRICE}


@dataclass(frozen=True, slots=True)
class Line:
    """What an outcome was offered at, oldest first; without offers where nobody has kept it."""

    event: Event
    market: MarketKey
    name: str
    book: str
    offers: Sequence[tuple[datetime, Outcome]]

    @property
    def pick(self) -> str:
        """What one bets on at the line of now."""
        return pick_name(self.market, self.offers[-1][1]) if self.offers else self.name

    @property
    def ends(self) -> tuple[str, str] | None:
        """What a board showed at the beginning, and what it shows now."""
        if not self.offers:
            return None
        return offered(self.market, self.offers[0][1]), offered(self.market, self.offers[-1][1])


def line_of(event: Event, history: Sequence[Snapshot], market: MarketKey, asked: str) -> Line:
    """asked: the words in which a side is named."""
    name = side_asked(event, market, asked)
    book = next((book for book in event.bookmakers if _found(book, market, name)), None)
    offers = [
        (snapshot.timestamp, offer)
        for snapshot in history
        if book and (offer := _offer(snapshot, event, book, market, name))
    ]
    return Line(event, market, name, book.title if book else "", offers)


def side_asked(event: Event, market: MarketKey, asked: str) -> str:
    """The outcome that is named first, by a word that no other one has; the first of all where none is."""
    sides = event.sides(market)
    words = re.findall(r"[a-z0-9]+", asked.lower())
    places: dict[str, int] = {}
    for side in sides:
        own = words_of(side).difference(*(words_of(other) for other in sides if other != side))
        if named := [at for at, word in enumerate(words) if word in own]:
            places[side] = named[0]
    return min(places, key=lambda side: places[side], default=sides[0])


def line_chart(line: Line, *, zone: str, sample: bool) -> WidgetRoot:
    """A handicap or a total that has moved is drawn itself, otherwise its price.

    American odds jump from -100 to +100: a price that has crossed that is drawn as the chance that it implies.
    """
    axis, values = _drawn(line)
    then, now = line.ends or ("", "")
    first = line.offers[0][0] if line.offers else None
    return load("line-movement").build(
        {
            "pick": line.pick,
            "place": " · ".join(filter(None, [line.event.title, line.book])),
            "since": moments.at(first, zone) if first else "",
            "then": then,
            "now": now,
            "axis": axis,
            "times": f"Time, {moments.zone_name(line.offers[-1][0], zone)}" if line.offers else "",
            "points": [{"time": moments.hour(moment, zone), "value": value} for moment, value in values],
            "sample": sample,
        }
    )


def _drawn(line: Line) -> tuple[str, list[tuple[datetime, float]]]:
    """The name of the axis, and the values on it."""
    if len({offer.point for _, offer in line.offers}) > 1:
        return _LINES[line.market], [(moment, float(offer.point or 0)) for moment, offer in line.offers]
    if len({offer.price > 0 for _, offer in line.offers}) > 1:
        return _CHANCE, [(moment, _percent(offer)) for moment, offer in line.offers]
    return _PRICE, [(moment, float(offer.price)) for moment, offer in line.offers]


def _percent(offer: Outcome) -> float:
    return float(rounded(100 * implied_probability(offer.decimal), 1))


def _offer(snapshot: Snapshot, event: Event, book: Bookmaker, market: MarketKey, name: str) -> Outcome | None:
    then = next((one for one in snapshot.data if one.id == event.id), None)
    bookmaker = then.bookmaker(book.key) if then else None
    return _found(bookmaker, market, name) if bookmaker else None


def _found(book: Bookmaker, market: MarketKey, name: str) -> Outcome | None:
    found = book.market(market)
    return found.outcome(name) if found else None
