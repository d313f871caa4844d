"""A made-up slate of games, in the response format of The Odds API: the data without a key.

The prices follow from the numbers below and the time, so that they move as time goes by and are the same for
all users within the same ten minutes. The teams are real, the rest is not: it is marked as sample data.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from . import moments
from .odds import decimal_to_american
from .odds_api import SPORTS, Event, MarketKey, Snapshot

_TITLES = {"baseball_mlb": "MLB", "basketball_nba": "NBA", "americanfootball_nfl": "NFL"}
#: key, title, the margin it takes of a market, and how much it favours the home team.
_BOOKMAKERS = (
    ("draftkings", "DraftKings", "0.046", "0.004"),
    ("fanduel", "FanDuel", "0.042", "-0.006"),
    ("betmgm", "BetMGM", "0.050", "0.009"),
)
#: The first game's hour of the evening, in UTC.
_EVENING = 23
#: How long a game is under way. Then its place on the slate is tomorrow's.
_LASTS = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class _Game:
    """home_wins: its probability. spread: the home team's handicap. minutes: after the first game."""

    sport: str
    away: str
    home: str
    home_wins: str
    spread: str
    total: str
    minutes: int


_GAMES = (
    _Game("baseball_mlb", "New York Yankees", "Boston Red Sox", "0.46", "1.5", "8.5", 5),
    _Game("basketball_nba", "Boston Celtics", "New York Knicks", "0.44", "2.5", "224.5", 30),
    _Game("americanfootball_nfl", "Dallas Cowboys", "Philadelphia Eagles", "0.63", "-4.5", "47.5", 75),
    _Game("baseball_mlb", "Los Angeles Dodgers", "San Diego Padres", "0.48", "1.5", "7.5", 155),
    _Game("basketball_nba", "Los Angeles Lakers", "Golden State Warriors", "0.57", "-3.5", "231.5", 180),
)


class SampleSlate:
    """An ``OddsFeed`` of the games above, at the prices of the time that the clock shows."""

    sample = True

    def __init__(self, clock: moments.Clock = moments.now) -> None:
        self._clock = clock

    async def events(self, sport: str) -> Sequence[Event]:
        now = self._clock()
        return [Event.model_validate(event) for event in slate(now, now, SPORTS.get(sport, sport))]

    async def event(self, event_id: str) -> Event | None:
        return next((event for event in await self.events("all") if event.id == event_id), None)

    async def history(self, event: Event, market: MarketKey) -> Sequence[Snapshot]:
        now = self._clock()
        return [
            Snapshot.model_validate({"timestamp": moment, "data": slate(now, moment)})
            for moment in (now - timedelta(hours=hours) for hours in range(20, -1, -2))
        ]


def slate(today: datetime, at: datetime, sport: str = "upcoming") -> list[dict[str, Any]]:
    """The JSON of ``GET /v4/sports/{sport}/odds``, as of ``today`` at the prices of ``at``: those under way first."""
    games = [(_commences(game, today), game) for game in _GAMES if sport in ("upcoming", game.sport)]
    return [_event(game, commence, at) for commence, game in sorted(games, key=lambda pair: pair[0])]


def _commences(game: _Game, now: datetime) -> datetime:
    """When it begins, or has begun."""
    evening = now.replace(hour=_EVENING, minute=0, second=0, microsecond=0) - timedelta(days=1)
    commence = evening + timedelta(minutes=game.minutes)
    while commence + _LASTS <= now:
        commence += timedelta(days=1)
    return commence


def _event(game: _Game, commence: datetime, at: datetime) -> dict[str, Any]:
    updated = at.replace(minute=at.minute // 10 * 10, second=0, microsecond=0)
    return {
        "id": hashlib.sha256(f"{game.away} @ {game.home} {commence.date()}".encode()).hexdigest()[:32],
        "sport_key": game.sport,
        "sport_title": _TITLES[game.sport],
        "commence_time": _iso(commence),
        "home_team": game.home,
        "away_team": game.away,
        "bookmakers": [
            {
                "key": key,
                "title": title,
                "last_update": _iso(updated),
                "markets": _markets(game, key, margin, lean, updated),
            }
            for key, title, margin, lean in _BOOKMAKERS
        ],
    }


def _markets(game: _Game, book: str, margin: str, lean: str, at: datetime) -> list[dict[str, Any]]:
    home = Decimal(game.home_wins) + Decimal(lean) + _drift(game.home, book, at)
    cover = Decimal("0.5") + Decimal(lean) + _drift(f"{game.home} spread", book, at)
    over = Decimal("0.5") - Decimal(lean) + _drift(f"{game.home} total", book, at)
    spread = Decimal(game.spread)
    return [
        _market("h2h", at, [(game.away, 1 - home, None), (game.home, home, None)], margin),
        _market("spreads", at, [(game.away, 1 - cover, -spread), (game.home, cover, spread)], margin),
        _market("totals", at, [("Over", over, Decimal(game.total)), ("Under", 1 - over, Decimal(game.total))], margin),
    ]


def _market(key: str, at: datetime, sides: list[tuple[str, Decimal, Decimal | None]], margin: str) -> dict[str, Any]:
    outcomes: list[dict[str, Any]] = []
    for name, probability, point in sides:
        price = decimal_to_american(1 / Fraction(probability * (1 + Decimal(margin))))
        # Bookmakers write prices in steps of five once they are long.
        step = 5 if abs(price) >= 130 else 1
        rounded = int((Decimal(price) / step).quantize(Decimal(1), ROUND_HALF_UP) * step)
        outcomes.append({"name": name, "price": rounded} | ({} if point is None else {"point": float(point)}))
    return {"key": key, "last_update": _iso(at), "outcomes": outcomes}


def _drift(what: str, book: str, at: datetime) -> Decimal:
    """By how much a probability has moved by then: slowly, and with each bookmaker a little on its own."""
    six_hours, since = divmod(int(at.timestamp()), 6 * 3600)
    slow = _chance(f"{what} {six_hours}"), _chance(f"{what} {six_hours + 1}")
    share = Decimal(since) / (6 * 3600)
    return slow[0] * (1 - share) + slow[1] * share + _chance(f"{what} {book} {since // 600} {six_hours}") / 4


def _chance(seed: str) -> Decimal:
    """Between -0.02 and 0.02, the same for the same words."""
    return (Decimal(int(hashlib.sha256(seed.encode()).hexdigest()[:8], 16)) / 2**32 - Decimal("0.5")) / 25


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
