"""The Odds API, version 4: its response format as models, and a client.

https://the-odds-api.com/liveapi/guides/v4/ describes it. American odds are asked for; every price is
a ``Decimal``. A request costs one credit for each market and region, so answers are cached for a minute.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Protocol, cast

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, TypeAdapter

from . import moments, odds
from .exchange import FeedError, fetch

MarketKey = Literal["h2h", "spreads", "totals"]
MARKETS: tuple[MarketKey, ...] = ("h2h", "spreads", "totals")
#: What users write -> what the API calls it. "upcoming" is the next games of all sports.
SPORTS = {
    "all": "upcoming",
    "mlb": "baseball_mlb",
    "nba": "basketball_nba",
    "nfl": "americanfootball_nfl",
    "nhl": "icehockey_nhl",
}


class Outcome(BaseModel):
    """price: American odds. point: the handicap of a spread, or the line of a total."""

    name: str
    price: Decimal
    point: Decimal | None = None

    @property
    def decimal(self) -> odds.Fraction:
        return odds.american_to_decimal(self.price)


def _with_prices(outcomes: list[Outcome]) -> list[Outcome]:
    """A bookmaker that has suspended an outcome may give it no real price: then it is not offered."""
    return [outcome for outcome in outcomes if outcome.price.is_finite() and abs(outcome.price) >= 100]


class Market(BaseModel):
    key: str
    last_update: AwareDatetime | None = None
    outcomes: Annotated[list[Outcome], AfterValidator(_with_prices)]

    def outcome(self, name: str) -> Outcome | None:
        return next((outcome for outcome in self.outcomes if outcome.name == name), None)


class Bookmaker(BaseModel):
    key: str
    title: str
    last_update: AwareDatetime | None = None
    markets: list[Market]

    def market(self, key: str) -> Market | None:
        return next((market for market in self.markets if market.key == key and market.outcomes), None)


class Event(BaseModel):
    """One game. Names of outcomes are those of the teams and "Draw", or "Over" and "Under"."""

    id: str
    sport_key: str
    sport_title: str
    commence_time: AwareDatetime
    home_team: str
    away_team: str
    bookmakers: list[Bookmaker] = Field(default_factory=list[Bookmaker])

    @property
    def title(self) -> str:
        return f"{self.away_team} @ {self.home_team}"

    def has_begun(self, now: datetime) -> bool:
        return self.commence_time <= now

    def sides(self, market: str) -> tuple[str, ...]:
        """The names of a market's outcomes, in the order in which a board shows them."""
        if market == "totals":
            return ("Over", "Under")
        offered = [found for book in self.bookmakers if (found := book.market(market))]
        draw = ("Draw",) if any(found.outcome("Draw") for found in offered) else ()
        return (self.away_team, *draw, self.home_team)

    def bookmaker(self, key: str) -> Bookmaker | None:
        return next((bookmaker for bookmaker in self.bookmakers if bookmaker.key == key), None)


def _games(given: Any) -> Any:
    """Without what is no game: the winner of a tournament, for instance, has neither a home nor an away team."""
    if not isinstance(given, list):
        return given
    rows = cast("list[Any]", given)
    return [row for row in rows if not isinstance(row, dict) or (row.get("home_team") and row.get("away_team"))]


Events = Annotated[list[Event], BeforeValidator(_games)]


class Snapshot(BaseModel):
    """An answer of the historical endpoint: the odds as they were at ``timestamp``."""

    timestamp: AwareDatetime
    data: Events


class OddsFeed(Protocol):
    """Where odds come from. sample: whether they are made up, which every widget then states."""

    sample: bool

    async def events(self, sport: str) -> Sequence[Event]:
        """The games of a sport (a key of ``SPORTS``), those under way first. Raises FeedError."""
        ...

    async def event(self, event_id: str) -> Event | None:
        """The game of that id as it stands now, if it is not over. Raises FeedError."""
        ...

    async def history(self, event: Event, market: MarketKey) -> Sequence[Snapshot]:
        """How a market of a game came to be what it is, oldest first. Raises FeedError."""
        ...


_EVENTS = TypeAdapter(Events)
_SNAPSHOT = TypeAdapter(Snapshot)
_NAME = "The Odds API"
_KEY = "did not accept the key. Check ODDS_API_KEY."
#: By the ``error_code`` of its answer, or else by its status.
_REFUSALS: dict[str | int, str] = {
    "MISSING_KEY": _KEY,
    "INVALID_KEY": _KEY,
    "DEACTIVATED_KEY": "says that the key has been deactivated. Its subscription may have ended.",
    "OUT_OF_USAGE_CREDITS": "says that the credits of the key are used up. They come back with the next month.",
    "HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN": "tells how lines moved on a paid plan only.",
    "EXCEEDED_FREQ_LIMIT": "was asked too often. Wait a few seconds.",
    "INVALID_REGION": "does not know that region. Check ODDS_REGIONS.",
    401: _KEY,
    404: "does not know that sport.",
    422: "does not know that sport or market.",
    429: "was asked too often. Wait a few seconds.",
}
#: A day back in steps of four hours: each step costs ten credits for each region.
_STEPS = tuple(timedelta(hours=hours) for hours in range(24, 0, -4))
_CACHED_FOR = timedelta(minutes=1)
_FAILED_FOR = timedelta(seconds=5)


class OddsApi:
    """The client. url: such as ``https://api.the-odds-api.com``. timeout: seconds of one request."""

    sample = False

    def __init__(
        self, key: str, *, url: str, regions: str = "us", timeout: float = 8.0, clock: moments.Clock = moments.now
    ) -> None:
        self._key = key
        self._url = url.rstrip("/")
        self._regions = regions
        self._timeout = timeout
        self._clock = clock
        self._cached: dict[str, tuple[datetime, list[Event]]] = {}
        self._failed: dict[str, tuple[datetime, str]] = {}
        self._past: dict[tuple[str, MarketKey, datetime], Snapshot] = {}
        self._asking = asyncio.Lock()

    async def events(self, sport: str) -> Sequence[Event]:
        # One at a time, so that ten clicks at once cost one request.
        async with self._asking:
            cached = self._cached.get(sport)
            if cached is None or self._clock() >= cached[0]:
                events = await self._current(sport)
                cached = self._cached[sport] = self._clock() + _CACHED_FOR, events
            return cached[1]

    async def _current(self, sport: str) -> list[Event]:
        """Raises FeedError, also for all who ask within seconds of a request that failed: boards go on asking."""
        failed = self._failed.get(sport)
        if failed and self._clock() < failed[0]:
            raise FeedError(failed[1])
        try:
            path = f"v4/sports/{SPORTS.get(sport, sport)}/odds"
            events = await self._get(_EVENTS, path, {"markets": ",".join(MARKETS)})
        except FeedError as error:
            self._failed[sport] = self._clock() + _FAILED_FOR, str(error.message)
            raise
        return sorted(events, key=lambda event: event.commence_time)

    async def event(self, event_id: str) -> Event | None:
        # First where it was the last time, and what was asked for last before that: within a minute, it costs nothing.
        recent = sorted(self._cached, key=lambda sport: self._cached[sport][0], reverse=True)
        known = [sport for sport in recent if any(event.id == event_id for event in self._cached[sport][1])]
        for sport in dict.fromkeys([*known, *recent, *SPORTS]):
            for event in await self.events(sport):
                if event.id == event_id:
                    return event
        return None

    async def history(self, event: Event, market: MarketKey) -> Sequence[Snapshot]:
        now = self._clock()
        # From the full hour: a second request within it is answered from the cache.
        hour = now.replace(minute=0, second=0, microsecond=0)
        async with self._asking:
            asked = [self._snapshot(event.sport_key, market, hour - step) for step in _STEPS]
            past = await asyncio.gather(*asked)
            self._past = {key: cached for key, cached in self._past.items() if key[2] >= hour - _STEPS[0]}
        return [*past, Snapshot(timestamp=now, data=[event])]

    async def _snapshot(self, sport_key: str, market: MarketKey, moment: datetime) -> Snapshot:
        key = (sport_key, market, moment)
        if key not in self._past:
            more = {"markets": market, "date": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
            self._past[key] = await self._get(_SNAPSHOT, f"v4/historical/sports/{sport_key}/odds", more)
        return self._past[key]

    async def _get(self, adapter: TypeAdapter, path: str, more: dict[str, str]):  # noqa: ANN202 - as the adapter
        params = {"apiKey": self._key, "regions": self._regions, "oddsFormat": "american", "dateFormat": "iso", **more}
        return await fetch(
            adapter, _NAME, "GET", f"{self._url}/{path}", timeout=self._timeout, refusals=_REFUSALS, params=params
        )
