"""The odds board and the card of one game: odds in, widgets out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chatkit.widgets import WidgetRoot
from typing_extensions import TypedDict

from . import moments
from .movement import Displayed, Movement, PriceKey, movement_since
from .odds_api import MARKETS, Bookmaker, Event, MarketKey, Outcome
from .offers import MARKET_NAMES, offered, worth
from .view import View
from .widgets.typed import GameOddsTable, OddsBoardGame, OddsBoardPrice, OddsBoardView, load

#: How to read what is offered; a moneyline is a price alone.
_LEGENDS: dict[MarketKey, str] = {
    "spreads": "The spread comes first, its price in brackets. ",
    "totals": "The total comes first, its price in brackets. ",
    "h2h": "",
}
_BEGUN = "This game has begun: it takes no more picks."
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
    slip: the label of the button that opens the slip; empty where there is nothing on it.
    """

    now: datetime
    zone: str
    sample: bool
    every: int = 0
    before: Displayed = field(default_factory=Displayed)
    picked: frozenset[PriceKey] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict[str, str])
    slip: str = ""

    def note_on(self, event: Event) -> str:
        begun = _BEGUN if event.has_begun(self.now) else ""
        return " ".join(filter(None, [self.notes.get(event.id), begun]))


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
            "legend": _LEGENDS[view.market],
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
            "note": display.note_on(event),
        }
    )


class _Head(TypedDict):
    """What both have above their prices."""

    view: OddsBoardView
    live: bool
    other: OddsBoardView | None
    updated: str
    movement: str
    slip: str
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
        "slip": display.slip,
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
        "note": display.note_on(event),
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
        "closed": event.has_begun(display.now),
    }


def _found(book: Bookmaker, market: str, name: str) -> Outcome | None:
    found = book.market(market)
    return found.outcome(name) if found else None
