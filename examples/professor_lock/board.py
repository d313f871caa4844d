"""The odds board and the chart of a line's movement: odds in, widgets out."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from chatkit.widgets import WidgetRoot

from . import moments
from .odds import implied_probability, rounded
from .odds_api import Bookmaker, Event, MarketKey, Outcome, Snapshot
from .widgets.typed import OddsBoardGame, OddsBoardPrice, load

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
    events: Sequence[Event],
    *,
    sport: str,
    market: MarketKey,
    now: datetime,
    zone: str,
    sample: bool,
) -> WidgetRoot:
    """The board of one market. zone: the user's time zone."""
    return load("odds-board").build(
        {
            "sport": sport,
            "market": market,
            "markets": [{"key": key, "name": name} for key, name in MARKET_NAMES.items()],
            "updated": moments.clock(now, zone),
            "sample": sample,
            "games": [_game(event, market, now, zone) for event in events[:_GAMES]],
        }
    )


def starts(event: Event, now: datetime, zone: str) -> str:
    """When a game begins, or since when it is under way: The Odds API prices these, too."""
    moment = event.commence_time
    return moments.at(moment, zone) if moment > now else f"under way since {moments.clock(moment, zone)}"


def _game(event: Event, market: MarketKey, now: datetime, zone: str) -> OddsBoardGame:
    books = [bookmaker for bookmaker in event.bookmakers if bookmaker.market(market)][:_BOOKMAKERS]
    return {
        "id": event.id,
        "title": event.title,
        "league": event.sport_title,
        "starts": starts(event, now, zone),
        "bookmakers": [bookmaker.title for bookmaker in books],
        "rows": [{"name": name, "prices": _prices(books, market, name)} for name in event.sides(market)],
    }


def _prices(books: Sequence[Bookmaker], market: MarketKey, name: str) -> list[OddsBoardPrice | None]:
    """One for each bookmaker; None where it has none. The best is the one that pays most on the best line."""
    offers = [(book, found.outcome(name)) for book in books if (found := book.market(market))]
    best = max((_worth(market, offer) for _, offer in offers if offer), default=None)
    return [
        None
        if offer is None
        else {
            "bookmaker": book.key,
            "outcome": name,
            "shown": offered(market, offer),
            "best": _worth(market, offer) == best,
        }
        for book, offer in offers
    ]


def _worth(market: MarketKey, offer: Outcome) -> tuple[Decimal, Fraction]:
    """What compares two offers of one outcome: the line first (points that one is given), the price then."""
    line = offer.point or Decimal(0)
    lower_is_better = market == "totals" and offer.name == "Over"
    return (-line if lower_is_better else line, offer.decimal)


def line_movement(
    event: Event, history: Sequence[Snapshot], *, market: MarketKey, zone: str, sample: bool
) -> WidgetRoot:
    """How the first bookmaker's line of a game came about, as a chart.

    A handicap or a total that has moved is drawn itself. Where only the price has, the values are changes of the
    implied probability: American odds jump from -100 to +100, and make no line.
    """
    book = next((book for book in event.bookmakers if book.market(market)), None)
    name = event.sides(market)[-1 if market == "h2h" else 0]
    offers = [
        (snapshot.timestamp, offer)
        for snapshot in history
        if (offer := _offer(snapshot, event.id, book, market, name)) is not None
    ]
    if len({offer.point for _, offer in offers}) > 1:
        unit = f"{MARKET_NAMES[market]}, in points"
        values = [(moment, float(offer.point or 0)) for moment, offer in offers]
    else:
        unit = "Change of the implied probability, in points"
        first = implied_probability(offers[0][1].decimal) if offers else Fraction(0)
        values = [(moment, _points(offer, first)) for moment, offer in offers]
    moved = f": {offered(market, offers[0][1])} → {offered(market, offers[-1][1])}" if offers else ""
    return load("line-movement").build(
        {
            "title": event.title,
            "what": f"{MARKET_NAMES[market]}, {name}" + (f", {book.title}" if book else "") + moved,
            "points": [{"time": moments.clock(moment, zone), "value": value} for moment, value in values],
            "unit": unit,
            "sample": sample,
        }
    )


def offered(market: str, offer: Outcome) -> str:
    """What a board shows of it: ``+110``, or with its line ``+1.5 -110``."""
    line = "" if offer.point is None else f"{point(market, offer.point)} "
    return f"{line}{int(offer.price):+d}"


def _points(offer: Outcome, first: Fraction) -> float:
    return float(rounded(100 * (implied_probability(offer.decimal) - first), 2))


def _offer(snapshot: Snapshot, event_id: str, book: Bookmaker | None, market: str, name: str) -> Outcome | None:
    event = next((event for event in snapshot.data if event.id == event_id), None)
    bookmaker = event.bookmaker(book.key) if event and book else None
    found = bookmaker.market(market) if bookmaker else None
    return found.outcome(name) if found else None
