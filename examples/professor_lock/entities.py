"""What can be mentioned with @: teams, games and players; each is looked up again here for the model."""

import logging
import re
from collections.abc import Sequence

from chatkit.types import UserMessageTagContent
from chatkit.widgets import WidgetRoot

from chatkit_link import Caller, Entity, Mentions

from . import board
from .exchange import FeedError
from .odds_api import Event
from .sources import Sources
from .statistics import player_card
from .stats import SampleStats
from .widgets.typed import load

logger = logging.getLogger(__name__)


def build_mentions(sources: Sources) -> Mentions:
    feed = sources.odds
    players = SampleStats.players() if sources.stats.sample else []

    async def search(caller: Caller, typed: str) -> Sequence[Entity]:
        events = await feed.events("all")
        found = [
            *(Entity(id=f"game-{event.id}", title=event.title, group="Games", icon="calendar") for event in events),
            *(Entity(id=_id("team", name), title=name, group="Teams", icon="wreath") for name in _teams(events)),
            *(Entity(id=_id("player", one.name), title=one.name, group="Players", icon="user") for one in players),
        ]
        words = typed.lower().split()
        return [entity for entity in found if all(word in entity.title.lower() for word in words)]

    async def preview(caller: Caller, entity_id: str) -> WidgetRoot | None:
        player = next((one for one in players if _id("player", one.name) == entity_id), None)
        if player:
            answer = await sources.stats.ask(player.name)
            return player_card(player, answer=answer.answer, sample=sources.stats.sample)
        event = _event(await feed.events("all"), entity_id)
        if event is None:
            return None
        return load("game-card").build(
            {
                "title": event.title,
                "caption": f"{event.sport_title} · {board.starts(event, sources.clock(), caller.zone)}",
                "lines": [{"name": name, "price": price} for name, price in _moneyline(event)],
                "sample": feed.sample,
            }
        )

    async def resolve(caller: Caller, tag: UserMessageTagContent) -> str | None:
        player = next((one for one in players if _id("player", one.name) == tag.id), None)
        if player:
            answer = await sources.stats.ask(player.name)
            return f"the player {player.name}, {player.position}, {player.team}. {answer.answer}"
        try:
            event = _event(await feed.events("all"), tag.id)
        except FeedError as error:  # a mention is no reason to fail
            logger.warning("request %s: a mention has no odds: %s", caller.request_id, error.for_log())
            return f"something whose odds cannot be looked up now. {error.message}"
        if event is None:
            return None
        line = ", ".join(f"{name} {price}" for name, price in _moneyline(event))
        starts = board.starts(event, sources.clock(), caller.zone)
        made_up = " These are made-up sample data." if feed.sample else ""
        team = next((f"{name}, of " for name in (event.away_team, event.home_team) if _id("team", name) == tag.id), "")
        return (
            f"{team}the game {event.title} (id {event.id}), {event.sport_title}, {starts}. Moneyline: {line}.{made_up}"
        )

    return Mentions(search, preview, resolve)


def _id(kind: str, name: str) -> str:
    return f"{kind}-{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}"


def _teams(events: Sequence[Event]) -> list[str]:
    return sorted({name for event in events for name in (event.away_team, event.home_team)})


def _event(events: Sequence[Event], entity_id: str) -> Event | None:
    """The game itself, or a team's next one."""
    for event in events:
        if entity_id in {f"game-{event.id}", _id("team", event.away_team), _id("team", event.home_team)}:
            return event
    return None


def _moneyline(event: Event) -> list[tuple[str, str]]:
    market = event.bookmakers[0].market("h2h") if event.bookmakers else None
    return [(outcome.name, f"{int(outcome.price):+d}") for outcome in market.outcomes] if market else []
