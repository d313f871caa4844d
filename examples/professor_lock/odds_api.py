"""The Odds API, version 4: its response format as models, and a client.

https://the-odds-api.com/liveapi/guides/v4/ describes it. American odds are asked for; every price is kept
as a ``Decimal``. A request costs one credit for each market and region, so answers are kept for a minute.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, Protocol

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter

from .exchange import fetch

MarketKey = Literal["h2h", "spreads", "totals"]
MARKETS: tuple[MarketKey, ...] = ("h2h", "spreads", "totals")
#: What people say -> what the API calls it. "upcoming" is the next games of all sports.
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


class Market(BaseModel):
    key: str
    last_update: AwareDatetime | None = None
    outcomes: list[Outcome]

    def outcome(self, name: str) -> Outcome | None:
        return next((outcome for outcome in self.outcomes if outcome.name == name), None)


class Bookmaker(BaseModel):
    key: str
    title: str
    last_update: AwareDatetime | None = None
    markets: list[Market]

    def market(self, key: str) -> Market | None:
        return next((market for market in self.markets if market.key == key), None)


class Event(BaseModel):
    """One game. Names of outcomes are those of the teams, or "Over" and "Under"."""

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

    def sides(self, market: str) -> tuple[str, str]:
        """The names of a market's two outcomes, in the order in which a board shows them."""
        return ("Over", "Under") if market == "totals" else (self.away_team, self.home_team)

    def bookmaker(self, key: str) -> Bookmaker | None:
        return next((bookmaker for bookmaker in self.bookmakers if bookmaker.key == key), None)


class Snapshot(BaseModel):
    """An answer of the historical endpoint: the odds as they were at ``timestamp``."""

    timestamp: AwareDatetime
    data: list[Event]


class OddsFeed(Protocol):
    """Where odds come from. sample: whether they are made up, which every widget then says."""

    sample: bool

    async def events(self, sport: str) -> Sequence[Event]:
        """The coming games of a sport (a key of ``SPORTS``), the next one first. Raises FeedError."""
        ...

    async def event(self, event_id: str) -> Event | None:
        """The game of that id as it stands now, if it is still to come. Raises FeedError."""
        ...

    async def history(self, event: Event) -> Sequence[Snapshot]:
        """How a game's odds came to be what they are, oldest first. Raises FeedError."""
        ...


_EVENTS = TypeAdapter(list[Event])
_SNAPSHOT = TypeAdapter(Snapshot)
_NAME = "The Odds API"
_REFUSALS = {
    401: "did not accept the key, or its credits are used up. Check ODDS_API_KEY.",
    422: "does not know that sport or market.",
    429: "was asked too often. Wait a few seconds.",
}
#: A day back in steps of four hours: each step costs ten credits for each market and region.
_STEPS = tuple(timedelta(hours=hours) for hours in range(24, 0, -4))
_KEPT = 60.0


class OddsApi:
    """The client. url: such as ``https://api.the-odds-api.com``. timeout: seconds of one request."""

    sample = False

    def __init__(self, key: str, *, url: str, regions: str = "us", timeout: float = 8.0) -> None:
        self._key = key
        self._url = url.rstrip("/")
        self._regions = regions
        self._timeout = timeout
        self._kept: dict[str, tuple[float, list[Event]]] = {}
        self._asking = asyncio.Lock()

    async def events(self, sport: str) -> Sequence[Event]:
        # One at a time, so that ten clicks at once cost one request.
        async with self._asking:
            until, events = self._kept.get(sport, (0.0, []))
            if time.monotonic() >= until:
                path = f"v4/sports/{SPORTS.get(sport, sport)}/odds"
                events = await self._get(_EVENTS, path, {"markets": ",".join(MARKETS)})
                events.sort(key=lambda event: event.commence_time)
                self._kept[sport] = (time.monotonic() + _KEPT, events)
            return events

    async def event(self, event_id: str) -> Event | None:
        # First where people have looked: what has been asked for within a minute costs nothing.
        for sport in [*self._kept, *(sport for sport in SPORTS if sport not in self._kept)]:
            for event in await self.events(sport):
                if event.id == event_id:
                    return event
        return None

    async def history(self, event: Event) -> Sequence[Snapshot]:
        path = f"v4/historical/sports/{event.sport_key}/odds"
        now = datetime.now(UTC).replace(microsecond=0)
        times = [(now - step).strftime("%Y-%m-%dT%H:%M:%SZ") for step in _STEPS]
        asked = [self._get(_SNAPSHOT, path, {"markets": "h2h,spreads,totals", "date": moment}) for moment in times]
        snapshots = await asyncio.gather(*asked)
        return [*snapshots, Snapshot(timestamp=now, data=[event])]

    async def _get(self, adapter: TypeAdapter, path: str, more: dict[str, str]):  # noqa: ANN202 - as the adapter
        params = {"apiKey": self._key, "regions": self._regions, "oddsFormat": "american", "dateFormat": "iso", **more}
        return await fetch(
            adapter, _NAME, "GET", f"{self._url}/{path}", timeout=self._timeout, refusals=_REFUSALS, params=params
        )
