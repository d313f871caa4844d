"""The odds board, the card of one game, and the chart of a line's movement: odds in, widgets out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from chatkit.widgets import WidgetRoot
from typing_extensions import TypedDict

from . import moments
from .movement import Displayed, Movement, PriceKey, movement_since
from .odds import implied_probability, rounded
from .odds_api import MARKETS, Bookmaker, Event, MarketKey, Outcome, Snapshot
from .offers import offered, worth
from .view import View
from .widgets.typed import GameOddsTable, OddsBoardGame, OddsBoardPrice, OddsBoardView, load

MARKET_NAMES: dict[MarketKey, str] = {"spreads": "Spread", "totals": "Total", "h2h": "Moneyline"}
#: Markets whose outcomes are the teams, and the one whose outcomes are not.
_TABLES: tuple[tuple[MarketKey, ...], ...] = (("spreads", "h2h"), ("totals",))
#: Rows of a game: the board is long enough with these.
_BOOKMAKERS = 4
#: Games on a board.
_GAMES = 8


@dataclass(frozen=True, slots=True)
class Display:
    """What a widget of odds is built with, besides the odds.

    zone: the user's time zone. every: seconds between its refreshes; 0 for one that is not refreshed by itself.
    before: what it showed until now. picked: legs of the user's parlay. notes: by game, what is said below it.
    """

    now: datetime
    zone: str
    sample: bool
    every: int = 0
    before: Displayed = field(default_factory=Displayed)
    picked: frozenset[PriceKey] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict[str, str])


def odds_board(events: Sequence[Event], view: View, display: Display) -> WidgetRoot:
    """The board of one market: all games, and what each bookmaker offers."""
    shown = events[:_GAMES]
    movement = movement_since(display.before, shown, [view.market])
    more = f"These are the first {_GAMES} of {len(events)} games. Ask for any other by the name of a team."
    return load("odds-board").build(
        {
            **_head(view, display, movement),
            "markets": [
                {"name": name, "chosen": key == view.market, "view": view.data(market=key)}
                for key, name in MARKET_NAMES.items()
            ],
            "games": [_game(event, view.market, display, movement) for event in shown],
            "more": more if len(events) > _GAMES else "",
        }
    )


def game_odds(event: Event, view: View, display: Display) -> WidgetRoot:
    """The card of one game: its spread, total and moneyline at one bookmaker."""
    movement = movement_since(display.before, [event], MARKETS)
    books = [book for book in event.bookmakers if any(book.market(market) for market in MARKETS)]
    chosen = next((book for book in books if book.key == view.bookmaker), books[0] if books else None)
    # The chosen one is among those that are shown.
    shown = [book for at, book in enumerate(books) if at < _BOOKMAKERS or book is chosen]
    return load("game-odds").build(
        {
            **_head(view, display, movement),
            "title": event.title,
            "caption": f"{event.sport_title} · {starts(event, display.now, display.zone)}",
            "bookmakers": [
                {"name": book.title, "chosen": book is chosen, "view": view.data(bookmaker=book.key)} for book in shown
            ],
            "tables": [_table(event, chosen, markets, display, movement) for markets in _TABLES] if chosen else [],
            "note": display.notes.get(event.id, ""),
        }
    )


class _Head(TypedDict):
    """What both have above their prices."""

    view: OddsBoardView
    live: bool
    other: OddsBoardView | None
    updated: str
    movement: str
    sample: bool


def _head(view: View, display: Display, movement: Movement) -> _Head:
    live = view.live and display.every > 0
    still = "No price has moved yet." if live else ""
    return {
        "view": view.data(),
        "live": live,
        "other": view.data(live=not view.live) if display.every else None,
        "updated": moments.clock(display.now, display.zone),
        "movement": movement.sentence or still,
        "sample": display.sample,
    }


def starts(event: Event, now: datetime, zone: str) -> str:
    """When a game begins, or since when it is under way: The Odds API prices these, too."""
    moment = event.commence_time
    return moments.at(moment, zone) if moment > now else f"under way since {moments.clock(moment, zone)}"


def _game(event: Event, market: MarketKey, display: Display, movement: Movement) -> OddsBoardGame:
    books = [bookmaker for bookmaker in event.bookmakers if bookmaker.market(market)][:_BOOKMAKERS]
    sides = event.sides(market)
    return {
        "title": event.title,
        "league": event.sport_title,
        "starts": starts(event, display.now, display.zone),
        "columns": list(sides),
        "rows": [
            {
                "name": book.title,
                "prices": [_price(event, book, books, market, name, display, movement) for name in sides],
            }
            for book in books
        ],
        "note": display.notes.get(event.id, ""),
    }


def _table(
    event: Event, book: Bookmaker, markets: Sequence[MarketKey], display: Display, movement: Movement
) -> GameOddsTable:
    """Markets with the same outcomes, one a row; an outcome that a market does not have is an empty cell."""
    columns = max((event.sides(market) for market in markets), key=len)
    return {
        "columns": list(columns),
        "rows": [
            {
                "name": MARKET_NAMES[market],
                "prices": [_price(event, book, event.bookmakers, market, name, display, movement) for name in columns],
            }
            for market in markets
        ],
    }


def _price(
    event: Event,
    book: Bookmaker,
    books: Sequence[Bookmaker],
    market: MarketKey,
    name: str,
    display: Display,
    movement: Movement,
) -> OddsBoardPrice | None:
    """None where the bookmaker has none. The best of ``books`` is the one that pays most on the best line."""
    offer = _found(book, market, name)
    if offer is None:
        return None
    offers = [one for other in books if (one := _found(other, market, name))]
    key = (event.id, book.key, market, name)
    return {
        "event": event.id,
        "bookmaker": book.key,
        "market": market,
        "outcome": name,
        "shown": offered(market, offer),
        "best": worth(market, offer) == max(worth(market, one) for one in offers),
        "moved": movement.marks.get(key, ""),
        "picked": key in display.picked,
    }


def _found(book: Bookmaker, market: str, name: str) -> Outcome | None:
    found = book.market(market)
    return found.outcome(name) if found else None


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


def _points(offer: Outcome, first: Fraction) -> float:
    return float(rounded(100 * (implied_probability(offer.decimal) - first), 2))


def _offer(snapshot: Snapshot, event_id: str, book: Bookmaker | None, market: str, name: str) -> Outcome | None:
    event = next((event for event in snapshot.data if event.id == event_id), None)
    bookmaker = event.bookmaker(book.key) if event and book else None
    return _found(bookmaker, market, name) if bookmaker else None
