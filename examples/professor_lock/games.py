"""Games found by the words that users use for them."""

import re
from collections.abc import Sequence

from .exchange import FeedError
from .odds_api import SPORTS, Event, OddsFeed


def find_game(events: Sequence[Event], words: str) -> Event | None:
    """The game of that id, or the one whose teams share most words with ``words``; None if none shares any."""
    if found := next((event for event in events if event.id == words), None):
        return found
    wanted = words_of(words)
    scored = [(len(wanted & words_of(event.title)), event) for event in events]
    score, best = max(scored, key=lambda pair: pair[0], default=(0, None))
    return best if score else None


async def look_up(feed: OddsFeed, words: str) -> Event | None:
    """The game that is meant, of all sports: The Odds API lists the next eight games only where none is named.

    Raises FeedError.
    """
    events: dict[str, Event] = {}
    for sport in SPORTS:
        try:
            events.update((event.id, event) for event in await feed.events(sport))
        except FeedError:
            if not events:
                raise
        best = find_game(list(events.values()), words)
        if best and (best.id == words or words_of(words) <= words_of(best.title)):
            return best
    return find_game(list(events.values()), words)


def words_of(text: str) -> set[str]:
    """The words that tell teams apart."""
    # "new", "los" and "san" begin half of all towns.
    return {word for word in re.findall(r"[a-z0-9]{3,}", text.lower()) if word not in {"new", "los", "san", "the"}}
