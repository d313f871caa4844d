"""The odds board and the chart of a line's movement: odds in, widgets out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from chatkit.widgets import WidgetRoot

from chatkit_link.widgets.templates import WidgetLibrary

from . import moments
from .odds import american_to_decimal, implied_probability
from .odds_api import Bookmaker, Event, MarketKey, Outcome, Snapshot

MARKET_NAMES: dict[MarketKey, str] = {"spreads": "Spread", "totals": "Total", "h2h": "Moneyline"}
#: Rows of a game: the board is long enough with these.
_BOOKMAKERS = 4
#: Games on a board.
_GAMES = 8


def pick_name(market: str, outcome: Outcome) -> str:
    """What one bets on: "Red Sox +1.5", "Over 8.5", "Red Sox to win"."""
    if market == "h2h" or outcome.point is None:
        return f"{outcome.name} to win"
    return f"{outcome.name} {point(market, outcome.point)}"


def point(market: str, value: Decimal) -> str:
    """A handicap has a sign, a total has none."""
    return f"{value:+}" if market == "spreads" else str(value)


def odds_board(
    library: WidgetLibrary, events: Sequence[Event], *, sport: str, market: MarketKey, zone: str, sample: bool
) -> WidgetRoot:
    """The board of one market. zone: of the person who reads it."""
    data = {
        "sport": sport,
        "market": market,
        "markets": [{"key": key, "name": name} for key, name in MARKET_NAMES.items()],
        "updated": moments.clock(datetime.now(UTC), zone),
        "sample": sample,
        "games": [_game(event, market, zone) for event in events[:_GAMES]],
    }
    return library.load("odds-board").build(data)


def _game(event: Event, market: MarketKey, zone: str) -> dict[str, Any]:
    books = [bookmaker for bookmaker in event.bookmakers if bookmaker.market(market)][:_BOOKMAKERS]
    return {
        "id": event.id,
        "title": event.title,
        "league": event.sport_title,
        "starts": moments.at(event.commence_time, zone),
        "bookmakers": [bookmaker.title for bookmaker in books],
        "rows": [{"name": name, "prices": _prices(books, market, name)} for name in event.sides(market)],
    }


def _prices(books: Sequence[Bookmaker], market: MarketKey, name: str) -> list[dict[str, Any] | None]:
    """One for each bookmaker; None where it has none. The best is the one that pays most on the best line."""
    offers = [(book, found.outcome(name)) for book in books if (found := book.market(market))]
    best = max((_worth(market, offer) for _, offer in offers if offer), default=None)
    return [
        None
        if offer is None
        else {
            "bookmaker": book.key,
            "outcome": name,
            "point": "" if offer.point is None else point(market, offer.point),
            "price": f"{int(offer.price):+d}",
            "best": _worth(market, offer) == best,
        }
        for book, offer in offers
    ]


def _worth(market: MarketKey, offer: Outcome) -> tuple[Decimal, Decimal]:
    """What compares two offers of one outcome: the line first (points that one is given), the price then."""
    line = offer.point or Decimal(0)
    lower_is_better = market == "totals" and offer.name == "Over"
    return (-line if lower_is_better else line, american_to_decimal(offer.price))


def line_movement(
    library: WidgetLibrary, event: Event, history: Sequence[Snapshot], *, market: MarketKey, zone: str, sample: bool
) -> WidgetRoot:
    """How the first bookmaker's price of a game came about, as a chart.

    Its values are changes of the implied probability: American odds jump from -100 to +100, and make no line.
    """
    book = event.bookmakers[0] if event.bookmakers else None
    name = event.sides(market)[1 if market == "h2h" else 0]
    prices = [
        (snapshot.timestamp, price)
        for snapshot in history
        if (price := _price(snapshot, event.id, book, market, name)) is not None
    ]
    first = implied_probability(american_to_decimal(prices[0][1])) if prices else Decimal(0)
    points = [{"time": moments.clock(moment, zone), "value": _points(price, first)} for moment, price in prices]
    moved = f": {int(prices[0][1]):+d} → {int(prices[-1][1]):+d}" if prices else ""
    data = {
        "title": event.title,
        "what": f"{MARKET_NAMES[market]}, {name}" + (f", {book.title}" if book else "") + moved,
        "points": points,
        "unit": "Change of the implied probability, in points",
        "sample": sample,
    }
    return library.load("line-movement").build(data)


def _points(price: Decimal, first: Decimal) -> float:
    return float(round(100 * (implied_probability(american_to_decimal(price)) - first), 2))


def _price(snapshot: Snapshot, event_id: str, book: Bookmaker | None, market: str, name: str) -> Decimal | None:
    event = next((event for event in snapshot.data if event.id == event_id), None)
    bookmaker = event.bookmaker(book.key) if event and book else None
    found = bookmaker.market(market) if bookmaker else None
    outcome = found.outcome(name) if found else None
    return None if outcome is None else outcome.price
